// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message, Remedy } from '../base/index.ts';
import type { CheckGroup } from './check-group.ts';

/** `unknown` is given by the runner alone: a fact could not be had, or the check itself failed. It never means passed. */
export type Verdict = 'pass' | 'warn' | 'block' | 'not-applicable' | 'unknown';

/** What a check says when it has its facts. */
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
      /** The original words of libvirt, ssh... beneath our sentence. */
      readonly original?: string;
      /** Only for `block`: the admin may know better; the sentence names the risk of going on. */
      readonly override?: { readonly risk: Message };
    };

/** A judgement with what the reader needs beside it. */
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
      /** How to see it by hand, where there is a way. */
      readonly remedies: readonly Remedy[];
    }
);
