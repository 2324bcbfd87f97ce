// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { Cell } from '../../src/engine/base/cell.ts';
import { App } from '../../src/ui/app.tsx';
import type { Model } from '../../src/ui/model/model.ts';
import { expectAccessible } from './axe.ts';
import { FakeModel, vmNamed } from './fake-model.ts';

const missing = 'Failed to fetch dynamically imported module: preflight-0badc0de.js';

class UpdatedBeneath extends FakeModel {
  override readonly newPreflights: Model['newPreflights'] = {
    load: () => Promise.resolve(),
    state: new Cell({ kind: 'failed', error: new TypeError(missing) }),
  };
}

test('without the scripts of the dialog, the list stays, and the page says what to do', async () => {
  window.location.hash = '#/vm/web/migrate';
  render(<App model={new UpdatedBeneath([vmNamed('web')])} />);
  expect(await screen.findByText('The dialog could not be loaded')).toBeVisible();
  expect(screen.getByText(missing)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible();
  expect(screen.getByRole('grid', { name: 'Virtual machines' })).toBeVisible();
  await expectAccessible();
  await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByText('The dialog could not be loaded')).toBeNull();
});
