// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Message, plainText } from '../../src/engine/base/message.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { checks } from '../../src/engine/preflight/checks/index.ts';
import type { Finding } from '../../src/engine/preflight/finding.ts';
import { Preflight } from '../../src/engine/preflight/preflight.ts';
import type { LibvirtConnection } from '../../src/libvirt/connection.ts';
import { attribute, parseXml } from '../../src/libvirt/xml.ts';
import { type Platform, PlatformError, type RunOptions } from '../../src/platform/platform.ts';
import { choices } from '../engine/fixtures.ts';
import { converse, type FakeProgram, fakeShell, fakeVirshPrompt } from '../fake-interactive-process.ts';
import { anyText, mangled, translated } from './mangled.ts';
import * as sample from './samples.ts';

/** The output of each program between healthy hosts, by the question. `mark` is the mark that a script prints around its output. */
const healthy: Readonly<Record<string, (mark: string) => string>> = {
  'alpha dumpxml': () => sample.dumpxml,
  'alpha dumpxml --migratable': () => sample.dumpxml,
  'alpha dumpxml --inactive': () => sample.dumpxml,
  'alpha domstats': () => sample.domstats,
  'alpha domjobinfo': () => sample.noJob,
  'alpha capabilities': () => sample.capabilities(sample.alphaUuid),
  'alpha dominfo': () => sample.dominfo(),
  'alpha snapshot-list': () => '\n',
  'alpha checkpoint-list': () => '\n',
  'alpha hostname': () => 'alpha\n\n',
  'alpha vol-path': () => 'ceph/data\n\n',
  'alpha domdirtyrate-calc': () => "Start to calculate domain's memory dirty rate successfully.\n",
  'beta hostname': () => 'beta\n\n',
  'beta capabilities': () => sample.capabilities(sample.betaUuid),
  'beta list': () => sample.listed,
  'beta list --inactive': () => '\n',
  'beta domstats': () => sample.paused,
  'beta domstate': () => 'error: failed to get domain\n',
  'beta vol-path': () => 'ceph/data\n\n',
  'beta hypervisor-cpu-compare': () => sample.identical,
  'alpha version': () => sample.versions,
  'alpha domcapabilities': () => sample.machine,
  'alpha hypervisor-cpu-baseline --migratable': () => sample.baseline,
  'alpha hypervisor-cpu-compare': () => sample.superset,
  'alpha migrate': () => sample.rehearsed,
  'beta version': () => sample.versions,
  'beta domcapabilities': () => sample.machine,
  'beta freepages': () => sample.freePages,
  'beta nodememstats': () => sample.memory,
  'beta pool-list': () => '1e9f4a30-1d49-4463-a5f4-5130001c454f\n\n',
  'beta pool-list --inactive': () => '\n',
  'beta pool-dumpxml': () => sample.pool,
  'beta vol-key': () => "error: failed to get vol '/images/web.qcow2'\n",
  'beta vol-dumpxml': () => "error: failed to get vol '/images/web.qcow2'\n",
  'alpha shell': (mark) => sample.hostReading(mark),
  'beta shell': (mark) => sample.hostReading(mark),
  'ssh -G': () => sample.sshConfiguration,
  getent: () => sample.ahosts,
  hostname: () => 'alpha\n',
  ip: () => '2: eth0    inet 10.1.0.1/24 brd 10.1.0.255 scope global eth0\n',
  probe: () => 'listening 49215\naccepted\nreceived 134217727 1000000000\n',
  timeout: () => 'connected\nconnection ESTAB\n',
  bandwidth: () => '134217727 1000000000\n',
};

/** A change to an output before it is parsed. */
type Change = (question: string, output: string) => string;

