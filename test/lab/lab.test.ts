// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, type LabHost, waitFor } from './lab.ts';
import { namespaceKinds, namespacesOf, traces } from './traces.ts';

const run = promisify(execFile);
const driver = join(import.meta.dirname, 'lab');

async function bridgeOf(name: string): Promise<string> {
  const { stdout } = await run(driver, ['--lab', name, 'status']);
  return (JSON.parse(stdout) as { bridge: string }).bridge;
}

/** The result of a TCP connection from one host to another: open, bash's error, or `silence`. */
async function knock(from: LabHost, to: LabHost, port: number): Promise<string> {
  const script = 'exec 3<>"/dev/tcp/$1/$2" && echo open';
  const argv = ['timeout', '2', 'bash', '-c', script, 'knock', to.address, String(port)];
  const { exitCode, stdout, stderr } = await from.exec(argv, { check: false });
  if (exitCode === 124) return 'silence';
  return exitCode === 0 ? stdout.trim() : (/: ([^:\n]+)\n*$/.exec(stderr)?.[1] ?? stderr);
}

/** Seconds that 2 MB take from one host to the other. */
async function transfer(from: LabHost, to: LabHost): Promise<number> {
  const start = performance.now();
  await from.exec(['ssh', '-o', 'BatchMode=yes', to.name, 'wc -c'], { input: 'x'.repeat(2_000_000) });
  return (performance.now() - start) / 1000;
}

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;

beforeAll(async () => {
  lab = await Lab.start();
  alpha = lab.host('alpha');
  beta = lab.host('beta');
});

afterAll(async () => {
  await lab.down();
});

describe('libvirt of the other host', () => {
  const hostname = async (uri: string): Promise<string> => {
    const result = await alpha.exec(['virsh', '-q', '-c', uri, 'hostname'], { check: false });
    return (result.exitCode === 0 ? result.stdout : result.stderr).trim();
  };

  it.each(['qemu+ssh://beta/system', 'qemu+tcp://beta/system', 'qemu+tls://beta/system'])(
    'answers over %s',
    async (uri) => {
      expect(await hostname(uri)).toBe('beta');
    },
  );

  it('cannot be reached without trust, with a reason for each transport', async () => {
    await alpha.trust(beta, 'unknown-host-key');
    expect(await hostname('qemu+ssh://beta/system')).toContain('Host key verification failed');
    await alpha.trust(beta, 'refused-key');
    expect(await hostname('qemu+ssh://beta/system')).toContain('Permission denied');
    await alpha.trust(beta, 'off');
    expect(await hostname('qemu+ssh://beta/system')).toContain('Host key verification failed');
    await alpha.trust(beta, 'on');
    expect(await hostname('qemu+ssh://beta/system')).toBe('beta');
  });

  it('shows its present certificate', async () => {
    // libvirt's text for an expired one, unless GnuTLS reports another problem.
    await beta.certificate('expired');
    expect(await hostname('qemu+tls://beta/system')).toMatch(/not trusted|expired/);
    await beta.certificate('untrusted');
    expect(await hostname('qemu+tls://beta/system')).toContain('known issuer');
    await beta.certificate('wrong-name');
    expect(await hostname('qemu+tls://beta/system')).toContain('does not match the hostname');
    await beta.certificate('valid');
    expect(await hostname('qemu+tls://beta/system')).toBe('beta');
  });
});

