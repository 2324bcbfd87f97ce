// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { shellCommand } from '../../src/engine/base/shell-quote.ts';
import { parseTrack } from '../../src/engine/forecast/track-record.ts';
import type { MigratedReport } from '../../src/engine/migration/report.ts';
import type { Report } from '../../src/engine/preflight/report.ts';
import { schemaProblems } from '../json-schema.ts';
import { type BuiltProgram, buildProgram } from './built-program.ts';
import { type ExecResult, type Guest, Lab, type LabHost, waitFor } from './lab.ts';

const toBeta = 'qemu+ssh://beta/system';
const toAlpha = 'qemu+ssh://alpha/system';

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;
let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram();
  lab = await Lab.start();
  alpha = lab.host('alpha');
  beta = lab.host('beta');
});

afterAll(async () => {
  await lab.down();
  program.remove();
});

function cli(host: LabHost, ...argv: readonly string[]): Promise<ExecResult> {
  return host.exec(program.argv(...argv), { check: false });
}

/** Starts the program in the background, and returns its output and a function to signal it. */
async function background(
  host: LabHost,
  ...argv: readonly string[]
): Promise<{ signal: (...signals: readonly string[]) => Promise<void>; ended: Promise<ExecResult> }> {
  const mark = `mark-${randomUUID()}`;
  const ended = host.exec(['env', `CKM_MARK=${mark}`, ...program.argv(...argv)], { check: false });
  const pid = await waitFor('the program to run', async () => {
    const { stdout } = await host.exec(
      [
        'sh',
        '-c',
        'for p in /proc/[0-9]*; do [ "$(readlink $p/exe)" = "$2" ] && grep -qs "$1" $p/environ && echo "${p#/proc/}"; done',
        'sh',
        mark,
        process.execPath,
      ],
      { check: false },
    );
    return /^\d+$/m.exec(stdout)?.[0];
  });
  return {
    signal: async (...signals) => {
      await host.exec([
        'sh',
        '-c',
        'p=$1; shift; for s; do kill "-$s" "$p"; sleep 0.1; done',
        'sh',
        pid,
        ...signals,
      ]);
    },
    ended,
  };
}

async function newGuest(options: Parameters<LabHost['guest']>[1] = {}): Promise<Guest> {
  const guest = await alpha.guest(`cli-${randomUUID().slice(0, 6)}`, {
    memory: 192,
    disk: 'shared',
    ...options,
  });
  await guest.booted();
  return guest;
}

function names(host: LabHost): Promise<string> {
  return host.virsh('list', '--all', '--name');
}

test('the program is one file that needs no other', async () => {
  expect(readdirSync(program.directory)).toEqual(['cockpit-migrate']);
  expect(await cli(alpha, '--version')).toEqual({
    exitCode: 0,
    stdout: 'cockpit-migrate 0.1.0\n',
    stderr: '',
  });
  const direct = await alpha.exec([join(program.directory, 'cockpit-migrate'), '--help']);
  expect(direct.stdout).toMatch(/^Usage: cockpit-migrate list/);
});

