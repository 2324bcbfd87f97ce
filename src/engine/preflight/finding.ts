// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message, Remedy } from '../base/index.ts';
import type { CheckGroup } from './check-group.ts';

/** Only the runner gives `unknown`: a fact is missing, or the check itself failed. It never means passed. */
export type Verdict = 'pass' | 'warn' | 'block' | 'not-applicable' | 'unknown';

/** The result of a check that has its facts. */
export type Judgement =
  | {
      readonly verdict: 'pass' | 'not-applicable';
      readonly found: Message;
      readonly details?: readonly Message[];
    }
  | {
      readonly verdict: 'warn' | 'block';
      readonly found: Message;
      readonly details?: readonly Message[];
      readonly remedies: readonly [Remedy, ...Remedy[]];
      /** The original text of libvirt, ssh... below the sentence. */
      readonly original?: string;
      /** Only for `block`: the admin can override it. The sentence names the risk. */
      readonly override?: { readonly risk: Message };
    };

/** A judgement with everything that is shown with it. */
export type Finding = {
  /** The check's id, for example `shared-storage`. */
  readonly check: string;
  readonly title: Message;
  readonly group: CheckGroup;
  /** Why this matters. */
  readonly why: Message;
} & (
  | Judgement
  | {
      readonly verdict: 'unknown';
      /** Why it could not be found out. */
      readonly found: Message;
      readonly details?: readonly Message[];
      readonly original?: string;
      /** How to check it by hand, if possible. */
      readonly remedies: readonly Remedy[];
    }
);
