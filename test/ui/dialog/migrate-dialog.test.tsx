// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import { App } from '../../../src/ui/app.tsx';
import { expectAccessible } from '../axe.ts';
import { doneWith, FakeModel, migrationOf, passed, progress } from '../fake-model.ts';
import {
  beta,
  follow,
  migrateButton,
  open,
  openWith,
  preflightOf,
  rest,
  uriBox,
  web,
} from './dialog-fixture.tsx';

describe('opening and closing', () => {
  test('the menu opens it empty, by keyboard alone, and Escape returns the focus', async () => {
    const model = new FakeModel([web]);
    render(<App model={model} />);
    screen.getByRole('button', { name: 'Actions for web' }).focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => {
      expect(screen.getAllByRole('menuitem')[0]).toHaveFocus();
    });
    expect(screen.getByRole('menuitem', { name: 'Migrate' })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    const dialog = await screen.findByRole('dialog', { name: 'Migrate VM to another host' });
    expect(dialog).toHaveTextContent('web');
    await waitFor(() => {
      expect(uriBox()).toHaveFocus();
    });
    expect(uriBox()).toHaveValue('');
    expect(screen.getByRole('checkbox', { name: 'Temporary migration' })).not.toBeChecked();
    expect(migrateButton()).toBeDisabled();
    expect(migrateButton()).toHaveAccessibleDescription('Enter a destination.');
    await waitFor(() => {
      expect(window.location.hash).toBe('#/vm/web/migrate');
    });
    await expectAccessible();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Actions for web' })).toHaveFocus();
    });
    expect(model.preflights).toEqual([]);
  });

  test('a link fills it in, and nothing is sent to the destination before Check is pressed', async () => {
    const model = new FakeModel([web]);
    model.preflightState = doneWith(passed('uri'));
    follow(model, `uri=${beta}&temporary=true&copy-disks=vda`);
    expect(uriBox()).toHaveValue(beta);
    const temporary = screen.getByRole('checkbox', { name: 'Temporary migration' });
    expect(temporary).toBeChecked();
    // The choices of the link are visible.
    expect(screen.getByRole('group', { name: 'Disks to copy' })).toBeVisible();
    expect(migrateButton()).toBeDisabled();
    expect(migrateButton()).toHaveAccessibleDescription(/^A link filled in this destination\./);
    // Other choices do not start it either. Each wait is longer than the pause in typing.
    await userEvent.click(temporary);
    await rest();
    await userEvent.click(temporary);
    await rest();
    expect(model.preflights).toEqual([]);
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Check' }));
    const { choices } = await preflightOf(model);
    expect(choices).toMatchObject({ vm: { uuid: web.uuid }, destination: beta, temporary: true });
    await waitFor(() => {
      expect(migrateButton()).toBeEnabled();
    });
    expect(model.started).toEqual([]);
  });

  test('the host of a link is not contacted either when its bare name is completed to a URI', async () => {
    const model = new FakeModel([web]);
    follow(model, 'uri=beta');
    expect(screen.getByRole('button', { name: 'Check' })).toBeDisabled();
    await userEvent.click(screen.getByRole('button', { name: 'Use qemu+ssh://beta/system' }));
    await rest();
    expect(model.preflights).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Check' }));
    expect((await preflightOf(model)).choices).toMatchObject({ destination: beta });
  });

  test('typing over a link’s destination starts the checks by itself', async () => {
    const model = new FakeModel([web]);
    follow(model, 'uri=qemu%2Bssh%3A%2F%2Fevil%2Fsystem');
    await userEvent.clear(uriBox());
    await userEvent.type(uriBox(), beta);
    expect((await preflightOf(model)).choices).toMatchObject({ destination: beta });
    expect(screen.getByRole('button', { name: 'Check again' })).toBeVisible();
  });

  test('a second link while the dialog is open waits for Check again', async () => {
    const model = new FakeModel([web]);
    open(model);
    const first = await preflightOf(model);
    act(() => {
      window.location.hash = '#/vm/web/migrate?uri=qemu%2Bssh%3A%2F%2Fevil%2Fsystem';
    });
    await waitFor(() => {
      expect(uriBox()).toHaveValue('qemu+ssh://evil/system');
    });
    await rest();
    expect(first.stopped).toBe(true);
    expect(model.preflights).toEqual([first]);
    expect(screen.getByRole('button', { name: 'Check' })).toBeEnabled();
  });

  test('a link to a VM that does not exist says so', async () => {
    window.location.hash = '#/vm/gone/migrate';
    render(<App model={new FakeModel([web])} />);
    expect(screen.getByText('This host has no VM named gone')).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    await expectAccessible();
  });

  test('closing stops the preflight', async () => {
    const model = new FakeModel([web]);
    open(model);
    const preflight = await preflightOf(model);
    expect(preflight.stopped).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(preflight.stopped).toBe(true);
  });
});

