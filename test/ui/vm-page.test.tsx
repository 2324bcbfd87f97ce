// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { msg } from '../../src/engine/base/message.ts';
import { App } from '../../src/ui/app.tsx';
import { later, past } from '../engine/history/entry-fixture.ts';
import { expectAccessible } from './axe.ts';
import { FakeModel, migrationOf, progress, vmNamed } from './fake-model.ts';
import { rowOf, web } from './list/list-fixture.tsx';

beforeEach(() => {
  document.title = 'VM migration';
});
afterEach(() => {
  vi.useRealTimers();
});

const copying = { phase: 'copying', progress } as const;
const done = {
  phase: 'done',
  verification: 'confirmed',
  answers: [],
  where: { kind: 'runs-there' },
} as const;

function openAt(hash: string, model: FakeModel): void {
  window.history.replaceState(null, '', hash);
  render(<App model={model} />);
}

const heading = (name: string): Promise<HTMLElement> => screen.findByRole('heading', { name, level: 2 });
const backLink = (): HTMLElement => screen.getByRole('button', { name: 'Virtual machines' });

describe('the page of one VM', () => {
  test('shows its migration as the dialog does, and nothing else; it leads back to the list', async () => {
    const db = vmNamed('db');
    const model = new FakeModel([web, db]);
    model.setMigration(migrationOf(web, copying, { postCopyAllowed: true }));
    model.setMigration(migrationOf(db, copying));
    openAt('#/vm/web', model);
    await heading('Migration of web');
    expect(document.querySelectorAll('[data-migration]')).toHaveLength(1);
    const view = document.querySelector<HTMLElement>('[data-migration="web"]');
    expect(view).toHaveAttribute('data-phase', 'copying');
    expect(screen.getByRole('progressbar', { name: 'Migration of web' })).toHaveAttribute(
      'aria-valuenow',
      '43',
    );
    for (const text of ['900 MiB', '1.2 GiB', '110 MiB/s', '12 MiB/s']) expect(view).toHaveTextContent(text);
    expect(screen.queryByRole('grid', { name: 'Virtual machines' })).toBeNull();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Pause the VM to finish' }));
    await userEvent.click(screen.getByRole('button', { name: 'Cancel migration' }));
    expect(model.steered).toEqual([{ vm: 'web', kind: 'pause-vm' }]);
    expect(model.asked).toEqual(['cancel web']);
    await userEvent.click(backLink());
    expect(screen.getByRole('grid', { name: 'Virtual machines' })).toBeVisible();
  });

  test('is opened from the progress in its row, and the address is a link to it', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, copying));
    openAt('#/', model);
    await userEvent.click(within(rowOf('web')).getByRole('button', { name: 'Migrating 43 %' }));
    await heading('Migration of web');
    await waitFor(() => {
      expect(window.location.hash).toBe('#/vm/web?connection=system');
    });
  });

  test('is opened from the dialog', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, copying));
    openAt('#/vm/web/migrate', model);
    const dialog = await screen.findByRole('dialog', { name: 'Migrate VM to another host' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Show on its own page' }));
    await heading('Migration of web');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('stays when the VM has left this host, with where it is', async () => {
    const model = new FakeModel([]);
    model.setMigration(migrationOf(web, done));
    openAt('#/vm/web', model);
    await heading('Migration of web');
    expect(document.querySelector('[data-vm-runs-on]')).toHaveAttribute('data-vm-runs-on', 'destination');
    await expectAccessible();
  });

  test('says that a VM is not migrating, and offers what can be done', async () => {
    const model = new FakeModel([web]);
    model.history = [later(5, { vm: 'db' }), past];
    openAt('#/vm/web', model);
    expect(await screen.findByText('web is not migrating')).toBeVisible();
    expect(screen.getByText('State: Running')).toBeVisible();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Past migrations of this VM' }));
    const table = await screen.findByRole('grid', { name: 'Migration history' });
    expect(within(table).getAllByRole('row')).toHaveLength(2);
  });

  test('says that there is no VM of that name, once it is known which there are', async () => {
    const model = new FakeModel();
    openAt('#/vm/gone', model);
    expect(await screen.findByRole('progressbar', { name: 'Loading the migration view' })).toBeVisible();
    act(() => {
      model.system.set({ kind: 'ready', vms: [web], readOnly: false });
    });
    expect(await screen.findByText('This host has no VM named gone')).toBeVisible();
    await expectAccessible();
    await userEvent.click(backLink());
    expect(rowOf('web')).toBeVisible();
  });

  test('asks which one where the host and the user have a VM of that name', async () => {
    const model = new FakeModel([web]);
    const own = { ...web, connection: 'session' as const, uuid: web.uuid.replace('0', '1') };
    model.session.set({ kind: 'ready', vms: [own], readOnly: false });
    model.setMigration(migrationOf(own, copying));
    openAt('#/vm/web', model);
    expect(await screen.findByText('This host has two VMs named web')).toBeVisible();
    expect(document.querySelector('[data-migration]')).toBeNull();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'User session' }));
    expect(document.querySelector('[data-migration="web"]')).toHaveAttribute('data-phase', 'copying');
  });

  test.each(['100%', 'a/b?c#d&e=f', '<img src=x onerror=alert(1)>', 'web\u202egnp.exe', 'x'.repeat(9000)])(
    'takes any name, and shows nothing hidden: %s',
    async (name) => {
      const vm = vmNamed(name);
      const model = new FakeModel([vm]);
      model.setMigration(migrationOf(vm, copying));
      openAt(`#/vm/${encodeURIComponent(name)}`, model);
      await waitFor(() => {
        expect(document.querySelector<HTMLElement>('[data-migration]')?.dataset['migration']).toBe(name);
      });
      expect(document.querySelector('img')).toBeNull();
      for (const text of [document.body.textContent, document.title]) {
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u200b]/u);
      }
      expect(document.title.length).toBeLessThan(100);
    },
  );
});