describe('with a VM that can be migrated', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await newGuest();
  });

  test('list shows it, as text and as JSON', async () => {
    const text = await cli(alpha, 'list');
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toContain(guest.uuid);
    expect(text.stdout).toMatch(new RegExp(`^${guest.name} +Running +1 +192 MiB`, 'm'));
    const json = await cli(alpha, 'list', '--json');
    const document: unknown = JSON.parse(json.stdout);
    expect(schemaProblems(document, 'list')).toEqual([]);
    expect(document).toMatchObject({
      vms: [{ name: guest.name, uuid: guest.uuid, state: 'running', persistent: true }],
    });
  });

  test('check prints a report of the schema, and nothing else on standard output', async () => {
    const { exitCode, stdout } = await cli(alpha, 'check', guest.name, toBeta, '--json', '--period=1');
    const report = JSON.parse(stdout) as Report;
    expect(schemaProblems(report)).toEqual([]);
    expect(
      report.findings.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable'),
    ).toEqual([]);
    expect(report).toMatchObject({
      vm: guest.name,
      destination: toBeta,
      verdict: 'ready',
      forecast: { kind: 'converges' },
    });
    expect(exitCode).toBe(0);
    expect(await names(alpha)).toContain(guest.name);
  });

  test('check with --quiet only sets its exit status', async () => {
    expect(await cli(alpha, 'check', guest.uuid, toBeta, '--quiet', '--period=1')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('migrate moves it, and shows the answers of both hosts', async () => {
    const { exitCode, stdout, stderr } = await cli(
      alpha,
      'migrate',
      guest.name,
      toBeta,
      '--json',
      '--period=1',
    );
    const report = JSON.parse(stdout) as MigratedReport;
    expect(stderr).not.toContain('\r');
    expect(schemaProblems(report)).toEqual([]);
    expect(report.migration).toMatchObject({ phase: 'done', verification: 'confirmed' });
    expect(exitCode).toBe(0);
    expect(await names(alpha)).not.toContain(guest.name);
    expect(await beta.virsh('domstate', guest.name)).toBe('running');
    expect(await beta.virsh('dominfo', guest.name)).toMatch(/Persistent: +yes/);
    await guest.goesOn();
  });

  test('migrate moves it back temporarily, with a progress bar on a terminal', async () => {
    const line = shellCommand(...program.argv('migrate', guest.name, toAlpha, '--temporary', '--period=1'));
    // Slow enough for queries of libvirt while it copies.
    await beta.shape('200mbit');
    const { exitCode, stdout } = await beta
      .exec(['script', '-qec', line, '/dev/null'], { check: false })
      .finally(() => beta.shape(undefined));
    expect(stdout).toMatch(/\r\[#*\.*\] \d+ % /);
    expect(stdout).toContain(`Done: ${guest.name} runs on ${toAlpha}. Both hosts confirm this.`);
    expect(exitCode).toBe(0);
    expect(await alpha.virsh('dominfo', guest.name)).toMatch(/Persistent: +no/);
    expect(await beta.virsh('domstate', guest.name)).toBe('shut off');
    await guest.runs();
    const { stdout: listed } = await cli(beta, 'list');
    expect(listed).toContain(`temporary copy on ${toAlpha}`);
  });

  test('history has each migration on its source, with forecast and actual figures', async () => {
    const json = await cli(alpha, 'history', '--json');
    expect(json.exitCode).toBe(0);
    const document = JSON.parse(json.stdout) as { migrations: unknown[] };
    expect(schemaProblems(document, 'history')).toEqual([]);
    expect(document.migrations).toMatchObject([
      {
        vm: guest.name,
        uuid: guest.uuid,
        source: 'alpha',
        destination: toBeta,
        temporary: false,
        result: 'done',
        runsOn: 'destination',
        verification: 'confirmed',
        who: 'root',
        startedHere: true,
        rehearsal: { result: 'passed', milliseconds: expect.any(Number) as number },
        forecast: { finishes: true },
        actual: { totalMilliseconds: expect.any(Number) as number, sentBytes: expect.any(Number) as number },
      },
    ]);
    const text = (await cli(beta, 'history')).stdout;
    expect(text).toMatch(
      new RegExp(`${guest.name} +${toAlpha.replaceAll('+', '\\+')} \\(temporary\\) +Passed in .* +Done`),
    );
    const mode = await alpha.exec(['stat', '-c', '%a %U', '/var/lib/cockpit-migrate/history.jsonl']);
    expect(mode.stdout).toBe('600 root\n');
  });

  test('the next check says how good the forecast was', async () => {
    const [entry, ...more] = parseTrack(
      (await alpha.exec(['cat', '/var/lib/cockpit-migrate/forecasts.jsonl'])).stdout,
    );
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      route: 'beta',
      predicted: { kind: 'converges', bandwidthSource: 'measured' },
    });
    expect(entry?.id).toContain(guest.uuid);
    const { stdout, stderr } = await cli(alpha, 'check', guest.name, toBeta, '--period=1');
    // Only the result goes to a pipe.
    expect(stdout.split('\n', 1)).toEqual([`${guest.name} -> ${toBeta}`]);
    expect(stderr).toMatch(/^(Checking: \d+ of \d+\.\n)+$/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/The last forecast for this destination was \d+ % off\./);
  });
});

test('a blocked migration is not started: the name is in use', async () => {
  const guest = await newGuest();
  await beta.guest(guest.name, { off: true, disk: 'none' });
  const check = await cli(alpha, 'check', guest.name, toBeta, '--json', '--period=1');
  const report = JSON.parse(check.stdout) as Report;
  expect(schemaProblems(report)).toEqual([]);
  expect(report.verdict).toBe('blocked');
  expect(report.findings.find(({ check: id }) => id === 'name-collision')).toMatchObject({
    verdict: 'block',
  });
  expect(check.exitCode).toBe(1);
  const migrate = await cli(alpha, 'migrate', guest.name, toBeta, '--period=1');
  expect(migrate.exitCode).toBe(1);
  expect(migrate.stdout).toMatch(/^PROBLEM .*\[name-collision\]$/m);
  expect(migrate.stderr).toContain('Not migrated');
  expect(await alpha.virsh('domstate', guest.name)).toBe('running');
});

describe('what cannot be used or reached', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await newGuest();
  });

  test.each([
    [['migrate']],
    [['check', 'web', toBeta, '--frobnicate']],
    [['check', 'web', 'beta']],
    [['check', 'web', 'qemu+ssh://alpha/system']],
    [['check', 'web', `${toBeta}?no_verify=1`]],
    [['list', '--connection', 'session', '--temporary']],
  ])('is a usage error: %j', async (argv) => {
    const { exitCode, stdout, stderr } = await cli(alpha, ...argv);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^cockpit-migrate: /);
  });

  test('a VM that does not exist could not be checked', async () => {
    const { exitCode, stdout, stderr } = await cli(alpha, 'check', 'nobody', toBeta, '--json');
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toBe('cockpit-migrate: This host has no VM nobody.\n');
  });

  test('a destination that does not answer blocks, and checks that were not done are not passed', async () => {
    await beta.network('cut');
    try {
      const { exitCode, stdout } = await cli(alpha, 'check', guest.name, toBeta, '--json', '--period=1');
      const report = JSON.parse(stdout) as Report;
      expect(schemaProblems(report)).toEqual([]);
      expect([exitCode, report.verdict]).toEqual([1, 'blocked']);
      const of = (id: string): string | undefined =>
        report.findings.find(({ check }) => check === id)?.verdict;
      expect(of('control-port')).toBe('block');
      expect(of('name-collision')).toBe('unknown');
    } finally {
      await beta.network('join');
    }
  });

  test('over tcp, what needs a shell is unknown: exit status 3, unless accepted', async () => {
    const uri = 'qemu+tcp://beta/system';
    const check = await cli(alpha, 'check', guest.name, uri, '--json', '--period=1');
    expect((JSON.parse(check.stdout) as Report).verdict).toBe('unknown');
    expect(check.exitCode).toBe(3);
    const refused = await cli(alpha, 'migrate', guest.name, uri, '--quiet', '--period=1');
    expect([refused.exitCode, refused.stdout]).toEqual([3, '']);
    expect(refused.stderr).toContain('--accept-unknown');
    expect(await alpha.virsh('domstate', guest.name)).toBe('running');
    const accepted = await cli(
      alpha,
      'migrate',
      guest.name,
      uri,
      '--quiet',
      '--accept-unknown',
      '--period=1',
    );
    expect(accepted).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await beta.virsh('domstate', guest.name)).toBe('running');
  });

  test('without libvirt-dbus nothing can be checked', async () => {
    await alpha.daemon('libvirt-dbus', 'stop');
    await alpha.daemon('libvirt-dbus', 'remove');
    try {
      const { exitCode, stderr } = await cli(alpha, 'list');
      expect(exitCode).toBe(3);
      expect(stderr).toContain('libvirt-dbus is not installed');
    } finally {
      await alpha.daemon('libvirt-dbus', 'start');
    }
  });
});

