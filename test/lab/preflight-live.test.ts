// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainText } from '../../src/engine/base/message.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { checks } from '../../src/engine/preflight/checks/index.ts';
import type { Finding } from '../../src/engine/preflight/finding.ts';
import { Preflight } from '../../src/engine/preflight/preflight.ts';
import type { PreflightState } from '../../src/engine/preflight/state.ts';
import { verdictOf } from '../../src/engine/preflight/verdict-of.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import { makeVm } from '../catalogue/lab-vm.ts';
import { type Guest, Lab, type LabHost } from './lab.ts';

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;
let web: Guest;

beforeAll(async () => {
  lab = await Lab.start();
  alpha = lab.host('alpha');
  beta = lab.host('beta');
  web = await alpha.guest(`web-${randomUUID().slice(0, 4)}`, { memory: 192, disk: 'shared' });
  await web.booted();
});

afterAll(async () => {
  await lab.down();
});

/** Runs the preflight on alpha. */
async function check(
  guest: { name: string; uuid: string } = web,
  change: Partial<MigrationChoices> = {},
): Promise<{ state: PreflightState; findings: Map<string, Finding> }> {
  const platform = alpha.platform();
  const connection = new LibvirtConnection(platform, 'system');
  const choices: MigrationChoices = {
    vm: { connection: 'system', name: guest.name, uuid: guest.uuid },
    destination: 'qemu+ssh://beta/system',
    temporary: false,
    dirtyRateSeconds: 1,
    confirmedUriParameters: [],
    ...change,
  };
  const preflight = new Preflight({ platform, connection }, choices);
  await preflight.start();
  connection.close();
  const state = preflight.state.get();
  const findings = new Map(
    state.checks.flatMap((progress) =>
      progress.status === 'done' ? [[progress.finding.check, progress.finding] as const] : [],
    ),
  );
  return { state, findings };
}

/** The finding in one line, with its original text. */
function say(finding: Finding | undefined): string {
  if (finding === undefined) return 'missing';
  const original = 'original' in finding ? ` [${finding.original ?? ''}]` : '';
  const details = (finding.details ?? []).map((detail) => ` / ${plainText(detail)}`).join('');
  return `${finding.verdict}: ${plainText(finding.found)}${details}${original}`;
}

/**
 * Makes a host's QEMU look as if its CPU lacked features: libvirt keeps in a file what it found out about a QEMU, and believes
 * it as long as the program is the same. What is returned makes it look again.
 */
async function poorerCpu(host: LabHost, features: readonly string[]): Promise<() => Promise<void>> {
  const cache = '/var/cache/libvirt/qemu/capabilities';
  const edit = `for feature; do sed -i "s|\\(<property name='$feature' type='boolean' value=\\)'true'|\\1'false'|" ${cache}/*.xml; done`;
  await host.virsh('domcapabilities');
  await host.daemon('libvirtd', 'stop');
  await host.exec(['sh', '-ec', edit, 'sh', ...features]);
  await host.daemon('libvirtd', 'start');
  return async () => {
    await host.daemon('libvirtd', 'stop');
    await host.exec(['sh', '-c', `rm -f ${cache}/*.xml`]);
    await host.daemon('libvirtd', 'start');
  };
}

function verdicts(findings: ReadonlyMap<string, Finding>): Record<string, string> {
  return Object.fromEntries([...findings].map(([id, finding]) => [id, finding.verdict]));
}

const healthyVerdicts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(checks.map(({ id }) => [id, 'pass'])),
  // What this VM does not have.
  'temporary-rules': 'not-applicable',
  hugepages: 'not-applicable',
  'tsc-frequency': 'not-applicable',
};

/** What cannot be seen without a shell on the destination. */
const needShell = [
  ...[
    'data-path',
    'shared-storage',
    'disk-path',
    'disk-space',
    'device-files',
    'lock-manager',
    'clock-skew',
    'permissions',
  ],
];

