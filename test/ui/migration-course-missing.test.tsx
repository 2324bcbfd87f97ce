// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { App } from '../../src/ui/app.tsx';
import { expectAccessible } from './axe.ts';
import { FakeModel, migrationOf, progress } from './fake-model.ts';
import { web } from './list/list-fixture.tsx';

vi.mock('../../src/ui/migration/live-chart.tsx', () => ({
  get LiveChart(): never {
    throw new TypeError('Failed to fetch dynamically imported module: live-chart.js');
  },
}));

afterEach(() => {
  vi.restoreAllMocks();
});

test('without the script of the charts the migration is shown all the same, and it is said', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const point = { remainingBytes: 1, throughputBytesPerSecond: 1, dirtyBytesPerSecond: 1 };
  const points = [
    { ...point, milliseconds: 1000 },
    { ...point, milliseconds: 2000 },
  ];
  const model = new FakeModel([web]);
  model.setMigration(migrationOf(web, { phase: 'copying', progress }, { points }));
  window.history.replaceState(null, '', '#/vm/web');
  render(<App model={model} />);
  expect(await screen.findByText(/^The chart could not be loaded/, {}, { timeout: 10_000 })).toBeVisible();
  expect(screen.getByText(/Failed to fetch dynamically imported module/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Cancel migration' })).toBeVisible();
  expect(logged).toHaveBeenCalled();
  await expectAccessible();
});
