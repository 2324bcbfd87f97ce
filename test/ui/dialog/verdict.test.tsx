// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import type { Forecast } from '../../../src/engine/forecast/result.ts';
import type { Finding } from '../../../src/engine/preflight/finding.ts';
import { expectAccessible } from '../axe.ts';
import { doneWith, FakeModel, passed } from '../fake-model.ts';
import { beta, busy, closedPorts, open, untold, uriBox, web, wrongCpu } from './dialog-fixture.tsx';

describe('the top of the dialog', () => {
  const host = (side: string): HTMLElement | null => document.querySelector(`[data-host="${side}"]`);

  test('has the two hosts and the link between them', async () => {
    const model = new FakeModel([web]);
    open(model, '');
    expect(host('source')).toHaveTextContent('Source, this hostalpha');
    expect(host('destination')).toHaveTextContent('DestinationNot chosen yet');
    expect(screen.getByText('Not checked yet')).toBeVisible();
    model.preflightState = doneWith(passed('uri'));
    await userEvent.type(uriBox(), beta);
    expect(host('destination')).toHaveTextContent('Destinationbeta');
    expect(screen.getByText('over ssh')).toBeVisible();
    await screen.findByText('110 MiB/s', { selector: '.migrate-way-text' });
    await expectAccessible();
  });

  const { forecast } = doneWith();
  test.each<[string, readonly Finding[], Forecast | undefined]>([
    ['Ready: about 26 s, pause about 120 ms', [passed('uri')], forecast],
    ['Ready, the forecast is unknown', [passed('uri')], { kind: 'unknown', why: msg('No link.') }],
    ['Ready, 1 warning to read', [passed('uri'), busy], forecast],
    ['It can start, 1 check is unknown', [busy, untold], forecast],
    ['1 problem to solve', [busy, untold, wrongCpu], forecast],
    ['2 problems to solve', [closedPorts, wrongCpu], forecast],
  ])('says in one place: %s', async (text, findings, known) => {
    const model = new FakeModel([web]);
    model.preflightState = { ...doneWith(...findings), forecast: known };
    open(model);
    expect(await screen.findByText(text)).toBeVisible();
    expect(screen.getByText(text)).toHaveAttribute('role', 'status');
    await expectAccessible();
  });

  test('says that a migration will not finish, and counts overrides', async () => {
    const model = new FakeModel([web]);
    model.preflightState = doneWith(closedPorts);
    open(model);
    await userEvent.click(await screen.findByRole('checkbox', { name: /^Override this problem/ }));
    expect(screen.getByText('Ready, 1 problem overridden')).toBeVisible();
    act(() => {
      model.preflights[0]?.state.update((state) =>
        state.forecast?.kind === 'converges'
          ? { ...state, forecast: { ...state.forecast, kind: 'does-not-converge' } }
          : state,
      );
    });
    expect(screen.getByText('It can start, but will not finish')).toBeVisible();
  });
});

describe('the forecast', () => {
  const figures = {
    dirtyBytesPerSecond: 140e6,
    bandwidthBytesPerSecond: 12e6,
    bandwidthAssumed: true,
    bandwidthSource: 'nominal' as const,
    breakEvenBytesPerSecond: 160 * 1024 ** 2,
    allowedDowntimeMilliseconds: 300,
    course: [],
    levers: [],
  };
  test.each<[Forecast, RegExp]>([
    [
      {
        kind: 'converges',
        ...figures,
        totalMilliseconds: { low: 20_000, likely: 26_000, high: 34_000 },
        downtimeMilliseconds: 120,
        passes: 3,
        sentBytes: 1,
      },
      /Total time20 s to 34 sPause timeAbout 120 ms and a moment to switch over/,
    ],
    [
      { kind: 'does-not-converge', ...figures, breakEvenBytesPerSecond: 160 * 1024 ** 2 },
      /will not finish.*Pause the VM, reduce its load, or give it a link that carries at least 160 MiB\/s\./,
    ],
    [{ kind: 'unknown', why: msg('The link carried nothing.') }, /unknown.*The link carried nothing/],
  ])('is said: $kind', async (forecast, text) => {
    const model = new FakeModel([web]);
    model.preflightState = { ...doneWith(passed('uri')), forecast };
    open(model);
    await waitFor(() => {
      expect(document.querySelector(`[data-forecast="${forecast.kind}"]`)).toHaveTextContent(text);
    });
    await expectAccessible();
  });
});
