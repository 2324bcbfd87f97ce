// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import type { Finding } from '../../../src/engine/preflight/finding.ts';
import { expectAccessible } from '../axe.ts';
import { type FakeModel, finding, passed } from '../fake-model.ts';
import { migrateButton, openWith, preflightOf } from './dialog-fixture.tsx';

const rehearse = (): HTMLElement => screen.getByRole('button', { name: 'Rehearse' });

const row = (): Element | null => document.querySelector('[data-check="rehearsal"]');

async function rehearsed(found: Finding): Promise<FakeModel> {
  const model = await openWith(passed('uri'));
  await waitFor(() => {
    expect(rehearse()).toBeEnabled();
  });
  expect(row()).toBeNull();
  await userEvent.click(rehearse());
  expect(model.rehearsals).toHaveLength(1);
  expect(rehearse()).toBeDisabled();
  expect(migrateButton()).toBeDisabled();
  await act(async () => {
    model.rehearsals[0]?.resolve(found);
    await Promise.resolve();
  });
  return model;
}

describe('the rehearsal', () => {
  test('that arrives is a passed finding', async () => {
    await rehearsed(finding('rehearsal', { verdict: 'pass', found: msg('A stand-in arrived.') }, 'host'));
    await waitFor(() => {
      expect(row()).toHaveAttribute('data-verdict', 'pass');
    });
    expect(migrateButton()).toBeEnabled();
    await expectAccessible();
  });

  test('that is refused disables Migrate until the choices change', async () => {
    const model = await rehearsed(
      finding(
        'rehearsal',
        {
          verdict: 'block',
          found: msg('QEMU there refuses a device.'),
          remedies: [{ text: msg('Update QEMU.') }],
        },
        'host',
      ),
    );
    await waitFor(() => {
      expect(row()).toHaveAttribute('data-verdict', 'block');
    });
    expect(screen.getByText('QEMU there refuses a device.')).toBeVisible();
    expect(migrateButton()).toBeDisabled();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Temporary migration' }));
    await preflightOf(model, 2);
    expect(row()).toBeNull();
  });

  test('ends when the dialog is closed', async () => {
    const model = await openWith(passed('uri'));
    await waitFor(() => {
      expect(rehearse()).toBeEnabled();
    });
    await userEvent.click(rehearse());
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(model.asked).toEqual(['end the rehearsal']);
  });

  test('before the migration is skipped with one checkbox', async () => {
    const model = await openWith(passed('uri'));
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    const tick = screen.getByRole('checkbox', { name: 'Rehearse before the migration' });
    expect(tick).toBeChecked();
    await userEvent.click(tick);
    await waitFor(() => {
      expect(migrateButton()).toBeEnabled();
    });
    await userEvent.click(migrateButton());
    expect(model.started[0]).toMatchObject({ rehearse: false });
    // No host was queried again for it.
    expect(model.preflights).toHaveLength(1);
  });
});
