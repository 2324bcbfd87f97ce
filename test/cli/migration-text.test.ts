// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { statusOfMigration, statusOfVerdict } from '../../src/cli/exit-status.ts';
import { migrationStatus, migrationText } from '../../src/cli/migration-text.ts';
import { StatusDisplay, statusLine } from '../../src/cli/status-line.ts';
import { msg } from '../../src/engine/base/message.ts';
import type { Prediction } from '../../src/engine/forecast/track-record.ts';
import type { Migration, MigrationPhase } from '../../src/engine/migration/state.ts';
import { noProgress } from '../../src/engine/progress/progress.ts';
import { uuid } from '../engine/fixtures.ts';
import { migrationIn, screen } from './text-fixture.ts';

describe('the progress', () => {
  const copying = (percent: number, change: Partial<Migration> = {}): Migration =>
    migrationIn(
      {
        phase: 'copying',
        progress: {
          ...noProgress,
          percent,
          memoryTotalBytes: 1024 ** 3,
          memoryRemainingBytes: 1024 ** 3 * (1 - percent / 100),
          throughputBytesPerSecond: 100 * 1024 ** 2,
          elapsedMilliseconds: 2500,
          pass: 2,
        },
      },
      change,
    );

  it('is one line that fits the terminal', () => {
    const status = migrationStatus(copying(50));
    if (status === undefined) throw new Error('no status');
    expect(statusLine(status, 100)).toBe(
      '[############............] 50 %  512 MiB of 1 GiB left, 100 MiB/s, pass 2, 2.5 s',
    );
    expect(statusLine(status, 40)).toHaveLength(39);
  });

  it('says that it stalls, and no percentage', () => {
    const stalled = migrationIn({
      phase: 'copying',
      progress: {
        ...noProgress,
        percent: 96,
        memoryTotalBytes: 1024 ** 3,
        memoryRemainingBytes: 40 * 1024 ** 2,
        elapsedMilliseconds: 60_000,
        pass: 5,
        bestPass: {
          pass: 2,
          elapsedMilliseconds: 25_000,
          remainingBytes: 84 * 1024 ** 2,
          mostBytes: 84 * 1024 ** 2,
        },
      },
      stalled: true,
    });
    expect(migrationStatus(stalled)).toEqual({
      stage: 'copying stalled',
      text: 'Stalled: 3 passes left at least 84 MiB each. 40 MiB of 1 GiB left, pass 5, 1 min',
    });
  });

  it('rewrites its line on a terminal and clears it at the end', () => {
    const terminal = screen(true);
    const display = new StatusDisplay(terminal);
    display.show({ stage: 'a', text: 'one' });
    display.show({ stage: 'a', text: 'one' });
    display.show({ stage: 'a', text: 'two', percent: 100 });
    display.clear();
    display.clear();
    expect(terminal.written).toBe('\rone\u001b[K\r[########################] 100 %  two\u001b[K\r\u001b[K');
  });

  it('prints plain lines in a pipe: each stage, each tenth, and every ten seconds', () => {
    const pipe = screen(false);
    let now = 0;
    const display = new StatusDisplay(pipe, () => now);
    const show = (percent: number): void => {
      display.show({ stage: 'copying', text: 'x', percent });
    };
    display.show({ stage: 'preparing', text: 'Preparing' });
    show(1);
    show(9);
    show(11);
    now = 9999;
    show(12);
    now = 10_001;
    show(13);
    display.clear();
    expect(pipe.written).toBe('Preparing\n1 %  x\n11 %  x\n13 %  x\n');
  });

  it('says that it is being cancelled, and nothing after the end', () => {
    expect(migrationStatus(copying(5, { cancelling: true }))?.text).toMatch(/^Cancelling\. /);
    expect(migrationStatus(migrationIn({ phase: 'cancelled', answers: [] }))).toBeUndefined();
  });
});