describe('an interrupt', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await newGuest({ memory: 256, dirtyMb: 64, dirtyRate: 20 });
    await guest.dirtying();
    await alpha.shape('60mbit');
  });
  afterAll(async () => {
    await alpha.shape(undefined);
  });

  const migrating = (...more: readonly string[]): ReturnType<typeof background> =>
    background(
      ...([alpha, 'migrate', guest.name, toBeta, '--period=1'] as const),
      ...['--override', 'dirty-rate', ...more],
    );

  /** Waits until it copies. If the program ends before, fails with its output. */
  const copying = ({ ended }: { readonly ended: Promise<ExecResult> }): Promise<unknown> =>
    Promise.race([
      waitFor('the job', async () =>
        (await alpha.virsh('domjobinfo', guest.name)).includes('Data remaining'),
      ),
      ended.then((result) => {
        throw new Error(`It ended before it copied: ${JSON.stringify(result)}`);
      }),
    ]);

  test('during the checks ends the program, and nothing was started', async () => {
    const run = await background(alpha, 'migrate', guest.name, toBeta, '--period=10');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await run.signal('INT');
    const { exitCode, stdout, stderr } = await run.ended;
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^(Checking: .*\n)+cockpit-migrate: Checks stopped\. Nothing was started\.\n$/);
  });

  test('really cancels: libvirt ends the job and the VM keeps running here', async () => {
    const run = await migrating();
    await copying(run);
    await run.signal('INT');
    const { exitCode, stdout, stderr } = await run.ended;
    expect(stdout).toContain('Overridden.');
    expect(stderr).toContain('Asking libvirt to cancel.');
    expect(stdout).toContain(`The migration of ${guest.name} was cancelled.`);
    expect(exitCode).toBe(1);
    expect(await alpha.virsh('domjobinfo', guest.name)).toMatch(/None/);
    expect(await names(beta)).not.toContain(guest.name);
    await guest.goesOn();
  });

  test('a second one leaves it to libvirt after libvirt has the request', async () => {
    const run = await migrating('--json');
    await copying(run);
    // While libvirt-dbus is stopped, the request goes through virsh after the second interrupt, and the program does not learn the
    // result.
    const dbus = await alpha.owner('org.libvirt');
    await alpha.exec(['kill', '-STOP', dbus]);
    const { exitCode, stdout, stderr } = await run
      .signal('INT', 'INT')
      .then(() => run.ended)
      .finally(() => alpha.exec(['kill', '-CONT', dbus]));
    expect(stderr).toContain('Leaving once libvirt has the request.');
    expect(stderr).toContain('goes on in libvirt');
    const report = JSON.parse(stdout) as MigratedReport;
    expect(schemaProblems(report)).toEqual([]);
    // The program may not have heard of the job yet.
    expect([exitCode, report.migration]).toEqual([
      3,
      {
        phase: expect.stringMatching(/^(preparing|copying)$/) as string,
        rehearsal: expect.objectContaining({ verdict: 'pass' }) as object,
      },
    ]);
    await waitFor('the job to end', async () =>
      (await alpha.virsh('domjobinfo', guest.name)).includes('None'),
    );
    await guest.goesOn();
  });

  test('a request to end leaves the migration to libvirt, which continues', async () => {
    const run = await migrating();
    await copying(run);
    await run.signal('TERM');
    const { exitCode, stdout, stderr } = await run.ended;
    expect(stderr).toContain('goes on in libvirt');
    expect(stdout).toContain('goes on in libvirt');
    expect(exitCode).toBe(3);
    expect((await cli(alpha, 'list')).stdout).toMatch(new RegExp(`^${guest.name} +Leaving`, 'm'));
    await alpha.shape(undefined);
    await waitFor('the VM to be gone', async () => !(await names(alpha)).includes(guest.name), 120);
    expect(await beta.virsh('domstate', guest.name)).toBe('running');
    await guest.goesOn();
  });
});

