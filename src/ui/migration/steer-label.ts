// SPDX-License-Identifier: LGPL-2.1-or-later
import type { SteerAction } from '../../engine/migration/index.ts';
import { _ } from '../common/index.ts';

/** The label of a change to a running migration, for its button and for the steps in the dialog. */
export function steerLabel(kind: SteerAction['kind']): string {
  switch (kind) {
    case 'pause-vm':
      return _('Pause the VM to finish');
    case 'post-copy':
      return _('Switch to post-copy');
    case 'longer-pause':
      return _('Allow a longer pause');
    case 'bandwidth-limit':
      return _('Change the bandwidth limit');
  }
}