describe('between healthy hosts', () => {
  it('passes over ssh, and changes nothing', async () => {
    // Names, owners and modes only: the guest writes to its disk, so sizes and times change.
    const left = async (): Promise<string> =>
      (
        await beta.exec([
          'sh',
          '-c',
          'virsh list --all --uuid; find /root /var/lib/libvirt/shared -maxdepth 1 -printf "%p %u %m\\n" | sort',
        ])
      ).stdout;
    const before = await left();
    const { state, findings } = await check();
    expect(
      [...findings.values()].filter(({ check: id, verdict }) => verdict !== healthyVerdicts[id]).map(say),
    ).toEqual([]);
    expect(verdicts(findings)).toEqual(healthyVerdicts);
    expect(verdictOf(state, new Set())).toBe('ready');
    expect(state.forecast?.kind).toBe('converges');
    expect(await left()).toBe(before);
  });

  it.each(['tls', 'tcp'])('over %s passes but for what needs a shell', async (transport) => {
    const { findings } = await check(web, { destination: `qemu+${transport}://beta/system` });
    expect(verdicts(findings)).toMatchObject({
      ...healthyVerdicts,
      uri: transport === 'tcp' ? 'warn' : 'pass',
      ...Object.fromEntries(needShell.map((id) => [id, 'unknown'])),
    });
  });

  it('proves shared storage over tls by a storage pool of the destination', async () => {
    // The lab's hosts have a pool for the shared folder. It lists new files after a refresh.
    await beta.virsh('pool-refresh', 'shared');
    const { findings } = await check(web, { destination: 'qemu+tls://beta/system' });
    // The guest sometimes writes to its disk, so the time of the last change may differ for a moment.
    expect(['pass', 'unknown']).toContain(findings.get('shared-storage')?.verdict);
  });
});

