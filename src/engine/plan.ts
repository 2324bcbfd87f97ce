// SPDX-License-Identifier: LGPL-2.1-or-later
import { migrateFlags } from '../libvirt/schema.ts';
import type { MigrationChoices } from './choices.ts';
import { type Message, msg } from './message.ts';

/** What will be asked of libvirt: the call, in figures and in words. */
export interface Plan {
  /** libvirt's names without their common beginning, for example `LIVE`. */
  readonly flagNames: readonly string[];
  readonly flags: number;
  /** Parameters of the call that are not flags. */
  readonly parameters: { readonly migrateUri?: string };
  /** What will remain where. */
  readonly sentence: Message;
  /** The same migration as an argument list of virsh. */
  readonly virsh: readonly string[];
}

/** The plan for the choices: a pure translation. */
export function planFor(choices: MigrationChoices): Plan {
  const names = choices.temporary
    ? (['LIVE', 'PEER2PEER'] as const)
    : (['LIVE', 'PEER2PEER', 'PERSIST_DEST', 'UNDEFINE_SOURCE'] as const);
  const migrateUri = choices.migrationUri;
  return {
    flagNames: names,
    flags: names.reduce((sum, name) => sum | migrateFlags[name], 0),
    parameters: migrateUri === undefined ? {} : { migrateUri },
    sentence: choices.temporary
      ? msg(
          'A copy of $0 will run on the destination until it is shut off there. Its definition stays on this host, where it will be shut off.',
          choices.vm.name,
        )
      : msg(
          '$0 will run on the destination and be defined there. Nothing of it remains defined on this host.',
          choices.vm.name,
        ),
    virsh: [
      'virsh',
      '-c',
      choices.vm.connection === 'system' ? 'qemu:///system' : 'qemu:///session',
      'migrate',
      '--live',
      '--p2p',
      ...(choices.temporary ? [] : ['--persistent', '--undefinesource']),
      // By UUID: a name may look like an option or like a number.
      '--domain',
      choices.vm.uuid,
      '--desturi',
      choices.destination,
      ...(migrateUri === undefined ? [] : ['--migrateuri', migrateUri]),
    ],
  };
}