/** Two hosts whose programs print correct output, except for the change. */
function hosts(change: Change): Platform {
  const print = (question: string, mark = ''): string => {
    const output = healthy[question];
    if (output === undefined) throw new Error(`Nobody has an answer to ${question}`);
    return change(question, output(mark));
  };
  const run = (host: string, command: string): string => {
    const [word = '', ...rest] = command.replace(/'/g, '').split(' ');
    const option = rest.find((each) => each === '--migratable' || each === '--inactive');
    return print(`${host} ${[word, option].filter(Boolean).join(' ')}`);
  };
  const virsh = (script: string): string =>
    script
      .split('; ')
      .map((command) => (command.startsWith('echo ') ? command.slice('echo '.length) : run('alpha', command)))
      .join('');
  const output = (argv: readonly string[], { input }: RunOptions): string => {
    const last = argv.at(-1) ?? '';
    if (argv.includes('virsh')) return virsh(last);
    if (argv.includes('-G')) return print('ssh -G');
    const mark = /^set -- (\S+)/.exec(typeof input === 'string' ? input : '')?.[1];
    return mark === undefined ? print(argv[0] ?? '') : print('alpha shell', mark);
  };
  const shell = (): FakeProgram => {
    let end = '';
    const reply = fakeShell((script, words) =>
      script.includes('dd bs=1')
        ? 'counting\n'
        : script.includes('python_program=')
          ? print('probe')
          : script.trim() === ''
            ? ''
            : print('beta shell', words.split(' ')[0]),
    );
    return {
      reply: (text) => {
        end = /'([^']*)'\n$/.exec(text)?.[1] ?? '';
        return reply(text);
      },
      zeros: () => `${print('bandwidth')}${end}`,
    };
  };
  return {
    dbus: () => {
      throw new PlatformError('not-found', 'no bus');
    },
    run: (argv, options = {}) => {
      if (typeof options.input === 'object')
        return converse(
          argv,
          options,
          argv.includes('virsh')
            ? fakeVirshPrompt((command) => run('beta', command))
            : { ...shell(), clock: sample.clock },
        );
      const stdout = output(argv, options);
      options.onOutput?.(stdout);
      return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    },
    connectTcp: () => Promise.resolve({ kind: 'connected' }),
    file: { read: () => Promise.resolve(undefined) },
  };
}

/** Longer than any time limit. */
const longEnough = 600_000;

/** The figures of a sentence. "NaN" may also be a part of a host's name, which is quoted. */
function numbersIn(message: Message): readonly number[] {
  return message.args.flatMap((arg) =>
    typeof arg === 'number' ? [arg] : typeof arg === 'object' ? numbersIn(arg) : [],
  );
}

async function findings(change: Change, chosen: Partial<MigrationChoices> = {}): Promise<readonly Finding[]> {
  const preflight = new Preflight(
    { platform: hosts(change), connection: { uri: 'qemu:///system' } as unknown as LibvirtConnection },
    { ...choices, temporary: true, ...chosen },
  );
  const done = preflight.start();
  await vi.advanceTimersByTimeAsync(longEnough);
  const { running, checks: progress } = preflight.state.get();
  expect(running, 'still running').toBe(false);
  await done;
  const found = progress.flatMap((one) => (one.status === 'done' ? [one.finding] : []));
  expect(found.length).toBe(checks.length);
  for (const finding of found) {
    expect(plainText(finding.found)).not.toMatch(/The check itself failed|undefined/);
    expect(numbersIn(finding.found).filter((value) => !Number.isFinite(value))).toEqual([]);
  }
  return found;
}

function typedKeys<T extends object>(value: T): readonly (keyof T)[] {
  return Object.keys(value) as (keyof T)[];
}

function passed(all: readonly Finding[]): readonly string[] {
  return all.filter(({ verdict }) => verdict === 'pass').map(({ check }) => check);
}

/** Checks of devices that this VM does not have. */
const notApplicable = ['hugepages', 'tsc-frequency'];
const everything = checks.map(({ id }) => id).filter((id) => !notApplicable.includes(id));
/** Checks that need only the hosts. */
const ofTheHosts = [
  ...['uri', 'control-port', 'name-resolution', 'disk-space', 'lock-manager', 'clock-skew'],
  ...['hypervisor-version', 'permissions'],
];
const ofTheVm = everything.filter((id) => !ofTheHosts.includes(id));
const ofTheDestination = [
  ...['authentication', 'host-identity', 'name-collision', 'cpu-compatibility', 'data-ports', 'dirty-rate'],
];
const ofTheShell = ['shared-storage', 'disk-path', 'disk-space', 'lock-manager', 'clock-skew', 'permissions'];

