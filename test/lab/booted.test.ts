// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { BootedLab, generations } from './booted-lab.ts';
import { Lab, type LabHost, waitFor } from './lab.ts';
import { namespacesOf, traces } from './traces.ts';

const run = promisify(execFile);
const driver = join(import.meta.dirname, 'lab');

let booted: BootedLab;

beforeAll(async () => {
  booted = await BootedLab.join();
});

/** Runs a shell as a user in a session of their own, as after a sign-in. */
async function asUser(host: LabHost, user: string, script: string): Promise<string> {
  const argv = ['systemd-run', '--quiet', '--pipe', '--wait', '--property=PAMName=login', `--uid=${user}`];
  return (await host.exec([...argv, 'sh', '-c', script])).stdout.trim();
}

describe.each([
  ['12', '252', '9.0.0'],
  ['13', '257', '11.'],
  ['14', '', ''],
] as const)('Debian %s, booted', (generation, systemd, libvirt) => {
  const host = (): LabHost => booted.with(generation);

  it('has the requested generation, and runs without a failed unit', async () => {
    expect(host().generation).toBe(Number(generation));
    const words = async (...argv: string[]): Promise<string> => (await host().exec(argv)).stdout.trim();
    expect(await words('systemctl', '--failed', '--no-legend')).toBe('');
    expect(await words('ps', '-p', '1', '-o', 'comm=')).toBe('systemd');
    expect(await words('systemctl', '--version')).toContain(`systemd ${systemd}`);
    expect(await host().virsh('version', '--daemon')).toContain(`Running against daemon: ${libvirt}`);
    for (const unit of ['systemd-logind', 'systemd-journald', 'polkit', 'dbus', 'ssh'])
      expect(await words('systemctl', 'is-active', unit)).toBe('active');
    for (const socket of ['cockpit.socket', 'libvirtd.socket', 'libvirtd-tcp.socket', 'libvirtd-tls.socket'])
      expect(await words('systemctl', 'is-active', socket)).toBe('active');
  });

  it('runs a guest as libvirt-qemu in machine.slice, which machined knows', async () => {
    const guest = await host().guest(`on ${generation}`, { machine: 'pc-q35-7.2' });
    const script = 'pid=$(pgrep -f "^/[^ ]*qemu-system.*$1"); ps -o user= -p $pid; cat /proc/$pid/cgroup';
    const { stdout } = await host().exec(['sh', '-c', script, 'sh', guest.uuid]);
    expect(stdout).toMatch(/^libvirt/);
    expect(stdout).toMatch(/machine\.slice\/machine-qemu.*\.scope/);
    expect((await host().exec(['machinectl', 'list', '--no-legend'])).stdout).toContain('qemu-');
    await host().virsh('destroy', guest.uuid);
  });

  it('gives root’s rights only to admin, for a password', async () => {
    const sudo = async (user: string): Promise<string> => {
      const argv = ['runuser', '-u', user, '--', 'sudo', '-S', '-k', 'id', '-u'];
      const { exitCode, stdout } = await host().exec(argv, { check: false, input: 'lab\n' });
      return exitCode === 0 ? stdout.trim() : 'refused';
    };
    expect(await sudo('admin')).toBe('0');
    expect(await sudo('vmuser')).toBe('refused');
    expect(await sudo('nobodyuser')).toBe('refused');
    const bare = ['runuser', '-u', 'admin', '--', 'sudo', '-n', 'id'];
    expect((await host().exec(bare, { check: false })).exitCode).not.toBe(0);
  });

  it('shows the system’s VMs to a member of the group libvirt, but not to other users', async () => {
    const list = 'virsh -q -c qemu:///system uri 2>&1 || true';
    expect(await asUser(host(), 'vmuser', list)).toBe('qemu:///system');
    expect(await asUser(host(), 'nobodyuser', list)).toMatch(/authentication|denied/i);
  });

  it('has a session bus for each user, unless disabled', async () => {
    const argv = 'busctl --user status >/dev/null 2>&1 && echo bus || echo none';
    expect(await asUser(host(), 'vmuser', argv)).toBe('bus');
    expect(await asUser(booted.without(generation), 'vmuser', argv)).toBe('none');
  });

  it('takes passwords', async () => {
    await host().exec(['chpasswd'], { input: 'nobodyuser:another\n' });
    await host().exec(['chpasswd'], { input: 'nobodyuser:lab\n' });
  });

  it('has its daemons stopped and started', async () => {
    const answers = async (): Promise<boolean> =>
      (await host().exec(['virsh', '-q', 'uri'], { check: false })).exitCode === 0;
    await host().daemon('libvirtd', 'stop');
    expect(await answers()).toBe(false);
    await host().daemon('libvirtd', 'start');
    expect(await answers()).toBe(true);
    await host().daemon('libvirtd', 'kill');
    await waitFor('libvirtd to come back', answers);
    await host().daemon('libvirt-dbus', 'kill');
    const call = ['org.libvirt', '/org/libvirt/QEMU', 'org.libvirt.Connect', 'ListDomains', 'u', '0'];
    expect((await host().exec(['busctl', 'call', ...call])).exitCode).toBe(0);
  });
});