describe('a fault during the migration', () => {
  beforeAll(() => alpha.shape('40mbit'));
  afterAll(async () => {
    await alpha.shape(undefined);
  });

  /** A fault during the migration, and the expected statement at the end. */
  interface Fault {
    readonly name: string;
    readonly happens: (guest: Guest) => Promise<unknown>;
    /** Seconds after its start when the guest shuts itself down. */
    readonly offAfter?: number;
    readonly runsOn: 'source' | 'nowhere';
    readonly says: RegExp;
    readonly exitCode: number;
  }
  const faults: readonly Fault[] = [
    {
      name: 'QEMU is killed on the source',
      happens: async (guest) =>
        alpha.exec(['sh', '-c', 'kill -KILL "$(cat "$1")"', 'sh', `/run/libvirt/qemu/${guest.name}.pid`]),
      runsOn: 'nowhere',
      says: /runs on neither host\. QEMU ended unexpectedly, or the guest crashed\. .*this host: shut off \(crashed\)/,
      exitCode: 1,
    },
    {
      name: 'the VM is forced off on the source',
      happens: (guest) => alpha.virsh('destroy', guest.uuid),
      runsOn: 'nowhere',
      says: /runs on neither host\. An administrator or a program forced the VM off\./,
      exitCode: 1,
    },
    {
      name: 'the VM shuts down from inside',
      // The guest does so by itself, after a time that is longer than the checks.
      happens: () => Promise.resolve(),
      offAfter: 60,
      runsOn: 'nowhere',
      says: /runs on neither host\. The guest shut down, or QEMU was told to end\./,
      exitCode: 1,
    },
    {
      name: 'the libvirt daemon of the destination is killed',
      happens: () => beta.daemon('libvirtd', 'kill'),
      runsOn: 'source',
      says: /runs on this host\. beta did not answer: /,
      exitCode: 1,
    },
  ];

  test.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s: what is said of the VM is what the hosts say',
    async (_, { happens, offAfter, runsOn, says, exitCode }) => {
      const guest = await newGuest({
        ...{ memory: 160, dirtyMb: 32, dirtyRate: 10, disk: 'none' },
        ...(offAfter === undefined ? {} : { offAfter }),
      });
      await guest.dirtying();
      const run = await background(
        ...([alpha, 'migrate', guest.name, toBeta, '--period=1', '--json'] as const),
        ...['--accept-unknown', '--override', 'dirty-rate'],
      );
      await waitFor('the job', async () =>
        (await alpha.virsh('domjobinfo', guest.name)).includes('Data remaining'),
      );
      await happens(guest);
      const ended = await run.ended;
      const report = JSON.parse(ended.stdout) as MigratedReport;
      expect(schemaProblems(report)).toEqual([]);
      const { migration } = report;
      expect(migration.whereabouts?.statement.join(' ')).toMatch(says);
      expect(migration).toMatchObject({ phase: 'failed', whereabouts: { runsOn } });
      expect(ended.exitCode).toBe(exitCode);
      expect(await alpha.virsh('domstate', guest.name)).toBe(runsOn === 'source' ? 'running' : 'shut off');
      await beta.daemon('libvirtd', 'start');
      await waitFor('the destination to be rid of it', async () => !(await names(beta)).includes(guest.name));
      if (runsOn === 'source') {
        expect(migration.failure?.summary).toBe('The libvirt daemon of beta does not answer.');
        await guest.goesOn();
      }
    },
  );
});

