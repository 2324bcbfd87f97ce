// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checks } from '../../src/engine/checks/index.ts';
import type { MigrationChoices } from '../../src/engine/choices.ts';
import type { Finding } from '../../src/engine/finding.ts';
import { plainText } from '../../src/engine/message.ts';
import { Preflight } from '../../src/engine/preflight.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import { Lab } from '../lab/lab.ts';
import { broken } from './broken.ts';
import { healthy } from './healthy.ts';
import { type MadeVm, makeVm } from './lab-vm.ts';
import type { Hosts } from './set-up.ts';

let lab: Lab;
let hosts: Hosts;
let caught = 0;
let falselyBlocked = 0;

beforeAll(async () => {
  lab = await Lab.start();
  hosts = { source: lab.host('alpha'), destination: lab.host('beta') };
});

afterAll(async () => {
  await lab.down();
  process.stdout.write(
    `caught ${caught} of ${broken.length}, false blocks ${falselyBlocked} of ${healthy.length}\n`,
  );
});

/** The findings of some checks, of all unless said. */
async function findingsOf(
  vm: MadeVm,
  change: Partial<MigrationChoices> = {},
  only?: string,
): Promise<readonly Finding[]> {
  const platform = hosts.source.platform();
  const connection = new LibvirtConnection(platform, 'system');
  const preflight = new Preflight(
    { platform, connection },
    {
      vm: { connection: 'system', name: vm.name, uuid: vm.uuid },
      destination: uri,
      temporary: false,
      dirtyRateSeconds: 1,
      confirmedUriParameters: [],
      ...change,
    },
    only === undefined ? {} : { checks: checks.filter(({ id }) => id === only) },
  );
  await preflight.start();
  connection.close();
  return preflight.state
    .get()
    .checks.flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []));
}

/** All that a finding says. */
function words(finding: Finding | undefined): string {
  if (finding === undefined) return 'no finding';
  const remedies = 'remedies' in finding ? finding.remedies.map(({ text }) => plainText(text)) : [];
  const original = 'original' in finding ? (finding.original ?? '') : '';
  return [
    `${finding.verdict}: ${plainText(finding.found)}`,
    ...(finding.details ?? []).map((detail) => plainText(detail)),
    original,
    ...remedies,
  ].join('\n');
}

const uri = 'qemu+ssh://beta/system';

/**
 * Starts the migration as an admin would. virsh may show the end of the connection instead of why it ended (seen with 9.0:
 * closing the connection sets the last error anew), so what the daemon wrote into its log meanwhile belongs to it.
 */
async function migrate(vm: MadeVm, destination = uri): Promise<{ exitCode: number; said: string }> {
  const log = '/var/log/libvirt/libvirtd.log';
  const lines = (await hosts.source.exec(['wc', '-l', log])).stdout.split(' ')[0] ?? '0';
  const { exitCode, stderr } = await hosts.source.exec(
    ['virsh', 'migrate', '--live', '--p2p', '--persistent', '--undefinesource', vm.uuid, destination],
    { check: false },
  );
  const { stdout } = await hosts.source.exec(['tail', '-n', `+${Number(lines) + 1}`, log]);
  return { exitCode, said: exitCode === 0 ? stderr.trim() : `${stderr}${stdout}` };
}

describe('broken set-ups: the preflight names each', () => {
  it.each(broken)('$check: $name', async ({ check, vm, cause, change, verdict, says, refusal }) => {
    const undo = await cause?.(hosts);
    const made = await makeVm(hosts.source, vm);
    try {
      const [finding] = await findingsOf(made, change, check);
      expect(words(finding)).toMatch(says);
      expect(finding?.verdict).toBe(verdict);
      if (refusal !== undefined) {
        // What was found is true: libvirt refuses.
        const { exitCode, said } = await migrate(made, change?.destination);
        expect(said).toMatch(refusal);
        expect(exitCode).not.toBe(0);
      }
      caught += 1;
    } finally {
      await made.remove(hosts.source, hosts.destination);
      await undo?.();
    }
  });
});

describe('healthy set-ups: nothing blocks, and the VM arrives', () => {
  it.each(healthy)('$name', async ({ vm, cause }) => {
    const undo = await cause?.(hosts);
    const made = await makeVm(hosts.source, vm);
    try {
      const blocking = (await findingsOf(made)).filter(
        ({ verdict }) => verdict === 'block' || verdict === 'unknown',
      );
      if (blocking.length > 0) falselyBlocked += 1;
      expect(blocking.map(words)).toEqual([]);
      const { exitCode, said } = await migrate(made);
      expect([said, exitCode]).toEqual(['', 0]);
      expect(await hosts.destination.virsh('domstate', made.uuid)).toBe('paused');
    } finally {
      await made.remove(hosts.source, hosts.destination);
      await undo?.();
    }
  });
});
