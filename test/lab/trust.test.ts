// SPDX-License-Identifier: LGPL-2.1-or-later
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ExecResult, Lab, type LabHost } from './lab.ts';
import { type Cue, interrupt, onTerminal, type TerminalRun } from './terminal.ts';

const root = join(import.meta.dirname, '../..');
/** With what a shell, ssh or sudo could take for something else. */
const needle = `Needle-${process.pid}`;
const began = Math.floor(Date.now() / 1000);
const password = ` ${needle} '"\`$(id)\\ é`;

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cockpit-migrate-trust-'));
  const built = mkdtempSync(join(tmpdir(), 'cockpit-migrate-build-'));
  try {
    await build({
      root,
      configFile: join(root, 'vite.cli.config.ts'),
      logLevel: 'error',
      build: { outDir: built, emptyOutDir: true },
    });
    copyFileSync(join(built, 'cockpit-migrate'), join(directory, 'cockpit-migrate'));
  } finally {
    rmSync(built, { recursive: true });
  }
  lab = await Lab.start({ shared: false });
  alpha = lab.host('alpha');
  beta = lab.host('beta');
  await beta.exec(['chpasswd'], { input: `root:${password}\nadmin:${password}\n` });
});

afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

/** Alpha knows nobody, and nobody knows alpha. */
beforeEach(async () => {
  await alpha.exec(['sh', '-c', 'rm -rf /root/.ssh']);
  await beta.exec(['sh', '-c', 'rm -f /root/.ssh/authorized_keys']);
});

function program(...argv: readonly string[]): readonly string[] {
  const environment = ['env', '-u', 'SSH_AUTH_SOCK', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'];
  return [...environment, process.execPath, join(directory, 'cockpit-migrate'), ...argv];
}

function trust(cues: readonly Cue[], ...argv: readonly string[]): Promise<TerminalRun> {
  return onTerminal(alpha, program('trust', 'beta', ...argv), cues);
}

/** Without a terminal. */
function quietTrust(...argv: readonly string[]): Promise<ExecResult> {
  return alpha.exec(program('trust', 'beta', ...argv), { check: false });
}

async function read(host: LabHost, file: string): Promise<string> {
  return (await host.exec(['cat', file], { check: false })).stdout;
}

/** The fingerprint as the console of beta shows it. */
async function fingerprint(): Promise<string> {
  const { stdout } = await beta.exec(['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub']);
  return stdout.split(' ')[1] ?? '';
}

async function permitRoot(value: 'yes' | 'prohibit-password'): Promise<void> {
  await beta.exec(['sed', '-i', `s/^PermitRootLogin .*/PermitRootLogin ${value}/`, '/etc/ssh/sshd_config']);
  await restartSshd();
}

async function restartSshd(): Promise<void> {
  await beta.daemon('sshd', 'stop');
  await beta.daemon('sshd', 'start');
}

/** Each argument and environment of any process in which the password was, while something ran. */
async function watched<T>(work: Promise<T>): Promise<{ result: T; seen: readonly string[]; looks: number }> {
  const seen = new Set<string>();
  const state = { over: false };
  let looks = 0;
  const ended = work.finally(() => {
    state.over = true;
  });
  ended.catch(() => undefined);
  while (!state.over) {
    looks += 1;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      for (const part of ['cmdline', 'environ']) {
        const text = processText(`/proc/${pid}/${part}`);
        if (text.includes(needle)) seen.add(`${part}: ${text}`);
      }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return { result: await ended, seen: [...seen], looks };
}

function processText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It ended.
    return '';
  }
}

/** Files of a host, changed since the tests began, in which the password is. Other people's files in /tmp lie deeper. */
async function filesWith(host: LabHost): Promise<readonly string[]> {
  const newFiles = ['-type', 'f', '-newermt', `@${began}`, '-print'];
  const [whole, shallow] = await Promise.all([
    host.exec(['find', '/root', '/home', '/etc', '/var/log', '/var/lib/sudo', '-xdev', ...newFiles], {
      check: false,
    }),
    host.exec(['find', '/run', '/tmp', '/var/tmp', '-maxdepth', '2', ...newFiles], { check: false }),
  ]);
  return `${whole.stdout}${shallow.stdout}`
    .split('\n')
    .filter((file) => file !== '' && processText(`/proc/${host.pid}/root${file}`).includes(needle));
}

async function leftOvers(): Promise<readonly string[]> {
  const { stdout } = await alpha.exec(['ps', '-eo', 'args'], { check: false });
  return [
    ...stdout.split('\n').filter((line) => /^ssh |askpass|ckm-/.test(line)),
    ...readdirSync(tmpdir()).filter((name) => name.startsWith('cockpit-migrate-ask.')),
  ];
}