/** The checks that must not pass if the answer to the question is broken. */
const dependents: Readonly<Record<string, readonly string[]>> = {
  'alpha dumpxml': ofTheVm,
  'alpha dumpxml --migratable': ofTheVm,
  'alpha domstats': ofTheVm,
  'alpha domjobinfo': ['vm-state', 'dirty-rate'],
  'alpha capabilities': ['host-identity', 'security-driver'],
  'alpha hostname': ['host-identity'],
  'alpha dominfo': ['temporary-rules'],
  'alpha snapshot-list': ['snapshots'],
  'alpha checkpoint-list': ['snapshots'],
  'alpha vol-path': ['shared-storage'],
  'alpha version': ['hypervisor-version', 'known-bad-pairs'],
  'alpha migrate': ['qemu-blockers'],
  'alpha shell': ['shared-storage', 'lock-manager'],
  'beta shell': ofTheShell,
  'beta hostname': ['host-identity'],
  'beta capabilities': ['host-identity', 'virtualization-type', 'vcpu-count', 'security-driver'],
  'beta version': ['hypervisor-version', 'known-bad-pairs'],
  'beta domcapabilities': ['machine-type'],
  'beta nodememstats': ['free-memory'],
  'beta list': ['name-collision', 'data-ports'],
  'beta list --inactive': ['name-collision', 'data-ports'],
  'beta vol-path': ['shared-storage'],
  'beta hypervisor-cpu-compare': ['cpu-compatibility'],
  'ssh -G': [...ofTheDestination, 'control-port'],
  getent: ['data-ports', 'name-resolution'],
  probe: ['data-path'],
};

/** The commands of which virsh translates the output, and not only the errors. */
const spoken = ['alpha domstats', 'alpha domjobinfo', 'alpha dominfo', 'beta hypervisor-cpu-compare'];