describe('a guest', () => {
  // Every special character of shell, XML and URLs.
  const name = `my "VM" <1> $(id) 'x' & ウェブ`;

  it('migrates on shared storage, keeps counting, and has its disk intact', async () => {
    const guest = await alpha.guest(name);
    await guest.booted();
    expect(await guest.diskIntact()).toBe(true);
    const before = guest.counter();
    const silence = await guest.longestSilence(() =>
      alpha.virsh('migrate', '--live', '--p2p', guest.uuid, 'qemu+ssh://beta/system'),
    );
    expect(await beta.virsh('domstate', guest.uuid)).toBe('running');
    expect(await beta.virsh('domname', guest.uuid)).toBe(name);
    await guest.goesOn();
    expect(guest.counter()).toBeGreaterThan(before);
    expect(await guest.diskIntact()).toBe(true);
    expect(silence).toBeLessThan(30_000);
  });

  it('is refused with a local disk', async () => {
    const guest = await alpha.guest('local', { disk: 'local' });
    const { exitCode, stderr } = await alpha.exec(
      ['virsh', 'migrate', '--live', '--p2p', guest.uuid, 'qemu+ssh://beta/system'],
      { check: false },
    );
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('Unsafe migration');
    expect(await alpha.virsh('domstate', guest.uuid)).toBe('running');
  });

  it('dirties its memory at the requested rate', async () => {
    const guest = await alpha.guest('busy', { disk: 'none', dirtyMb: 64, dirtyRate: 16 });
    await guest.dirtying();
    const rate = await waitFor('the dirty rate', async () => {
      await alpha.virsh('domdirtyrate-calc', guest.uuid, '--seconds', '3');
      const text = await waitFor('the end of the measurement', async () => {
        const stats = await alpha.virsh('domstats', '--dirtyrate', guest.uuid);
        return stats.includes('calc_status=2') && stats;
      });
      const measured = Number(/megabytes_per_second=(\d+)/.exec(text)?.[1]);
      // On a busy machine, the guest is sometimes late.
      return measured >= 8 && measured;
    });
    expect(rate).toBeLessThanOrEqual(24);
    await alpha.virsh('destroy', guest.uuid);
  });
});

describe('the network', () => {
  it('becomes slower by shaping', async () => {
    const fast = await transfer(alpha, beta);
    await beta.shape('4mbit');
    const slow = await transfer(alpha, beta);
    await beta.shape(undefined);
    // 16 Mbit at 4 Mbit/s.
    expect(slow).toBeGreaterThan(3);
    expect(fast).toBeLessThan(slow / 2);
    expect(await transfer(alpha, beta)).toBeLessThan(slow / 2);
  });

  it('accepts, rejects or drops a range of ports', async () => {
    expect(await knock(alpha, beta, 49160)).toBe('Connection refused');
    await beta.firewall('drop', '49152-49215');
    expect(await knock(alpha, beta, 49160)).toBe('silence');
    expect(await knock(alpha, beta, 22)).toBe('open');
    await beta.firewall('closed', '49152-49215');
    expect(await knock(alpha, beta, 49160)).toBe('No route to host');
    await beta.firewall('open', '49152-49215');
    expect(await knock(alpha, beta, 49160)).toBe('Connection refused');
  });

  it('can be cut and joined', async () => {
    await beta.network('cut');
    expect(await knock(alpha, beta, 22)).not.toBe('open');
    await beta.network('join');
    await waitFor('the network', async () => (await knock(alpha, beta, 22)) === 'open');
  });
});

describe('the daemons', () => {
  const listDomains = async (): Promise<string> => {
    const call = 'busctl --system call org.libvirt /org/libvirt/QEMU org.libvirt.Connect ListDomains u 0';
    const { exitCode, stderr } = await beta.exec(call.split(' '), { check: false });
    return exitCode === 0 ? 'answers' : stderr;
  };

  it('stop, start, and libvirt-dbus can be broken or removed', async () => {
    await beta.daemon('libvirt-dbus', 'kill');
    // D-Bus starts it again, as on any host.
    expect(await listDomains()).toBe('answers');
    await beta.daemon('libvirt-dbus', 'break');
    expect(await listDomains()).toContain('Launch helper');
    await beta.daemon('libvirt-dbus', 'remove');
    expect(await listDomains()).toContain('not provided by any .service files');
    await beta.daemon('libvirt-dbus', 'start');
    await beta.daemon('libvirtd', 'kill');
    expect(await listDomains()).not.toBe('answers');
    await beta.daemon('libvirtd', 'start');
    await waitFor('libvirt-dbus to find libvirtd again', async () => (await listDomains()) === 'answers');
  });
});

describe('the console', () => {
  it('signs users in with their password', async () => {
    const url = await alpha.console();
    const signIn = async (user: string, password: string): Promise<number> => {
      const Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      const response = await fetch(`${url}/cockpit/login`, { headers: { Authorization } });
      await response.arrayBuffer();
      return response.status;
    };
    for (const user of ['root', 'admin', 'guest']) expect(await signIn(user, 'lab')).toBe(200);
    expect(await signIn('admin', 'wrong')).toBe(401);
    await alpha.stopConsole();
  });

  it('gives administrative access to admin only', async () => {
    const sudo = async (user: string): Promise<number> => {
      const argv = ['runuser', '-u', user, '--', 'sudo', '-S', '-k', 'id', '-u'];
      return (await alpha.exec(argv, { check: false, input: 'lab\n' })).exitCode;
    };
    expect(await sudo('admin')).toBe(0);
    expect(await sudo('guest')).not.toBe(0);
  });
});

