// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  flagsValue,
  type MigrateFlag,
  type MigrateParameters,
  migrateCommand,
} from '../../libvirt/migrate-command.ts';
import { type Message, msg } from '../base/index.ts';
import type { MigrationChoices } from './choices.ts';
import { allowsPostCopy, type MigrationTuning, wholeMebibytes } from './tuning.ts';
import { tuningTexts } from './tuning-text.ts';

/** What libvirt will be asked to do: the call, and a description of it. */
export interface Plan {
  /** libvirt's names of the flags without their prefix, for example `LIVE`. */
  readonly flagNames: readonly MigrateFlag[];
  readonly flags: number;
  readonly parameters: MigrateParameters;
  /** Destination URI, as given. */
  readonly destination: string;
  /** What is done during the migration. */
  readonly tuning: MigrationTuning;
  /** What stays on which host. */
  readonly sentences: readonly Message[];
  /** The same migration as an argument list for virsh. */
  readonly virsh: readonly string[];
}

/** The names of the disks that a plan copies. */
export function copiedDisks({ parameters }: Pick<Plan, 'parameters'>): readonly string[] {
  return parameters.migrateDisks ?? [];
}

/** True if the definition of the VM stays on this host. */
export function isTemporary({ flagNames }: Pick<Plan, 'flagNames'>): boolean {
  return !flagNames.includes('PERSIST_DEST');
}

function sentencesFor({ vm, temporary, copyDisks = [], tuning = {} }: MigrationChoices): readonly Message[] {
  const disks = copyDisks.join(', ');
  return [
    temporary
      ? msg(
          'A copy of $0 runs on the destination until it is shut off there. The definition stays on this host, shut off.',
          vm.name,
        )
      : msg('$0 runs on the destination and is defined there. This host keeps no definition.', vm.name),
    ...(copyDisks.length === 0
      ? []
      : [
          msg(
            'Disks copied to the destination: $0. Their disk images on this host stay as they are at that moment.',
            disks,
          ),
        ]),
    ...tuningTexts(tuning),
  ];
}

/** The plan for the choices: a pure translation. */
export function planFor(choices: MigrationChoices): Plan {
  const { vm, destination, temporary, migrationUri, copyDisks = [], tuning = {} } = choices;
  const { autoConverge, bandwidthLimitBytesPerSecond: limit } = tuning;
  const flagNames: readonly MigrateFlag[] = [
    'LIVE',
    'PEER2PEER',
    ...(temporary ? [] : (['PERSIST_DEST', 'UNDEFINE_SOURCE'] as const)),
    ...(copyDisks.length === 0 ? [] : (['NON_SHARED_DISK'] as const)),
    ...(autoConverge === true ? (['AUTO_CONVERGE'] as const) : []),
    ...(allowsPostCopy(tuning) ? (['POSTCOPY'] as const) : []),
  ];
  const parameters: MigrateParameters = {
    ...(migrationUri === undefined ? {} : { migrateUri: migrationUri }),
    // The disks are always named: by default, libvirt copies every writable disk, even a shared one.
    ...(copyDisks.length === 0 ? {} : { migrateDisks: copyDisks }),
    ...(limit === undefined ? {} : { bandwidth: wholeMebibytes(limit) }),
  };
  return {
    flagNames,
    flags: flagsValue(flagNames),
    parameters,
    destination,
    tuning,
    sentences: sentencesFor(choices),
    virsh: [
      'virsh',
      '-c',
      vm.connection === 'system' ? 'qemu:///system' : 'qemu:///session',
      ...migrateCommand(vm.uuid, destination, parameters, flagNames),
    ],
  };
}
