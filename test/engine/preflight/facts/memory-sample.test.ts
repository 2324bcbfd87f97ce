// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pooled, qemuBytesPerSample } from '../../../../src/engine/forecast/dirty-curve.ts';
import { parseMemorySample, sampleWindows } from '../../../../src/engine/preflight/facts/memory-sample.ts';

const MiB = 1024 * 1024;

describe('the windows of the sample', () => {
  it('are short ones, then double up to the longest', () => {
    expect(sampleWindows(8)).toEqual([0.25, 0.5, 1, 2, 4, 8]);
    expect(sampleWindows(1)).toEqual([0.25, 0.5, 1]);
    expect(sampleWindows(60)).toEqual([0.25, 0.5, 1, 2, 4, 8, 16, 32, 60]);
  });
});

describe('what the sample says', () => {
  it('stands for the whole memory', () => {
    const text = 'pages 8192 4096\nwindow 0.250123 64.500000\nwindow 1.000456 128.000000\n\n';
    expect(parseMemorySample(text, 1024 * MiB)).toEqual({
      nonZeroBytes: 512 * MiB,
      points: [
        { seconds: 0.250123, bytes: 64.5 * 128 * 1024, bytesPerSample: 128 * 1024 },
        { seconds: 1.000456, bytes: 16 * MiB, bytesPerSample: 128 * 1024 },
      ],
    });
  });

  it('is the last report that was printed wholly', () => {
    const first = 'pages 10 5\nwindow 1.000000 2.000000\n\n';
    const second = 'pages 10 6\nwindow 1.000000 3.000000\nwindow 2.000000 4.000000\n\n';
    expect(parseMemorySample(first, MiB)?.points).toHaveLength(1);
    expect(parseMemorySample(first + second.slice(0, -1), MiB)).toEqual(parseMemorySample(first, MiB));
    expect(parseMemorySample(first + second, MiB)).toEqual(parseMemorySample(second, MiB));
    expect(parseMemorySample(second, MiB)?.points).toHaveLength(2);
  });

  it('is not read out of anything else', () => {
    for (const text of [
      '',
      'no process\n\n',
      'pages 0 0\n\n',
      'pages 10 11\n\n',
      'pages 10 5\nwindow 1.000000 2.000000\n',
      'pages 10 5\nwindow 1.000000 11.000000\n\n',
      'pages 10 5\nwindow 1.0\n\n',
      'pages 10 5\nTraceback\n\n',
    ]) {
      expect(parseMemorySample(text, MiB)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMemorySample(text, MiB)).toBeUndefined();
      }),
    );
  });
});

describe('two samples together', () => {
  it('weigh as much as they have pages, and keep what only one of them has', () => {
    const qemu = [
      { seconds: 1, bytes: 0, bytesPerSample: qemuBytesPerSample },
      { seconds: 3, bytes: 6 * MiB },
    ];
    const ours = [
      { seconds: 0.25, bytes: 2 * MiB, bytesPerSample: qemuBytesPerSample / 3 },
      { seconds: 1.02, bytes: 4 * MiB, bytesPerSample: qemuBytesPerSample / 3 },
    ];
    const [short, joined, alone, ...more] = pooled(qemu, ours);
    expect(short).toEqual(ours[0]);
    expect(joined).toMatchObject({ bytes: 3 * MiB, bytesPerSample: qemuBytesPerSample / 4 });
    expect(joined?.seconds).toBeCloseTo(1.015, 6);
    expect(alone).toEqual(qemu[1]);
    expect(more).toEqual([]);
  });

  it('are one of them where there is no other', () => {
    const points = [{ seconds: 1, bytes: MiB }];
    expect(pooled(points, [])).toEqual(points);
    expect(pooled([], points)).toEqual(points);
  });
});
