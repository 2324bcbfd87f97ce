// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { Lab, type LabHost } from '../lab/lab.ts';

/** Measures a permanent migration over ssh: a running VM with a disk on GlusterFS, between two hosts of the lab. */
export async function withIdleVm<T>(
  measure: (alpha: LabHost, choices: MigrationChoices) => Promise<T>,
): Promise<T> {
  const lab = await Lab.start();
  try {
    const alpha = lab.host('alpha');
    const guest = await alpha.guest('bench', { memory: 192 });
    await guest.booted();
    return await measure(alpha, {
      vm: { connection: 'system', name: guest.name, uuid: guest.uuid },
      destination: 'qemu+ssh://beta/system',
      temporary: false,
      confirmedUriParameters: [],
    });
  } finally {
    await lab.down();
  }
}
