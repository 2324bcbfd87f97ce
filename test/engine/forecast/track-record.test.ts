// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { forecastCopy } from '../../../src/engine/forecast/forecast.ts';
import { bandwidthText } from '../../../src/engine/forecast/text.ts';
import {
  appendTrackEntry,
  parseExpected,
  parseTrack,
  predictionOf,
  readTrack,
  routeOf,
  type TrackEntry,
  trackRecordOf,
} from '../../../src/engine/forecast/track-record.ts';
import { nodePlatform } from '../../../src/platform/node.ts';
import type { Platform } from '../../../src/platform/platform.ts';

const MiB = 1024 * 1024;

/** A migration of 1000 MiB at that rate in MiB/s, after a forecast that assumed 100 MiB/s. */
function entry(id: string, rate: number, change: Partial<TrackEntry> = {}): TrackEntry {
  return {
    id,
    route: 'beta',
    predicted: {
      kind: 'converges',
      totalMilliseconds: 11_200,
      downtimeMilliseconds: 300,
      bandwidthBytesPerSecond: 100 * MiB,
      bandwidthSource: 'measured',
    },
    actual: { totalMilliseconds: 800 + 1_000_000 / rate, downtimeMilliseconds: 250, sentBytes: 1000 * MiB },
    ...change,
  };
}

describe('what the next forecast learns', () => {
  it('is the real bandwidth, and the error of the forecasts', () => {
    const record = trackRecordOf([entry('1', 100), entry('2', 80), entry('3', 90)], 'beta');
    expect(record).toMatchObject({ migrations: 3, share: { measured: expect.closeTo(0.9, 5) as number } });
    expect(record?.medianError).toBeCloseTo(1 - 11_200 / (800 + 1_000_000 / 90), 5);
  });

  it('is libvirt’s overhead, if QEMU reported its rate', () => {
    const told = (id: string, totalMilliseconds: number, rate: number): TrackEntry =>
      entry(id, 90, { actual: { totalMilliseconds, sentBytes: 1000 * MiB, bytesPerSecond: rate * MiB } });
    const record = trackRecordOf(
      [told('1', 10_400, 100), told('2', 13_000, 80), told('3', 10_600, 100)],
      'beta',
    );
    expect(record?.overheadMilliseconds).toBeCloseTo(500, 5);
    expect(record?.share.measured).toBeCloseTo(1, 5);
    // Longer than the total time: QEMU's figure is ignored. So is a missing one.
    for (const rate of [50, 0])
      expect(trackRecordOf([told('1', 10_400, rate)], 'beta')).not.toHaveProperty('overheadMilliseconds');
    expect(trackRecordOf([entry('1', 90)], 'beta')).not.toHaveProperty('overheadMilliseconds');
  });

  it('comes only from the last five on the same route', () => {
    const old = ['1', '2', '3'].map((id) => entry(id, 60));
    const others = [entry('4', 60, { route: 'gamma' })];
    const recent = ['5', '6', '7', '8', '9'].map((id) => entry(id, 95));
    expect(trackRecordOf([...old, ...others, ...recent], 'beta')).toMatchObject({
      migrations: 5,
      share: { measured: expect.closeTo(0.95, 5) as number },
    });
    expect(trackRecordOf([...old, ...recent], 'delta')).toBeUndefined();
  });

  it('leaves out migrations that were too short, and links that differ too much', () => {
    const short = entry('1', 90, { actual: { totalMilliseconds: 3700, sentBytes: 200 * MiB } });
    expect(trackRecordOf([short, entry('2', 10), entry('3', 190)], 'beta')?.share).toEqual({});
  });

  it('goes into the forecast, once', () => {
    const input = {
      memoryBytes: 1024 * MiB,
      dirty: [],
      bandwidthBytesPerSecond: 100 * MiB,
      bandwidthSource: 'measured' as const,
    };
    const plain = forecastCopy(input);
    const track = trackRecordOf([entry('1', 80)], 'beta');
    const learned = forecastCopy({ ...input, ...(track === undefined ? {} : { track }) });
    expect(learned.bandwidthBytesPerSecond).toBeCloseTo(80 * MiB, -1);
    expect(learned.track?.migrations).toBe(1);
    expect(plainText(bandwidthText(learned))).toBe(
      'The link carried 100 MiB/s when measured. Earlier migrations to this destination reached 80 % of the measured rate: 80 MiB/s is assumed.',
    );
    expect(plainText(bandwidthText(plain))).toMatch(/carries 100 MiB\/s \(measured\)/);
    if (plain.kind !== 'converges' || learned.kind !== 'converges') throw new Error('it ends');
    expect(learned.totalMilliseconds.likely).toBeGreaterThan(plain.totalMilliseconds.likely * 1.15);
    // The measured figure is stored. Otherwise each forecast would learn from the one before.
    expect(predictionOf(learned)?.bandwidthBytesPerSecond).toBeCloseTo(100 * MiB, -1);
  });
});

describe('the route', () => {
  it('is the host, however it is reached, and the address of the data', () => {
    expect(routeOf('qemu+ssh://root@Beta/system', undefined)).toBe('beta');
    expect(routeOf('qemu+tls://beta/system?pkipath=/x', undefined)).toBe('beta');
    expect(routeOf('qemu+tls://beta/system', 'tcp://10.0.0.2')).toBe('beta tcp://10.0.0.2');
  });
});

describe('the file', () => {
  it('may hold anything', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        expect(parseTrack(lines.join('\n'))).toEqual([]);
        for (const line of lines) expect(parseExpected(line)).toBeUndefined();
      }),
    );
    const good = JSON.stringify(entry('1', 90));
    expect(parseTrack(`{"id":\n${good}\n${good.slice(0, -9)}\n${good}`)).toEqual([entry('1', 90)]);
  });

  describe('on a real disk', () => {
    let home: string;
    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'cockpit-migrate-track-'));
    });
    afterEach(() => {
      rmSync(home, { recursive: true });
    });

    /** Runs programs for real, with another home. */
    function platform(): Platform {
      const real = nodePlatform();
      return {
        ...real,
        run: (argv, options) =>
          real.run(argv, { ...options, environment: { HOME: home, XDG_STATE_HOME: '' } }),
      };
    }

    it('is created, read, and cut when it has grown', async () => {
      expect(await readTrack(platform(), 'session')).toEqual([]);
      expect(await appendTrackEntry(platform(), 'session', entry('1', 90))).toBeUndefined();
      expect(await readTrack(platform(), 'session')).toEqual([entry('1', 90)]);
      const file = join(home, '.local/state/cockpit-migrate/forecasts.jsonl');
      execFileSync('sh', ['-c', 'yes "{}" | head -n 2000 >> "$1"', 'sh', file]);
      expect(await appendTrackEntry(platform(), 'session', entry('2', 90))).toBeUndefined();
      expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(1001);
      expect(await readTrack(platform(), 'session')).toEqual([entry('2', 90)]);
    });

    it('says why it cannot be written', async () => {
      execFileSync('sh', ['-c', 'echo > "$1"', 'sh', join(home, '.local')]);
      expect(await appendTrackEntry(platform(), 'session', entry('1', 90))).toMatch(/\.local/);
    });
  });
});
