// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { App } from '../../../src/ui/app.tsx';
import { later, past, steered } from '../../engine/history/entry-fixture.ts';
import { expectAccessible } from '../axe.ts';
import { FakeModel, vmNamed } from '../fake-model.ts';

beforeEach(() => {
  window.location.hash = '#/history';
});
afterEach(() => {
  window.location.hash = '';
});

function model(history: FakeModel['history']): FakeModel {
  const made = new FakeModel([vmNamed('web')]);
  made.history = history;
  return made;
}

describe('the page of past migrations', () => {
  test('has forecast and actual figures, who started it, and the quality of the forecasts', async () => {
    const failed = later(5, { vm: 'db', result: 'failed', runsOn: 'nowhere', reason: 'The VM ended.' });
    render(<App model={model([failed, past])} />);
    const table = await screen.findByRole('grid', { name: 'Migration history' });
    const [, first, second] = within(table).getAllByRole('row');
    expect(first).toHaveTextContent(/db.*beta.*Failed: the VM ended.*The VM ended\./);
    expect(second).toHaveTextContent(
      /web.*beta.*Done30 s \(forecast: 24 s\)180 ms \(forecast: 200 ms\)2 GiBanna/,
    );
    expect(document.querySelector('[data-forecast-quality]')).toHaveTextContent(
      'Of 1 forecast of the total time, 1 was at most 25 % off. Median: 20 % off.',
    );
    await expectAccessible();
  });

  test('has what became of the rehearsal, and what was done meanwhile', async () => {
    const hooks = 'Not rehearsed: hook scripts would run for the stand-in: /etc/libvirt/hooks/qemu.';
    render(
      <App
        model={model([
          later(9, { vm: 'old', startedHere: false }),
          later(5, { rehearsal: { result: 'left-out', reason: hooks } }),
          { ...past, rehearsal: { result: 'passed', milliseconds: 812 }, steered },
        ])}
      />,
    );
    const table = await screen.findByRole('grid', { name: 'Migration history' });
    const [, old, left, passed] = within(table).getAllByRole('row');
    expect(old).not.toHaveTextContent(/Passed|Left out/);
    expect(left).toHaveTextContent(hooks);
    expect(passed).toHaveTextContent('Passed in 812 ms');
    const changes = within(within(table).getByRole('list', { name: 'Changes to the migration' }));
    expect(changes.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/2026.* As planned: Allowed a pause of 2 s\.$/),
      expect.stringMatching(/2026.* Switch to post-copy: refused: post-copy is not enabled$/),
    ]);
    await expectAccessible();
  });

  test('is filtered, and goes back to the list', async () => {
    render(<App model={model([later(5, { vm: 'db' }), past])} />);
    await userEvent.type(await screen.findByRole('textbox', { name: 'Filter the history' }), 'db');
    expect(screen.getByText('1 migration')).toBeVisible();
    expect(document.querySelectorAll('[data-history]')).toHaveLength(1);
    await userEvent.click(screen.getByRole('button', { name: 'Virtual machines' }));
    expect(document.querySelector('[data-vm="web"]')).not.toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Migration history' }));
    expect(await screen.findByRole('grid', { name: 'Migration history' })).toBeVisible();
  });

  test('says why it cannot be read, and that there is none yet', async () => {
    const { unmount } = render(<App model={model(new Error('/var/lib/cockpit-migrate is a link.'))} />);
    expect(await screen.findByText('The history cannot be read.')).toBeVisible();
    expect(screen.getByText('/var/lib/cockpit-migrate is a link.')).toBeVisible();
    unmount();
    render(<App model={model([])} />);
    expect(await screen.findByText('No migration yet')).toBeVisible();
    await expectAccessible();
  });
});