describe('labs', () => {
  it('run at the same time, and leave nothing behind', async () => {
    const before = new Set(readdirSync('/run/cockpit-migrate-lab'));
    let other: { name: string; bridge: string; namespaces: ReadonlySet<string> };
    {
      await using second = await Lab.start();
      const host = second.host('alpha');
      other = {
        name: second.name,
        bridge: await bridgeOf(second.name),
        namespaces: namespacesOf([host, second.host('beta')]),
      };
      expect(other.bridge).not.toBe(await bridgeOf(lab.name));
      expect(host.address).not.toBe(alpha.address);
      expect(other.namespaces.size).toBe(2 * namespaceKinds.length);
      expect(await knock(host, beta, 22)).not.toBe('open');
      expect(await knock(host, second.host('beta'), 22)).toBe('open');
      const guest = await host.guest('alone');
      await host.console();
      await guest.booted();
      expect(await traces(other.name, other.bridge, other.namespaces)).not.toEqual([]);
    }
    expect(await traces(other.name, other.bridge, other.namespaces)).toEqual([]);
    expect(before.has(other.name)).toBe(false);
    expect(await alpha.virsh('uri')).toBe('qemu:///system');
  });

  it('end with their owner, also if it is killed during their start', async () => {
    for (const moment of ['starting', 'started']) {
      const name = `test-${moment}-${process.pid}`;
      const owner = spawn('sleep', ['600'], { stdio: 'ignore' });
      const up = run(driver, ['--lab', name, 'up', '--no-shared', '--owner', String(owner.pid)]);
      // `up` may fail, because it is killed with its owner.
      const ended = up.then(
        () => 'up',
        () => 'killed',
      );
      if (moment === 'starting')
        await waitFor('a host', () => existsSync(`/run/cockpit-migrate-lab/${name}/alpha/ready`));
      else expect(await ended).toBe('up');
      const bridge = await bridgeOf(name).catch(() => 'none');
      owner.kill('SIGKILL');
      await ended;
      await waitFor('the end of the lab', () => !existsSync(`/run/cockpit-migrate-lab/${name}`));
      await waitFor('the end of its last process', async () => {
        return (await traces(name, bridge, new Set())).length === 0;
      });
    }
  });

  describe('on a machine that is not ready for one', () => {
    let programs: string;
    beforeAll(() => {
      // All programs of this machine, so that one can be removed or replaced.
      programs = mkdtempSync(join(tmpdir(), 'cockpit-migrate-path-'));
      for (const directory of (process.env['PATH'] ?? '').split(':').filter((each) => existsSync(each)))
        for (const name of readdirSync(directory))
          if (!existsSync(join(programs, name))) symlinkSync(join(directory, name), join(programs, name));
      rmSync(join(programs, 'certtool'));
    });
    afterAll(() => {
      rmSync(programs, { recursive: true });
    });

    /** The error of `up`. The owner keeps running, as in a test. */
    async function failure(name: string): Promise<string> {
      try {
        await run(driver, ['--lab', name, 'up', '--no-shared', '--owner', String(process.pid)], {
          env: { ...process.env, PATH: programs },
        });
      } catch (error) {
        if (error instanceof Error && 'stderr' in error) return String(error.stderr);
        throw error;
      }
      throw new Error('it came up');
    }

    it('name what is not installed, before they create anything', async () => {
      const name = `test-missing-${process.pid}`;
      expect(await failure(name)).toMatch(
        /^lab: these programs are not installed: certtool \(.*ensure-packages lab\)\n$/,
      );
      expect(await traces(name, 'none', new Set())).toEqual([]);
    });

    it('report an error during the start, and remove what they created', async () => {
      const name = `test-failing-${process.pid}`;
      writeFileSync(join(programs, 'certtool'), '#!/bin/sh\necho no entropy >&2\nexit 1\n', { mode: 0o755 });
      expect(await failure(name)).toBe('lab: certtool: no entropy\n');
      expect(await traces(name, 'none', new Set())).toEqual([]);
    });
  });
});
