// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg, type Remedy, shellCommand } from '../base/index.ts';
import type { Migration } from './state.ts';

/** How a VM that was paused when it left is made to run again; undefined where it is not known to be there, paused. */
export function resumeRemedy({ state, vm, destination }: Migration): Remedy | undefined {
  if (state.phase !== 'done' || state.paused !== true || destination === undefined) return undefined;
  // What is not as expected is said by the answers: it may not be there, or run already.
  if (state.verification === 'contradicted') return undefined;
  return {
    text: msg('Resume the VM on the destination.'),
    command: shellCommand('virsh', '-c', destination, 'resume', vm.uuid),
    host: 'source',
  };
}
