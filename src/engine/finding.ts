// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from './message.ts';

/** `unknown` is given by the runner alone: a fact could not be had, or the check itself failed. It never means passed. */
export type Verdict = 'pass' | 'warn' | 'block' | 'not-applicable' | 'unknown';

/** Something that the dialog can do itself. */
export type RemedyAction =
  | { readonly kind: 'set-destination'; readonly uri: string }
  | { readonly kind: 'set-migration-uri'; readonly uri: string }
  | { readonly kind: 'confirm-uri-parameters' }
  | { readonly kind: 'pause-vm' }
  /** Of the drive that the guest knows as, for example, `sda`. */
  | { readonly kind: 'eject-medium'; readonly disk: string }
  /** Copies these disks, and no others. */
  | { readonly kind: 'copy-disks'; readonly disks: readonly string[] };

/** What to do about a finding. */
export interface Remedy {
  readonly text: Message;
  /** The exact command line, ready to be copied. */
  readonly command?: string;
  /** Where to run it. */
  readonly host?: 'source' | 'destination';
  /** XML to be copied into a definition, in lines. */
  readonly xml?: string;
  readonly action?: RemedyAction;
}

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