const yes: Cue = ['Type yes to go on:', 'yes'];

test('a password that is in an argument or an environment would be found', async () => {
  const argument = await watched(alpha.exec(['sh', '-c', 'sleep 0.5', 'sh', password]));
  expect(argument.seen.some((each) => each.startsWith('cmdline'))).toBe(true);
  const environment = await watched(alpha.exec(['env', `NEEDLE=${password}`, 'sleep', '0.5']));
  expect(environment.seen.some((each) => each.startsWith('environ'))).toBe(true);
  await alpha.exec(['sh', '-c', 'cat >/root/needle'], { input: password });
  expect(await filesWith(alpha)).toEqual(['/root/needle']);
  await alpha.exec(['rm', '/root/needle']);
});

test('root by key only, and an admin who may use sudo: from nothing to a connection of libvirt', async () => {
  await permitRoot('prohibit-password');
  const { result, seen, looks } = await watched(
    trust(
      [
        ['Are the fingerprints the same? Type yes to go on:', 'yes'],
        ['Make these changes? Type yes to go on:', 'yes'],
        ["admin@beta's password:", password],
        ['Password of admin for sudo on beta:', password],
      ],
      '--sign-in-as',
      'admin',
    ),
  );
  expect(result.exitCode, result.screen).toBe(0);
  expect(seen).toEqual([]);
  expect(looks).toBeGreaterThan(10);
  expect(result.screen).toContain(`${await fingerprint()} (ED25519)`);
  expect(result.screen).toContain('URI: qemu+ssh://beta/system');
  expect(result.screen).not.toContain(needle);
  // It is in neither host, also not in what was never there.
  expect([await filesWith(alpha), await filesWith(beta), await leftOvers()]).toEqual([[], [], []]);

  const key = await read(alpha, '/root/.ssh/id_ed25519.pub');
  expect(key).toMatch(/^ssh-ed25519 \S+ root@alpha\n$/);
  expect(await read(beta, '/root/.ssh/authorized_keys')).toBe(key);
  const modes = await beta.exec(['stat', '-c', '%a %U', '/root/.ssh', '/root/.ssh/authorized_keys']);
  expect(modes.stdout).toBe('700 root\n600 root\n');
  // Debian hashes names.
  expect(await read(alpha, '/root/.ssh/known_hosts')).toMatch(/^\|1\|\S+ ssh-ed25519 \S+\n$/);
  expect(await alpha.virsh('-c', 'qemu+ssh://beta/system', 'hostname')).toBe('beta');

  // What is there is left alone, and nobody is asked.
  const again = await quietTrust();
  expect([again.exitCode, again.stderr]).toEqual([0, '']);
  expect(await read(beta, '/root/.ssh/authorized_keys')).toBe(key);
  // Done by hand as it was shown, everything is as it was.
  const undo = [...result.screen.matchAll(/^ {5}sudo (.*)$/gm)].map(([, line = '']) => line);
  expect(undo).toHaveLength(3);
  const [authorized = '', made = '', known = ''] = undo;
  await beta.exec(['sh', '-c', authorized]);
  await alpha.exec(['sh', '-c', `${made} && ${known}`]);
  expect(await read(beta, '/root/.ssh/authorized_keys')).toBe('');
  expect(await read(alpha, '/root/.ssh/known_hosts')).toBe('');
  expect((await alpha.exec(['ls', '/root/.ssh'])).stdout).not.toContain('id_');
});

test('a wrong password is said to be wrong, and all that was done is taken back', async () => {
  const { exitCode, screen } = await trust(
    [
      yes,
      yes,
      ["admin@beta's password:", 'wrong'],
      ["admin@beta's password:", password],
      ['Password of admin for sudo on beta:', 'wrong too'],
      ['Take back what was changed? Type yes to go on:', 'yes'],
    ],
    '--sign-in-as',
    'admin',
  );
  expect(exitCode, screen).toBe(1);
  expect(screen).toContain('beta did not let user admin in.');
  expect(screen).toMatch(/\| .*Permission denied/);
  expect(screen).not.toContain('wrong');
  expect(await read(beta, '/root/.ssh/authorized_keys')).toBe('');
  expect((await alpha.exec(['ls', '-A', '/root/.ssh'])).stdout).toBe('');
  expect(await leftOvers()).toEqual([]);
});

