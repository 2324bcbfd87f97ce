// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import type { Migration } from '../../src/engine/migration/state.ts';
import { App } from '../../src/ui/app.tsx';
import { expectAccessible } from './axe.ts';
import { FakeModel, migrationOf, progress } from './fake-model.ts';
import { web } from './list/list-fixture.tsx';

function shown(
  change: Partial<Migration> = {},
  state: Migration['state'] = { phase: 'copying', progress },
): FakeModel {
  const model = new FakeModel([web]);
  model.setMigration(migrationOf(web, state, { postCopyAllowed: true, ...change }));
  render(<App model={model} />);
  return model;
}

const button = (name: string): HTMLElement => screen.getByRole('button', { name });

describe('a running migration', () => {
  test('is finished by pausing the VM', async () => {
    const model = shown();
    await userEvent.click(button('Pause the VM to finish'));
    expect(model.steered).toEqual([{ vm: 'web', kind: 'pause-vm' }]);
    await expectAccessible();
  });

  test('is switched to post-copy after its risk was shown', async () => {
    const model = shown();
    await userEvent.click(button('Switch to post-copy'));
    const form = screen.getByRole('form', { name: 'Switch to post-copy' });
    expect(form).toHaveTextContent('the VM is lost');
    expect(model.steered).toEqual([]);
    await expectAccessible();
    await userEvent.click(within(form).getByRole('button', { name: 'Switch now' }));
    expect(model.steered).toEqual([{ vm: 'web', kind: 'post-copy' }]);
    expect(screen.queryByRole('form')).toBeNull();
  });

  test('is allowed a longer pause, proposed from its figures', async () => {
    const bestPass = { pass: 1, elapsedMilliseconds: 1000, remainingBytes: 1, mostBytes: 900 * 1024 ** 2 };
    const model = shown({}, { phase: 'copying', progress: { ...progress, bestPass } });
    await userEvent.click(button('Allow a longer pause'));
    const box = screen.getByRole('textbox', { name: 'Longest pause, in milliseconds' });
    // One pass takes 12.3 s, a quarter more, in steps of 5 s.
    expect(box).toHaveValue('20000');
    await userEvent.clear(box);
    await userEvent.type(box, '1.5');
    expect(button('Apply')).toBeDisabled();
    expect(screen.getByText('Enter a whole number from 1 to 2000000.')).toBeVisible();
    await userEvent.clear(box);
    await userEvent.type(box, '5000{Enter}');
    expect(model.steered).toEqual([{ vm: 'web', kind: 'longer-pause', milliseconds: 5000 }]);
  });

  test('is limited, and the limit is lifted', async () => {
    const model = shown();
    await userEvent.click(button('Change the bandwidth limit'));
    await userEvent.type(screen.getByRole('textbox', { name: 'Bandwidth limit, in MiB/s' }), '20');
    await userEvent.click(button('Apply'));
    await userEvent.click(button('Change the bandwidth limit'));
    await userEvent.click(button('Apply'));
    expect(model.steered).toEqual([
      { vm: 'web', kind: 'bandwidth-limit', bytesPerSecond: 20 * 1024 ** 2 },
      { vm: 'web', kind: 'bandwidth-limit' },
    ]);
  });

  test.each([
    ['Switch to post-copy', { postCopyAllowed: false }, undefined, 'before the migration starts'],
    ['Pause the VM to finish', {}, { phase: 'preparing' }, 'once copying has begun'],
    ['Allow a longer pause', {}, { phase: 'switching', progress }, 'already changing hosts'],
    ['Change the bandwidth limit', { cancelling: true }, undefined, 'being cancelled'],
  ] as const)('says why not: %s', async (name, change, state, why) => {
    const model = shown(change, state);
    const greyed = button(name);
    expect(greyed).toHaveAttribute('aria-disabled', 'true');
    await userEvent.click(greyed);
    expect(model.steered).toEqual([]);
    await userEvent.hover(greyed);
    expect(await screen.findByRole('tooltip')).toHaveTextContent(why);
  });

  test('tells what was done to it, and what libvirt refused', () => {
    const at = '2026-11-28T10:00:05.000Z';
    shown({
      steering: [
        { action: { kind: 'longer-pause', milliseconds: 2000 }, by: 'plan', at, state: 'done' },
        {
          action: { kind: 'post-copy' },
          by: 'admin',
          at,
          state: 'refused',
          reason: 'post-copy is not enabled',
        },
        { action: { kind: 'bandwidth-limit' }, by: 'admin', at, state: 'asked' },
      ],
    });
    const items = within(screen.getByRole('list', { name: 'Changes to the migration' })).getAllByRole(
      'listitem',
    );
    expect(items.map(({ textContent }) => textContent)).toEqual([
      'As planned: Allowed a pause of 2 s.',
      expect.stringMatching(/^Switch to post-copy: libvirt refused\..*post-copy is not enabled/),
      'Lift the bandwidth limit: waiting for libvirt.',
    ]);
  });
});
