// SPDX-License-Identifier: LGPL-2.1-or-later
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { historyLine, parseHistory, withoutParameters } from '../../../src/engine/history/entry.ts';
import {
  appendHistory,
  historyMessageId,
  journalFields,
  readHistory,
} from '../../../src/engine/history/history.ts';
import {
  filterHistory,
  forecastQuality,
  historyCsv,
  historyDocument,
  pastRehearsalText,
  qualityText,
  resultText,
} from '../../../src/engine/history/summary.ts';
import { nodePlatform } from '../../../src/platform/node.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { schemaProblems } from '../../json-schema.ts';
import { later, past, steered } from './entry-fixture.ts';

describe('a line of the history', () => {
  it('is parsed as it was written, and is described in the schema', () => {
    const failed = later(5, {
      result: 'failed',
      runsOn: 'nowhere',
      reason: 'The VM ended while it was being migrated.',
      error: 'x'.repeat(5000),
      overrides: ['dirty-rate'],
      copyDisks: ['vda'],
      rehearsal: { result: 'passed', milliseconds: 812 },
      steered,
    });
    const entries = parseHistory([past, failed].map((each) => `${historyLine(each)}\n`).join(''));
    expect(entries).toEqual([{ ...failed, error: 'x'.repeat(1000) }, past]);
    expect(schemaProblems(JSON.parse(JSON.stringify(historyDocument(entries))), 'history')).toEqual([]);
  });

  it('is ignored if it is from another version or program, or cut', () => {
    const lines = [
      historyLine(past).slice(0, -10),
      JSON.stringify({ ...past, version: 2 }),
      JSON.stringify({ ...past, start: 'yesterday' }),
      JSON.stringify({ ...past, flags: [1] }),
      JSON.stringify({ ...past, actual: { totalMilliseconds: 'long' } }),
      JSON.stringify({ ...past, result: '<b>' }),
      JSON.stringify({ ...past, rehearsal: { result: 'done' } }),
      JSON.stringify({ ...past, rehearsal: { result: 'passed', milliseconds: -1 } }),
      JSON.stringify({ ...past, steered: [{ ...steered[0], at: 'soon' }] }),
      JSON.stringify({ ...past, steered: [{ ...steered[0], action: { kind: 'longer-pause' } }] }),
      JSON.stringify({ ...past, steered: [{ ...steered[0], action: { kind: 'format-disk' } }] }),
      JSON.stringify({ ...past, steered: [{ ...steered[0], state: 'perhaps' }] }),
      'null',
      '[]',
      '',
    ];
    expect(parseHistory(lines.join('\n'))).toEqual([]);
  });

  it('keeps no more of a reason than of an error', () => {
    const long = 'x'.repeat(5000);
    const entry = later(0, {
      rehearsal: { result: 'failed', reason: long },
      steered: steered.map((each) => ({ ...each, reason: long })),
    });
    const [read] = parseHistory(historyLine(entry));
    expect(read?.rehearsal?.reason).toBe('x'.repeat(1000));
    expect(read?.steered?.map(({ reason }) => reason)).toEqual(['x'.repeat(1000), 'x'.repeat(1000)]);
  });

  it('has no parameters of a URI: they may name keys', () => {
    expect(withoutParameters('qemu+ssh://beta/system?keyfile=/root/secret&command=x')).toBe(
      'qemu+ssh://beta/system',
    );
  });
});

describe('one migration that was seen twice', () => {
  const seen = {
    ...past,
    startedHere: false,
    start: '2026-11-28T10:00:01.500Z',
    end: '2026-11-28T10:00:31.000Z',
  };
  const parsed = (...entries: readonly (typeof past)[]): readonly (typeof past)[] =>
    parseHistory(entries.map(historyLine).join('\n'));

  it('is one entry, from the program that started it', () => {
    expect(parsed(seen, past)).toEqual([past]);
    expect(parsed(past, seen)).toEqual([past]);
    expect(parsed({ ...seen, runsOn: 'unknown' }, seen)).toEqual([seen]);
  });

  it('is the last entry, after the hosts have answered', () => {
    expect(parsed({ ...past, runsOn: 'unknown', verification: 'incomplete' }, past)).toEqual([past]);
  });

  it('is not another one of the same VM, or one of another VM', () => {
    const soon = later(0.01);
    expect(parsed(past, soon)).toEqual([soon, past]);
    const other = { ...past, uuid: past.uuid.replace('0', '1') };
    expect(parsed(past, other)).toHaveLength(2);
    const next = later(1, { startedHere: false });
    expect(parsed(past, next)).toEqual([next, past]);
  });
});