/** Text that no program prints as its answer: not blank, which may be an answer, and without the slash of a path. */
const garbage = anyText.map((text) => `?${text.replace(/\//g, '')}`);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the preflight', () => {
  it('passes between healthy hosts, so that these cause no failure below', async () => {
    expect(passed(await findings((_, output) => output))).toEqual(everything);
  });

  it('passes only the URI if every program prints garbage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.oneof(anyText, garbage)), async (texts) => {
        const change = (): string => String(texts.next().value);
        expect(passed(await findings(change)).filter((id) => id !== 'uri')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 300_000);

  it('passes no check whose answer is garbage, an error, in another language, or missing', async () => {
    const ways: fc.Arbitrary<Change> = fc.oneof(
      garbage.map((text) => () => text),
      garbage.map((text) => () => `error: ${text}\n`),
      fc.constantFrom('fr' as const, 'de' as const).map(
        (language): Change =>
          (question, output) =>
            translated(spoken.includes(question) ? output : 'error: failed\n', language),
      ),
      fc.constant<Change>((_, output) => output.replace(/[^\n]/g, '\0')),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(dependents)), ways, async (broken, way) => {
        const change: Change = (question, output) => {
          if (question !== broken) return output;
          // A correct answer that is blank cannot be damaged. The damaged one has a text in its place.
          return way(question, output.trim() === '' ? 'x\n' : output);
        };
        const all = passed(await findings(change));
        expect(all.filter((id) => dependents[broken]?.includes(id))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  }, 300_000);

  it('treats an impossible figure as unknown, not as enough', async () => {
    // A destination with 10^400 KiB of memory has enough for every VM.
    const endless = '9'.repeat(400);
    const figures = {
      'beta nodememstats': ['free-memory'],
      probe: ['data-path'],
      'alpha domstats': ['free-memory', 'dirty-rate'],
    } as const;
    for (const question of typedKeys(figures)) {
      const all = passed(
        await findings((asked, output) => (asked === question ? output.replace(/\d+/g, endless) : output)),
      );
      expect(all.filter((id) => figures[question].some((each) => each === id))).toEqual([]);
    }
  });

  it('does not pass copying a local disk on garbage', async () => {
    const copying = { copyDisks: ['vda'], temporary: false };
    const looks = new RegExp(`^${sample.stat.replaceAll(/[|+]/g, '\\$&')}$`, 'gm');
    /** A disk on a local file system. The destination does not have it, and has space in its folder. */
    const apart: Change = (question, output) => {
      const own = output.replace('fuse.glusterfs alpha:/images', 'ext4 /dev/sdb1');
      if (question === 'alpha shell') return own;
      if (question !== 'beta shell') return output;
      return own
        .replace(looks, 'gone 1')
        .replace(/^real 1 .*$/m, '$&\nstat 2 2 4096 -|2026-01-31 10:00:00.5 +0000|directory|0 0|8 512')
        .replace(/^may 1 w$/m, '$&\nreal 2 /images\nspace 2 99999999 88888888 4096 1f2e3d');
    };
    const needed = {
      'alpha domstats': ['disk-space', 'disk-path', 'shared-storage'],
      'alpha shell': ['shared-storage'],
      'beta shell': ['disk-space', 'disk-path'],
      'beta pool-list': ['disk-path'],
      'beta pool-list --inactive': ['disk-path'],
      'beta pool-dumpxml': ['disk-path'],
      'beta vol-key': ['disk-path'],
    } as const;
    // A second disk on Ceph, which is the same for both hosts.
    expect(passed(await findings(apart, copying))).toEqual(
      everything
        .filter((id) => !['disk-cache', 'temporary-rules'].includes(id))
        .concat(['disk-cache'])
        .sort((a, b) => everything.indexOf(a) - everything.indexOf(b)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...typedKeys(needed)), garbage, async (broken, text) => {
        const change: Change = (question, output) => (question === broken ? text : apart(question, output));
        const all = passed(await findings(change, copying));
        expect(all.filter((id) => needed[broken].some((each) => each === id))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 300_000);

  it('suggests only a CPU that both hosts reported', async () => {
    const asked = [
      'alpha domcapabilities',
      'beta domcapabilities',
      'alpha hypervisor-cpu-baseline --migratable',
    ];
    const damages = asked.map((question) =>
      fc
        .oneof(fc.constant(undefined), mangled(healthy[question]?.('') ?? ''))
        .map((text) => [question, text] as const),
    );
    let offered = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...damages),
        fc.oneof(fc.constantFrom(sample.identical, sample.superset), garbage),
        fc.oneof(fc.constantFrom(sample.identical, sample.superset), garbage),
        async (changed, here, there) => {
          const texts = new Map(changed);
          let comparisons = 0;
          const all = await findings((question, output) => {
            if (question === 'alpha hypervisor-cpu-compare') return here;
            // First the comparison of the VM's CPU, then that of the offered one.
            if (question === 'beta hypervisor-cpu-compare')
              return comparisons++ === 0
                ? 'error: the CPU is incompatible with host CPU: features: pku\n'
                : there;
            return texts.get(question) ?? output;
          });
          const cpu = all.find(({ check }) => check === 'cpu-compatibility');
          expect(cpu?.verdict).toBe('block');
          const [{ xml } = {}] = cpu?.verdict === 'block' ? cpu.remedies : [];
          if (xml === undefined) return;
          offered += 1;
          const root = parseXml(xml);
          expect([root.name, attribute(root, 'mode')]).toEqual(['cpu', 'custom']);
          expect([here, there].filter((text) => text.startsWith('?'))).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
    expect(offered).toBeGreaterThan(0);
  }, 300_000);

  it('ends, and no check throws, however the output is damaged', async () => {
    const damages = Object.entries(healthy).map(([question, output]) =>
      fc.oneof(fc.constant(undefined), mangled(output('MARK'))).map((text) => [question, text] as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...damages),
        fc.constantFrom('ssh', 'tls', 'tcp'),
        fc.constantFrom({}, { copyDisks: ['vda'] }, { copyDisks: ['vda', 'vdb'] }),
        async (changed, transport, copying) => {
          const texts = new Map(changed);
          await findings(
            (question, output) => {
              const mark = /^(\S+) sockets/m.exec(output)?.[1] ?? 'MARK';
              return texts.get(question)?.replaceAll('MARK', () => mark) ?? output;
            },
            { destination: `qemu+${transport}://beta/system`, ...copying },
          );
        },
      ),
      { numRuns: 80 },
    );
  }, 300_000);
});
