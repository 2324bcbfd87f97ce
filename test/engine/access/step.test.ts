// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFingerprints, parseKeyLines } from '../../../src/engine/access/host-key.ts';
import {
  type DestinationEnvironment,
  libvirtProblem,
  parseEnvironment,
} from '../../../src/engine/access/libvirt-problem.ts';
import { parseProbe } from '../../../src/engine/access/probe.ts';
import { parseSshSettings } from '../../../src/engine/access/ssh-settings.ts';
import type { AccessState } from '../../../src/engine/access/state.ts';
import { nextStep } from '../../../src/engine/access/step.ts';
import { plainText } from '../../../src/engine/base/message.ts';

const context = { host: 'beta', user: 'root', knownAs: 'beta', knownHostsFile: '/root/.ssh/known_hosts' };
const hostKey = { line: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:abcdefgh123456', algorithm: 'ED25519' };

function will(state: AccessState): readonly string[] {
  const step = nextStep(state, context);
  return 'will' in step ? step.will.map(({ host, text }) => `${host}: ${plainText(text)}`) : [];
}

describe('the next step', () => {
  it('says what it will change, on which host', () => {
    expect(will({ kind: 'unknown-host-key', keys: [hostKey] })).toEqual([
      'source: Add the host keys of beta to /root/.ssh/known_hosts.',
    ]);
    const file = '/root/.ssh/id_ed25519';
    expect(
      will({
        kind: 'not-accepted',
        methods: [],
        key: { kind: 'to-make', file, type: 'ed25519', comment: 'root@alpha' },
      }),
    ).toEqual([
      `source: Make an ssh key for root, without a passphrase: ${file} (ed25519, root@alpha).`,
      'destination: Add that ssh key to the authorized_keys of user root.',
    ]);
    expect(
      will({ kind: 'not-accepted', methods: [], key: { kind: 'usable', file, publicKey: 'x' } }),
    ).toEqual([`destination: Add the ssh key ${file} of root to the authorized_keys of user root.`]);
  });

  it('for a changed key wants what only the new fingerprint tells, and leaves the files of the system alone', () => {
    const state: AccessState = {
      kind: 'changed-host-key',
      keys: [hostKey],
      known: [],
      lines: [{ file: '/root/.ssh/known_hosts', line: 'beta ssh-ed25519 BBBB' }],
      systemFiles: [],
    };
    const step = nextStep(state, context);
    expect(step).toMatchObject({ kind: 'replace-host-key', word: '123456' });
    expect(will(state)).toEqual([
      'source: Remove the old host keys of beta from /root/.ssh/known_hosts.',
      'source: Add the host keys of beta to /root/.ssh/known_hosts.',
    ]);
    expect(nextStep({ ...state, systemFiles: ['/etc/ssh/ssh_known_hosts'] }, context).kind).toBe('stopped');
  });

  it('is none where all is well, and where a person has to act first', () => {
    const ready: AccessState = {
      kind: 'ready',
      uri: 'qemu+ssh://beta/system',
      hostname: 'beta',
      hasShell: true,
    };
    expect(nextStep(ready, context)).toEqual({ kind: 'done', state: ready });
    expect(nextStep({ kind: 'unreachable', original: 'x' }, context).kind).toBe('stopped');
    expect(
      nextStep({ kind: 'not-accepted', methods: [], key: { kind: 'locked', files: ['a'] } }, context).kind,
    ).toBe('stopped');
  });
});

describe('the words of ssh', () => {
  it.each([
    [
      255,
      'No ED25519 host key is known for beta and you have requested strict checking.\nHost key verification failed.',
      'unknown-host-key',
    ],
    [
      255,
      '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
      'changed-host-key',
    ],
    [255, '@ WARNING: REVOKED HOST KEY DETECTED! @\nHost key verification failed.', 'revoked-host-key'],
    [255, 'root@beta: Permission denied (publickey,password).', 'not-accepted'],
    [255, 'Received disconnect from 10.0.0.2 port 22:2: Too many authentication failures', 'not-accepted'],
    [255, 'ssh: connect to host beta port 22: Connection refused', 'unreachable'],
    [255, 'ssh: Could not resolve hostname beta: Name or service not known', 'unreachable'],
    [255, 'Connection closed by 10.0.0.2 port 22', 'other'],
    [1, 'This account is currently not available.', 'signed-in'],
    [0, 'Welcome\nM user root\nM groups root\nM system debian \nM end\n', 'signed-in'],
  ])('%i %j', (exitCode, printed, kind) => {
    expect(parseProbe(exitCode, printed, 'M').kind).toBe(kind);
  });

  it('say how the host is reached and under which name its key is known', () => {
    const text = (more: string): string =>
      `host beta\nuser root\nhostname 10.0.0.2\nport 2222\nhashknownhosts yes\n${more}userknownhostsfile ~/.ssh/known_hosts /root/.ssh/known_hosts2\nidentityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519\n`;
    expect(parseSshSettings(text(''), '/root')).toEqual({
      host: '10.0.0.2',
      port: 2222,
      user: 'root',
      knownAs: '[10.0.0.2]:2222',
      knownHostsFiles: ['/root/.ssh/known_hosts', '/root/.ssh/known_hosts2'],
      systemKnownHostsFiles: [],
      hashesNames: true,
      identityFiles: ['/root/.ssh/id_rsa', '/root/.ssh/id_ed25519'],
      indirect: false,
    });
    expect(parseSshSettings(text('hostkeyalias Beta\nproxyjump gate\n'), '/root')).toMatchObject({
      knownAs: 'beta',
      indirect: true,
    });
    expect(parseSshSettings('hostname beta\nport 22\n', '/root')?.knownAs).toBe('beta');
    expect(parseSshSettings('hostname -oX\nport 22\n', '/root')).toBeUndefined();
  });

  it('name host keys, the best known first, and their fingerprints', () => {
    expect(
      parseKeyLines(
        '# beta:22 SSH-2.0\nbeta ssh-rsa AAAAB3\nbeta ssh-ed25519 AAAAC3\n[beta]:22 ssh-rsa AAAAB3 x\nbeta evil\n',
      ),
    ).toEqual(['ssh-ed25519 AAAAC3', 'ssh-rsa AAAAB3']);
    expect(parseFingerprints('256 SHA256:abc/+ no comment (ED25519)\nnonsense\n')).toEqual([
      { fingerprint: 'SHA256:abc/+', algorithm: 'ED25519' },
    ]);
  });

  it('may be anything', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parseProbe(255, text, 'M');
        parseSshSettings(text, '/root');
        parseKeyLines(text);
        parseFingerprints(text);
        parseEnvironment(text, 'M');
      }),
    );
  });
});