test('the password of root, and a key that opens nothing but libvirt', async () => {
  await permitRoot('yes');
  try {
    const { result, seen } = await watched(
      trust(
        [
          yes,
          yes,
          ['Number (1):', ''],
          ['one who may use sudo (root):', ''],
          ["root@beta's password:", password],
        ],
        '--restrict',
        '--from',
        alpha.address,
      ),
    );
    expect(result.exitCode, result.screen).toBe(0);
    expect(seen).toEqual([]);
    expect(result.screen).toContain('The key gives no shell there.');
    expect(await read(beta, '/root/.ssh/authorized_keys')).toMatch(
      new RegExp(`^from="${alpha.address}",restrict,command="virt-ssh-helper 'qemu:///system'" ssh-ed25519 `),
    );
    expect(await alpha.virsh('-c', 'qemu+ssh://beta/system', 'hostname')).toBe('beta');
    const shell = await alpha.exec(['ssh', '-o', 'BatchMode=yes', 'beta', 'echo', 'a-shell'], {
      check: false,
    });
    expect(shell.stdout).not.toContain('a-shell');
  } finally {
    await permitRoot('prohibit-password');
  }
});

test('a user of the group libvirt, who is not root there', async () => {
  const { exitCode, screen } = await trust(
    [
      yes,
      yes,
      ['Number (1):', '1'],
      ['one who may use sudo (root):', 'admin'],
      ["admin@beta's password:", password],
    ],
    '--user',
    'admin',
  );
  expect(exitCode, screen).toBe(0);
  expect(screen).toContain('URI: qemu+ssh://admin@beta/system');
  expect(await read(beta, '/root/.ssh/authorized_keys')).toBe('');
  const owner = await beta.exec(['stat', '-c', '%a %U', '/home/admin/.ssh/authorized_keys']);
  expect(owner.stdout).toBe('600 admin\n');
});

test('a second question of the destination is shown as it comes: the password has expired', async () => {
  const next = `Another-${needle}-Ü8`;
  const settings =
    's/^UsePAM .*/UsePAM yes/; $a KbdInteractiveAuthentication yes\\nPasswordAuthentication no';
  await beta.exec(['sed', '-i.before', settings, '/etc/ssh/sshd_config']);
  await restartSshd();
  await beta.exec(['chage', '-d', '0', 'admin']);
  try {
    const { result, seen } = await watched(
      trust(
        [
          yes,
          yes,
          ['Password:', password],
          ['Current password:', password],
          ['New password:', next],
          ['Retype new password:', next],
          ['Password of admin for sudo on beta:', next],
        ],
        '--sign-in-as',
        'admin',
      ),
    );
    expect(result.exitCode, result.screen).toBe(0);
    expect(seen).toEqual([]);
    expect(result.screen).not.toContain(needle);
  } finally {
    await beta.exec(['mv', '/etc/ssh/sshd_config.before', '/etc/ssh/sshd_config']);
    await restartSshd();
    await beta.exec(['chpasswd'], { input: `admin:${password}\n` });
  }
});

test('a key in the agent of the admin, who never types a password for ssh', async () => {
  const socket = '/run/trust-agent.sock';
  const agent = await alpha.exec(['ssh-agent', '-a', socket]);
  const pid = /SSH_AGENT_PID=(\d+)/.exec(agent.stdout)?.[1] ?? '';
  const key = '/run/trust-agent-key';
  try {
    await alpha.exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await alpha.exec(['env', `SSH_AUTH_SOCK=${socket}`, 'ssh-add', '-q', key]);
    await beta.exec(
      [
        'sh',
        '-c',
        'mkdir -p /home/admin/.ssh; cat >/home/admin/.ssh/authorized_keys; chown -R admin: /home/admin/.ssh',
      ],
      {
        input: await read(alpha, `${key}.pub`),
      },
    );
    await alpha.exec(['rm', key]);
    const { exitCode, screen } = await onTerminal(
      alpha,
      ['env', `SSH_AUTH_SOCK=${socket}`, ...program('trust', 'beta', '--sign-in-as', 'admin').slice(3)],
      [yes, yes, ['Number (1):', '2'], ['Password of admin for sudo on beta:', password]],
    );
    expect(exitCode, screen).toBe(0);
    expect(screen).not.toContain("admin@beta's password:");
    expect(await read(beta, '/root/.ssh/authorized_keys')).toMatch(/^ssh-ed25519 \S+ root@alpha\n$/);
  } finally {
    await alpha.exec(['kill', pid]);
    await beta.exec(['rm', '-f', '/home/admin/.ssh/authorized_keys']);
  }
});

