// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, render, screen, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { ProgressPoint } from '../../src/engine/progress/series.ts';
import { App } from '../../src/ui/app.tsx';
import { expectAccessible } from './axe.ts';
import { FakeModel, migrationOf, progress } from './fake-model.ts';
import { web } from './list/list-fixture.tsx';

const MiB = 1024 ** 2;
const copying = { phase: 'copying', progress } as const;

/** libvirt's figures for each second: MiB left. */
function points(...left: readonly number[]): readonly ProgressPoint[] {
  return left.map((each, index) => ({
    milliseconds: (index + 1) * 1000,
    remainingBytes: each * MiB,
    throughputBytesPerSecond: 110 * MiB,
    dirtyBytesPerSecond: 12 * MiB,
  }));
}

const forecastCourse = [
  { milliseconds: 0, remainingBytes: 2048 * MiB },
  { milliseconds: 8000, remainingBytes: 0 },
];

function openAt(hash: string, model: FakeModel): void {
  window.history.replaceState(null, '', hash);
  render(<App model={model} />);
}

/** The first import compiles the charts. */
const chart = (name: string): Promise<HTMLElement> => screen.findByRole('img', { name }, { timeout: 25_000 });

describe('the chart of a running migration', () => {
  test('shows what remains against the forecast, and the rates; a table has the same', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, copying, { points: points(1900, 1200), forecastCourse }));
    openAt('#/vm/web', model);
    expect(await chart('Remaining data over time')).toHaveAccessibleDescription(
      '1.2 GiB remaining after 2 s; forecast: 1.5 GiB.',
    );
    expect(await chart('Throughput and dirty rate over time')).toBeVisible();
    expect(screen.getByText('Forecast before the start')).toBeVisible();
    const rows = (): readonly string[] =>
      within(screen.getByRole('table', { name: 'Course of the migration of web' }))
        .getAllByRole('row')
        .map((row) => [...row.children].map(({ textContent }) => textContent).join(' | '));
    expect(rows()).toEqual([
      'Elapsed | Remaining data | Forecast | Throughput | Dirty rate',
      '1 s | 1.9 GiB | 1.8 GiB | 110 MiB/s | 12 MiB/s',
      '2 s | 1.2 GiB | 1.5 GiB | 110 MiB/s | 12 MiB/s',
    ]);
    await expectAccessible();
    act(() => {
      model.setMigration(
        migrationOf(web, copying, {
          points: points(...Array.from({ length: 60 }, (_, index) => 1900 - index)),
          forecastCourse,
        }),
      );
    });
    // Few rows, and the last figures among them.
    expect(rows()).toHaveLength(13);
    expect(rows().at(-1)).toBe('1 min | 1.8 GiB | 0 bytes | 110 MiB/s | 12 MiB/s');
  });

  test('does without a forecast where none was made, as for migrations of others', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, copying, { startedHere: false, points: points(1900, 1200) }));
    openAt('#/vm/web/migrate', model);
    expect(await chart('Remaining data over time')).toHaveAccessibleDescription(
      '1.2 GiB remaining after 2 s.',
    );
    expect(screen.queryByText('Forecast before the start')).toBeNull();
    const table = screen.getByRole('table', { name: 'Course of the migration of web' });
    expect(within(table).queryByRole('columnheader', { name: 'Forecast' })).toBeNull();
  });

  test('does not take a rate that libvirt does not know for none', async () => {
    const model = new FakeModel([web]);
    const unknown = points(1900, 1200).map((each) => ({ ...each, dirtyBytesPerSecond: 0 }));
    model.setMigration(migrationOf(web, copying, { points: unknown }));
    openAt('#/vm/web', model);
    const rates = await chart('Throughput and dirty rate over time');
    // One curve, and the lines of the axes.
    expect(rates.querySelectorAll('path[role="presentation"][d*="L"]')).toHaveLength(1);
    const table = screen.getByRole('table', { name: 'Course of the migration of web' });
    expect(within(table).getAllByText('unknown so far')).toHaveLength(2);
  });

  test('is not there before there is something to draw', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, copying, { points: points(1900), forecastCourse }));
    openAt('#/vm/web', model);
    await screen.findByRole('progressbar', { name: 'Migration of web' });
    expect(screen.queryByRole('img')).toBeNull();
    expect(screen.queryByRole('table', { name: /^Course/ })).toBeNull();
  });

  test('is left out of the list, where the migration is shown above it', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, copying, { points: points(1900, 1200), forecastCourse }));
    openAt('#/', model);
    await screen.findByRole('progressbar', { name: 'Migration of web' });
    expect(screen.queryByRole('table', { name: /^Course/ })).toBeNull();
  });
});
