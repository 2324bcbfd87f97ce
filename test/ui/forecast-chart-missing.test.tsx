// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { ForecastView } from '../../src/ui/forecast/forecast-view.tsx';
import { expectAccessible } from './axe.ts';
import { doneWith, noLevers } from './fake-model.ts';

vi.mock('../../src/ui/forecast/forecast-plot.tsx', () => ({
  get ForecastPlot(): never {
    throw new TypeError('Failed to fetch dynamically imported module: forecast-plot.js');
  },
}));

afterEach(() => {
  vi.restoreAllMocks();
});

test('without the script of the chart, the text stays, and the page says so', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { forecast } = doneWith();
  if (forecast === undefined) throw new Error('no forecast');
  render(
    <main>
      <ForecastView choice={noLevers} forecast={forecast} />
    </main>,
  );
  expect(await screen.findByText(/^The chart could not be loaded/)).toBeVisible();
  expect(screen.getByText(/Failed to fetch dynamically imported module/)).toBeVisible();
  expect(screen.getByText('20 s to 34 s')).toBeVisible();
  expect(screen.getByText(/fits into the allowed pause of 300 ms\.$/)).toBeVisible();
  expect(screen.getByRole('grid', { name: 'What would change it' })).toBeVisible();
  expect(logged).toHaveBeenCalled();
  await expectAccessible();
});