describe('what happens to migrations', () => {
  const toast = (): HTMLElement | null => screen.queryByRole('list', { name: 'Notifications' });

  test('is told in the title of the window', () => {
    const db = vmNamed('db');
    const model = new FakeModel([web, db]);
    openAt('#/', model);
    expect(document.title).toBe('VM migration');
    const titles = (
      [
        { phase: 'preparing' },
        copying,
        { ...copying, stalled: true },
        { phase: 'verifying' },
        done,
        { phase: 'cancelled', answers: [] },
      ] as const
    ).map((state) => {
      act(() => {
        model.setMigration(migrationOf(web, state));
      });
      return document.title;
    });
    expect(titles).toEqual([
      'web: migrating - VM migration',
      'web: 43 % - VM migration',
      'web: stalled - VM migration',
      'web: migrating - VM migration',
      'web: migrated - VM migration',
      'web: migration cancelled - VM migration',
    ]);
    act(() => {
      model.setMigration(migrationOf(db, copying));
    });
    expect(document.title).toBe('db: 43 % - VM migration');
    act(() => {
      model.setMigration(migrationOf(web, copying));
    });
    expect(document.title).toBe('2 migrations - VM migration');
    act(() => {
      model.migrationList.set([]);
    });
    expect(document.title).toBe('VM migration');
  });

  test('is told of the VM that the page is about, whatever others do', async () => {
    const db = vmNamed('db');
    const model = new FakeModel([web, db]);
    model.setMigration(migrationOf(web, copying));
    model.setMigration(migrationOf(db, { ...copying, stalled: true }));
    openAt('#/vm/db', model);
    await heading('Migration of db');
    expect(document.title).toBe('db: stalled - VM migration');
  });

  test('is told in a toast when one ends that this page saw, in whichever view', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, copying));
    openAt('#/history', model);
    await screen.findByText('No migration yet');
    expect(toast()).toBeNull();
    act(() => {
      model.setMigration(
        migrationOf(web, { phase: 'failed', failure: { summary: msg('It broke.'), original: '' } }),
      );
    });
    const list = await screen.findByRole('list', { name: 'Notifications' });
    expect(list).toHaveTextContent('Error:Migration of web failed');
    await expectAccessible();
    await userEvent.click(within(list).getByRole('button', { name: 'Show the migration' }));
    await heading('Migration of web');
    expect(toast()).toBeNull();
    expect(document.querySelector('[data-migration="web"]')).toHaveAttribute('data-phase', 'failed');
  });

  test('is not told twice, nor of one that had ended before; the toast is closed', async () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, done));
    openAt('#/', model);
    expect(toast()).toBeNull();
    for (const state of [copying, done])
      act(() => {
        model.setMigration(migrationOf(web, state));
      });
    expect(await screen.findByText('web migrated to beta')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Close the notification about web' }));
    expect(toast()).toBeNull();
    act(() => {
      model.setMigration(migrationOf(web, { ...done, elapsedMilliseconds: 5 }));
    });
    expect(toast()).toBeNull();
  });

  test('goes away by itself only where nothing is to be done', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const db = vmNamed('db');
    const model = new FakeModel([web, db]);
    for (const vm of [web, db]) model.setMigration(migrationOf(vm, copying));
    openAt('#/', model);
    act(() => {
      model.setMigration(migrationOf(web, done));
      model.setMigration(migrationOf(db, { ...done, verification: 'contradicted' }));
    });
    expect(await screen.findByText('web migrated to beta')).toBeVisible();
    await act(async () => {
      await vi.advanceTimersByTimeAsync(10_000);
    });
    expect(screen.queryByText('web migrated to beta')).toBeNull();
    expect(screen.getByText('db migrated to beta, not as expected')).toBeVisible();
  });
});
