// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from './message.ts';

/** An action that the dialog can do itself. */
export type RemedyAction =
  | { readonly kind: 'set-destination'; readonly uri: string }
  | { readonly kind: 'set-migration-uri'; readonly uri: string }
  | { readonly kind: 'confirm-uri-parameters' }
  | { readonly kind: 'pause-vm' }
  | { readonly kind: 'resume-vm' }
  /** Ejects the medium from this drive. `disk` is its name in the guest, for example `sda`. */
  | { readonly kind: 'eject-medium'; readonly disk: string }
  /** Copies these disks, and no others. */
  | { readonly kind: 'copy-disks'; readonly disks: readonly string[] };

/** What to do about a finding. */
export interface Remedy {
  readonly text: Message;
  /** The exact command line, to be copied. */
  readonly command?: string;
  /** Where to run it. */
  readonly host?: 'source' | 'destination';
  /** Lines of XML, to be copied into a definition. */
  readonly xml?: string;
  readonly action?: RemedyAction;
}