it('lets each host reach the others over ssh, tcp and tls, and share storage', async () => {
  const hosts = generations.map((each) => booted.with(each));
  for (const from of hosts) {
    for (const to of hosts.filter((each) => each !== from)) {
      for (const transport of ['ssh', 'tcp', 'tls'])
        expect(await from.virsh('-c', `qemu+${transport}://${to.name}/system`, 'hostname')).toBe(to.name);
    }
    await from.exec(['touch', `/var/lib/libvirt/shared/by-${from.name}`]);
  }
  for (const host of hosts)
    expect((await host.exec(['ls', '/var/lib/libvirt/shared'])).stdout.trim().split('\n')).toEqual(
      expect.arrayContaining(hosts.map(({ name }) => `by-${name}`)),
    );
});

it('says which versions it found', async () => {
  const { stdout } = await run(driver, ['tree', '12', '13', '14']);
  const versions = JSON.parse(stdout) as Record<string, Record<string, string>>;
  expect(Object.keys(versions)).toEqual(['12', '13', '14']);
  for (const found of Object.values(versions))
    for (const name of [
      'systemd',
      'libvirt-daemon-system',
      'qemu-system-x86',
      'cockpit-ws',
      'cockpit-bridge',
    ])
      expect(found[name]).toMatch(/^\d/);
});

it('leaves nothing behind on the machine', async () => {
  const settings = (): string =>
    ['kernel/hostname', 'fs/nr_open', 'fs/file-max', 'net/ipv4/ip_forward']
      .map((name) => readFileSync(`/proc/sys/${name}`, 'utf8'))
      .join();
  const before = settings();
  let gone: { name: string; bridge: string; namespaces: ReadonlySet<string> };
  {
    await using second = await Lab.start({ hosts: ['alpha:13', 'beta'] });
    const { stdout } = await run(driver, ['--lab', second.name, 'status']);
    const { bridge } = JSON.parse(stdout) as { bridge: string };
    gone = {
      name: second.name,
      bridge,
      namespaces: namespacesOf([second.host('alpha'), second.host('beta')]),
    };
    await second.host('alpha').guest('alone', { machine: 'pc-q35-7.2' });
    expect(await traces(gone.name, gone.bridge, gone.namespaces)).not.toEqual([]);
  }
  expect(await traces(gone.name, gone.bridge, gone.namespaces)).toEqual([]);
  expect(settings()).toBe(before);
  // The other lab does not notice.
  for (const each of generations)
    expect((await booted.with(each).exec(['systemctl', '--failed', '--no-legend'])).stdout).toBe('');
  expect(existsSync(`/run/cockpit-migrate-lab/${booted.lab.name}`)).toBe(true);
});