describe('the file', () => {
  let home: string;
  let platform: Pick<Platform, 'run'>;
  let journal: string[];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'cockpit-migrate-history-'));
    journal = [];
    const real = nodePlatform();
    platform = {
      run: (argv, options) => {
        if (argv[0] !== 'logger')
          return real.run(argv, { ...options, environment: { HOME: home, XDG_STATE_HOME: home } });
        journal.push(`${argv.join(' ')}\n${typeof options?.input === 'string' ? options.input : ''}`);
        return Promise.resolve({ exitCode: 1, stdout: '', stderr: 'no journal here' });
      },
    };
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  it('is for its owner alone, and has the newest first', async () => {
    const [first, second] = [
      { ...past, connection: 'session' as const },
      later(5, { connection: 'session' }),
    ];
    expect(await appendHistory(platform, first)).toBeUndefined();
    expect(await appendHistory(platform, second)).toBeUndefined();
    expect(await readHistory(platform, 'session')).toEqual([second, first]);
    const file = join(home, 'cockpit-migrate/history.jsonl');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    expect(readFileSync(file, 'utf8')).toBe(`${historyLine(first)}\n${historyLine(second)}\n`);
  });

  it('is copied into the journal, with a field for each value, and needs no journal', async () => {
    expect(
      await appendHistory(platform, { ...past, connection: 'session', vm: 'a\nPRIORITY=0' }),
    ).toBeUndefined();
    expect(journal).toHaveLength(1);
    expect(journal[0]?.split('\n')).toEqual(
      expect.arrayContaining([
        'logger --journald',
        'MESSAGE=Migration of a PRIORITY=0 to qemu+ssh://beta/system: done, the VM is on: destination',
        `MESSAGE_ID=${historyMessageId}`,
        'PRIORITY=6',
        'COCKPIT_MIGRATE_VM=a PRIORITY=0',
        'COCKPIT_MIGRATE_WHO=anna',
        'COCKPIT_MIGRATE_TOTAL_MS=30000',
      ]),
    );
    expect(journal[0]).not.toMatch(/^PRIORITY=0/m);
    expect(journalFields({ ...past, result: 'failed' })).toContain('PRIORITY=4\n');
    expect(journalFields({ ...past, rehearsal: { result: 'left-out' }, steered })).toContain(
      'COCKPIT_MIGRATE_REHEARSAL=left-out\nCOCKPIT_MIGRATE_STEERED=longer-pause:done post-copy:refused\n',
    );
    expect(journalFields(past)).not.toMatch(/REHEARSAL|STEERED/);
  });
});

describe('how good the forecasts were', () => {
  it('is computed from migrations that finished and had a forecast', () => {
    const entries = [
      past,
      later(1, { actual: { totalMilliseconds: 100_000 } }),
      later(2, { actual: { totalMilliseconds: 24_000 } }),
      later(3, { result: 'cancelled' }),
      later(4, { forecast: { finishes: false } }),
    ];
    const quality = forecastQuality(entries);
    expect(quality).toEqual({
      compared: 3,
      withinQuarter: 2,
      medianError: expect.closeTo(0.2) as number,
      finishedUnexpectedly: 1,
    });
    expect(qualityText(quality).map((message) => plainText(message))).toEqual([
      'Of 3 forecasts of the total time, 2 were at most 25 % off. Median: 20 % off.',
      '1 migration finished although the forecast said that it would not.',
    ]);
    expect(qualityText(forecastQuality([])).map((message) => plainText(message))).toEqual([
      'No forecast to compare yet.',
    ]);
  });
});

describe('the exported history', () => {
  it('is filtered by words, in any field', () => {
    const entries = [past, later(1, { vm: 'db', result: 'failed' })];
    expect(filterHistory(entries, ' ')).toBe(entries);
    expect(filterHistory(entries, 'DB beta')).toEqual([entries[1]]);
    expect(filterHistory(entries, 'db gamma')).toEqual([]);
  });

  it('is CSV in which no name is a formula', () => {
    const csv = historyCsv([later(0, { vm: '=cmd()', reason: 'a "b",\nc' })]);
    const [head, row = ''] = csv.split('\r\n');
    expect(head).toMatch(/^vm,uuid,source,destination,temporary,/);
    expect(row).toMatch(/^'=cmd\(\),0178c545/);
    expect(csv).toContain('"a ""b"",\nc"\r\n');
  });

  it('has the rehearsal and what was done meanwhile, in one field each', () => {
    const [head = '', row = ''] = historyCsv([
      later(0, {
        rehearsal: { result: 'passed', milliseconds: 812 },
        steered: [
          ...steered,
          {
            action: { kind: 'bandwidth-limit' },
            at: '2026-11-28T10:00:12.000Z',
            by: 'admin',
            state: 'asked',
          },
        ],
      }),
    ]).split('\r\n');
    const field = (name: string): string | undefined => row.split(',')[head.split(',').indexOf(name)];
    expect([field('rehearsal'), field('rehearsal_ms')]).toEqual(['passed', '812']);
    expect(field('steered')).toBe(
      '2026-11-28T10:00:05.000Z longer-pause=2000 done; 2026-11-28T10:00:09.000Z post-copy refused; ' +
        '2026-11-28T10:00:12.000Z bandwidth-limit=none asked',
    );
  });

  it('says what became of the rehearsal', () => {
    const said = (rehearsal: (typeof past)['rehearsal']): string | undefined => {
      const text = pastRehearsalText({ ...past, ...(rehearsal === undefined ? {} : { rehearsal }) });
      return text === undefined ? undefined : plainText(text);
    };
    expect(said({ result: 'passed', milliseconds: 812 })).toBe('Passed in 812 ms');
    expect(said({ result: 'failed', reason: 'no' })).toBe('Failed');
    expect(said({ result: 'left-out' })).toBe('Left out');
    expect(said(undefined)).toBeUndefined();
  });

  it('names where the VM was if that is no host', () => {
    const said = (change: Partial<typeof past>): string => plainText(resultText({ ...past, ...change }));
    expect(said({})).toBe('Done');
    expect(said({ verification: 'contradicted' })).toBe('Done, not as expected');
    expect(said({ result: 'failed', runsOn: 'nowhere' })).toBe('Failed: the VM ended');
    expect(said({ result: 'failed', rehearsal: { result: 'failed' } })).toBe(
      'Not migrated: the rehearsal failed',
    );
    expect(said({ result: 'cancelled' })).toBe('Cancelled');
  });
});
