// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { describe, expect, test } from 'vitest';
import { forecastCopy } from '../../../src/engine/forecast/forecast.ts';
import { ForecastView } from '../../../src/ui/forecast/forecast-view.tsx';
import { expectAccessible } from '../axe.ts';
import { noLevers } from '../fake-model.ts';

const MiB = 1024 ** 2;

/** A VM of 1 GiB that writes to 300 MiB of it, over a link. */
function busyOver(bandwidthMiB: number): ReturnType<typeof forecastCopy> {
  return forecastCopy({
    memoryBytes: 1024 * MiB,
    dirty: [
      { seconds: 1, bytes: 90 * MiB },
      { seconds: 4, bytes: 300 * MiB },
      { seconds: 8, bytes: 300 * MiB },
    ],
    bandwidthBytesPerSecond: bandwidthMiB * MiB,
    bandwidthSource: 'measured',
  });
}

/** Rendered in a page, because axe needs one. */
function show(view: ReactNode): void {
  render(<main>{view}</main>);
}

/** The first import compiles the charts. */
const chart = (): Promise<HTMLElement> =>
  screen.findByRole('img', { name: 'Remaining memory over time' }, { timeout: 20_000 });

describe('the chart of the forecast', () => {
  test('shows without expanding what remains, compared with what fits into the allowed pause', async () => {
    show(<ForecastView choice={noLevers} forecast={busyOver(400)} />);
    expect(await chart()).toHaveAccessibleDescription(
      /^At first 1 GiB remain; after \d+ passes less than 120 MiB, which fits into the allowed pause of 300 ms\.$/,
    );
    expect(screen.getByText('Fits into the allowed pause: 120 MiB')).toBeVisible();
    expect(screen.getByText('Remaining memory')).toBeVisible();
    await expectAccessible();
  });

  test('has marks at round values', async () => {
    show(<ForecastView choice={noLevers} forecast={busyOver(400)} />);
    const marks = [...(await chart()).querySelectorAll('text')].map((text) => text.textContent);
    expect(marks).toEqual(['0', '1 s', '2 s', '3 s', '0', '512 MiB', '1 GiB']);
  });

  test('says that the remaining memory of one that does not finish never decreases enough', async () => {
    const forecast = busyOver(70);
    expect(forecast.kind).toBe('does-not-converge');
    // The curve stays above the line.
    expect(Math.min(...forecast.course.map(({ remainingBytes }) => remainingBytes))).toBeGreaterThan(
      21 * MiB,
    );
    show(<ForecastView choice={noLevers} forecast={forecast} />);
    expect(await chart()).toHaveAccessibleDescription(
      'At first 1 GiB remain; never as little as 21 MiB, which fits into the allowed pause of 300 ms.',
    );
    expect(screen.getByText('Fits into the allowed pause: 21 MiB')).toBeVisible();
    await expectAccessible();
  });

  test('is skipped by the Tab key; the levers are a table below it', async () => {
    show(<ForecastView choice={noLevers} forecast={busyOver(70)} />);
    await chart();
    await userEvent.tab();
    expect(screen.getByRole('checkbox', { name: /^Throttle the VM/ })).toHaveFocus();
    const table = screen.getByRole('grid', { name: 'What would change it' });
    const row = (name: RegExp): HTMLElement => within(table).getByRole('row', { name });
    expect(row(/^Throttle the VM .*\(auto-converge\)/)).toHaveTextContent(/ s \(estimated\)/);
    expect(row(/^Limit the bandwidth to 35 MiB\/s/)).toHaveTextContent(/never finishes$/);
    expect(row(/^Finish on the destination/)).toHaveTextContent(/slower until all its memory has arrived$/);
    expect(row(/^Pause the VM/)).toHaveTextContent(/15 s$/);
    await expectAccessible();
  });

  test('is not shown if the course is unknown', () => {
    show(<ForecastView choice={noLevers} forecast={{ ...busyOver(70), course: [] }} />);
    expect(screen.queryByRole('img', { name: 'Remaining memory over time' })).toBeNull();
    expect(screen.queryByText('Remaining memory')).toBeNull();
  });
});