describe('migrating', () => {
  async function started(): Promise<FakeModel> {
    const model = await openWith(passed('uri'));
    await waitFor(() => {
      expect(migrateButton()).toBeEnabled();
    });
    await userEvent.click(migrateButton());
    return model;
  }

  test('starts with the choices, is shown only in the dialog, and remembers the destination', async () => {
    const model = await started();
    expect(model.started).toEqual([
      {
        vm: { connection: 'system', name: 'web', uuid: web.uuid },
        destination: beta,
        temporary: false,
        confirmedUriParameters: [],
        rehearse: true,
      },
    ]);
    expect(model.destinations.list()).toEqual([beta]);
    const views = document.querySelectorAll('[data-migration="web"]');
    expect(views).toHaveLength(1);
    expect(screen.getByRole('dialog')).toContainElement(views[0] as HTMLElement);
    expect(views[0]).toHaveAttribute('data-phase', 'preparing');
    expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
    expect(model.preflights[0]?.stopped).toBe(true);
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel migration' }));
    expect(model.asked).toEqual(['cancel web']);
  });

  test('continues after closing, and is shown on the page', async () => {
    const model = await started();
    act(() => {
      model.setMigration(migrationOf(web, { phase: 'copying', progress }));
    });
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(model.asked).toEqual([]);
    const views = document.querySelectorAll('[data-migration="web"]');
    expect(views).toHaveLength(1);
    expect(views[0]).toHaveAttribute('data-phase', 'copying');
  });

  test('pauses a VM that prevents it from finishing, and says what libvirt refuses', async () => {
    const model = await started();
    act(() => {
      model.setMigration(migrationOf(web, { phase: 'copying', progress, stalled: true }));
    });
    await userEvent.click(screen.getByRole('button', { name: 'Pause the VM now' }));
    expect(model.steered).toEqual([{ vm: 'web', kind: 'pause-vm' }]);
    act(() => {
      model.setMigration(
        migrationOf(
          web,
          { phase: 'copying', progress, stalled: true },
          {
            steering: [
              {
                action: { kind: 'pause-vm' },
                by: 'admin',
                at: '2026-11-28T10:00:05.000Z',
                state: 'refused',
                reason: 'Timed out',
              },
            ],
          },
        ),
      );
    });
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByText(/Pause the VM to finish: libvirt refused\./)).toBeVisible();
    expect(dialog.getByText('Timed out')).toBeVisible();
    await expectAccessible();
  });

  test('stays open to the end, although the VM has left the list', async () => {
    const model = await started();
    act(() => {
      model.system.set({ kind: 'ready', vms: [], readOnly: false });
      model.setMigration(
        migrationOf(web, {
          phase: 'done',
          verification: 'confirmed',
          answers: [
            {
              question: msg('Does it run?'),
              expected: msg('yes'),
              answer: msg('yes'),
              verdict: 'as-expected',
            },
          ],
        }),
      );
    });
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByText('Done: web runs on beta. Both hosts confirm this.')).toBeVisible();
    expect(dialog.getByText('As expected')).toBeVisible();
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => {
      expect(screen.getByRole('heading', { name: 'VM migration' })).toHaveFocus();
    });
    expect(document.querySelectorAll('[data-migration="web"]')).toHaveLength(1);
  });

  test('after a failure leads back to the checks, which run again', async () => {
    const model = await started();
    act(() => {
      model.setMigration(
        migrationOf(web, {
          phase: 'failed',
          failure: { summary: msg('No route.'), original: 'EHOSTUNREACH' },
        }),
      );
    });
    expect(screen.getByText('EHOSTUNREACH')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Back to the checks' }));
    expect(uriBox()).toHaveValue(beta);
    expect((await preflightOf(model, 2)).fresh).toBe(true);
    expect(document.querySelector('[data-migration]')).toBeNull();
  });

  test('a link to a VM that is being migrated shows its migration', () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, { phase: 'copying', progress }));
    open(model);
    expect(screen.getByRole('dialog')).toContainElement(screen.getByRole('progressbar'));
    expect(screen.queryByRole('textbox', { name: 'Destination URI' })).toBeNull();
  });
});
