// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from '../base/index.ts';
import type { LeftOut } from './left-out.ts';

/** A part of a stand-in that could not be removed. */
export interface LeftOver {
  readonly host: 'source' | 'destination';
  /** A file, or the name of the stand-in itself. */
  readonly what: string;
}

/** The result of a rehearsal. */
export type Outcome =
  /** It arrived: libvirt and QEMU of both hosts accepted it. */
  | { readonly kind: 'arrived'; readonly milliseconds: number; readonly leftOut: readonly LeftOut[] }
  | {
      readonly kind: 'refused';
      /** libvirt's error. */
      readonly error: unknown;
      /** The reason in the log of QEMU on the destination. */
      readonly reason?: string;
      readonly leftOut: readonly LeftOut[];
    }
  /** An admin's programs would have run for the stand-in. */
  | { readonly kind: 'hooks'; readonly source: readonly string[]; readonly destination: readonly string[] }
  /** It could not be tried. */
  | { readonly kind: 'unknown'; readonly why: Message; readonly original?: string }
  | { readonly kind: 'cancelled' };

/** A finished rehearsal. */
export interface Rehearsal {
  readonly outcome: Outcome;
  /** Empty unless a host or the connection to it failed. The next rehearsal removes it. */
  readonly remains: readonly LeftOver[];
  /** False if this program has no shell there: then it can neither read QEMU's log nor find hooks. */
  readonly hasShell: boolean;
}
