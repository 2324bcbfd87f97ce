// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from '../base/index.ts';
import type { LeftOut } from './left-out.ts';

/** Something of a stand-in that could not be removed. */
export interface Remains {
  readonly host: 'source' | 'destination';
  /** A file, or the name of the stand-in itself. */
  readonly what: string;
}

/** What became of a stand-in. */
export type Outcome =
  /** It arrived: libvirt and QEMU of both hosts took it. */
  | { readonly kind: 'arrived'; readonly milliseconds: number; readonly leftOut: readonly LeftOut[] }
  | {
      readonly kind: 'refused';
      /** libvirt's error. */
      readonly error: unknown;
      /** What QEMU on the destination wrote last that is a reason. */
      readonly reason?: string;
      readonly leftOut: readonly LeftOut[];
    }
  /** Programs of an admin would have been run for the stand-in. */
  | { readonly kind: 'hooks'; readonly source: readonly string[]; readonly destination: readonly string[] }
  /** It could not be tried. */
  | { readonly kind: 'unknown'; readonly why: Message; readonly original?: string }
  | { readonly kind: 'cancelled' };

/** A rehearsal that is over. */
export interface Rehearsal {
  readonly outcome: Outcome;
  /** Nothing, unless a host or the connection to it failed. The next rehearsal removes it. */
  readonly remains: readonly Remains[];
  /** False where this program has no shell: QEMU's log cannot be read, and hooks cannot be seen. */
  readonly hasShell: boolean;
}