/** What it does about a cause. The causes themselves are in test/catalogue/, each with the check that has to find it. */
describe('finds', () => {
  async function blocked(
    id: string,
    words: RegExp,
    options: { guest?: Guest; change?: Partial<MigrationChoices>; verdict?: Finding['verdict'] } = {},
  ): Promise<Finding | undefined> {
    const { findings } = await check(options.guest, options.change);
    const finding = findings.get(id);
    expect(say(finding)).toMatch(words);
    expect(finding?.verdict).toBe(options.verdict ?? 'block');
    return finding;
  }

  it('a URI that runs a program, and does not run it', async () => {
    const mark = `/tmp/ran-${randomUUID()}`;
    await blocked('uri', /do more than name a host/, {
      change: { destination: `qemu+ssh://beta/system?command=/usr/bin/touch&netcat=${mark}` },
    });
    expect((await alpha.exec(['test', '-e', mark], { check: false })).exitCode).toBe(1);
  });

  it('a destination that does not answer, and ends the queries at their time limit', async () => {
    await beta.firewall('drop', '22');
    try {
      const began = performance.now();
      const { findings } = await check();
      expect(say(findings.get('control-port'))).toMatch(/^block: .*does not answer/);
      expect(findings.get('authentication')?.verdict).toBe('unknown');
      expect(performance.now() - began).toBeLessThan(8000);
    } finally {
      await beta.firewall('open', '22');
    }
  });

  it('a CPU that the destination does not have', async () => {
    const guest = await alpha.guest('other-cpu', {
      memory: 128,
      disk: 'none',
      cpu: 'Skylake-Server',
      off: true,
    });
    // Both hosts lack it, but they have a CPU in common.
    expect(
      await blocked('cpu-compatibility', /lacks these features of the VM’s CPU: .*avx512f/, { guest }),
    ).toMatchObject({ remedies: [{ xml: expect.stringMatching(/^<cpu mode='custom'/) as unknown }, {}, {}] });
    await blocked('vm-state', /shut off/, { guest });
  });

  it('a CPU with features that the destination lacks, and suggests one that both hosts have', async () => {
    const vm = await makeVm(alpha, {
      name: 'host-model',
      vcpus: 2,
      more: "<cpu mode='host-model'><topology sockets='1' dies='1' cores='2' threads='1'/></cpu>",
    });
    const restore = await poorerCpu(beta, ['avx2', 'la57', 'pku', 'vaes']);
    try {
      const { findings } = await check(vm);
      const finding = findings.get('cpu-compatibility');
      expect(say(finding)).toMatch(
        /^block: .*lacks these features of the VM’s CPU: .*avx2.* \/ .*host-model/,
      );
      const xml = finding?.verdict === 'block' ? (finding.remedies[0].xml ?? '') : '';
      expect(finding).toMatchObject({
        remedies: [{ command: `virsh edit ${vm.uuid}`, host: 'source' }, {}, {}],
      });
      expect(xml).toMatch(/^<cpu mode='custom' match='exact'>\n {2}<model fallback='forbid'>.*\n<\/cpu>$/s);
      expect(xml).toMatch(/<topology [^>]*cores='2'/);
      // What the remedy says to do.
      await alpha.virsh('destroy', vm.uuid);
      const stored = await alpha.virsh('dumpxml', '--inactive', vm.uuid);
      await alpha.exec(['sh', '-c', 'cat | virsh -q define /dev/stdin'], {
        input: stored.replace(/<cpu .*<\/cpu>/s, xml),
      });
      await alpha.virsh('start', vm.uuid, '--paused');
      expect(await alpha.virsh('dumpxml', vm.uuid)).toMatch(/<cpu mode='custom' match='exact' check='full'>/);
      const after = await check(vm);
      expect(say(after.findings.get('cpu-compatibility'))).toMatch(/^pass: /);
      await alpha.virsh('migrate', '--live', '--p2p', vm.uuid, 'qemu+ssh://beta/system');
      expect(await beta.virsh('domstate', vm.uuid)).toMatch(/^paused/);
    } finally {
      await restore();
      await vm.remove(alpha, beta);
    }
  });

  it('an incoming VM, whose port is not tested', async () => {
    const slow = await alpha.guest('slow', { memory: 256, dirtyMb: 64, dirtyRate: 40, disk: 'none' });
    await slow.dirtying();
    await beta.shape('80mbit');
    const migration = alpha.exec(
      ['virsh', 'migrate', '--live', '--p2p', slow.uuid, 'qemu+ssh://beta/system'],
      { check: false },
    );
    try {
      await expect
        .poll(async () => (await alpha.exec(['virsh', 'domjobinfo', slow.uuid])).stdout, { timeout: 20_000 })
        .toMatch(/Outgoing migration/);
      const own = await check(slow);
      expect(say(own.findings.get('vm-state'))).toMatch(/^block: The VM is already being migrated/);
      expect(say(own.findings.get('dirty-rate'))).toMatch(/^unknown/);
      const other = await check(web);
      expect(say(other.findings.get('data-ports'))).toMatch(/^pass: 63 of 64 .*49152/);
      expect(
        say((await check(web, { destination: 'qemu+tls://beta/system' })).findings.get('data-ports')),
      ).toMatch(/^unknown: Another VM \(slow\) is arriving/);
      expect((await alpha.exec(['virsh', 'domjobinfo', slow.uuid])).stdout).toMatch(/Outgoing migration/);
    } finally {
      await alpha.exec(['virsh', 'domjobabort', slow.uuid], { check: false });
      await migration;
      await beta.shape(undefined);
      await alpha.virsh('destroy', slow.uuid);
    }
  });
});

it('leaves nothing running when it is stopped', async () => {
  const platform = alpha.platform();
  const connection = new LibvirtConnection(platform, 'system');
  const preflight = new Preflight(
    { platform, connection },
    {
      vm: { connection: 'system', name: web.name, uuid: web.uuid },
      destination: 'qemu+ssh://beta/system',
      temporary: false,
      dirtyRateSeconds: 30,
      confirmedUriParameters: [],
    },
  );
  const done = preflight.start();
  await new Promise((resolve) => setTimeout(resolve, 400));
  preflight.stop();
  await done;
  connection.close();
  const running = async (): Promise<readonly string[]> =>
    (await alpha.exec(['ps', '-eo', 'args'])).stdout
      .split('\n')
      .filter((line) => /^(ssh|virsh|sh -s)\b|virsh -c/.test(line) && !line.startsWith('sshd'));
  await expect.poll(running, { timeout: 10_000 }).toEqual([]);
});