test('by hand: the line to run there is shown, and whether it was run is looked at', async () => {
  const { exitCode, screen } = await trust([
    yes,
    yes,
    ['Number (1):', '2'],
    ['when this is done.', ''],
    ['Take back what was changed? Type yes to go on:', 'no'],
  ]);
  // Nobody did it.
  expect([exitCode, screen]).toEqual([
    1,
    expect.stringContaining('The key is still not accepted by ssh on beta.'),
  ]);
  await beta.exec(['sh', '-c', /^ {4}sudo -H (.*)$/m.exec(screen)?.[1]?.replace(/^-u root /, '') ?? 'false']);
  expect((await quietTrust()).exitCode).toBe(0);
});

test('a user who may not use sudo there is told so, once', async () => {
  const { exitCode, screen } = await trust(
    [
      ...[yes, yes],
      ["guest@beta's password:", 'lab'],
      ['Password of guest for sudo on beta:', 'lab'],
      ["guest@beta's password:", interrupt],
      ['Take back what was changed? Type yes to go on:', 'yes'],
    ],
    '--sign-in-as',
    'guest',
  );
  expect(exitCode, screen).toBe(1);
  expect(screen).toContain('| guest is not in the sudoers file.');
  expect((await alpha.exec(['ls', '-A', '/root/.ssh'])).stdout).toBe('');
});

describe('a host that is known', () => {
  beforeEach(async () => {
    const key = await read(beta, '/etc/ssh/ssh_host_ed25519_key.pub');
    await alpha.exec(
      [
        'sh',
        '-c',
        'mkdir -m 700 /root/.ssh; cat >/root/.ssh/known_hosts; ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519',
      ],
      { input: `beta ${key}gamma ${key}` },
    );
    await beta.exec(['sh', '-c', 'cat >/root/.ssh/authorized_keys'], {
      input: await read(alpha, '/root/.ssh/id_ed25519.pub'),
    });
  });

  test('and shows another key is not believed for one yes; the other names stay', async () => {
    const before = await read(alpha, '/root/.ssh/known_hosts');
    const old = await fingerprint();
    await beta.exec([
      'sh',
      '-c',
      'rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key',
    ]);
    await restartSshd();
    const question = 'as the console of beta shows it:';
    const refused = await trust([[question, 'yes']], '--yes');
    expect(refused.exitCode, refused.screen).toBe(1);
    expect(refused.screen).toContain(`${old} (ED25519)`);
    expect(refused.screen).toContain(`${await fingerprint()} (ED25519)`);
    expect(await read(alpha, '/root/.ssh/known_hosts')).toBe(before);

    const accepted = await trust([[question, (await fingerprint()).slice(-6)]]);
    expect(accepted.exitCode, accepted.screen).toBe(0);
    const [gamma = '', hashed = '', ...more] = (await read(alpha, '/root/.ssh/known_hosts'))
      .trim()
      .split('\n');
    expect([gamma, more]).toEqual([before.trim().split('\n')[1], []]);
    expect(hashed).toMatch(/^\|1\|/);
  });

  test('whose libvirt does not run: it is said, with what starts it', async () => {
    await beta.daemon('libvirtd', 'stop');
    try {
      const { exitCode, stdout } = await quietTrust();
      expect([exitCode, stdout]).toEqual([
        1,
        expect.stringContaining('The libvirt daemon of beta does not run.'),
      ]);
      expect(stdout).toContain('systemctl enable --now libvirtd.socket');
    } finally {
      await beta.daemon('libvirtd', 'start');
    }
  });
});

test('nothing is done where nobody can be asked, whatever was confirmed before', async () => {
  const { exitCode, stdout, stderr } = await quietTrust('--yes');
  expect(exitCode).toBe(1);
  expect(stdout).toContain(await fingerprint());
  expect(stderr).toContain('Standard input is no terminal');
  expect((await alpha.exec(['ls', '-A', '/root'], { check: false })).stdout).not.toContain('.ssh');
});

test('a host or a user that ssh could take for an option is wrong usage', async () => {
  for (const argv of [
    ['--', '-oProxyCommand=touch /tmp/x'],
    ['beta', '--user=-x'],
  ]) {
    const { exitCode, stderr } = await alpha.exec(program('trust', ...argv), { check: false });
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^cockpit-migrate: /)]);
  }
});

test('a host that does not answer could not be looked at', async () => {
  await beta.daemon('sshd', 'stop');
  try {
    const { exitCode, stdout } = await quietTrust();
    expect([exitCode, stdout]).toEqual([
      3,
      expect.stringContaining('This host does not reach beta over ssh.'),
    ]);
    expect(stdout).toContain('Connection refused');
  } finally {
    await beta.daemon('sshd', 'start');
  }
});
