// SPDX-License-Identifier: LGPL-2.1-or-later
import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { forecastCopy } from '../../../src/engine/forecast/forecast.ts';
import type { MigrationTuning } from '../../../src/engine/plan/tuning.ts';
import { expectAccessible } from '../axe.ts';
import { doneWith, FakeModel, passed } from '../fake-model.ts';
import { migrateButton, open, preflightOf, web } from './dialog-fixture.tsx';

const MiB = 1024 ** 2;

/** The dialog with a forecast that has levers. */
async function opened(): Promise<FakeModel> {
  const model = new FakeModel([web]);
  const forecast = forecastCopy({
    memoryBytes: 1024 * MiB,
    dirty: [
      { seconds: 1, bytes: 90 * MiB },
      { seconds: 8, bytes: 300 * MiB },
    ],
    bandwidthBytesPerSecond: 200 * MiB,
    bandwidthSource: 'measured',
  });
  model.preflightState = { ...doneWith(passed('uri')), forecast };
  open(model);
  await preflightOf(model);
  return model;
}

const lever = (name: RegExp): Promise<HTMLElement> => screen.findByRole('checkbox', { name });

/** The last choices that the preflight got. */
async function retuned(model: FakeModel, tuning: MigrationTuning): Promise<void> {
  await waitFor(() => {
    expect(model.preflights.at(-1)?.retuned.at(-1)).toEqual(tuning);
  });
}

describe('the levers of the forecast', () => {
  test('are options: a selected one is used for checks and migration', async () => {
    const model = await opened();
    await userEvent.click(await lever(/^Throttle the VM/));
    await userEvent.click(await lever(/^Finish on the destination/));
    await userEvent.click(await lever(/^Pause the VM for the whole migration/));
    await userEvent.click(await lever(/^Allow a pause of/));
    await userEvent.click(await lever(/^Limit the bandwidth to 100 MiB/));
    await userEvent.click(await lever(/^Throttle the VM/));
    await expectAccessible();
    const tuning: MigrationTuning = {
      postCopy: true,
      pauseVm: true,
      bandwidthLimitBytesPerSecond: 100 * MiB,
      maxDowntimeMilliseconds: 1000,
    };
    await retuned(model, tuning);
    // No host is queried again.
    expect(model.preflights).toHaveLength(1);
    expect(screen.getByText(/The migration uses at most 100 MiB\/s\./)).toBeVisible();
    await userEvent.click(migrateButton());
    expect(model.started[0]?.tuning).toEqual(tuning);
  });
});

describe('what to do if it does not finish', () => {
  test('is an ordered list of steps, with a time', async () => {
    const model = await opened();
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    const group = screen.getByRole('group', { name: 'If it does not finish' });
    await userEvent.click(within(group).getByRole('checkbox', { name: 'Cancel the migration' }));
    await userEvent.click(within(group).getByRole('checkbox', { name: 'Switch to post-copy' }));
    const time = screen.getByRole('spinbutton', { name: 'Time before each step, in seconds' });
    await userEvent.clear(time);
    expect(migrateButton()).toBeDisabled();
    await userEvent.type(time, '60');
    await retuned(model, {
      onStall: [
        { action: 'post-copy', afterSeconds: 60 },
        { action: 'cancel', afterSeconds: 60 },
      ],
    });
    await expectAccessible();
  });
});