describe('migrationText', () => {
  it('shows the result and the answers of both hosts', () => {
    const state: MigrationPhase = {
      phase: 'done',
      verification: 'contradicted',
      elapsedMilliseconds: 1600,
      downtimeMilliseconds: 170,
      answers: [
        {
          question: msg('Is it there?'),
          expected: msg('yes'),
          answer: msg('yes'),
          verdict: 'as-expected',
        },
        {
          question: msg('Is it defined?'),
          expected: msg('no'),
          answer: msg('yes'),
          verdict: 'not-as-expected',
        },
      ],
    };
    expect(migrationText(migrationIn(state))).toEqual([
      'Migrated web to qemu+ssh://beta/system, but not everything is as expected.',
      '  Took 1.6 s. The VM paused for 170 ms.',
      '  ok       Is it there? yes',
      '  WRONG    Is it defined? yes (expected: no)',
    ]);
  });

  it('says that a paused VM is still paused, and how to resume it', () => {
    const state = {
      phase: 'done',
      verification: 'confirmed',
      paused: true,
      elapsedMilliseconds: 1600,
      downtimeMilliseconds: 170,
      predicted: { kind: 'converges', totalMilliseconds: 1600, downtimeMilliseconds: 9 } as Prediction,
      answers: [],
      where: { kind: 'paused-there', reason: 'user' },
    } as const;
    expect(migrationText(migrationIn(state))).toEqual([
      'Done: web is on qemu+ssh://beta/system, paused as before.',
      '  web is on beta: paused (by an administrator).',
      '  -> Resume the VM on the destination.',
      '     Run on this host:',
      `       virsh -c qemu+ssh://beta/system resume ${uuid}`,
      '  Took 1.6 s. Forecast: 1.6 s (0 % off).',
    ]);
    const silent = { ...state.where, unanswered: { host: 'source', error: 'no' } } as const;
    expect(migrationText(migrationIn({ ...state, where: silent })).join('\n')).not.toMatch(/resume/);
  });

  it('says where the VM is, whatever the error says', () => {
    const failure = { summary: msg('No.'), original: 'error: no' };
    const dead = { kind: 'nowhere', reason: 'destroyed', host: 'source' } as const;
    expect(migrationText(migrationIn({ phase: 'failed', failure, where: dead }))).toEqual([
      'The migration of web failed.',
      '  web runs on neither host.',
      '  An administrator or a program forced the VM off.',
      '  Reason that libvirt gives on this host: shut off (forced off)',
      '  No.',
      '  | error: no',
    ]);
    const states = { source: { kind: 'absent' }, destination: { kind: 'silent', error: 'refused' } } as const;
    const unanswered = [{ host: 'destination', error: 'refused' }] as const;
    const unknown = migrationIn({ phase: 'failed', failure, where: { kind: 'unknown', states, unanswered } });
    expect(migrationText(unknown).slice(0, 3)).toEqual([
      'The migration of web ended with an error.',
      '  Not known where web is.',
      '  State on this host: gone',
    ]);
    expect(statusOfMigration(unknown)).toBe(3);
  });

  it('shows libvirt’s text of a failure', () => {
    const failure = { summary: msg('No.'), original: 'error: no', advice: msg('Do this.') };
    expect(migrationText(migrationIn({ phase: 'failed', failure }))).toEqual([
      'The migration of web failed.',
      '  No.',
      '  | error: no',
      '  -> Do this.',
    ]);
    expect(migrationText(migrationIn({ phase: 'copying', progress: noProgress }))[0]).toMatch(
      /goes on in libvirt/,
    );
  });
});

describe('the exit status', () => {
  it('follows from the verdict, and from the result', () => {
    expect((['ready', 'ready-with-warnings', 'blocked', 'unknown'] as const).map(statusOfVerdict)).toEqual([
      0, 0, 1, 3,
    ]);
    const done = (verification: 'confirmed' | 'contradicted' | 'incomplete'): number =>
      statusOfMigration(migrationIn({ phase: 'done', verification, answers: [] }));
    expect([done('confirmed'), done('contradicted'), done('incomplete')]).toEqual([0, 1, 3]);
    expect(statusOfMigration(migrationIn({ phase: 'cancelled', answers: [] }))).toBe(1);
    expect(
      statusOfMigration(migrationIn({ phase: 'failed', failure: { summary: msg('x'), original: '' } })),
    ).toBe(1);
    expect(statusOfMigration(migrationIn({ phase: 'copying', progress: noProgress }))).toBe(3);
  });
});