describe('the command that a report shows', () => {
  test.each([
    ['permanent', [], ['gone', 'yes']],
    ['temporary', ['--temporary'], ['shut off', 'no']],
  ] as const)('does the same by hand: %s', async (_, options, [here, persistent]) => {
    const guest = await newGuest();
    const { stdout } = await cli(
      alpha,
      'check',
      guest.name,
      toBeta,
      '--json',
      '--period=1',
      '--migration-uri',
      `tcp://${beta.address}`,
      ...options,
    );
    const { plan } = JSON.parse(stdout) as Report;
    const line = shellCommand(...plan.command);
    expect(line).toMatch(/^virsh -c qemu:\/\/\/system migrate --live --p2p .* --migrateuri tcp:/);
    await alpha.exec(['sh', '-c', line]);
    const state = (await names(alpha)).includes(guest.name)
      ? await alpha.virsh('domstate', guest.name)
      : 'gone';
    expect(state).toBe(here);
    expect(await beta.virsh('domstate', guest.name)).toBe('running');
    expect(await beta.virsh('dominfo', guest.name)).toMatch(new RegExp(`Persistent: +${persistent}`));
    await guest.goesOn();
  });
});

describe('a VM that writes faster than the link carries', () => {
  const busyGuest = async (): Promise<Guest> => {
    const guest = await newGuest({ memory: 192, dirtyMb: 48, dirtyRate: 60 });
    await guest.dirtying();
    // Only now: its disk is on GlusterFS, which uses the same link.
    await alpha.shape('100mbit');
    await beta.shape('100mbit');
    return guest;
  };
  const powerOff = async (host: LabHost, guest: Guest): Promise<void> => {
    await host.virsh('destroy', guest.uuid);
  };
  afterEach(async () => {
    await alpha.shape(undefined);
    await beta.shape(undefined);
  });

  test('is a warning instead of a problem, with a step that finishes the migration', async () => {
    const guest = await busyGuest();
    const findings = async (
      ...options: readonly string[]
    ): Promise<Report['findings'][number] | undefined> => {
      const { stdout } = await cli(
        alpha,
        'check',
        guest.name,
        toBeta,
        '--json',
        '--period=1',
        '--bandwidth=1',
        ...options,
      );
      return (JSON.parse(stdout) as Report).findings.find(({ check }) => check === 'dirty-rate');
    };
    expect(await findings()).toMatchObject({ verdict: 'block' });
    expect(await findings('--on-stall', 'pause-vm')).toMatchObject({ verdict: 'warn' });
    expect(await findings('--pause-vm')).toMatchObject({ verdict: 'pass' });
    await powerOff(alpha, guest);
  });

  test('is switched to post-copy after the first pass', async () => {
    const guest = await busyGuest();
    const run = await cli(alpha, 'migrate', guest.name, toBeta, '--period=1', '--post-copy');
    expect(run.stderr).toContain('Switched to post-copy.');
    expect(run).toMatchObject({ exitCode: 0 });
    await guest.runs();
    expect(await beta.virsh('domstate', guest.name)).toBe('running');
    await powerOff(beta, guest);
  });

  test('is limited from the start, and paused by the step that was chosen', async () => {
    const guest = await busyGuest();
    const run = await cli(
      alpha,
      'migrate',
      guest.name,
      toBeta,
      ...['--period=1', '--bandwidth-limit', '10', '--on-stall', 'pause-vm:0', '--timeout', '5'],
    );
    expect(run.stderr).toContain('Paused the VM to finish.');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await beta.virsh('domstate', guest.name)).toBe('running');
    await guest.runs();
    await powerOff(beta, guest);
  });
});