describe('libvirt of the destination', () => {
  const there = (
    has: readonly string[],
    more: Partial<DestinationEnvironment> = {},
  ): DestinationEnvironment => ({
    user: 'root',
    groups: ['root'],
    system: ['debian'],
    has: new Set(has),
    ...more,
  });
  const all = ['daemon', 'helper', 'nc', 'running', 'open'];

  it.each([
    [there([]), '', 'not-installed', 'apt install libvirt-daemon-system'],
    [
      there([], { system: ['rocky', 'rhel', 'centos', 'fedora'] }),
      '',
      'not-installed',
      'dnf install libvirt-daemon-kvm',
    ],
    [
      there([], { system: ['opensuse-leap', 'suse', 'opensuse'] }),
      '',
      'not-installed',
      'zypper install libvirt-daemon-qemu',
    ],
    [there([], { system: ['unheard-of'] }), '', 'not-installed', undefined],
    [there(['daemon', 'running']), '', 'no-relay', 'apt install netcat-openbsd'],
    [
      there(['daemon', 'nc']),
      '',
      'not-running',
      'systemctl enable --now libvirtd.socket || systemctl enable --now virtqemud.socket',
    ],
    [
      there(all, { user: 'admin', groups: ['admin'] }),
      'authentication unavailable: no polkit agent',
      'not-in-group',
      'usermod -aG libvirt -- admin',
    ],
    [
      there(all, { user: 'admin', groups: ['libvirt'] }),
      'authentication unavailable: no polkit agent',
      'polkit',
      'grep -r org.libvirt /etc/polkit-1 /usr/share/polkit-1',
    ],
    [there(all), 'End of file while reading data', 'other', undefined],
    [undefined, 'permission denied', 'other', undefined],
  ])('%j, %j: %s', (surroundings, error, kind, command) => {
    const problem = libvirtProblem('beta', error, surroundings);
    expect([problem.kind, problem.remedies[0]?.command]).toEqual([kind, command]);
  });

  it('is told of by lines of the script alone', () => {
    const text =
      'motd\nM user vmuser\nM groups vmuser libvirt\nM system ubuntu debian\nM has nc\nM has daemon\nM end\nbye';
    expect(parseEnvironment(text, 'M')).toEqual({
      user: 'vmuser',
      groups: ['vmuser', 'libvirt'],
      system: ['ubuntu', 'debian'],
      has: new Set(['nc', 'daemon']),
    });
    expect(parseEnvironment(text, 'N')).toBeUndefined();
    expect(parseEnvironment(text.replace('M end', ''), 'M')).toBeUndefined();
  });
});
