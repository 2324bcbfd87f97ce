// SPDX-License-Identifier: LGPL-2.1-or-later

import { plainText } from '../../src/engine/base/message.ts';
import type { Remedy } from '../../src/engine/base/remedy.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import type { Check } from '../../src/engine/preflight/check.ts';
import type { Finding } from '../../src/engine/preflight/finding.ts';
import { Preflight } from '../../src/engine/preflight/preflight.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import type { Guest } from '../lab/lab.ts';
import type { Case, Hosts } from './case.ts';
import { type MadeVm, makeVm } from './lab-vm.ts';
import type { Undo } from './undo.ts';

/** A case that has been made. */
export interface PreparedCase {
  readonly vm: MadeVm;
  /** The guest, where it runs. */
  readonly guest: Guest | undefined;
  readonly choices: MigrationChoices;
}

/** A running guest, with a function that removes it. */
function vmOf({ name, uuid }: Guest): MadeVm {
  return {
    name,
    uuid,
    remove: async (...hosts) => {
      for (const each of hosts) {
        await each.exec(['virsh', '-q', 'destroy', uuid], { check: false });
        await each.exec(['virsh', '-q', 'undefine', uuid], { check: false });
      }
    },
  };
}

/** Makes it. `undo` removes everything, including the VM on whichever host has it. */
export async function prepareCase(testCase: Case, hosts: Hosts, undo: Undo): Promise<PreparedCase> {
  const { source, destination } = hosts;
  await testCase.cause?.(hosts, undo);
  let guest: Guest | undefined;
  let vm: MadeVm;
  if ('guest' in testCase.vm) {
    guest = await source.guest(testCase.vm.name, testCase.vm.guest);
    vm = vmOf(guest);
  } else {
    vm = await makeVm(source, testCase.vm);
  }
  undo.add(() => vm.remove(source, destination));
  const writes = 'guest' in testCase.vm && testCase.vm.guest.dirtyRate !== undefined;
  await (writes ? guest?.dirtying() : guest?.booted());
  await testCase.then?.(hosts, undo, vm);
  const change = typeof testCase.change === 'function' ? testCase.change(hosts) : testCase.change;
  return {
    vm,
    guest,
    choices: {
      vm: { connection: 'system', name: vm.name, uuid: vm.uuid },
      destination: 'qemu+ssh://beta/system',
      temporary: false,
      dirtyRateSeconds: 1,
      confirmedUriParameters: [],
      ...change,
    },
  };
}

/** The preflight's result on the source. */
export async function findingsOf(
  choices: MigrationChoices,
  { source }: Hosts,
  checks: readonly Check[],
): Promise<readonly Finding[]> {
  const platform = source.platform();
  const connection = new LibvirtConnection(platform, 'system');
  const preflight = new Preflight({ platform, connection }, choices, { checks });
  try {
    await preflight.start();
  } finally {
    connection.close();
  }
  return preflight.state
    .get()
    .checks.flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []));
}

/** All texts of a finding. */
export function words(finding: Finding | undefined): string {
  if (finding === undefined) return 'no finding';
  const remedies = 'remedies' in finding ? finding.remedies.map(({ text }) => plainText(text)) : [];
  const original = 'original' in finding ? (finding.original ?? '') : '';
  return [
    `${finding.check}: ${finding.verdict}: ${plainText(finding.found)}`,
    ...(finding.details ?? []).map((detail) => plainText(detail)),
    original,
    ...remedies,
  ].join('\n');
}

/** Carries out a remedy, as the dialog or the admin would, and returns the new choices. */
export async function apply(
  remedy: Remedy | undefined,
  choices: MigrationChoices,
  { source, destination }: Hosts,
): Promise<MigrationChoices> {
  switch (remedy?.action?.kind) {
    case 'set-migration-uri':
      return { ...choices, migrationUri: remedy.action.uri };
    case 'set-destination':
      return { ...choices, destination: remedy.action.uri };
    case 'copy-disks': {
      const { copyDisks: _, ...others } = choices;
      return remedy.action.disks.length === 0 ? others : { ...others, copyDisks: remedy.action.disks };
    }
    case 'pause-vm':
      await source.virsh('suspend', choices.vm.uuid);
      return choices;
    case 'resume-vm':
    case 'eject-medium':
    case 'confirm-uri-parameters':
    case undefined:
      break;
  }
  if (remedy?.command === undefined) throw new Error('The remedy has no command');
  await (remedy.host === 'destination' ? destination : source).exec(['sh', '-c', remedy.command]);
  return choices;
}

const log = '/var/log/libvirt/libvirtd.log';

/**
 * Starts the migration with the virsh command that the dialog shows. virsh may report the end of the connection instead of the
 * reason (seen with 9.0: closing the connection overwrites the last error), so the daemons' new log lines are part of the result.
 */
export async function migrate(
  choices: MigrationChoices,
  { source, destination }: Hosts,
): Promise<{ exitCode: number; said: string }> {
  const both = [source, destination];
  const lines = await Promise.all(both.map((host) => host.exec(['wc', '-l', log])));
  const { exitCode, stderr } = await source.exec(planFor(choices).virsh, { check: false });
  if (exitCode === 0) return { exitCode, said: stderr.trim() };
  const written = await Promise.all(
    both.map((host, at) =>
      host.exec(['tail', '-n', `+${Number.parseInt(lines[at]?.stdout ?? '0') + 1}`, log]),
    ),
  );
  return { exitCode, said: [stderr, ...written.map(({ stdout }) => stdout)].join('') };
}

/** libvirt's error if it has lost the reason. */
const lost = 'End of file while reading data';

/**
 * Tries the migration until libvirt reports why it refuses, at most five times. Some reasons are not in a log either: libvirtd does
 * not log its clients' "no network with that name" and similar errors (daemonErrorLogFilter).
 */
export async function refusedFor(
  reason: RegExp,
  choices: MigrationChoices,
  hosts: Hosts,
): Promise<{ exitCode: number; said: string }> {
  let answer = await migrate(choices, hosts);
  for (let more = 4; more > 0 && answer.said.includes(lost) && !reason.test(answer.said); more -= 1)
    answer = await migrate(choices, hosts);
  return answer;
}

/** Starts a VM that does not run yet on the destination, as an incoming one is started. */
export async function startThere(
  { uuid }: MadeVm,
  { source, destination }: Hosts,
): Promise<{ exitCode: number; said: string }> {
  const input = await source.virsh('dumpxml', '--inactive', '--security-info', uuid);
  const { exitCode, stderr } = await destination.exec(
    ['sh', '-c', 'cat | virsh -q create --paused /dev/stdin'],
    { input, check: false },
  );
  return { exitCode, said: stderr.trim() };
}
