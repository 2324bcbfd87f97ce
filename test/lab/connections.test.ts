// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import type { Finding } from '../../src/engine/preflight/finding.ts';
import { Preflight } from '../../src/engine/preflight/preflight.ts';
import type { PreflightState } from '../../src/engine/preflight/state.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import { type MadeVm, makeVm } from '../catalogue/lab-vm.ts';
import { Lab, type LabHost, waitFor } from './lab.ts';

const image = `/var/lib/libvirt/images/only-here-${randomUUID().slice(0, 4)}.img`;

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;
/** Everything that leads to further questions: a CPU that the destination lacks, and a copied disk. */
let vm: MadeVm;

beforeAll(async () => {
  lab = await Lab.start();
  alpha = lab.host('alpha');
  beta = lab.host('beta');
  await alpha.exec(['truncate', '-s', '16M', image]);
  vm = await makeVm(alpha, {
    name: `asks-more-${randomUUID().slice(0, 4)}`,
    more: "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>Skylake-Server</model></cpu>",
    devices: `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${image}'/><target dev='vda' bus='virtio'/></disk>`,
    start: false,
  });
  await beta.exec(['nft', 'add', 'table', 'inet', 'counted']);
  await beta.exec([
    'nft',
    'add',
    'chain',
    'inet',
    'counted',
    'input',
    '{ type filter hook input priority -10; }',
  ]);
});

afterAll(async () => {
  await beta.exec(['nft', 'delete', 'table', 'inet', 'counted'], { check: false });
  await vm.remove(alpha);
  await alpha.exec(['rm', '-f', image]);
  await lab.down();
});

/** How many TCP connections to the ports of the destination a piece of work makes. */
async function connectionsTo(
  ports: readonly number[],
  work: () => Promise<void>,
): Promise<readonly number[]> {
  await beta.exec(['nft', 'flush', 'chain', 'inet', 'counted', 'input']);
  for (const port of ports) {
    const rule = `tcp dport ${port} tcp flags & (syn | ack) == syn counter`;
    await beta.exec(['nft', 'add', 'rule', 'inet', 'counted', 'input', rule]);
  }
  await work();
  const { stdout } = await beta.exec(['nft', 'list', 'chain', 'inet', 'counted', 'input']);
  return [...stdout.matchAll(/counter packets (\d+)/g)].map(([, packets]) => Number(packets));
}

async function preflight(
  destination: string,
): Promise<{ state: PreflightState; findings: ReadonlyMap<string, Finding> }> {
  const platform = alpha.platform();
  const connection = new LibvirtConnection(platform, 'system');
  const choices: MigrationChoices = {
    vm: { connection: 'system', name: vm.name, uuid: vm.uuid },
    destination,
    temporary: false,
    dirtyRateSeconds: 1,
    copyDisks: ['vda'],
    confirmedUriParameters: [],
  };
  const run = new Preflight({ platform, connection }, choices);
  await run.start();
  connection.close();
  const state = run.state.get();
  const findings = state.checks.flatMap((each) => (each.status === 'done' ? [each.finding] : []));
  return { state, findings: new Map(findings.map((finding) => [finding.check, finding])) };
}

/** control-port connects once without sending; the rest are real connections. */
const tried = 1;

describe('all questions to the destination', () => {
  it('use one connection for libvirt and one for the shell, including the measurement of the link', async () => {
    let all: Awaited<ReturnType<typeof preflight>> | undefined;
    const counted = await connectionsTo([22, 16509, 16514], async () => {
      all = await preflight('qemu+ssh://beta/system');
    });
    expect(counted).toEqual([tried + 2, 0, 0]);
    // Everything was asked: the CPU in common, the path of the copied disk, the shell, the link.
    expect(all?.findings.get('cpu-compatibility')).toMatchObject({
      verdict: 'block',
      remedies: [{ xml: expect.stringMatching(/^<cpu mode='custom'/) as unknown }, {}, {}],
    });
    expect(all?.findings.get('disk-path')).toMatchObject({ verdict: 'pass' });
    expect(all?.findings.get('clock-skew')).toMatchObject({ verdict: 'pass' });
  });

  it.each([
    ['tls', 16514],
    ['tcp', 16509],
  ] as const)('goes over one connection over %s', async (transport, port) => {
    let all: Awaited<ReturnType<typeof preflight>> | undefined;
    const counted = await connectionsTo([22, port], async () => {
      all = await preflight(`qemu+${transport}://beta/system`);
    });
    expect(counted).toEqual([0, tried + 1]);
    expect(all?.findings.get('cpu-compatibility')).toMatchObject({
      verdict: 'block',
      remedies: [{ xml: expect.any(String) as unknown }, {}, {}],
    });
  });

  it.each(['tls', 'ssh'])('ends at its limit where libvirt over %s never answers', async (transport) => {
    await beta.exec(['sh', '-c', 'kill -STOP $(cat /run/libvirtd.pid)']);
    try {
      const { findings } = await preflight(`qemu+${transport}://beta/system`);
      const unanswered = [...findings.values()].filter(
        ({ check, verdict }) => check === 'authentication' && verdict === 'unknown',
      );
      expect(unanswered).toMatchObject([{ found: { args: [10] } }]);
      // The facts from the shell are there, too.
      expect(findings.get('clock-skew')?.verdict).toBe(transport === 'ssh' ? 'pass' : 'unknown');
      expect(findings.get('control-port')?.verdict).toBe('pass');
    } finally {
      await beta.exec(['sh', '-c', 'kill -CONT $(cat /run/libvirtd.pid)']);
    }
  });

  it('leave neither a process nor a file behind on either host', async () => {
    await preflight('qemu+ssh://beta/system');
    const leftOver = async (host: LabHost): Promise<string> =>
      (
        await host.exec([
          'sh',
          '-c',
          'pgrep -a "^(virsh|ssh)$"; pgrep -af "[s]shd: root@notty"; cat /root/.cache/libvirt/virsh/history 2>/dev/null; :',
        ])
      ).stdout;
    await waitFor(
      'nothing to be left',
      async () => `${await leftOver(alpha)}${await leftOver(beta)}` === '',
      20,
    );
  });
});
