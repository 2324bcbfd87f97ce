// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import { App } from '../../../src/ui/app.tsx';
import { expectAccessible } from '../axe.ts';
import { FakeModel, vmNamed } from '../fake-model.ts';
import { off, openMenu, rowOf, web } from './list-fixture.tsx';

describe('the menu of a VM', () => {
  test('has all operations and Migrate; disabled items say why', async () => {
    render(<App model={new FakeModel([web])} />);
    await openMenu('web');
    const items = screen
      .getAllByRole('menuitem')
      .map((item) => item.querySelector('.pf-v6-c-menu__item-text')?.textContent);
    expect(items).toEqual([
      'Migrate',
      'Run',
      'Pause',
      'Resume',
      'Shut down',
      'Force shut down',
      'Reboot',
      'Force reboot',
    ]);
    const run = screen.getByRole('menuitem', { name: 'Run' });
    expect(run).toHaveAttribute('aria-disabled', 'true');
    expect(run).toHaveAccessibleDescription('The VM is already on.');
    expect(screen.getByRole('menuitem', { name: 'Migrate' })).not.toHaveAttribute('aria-disabled');
    await expectAccessible();
  });

  test('shows in it why a VM cannot be migrated', async () => {
    render(<App model={new FakeModel([off])} />);
    await openMenu('off');
    const [first] = screen.getAllByRole('menuitem');
    expect(first).toHaveAttribute('aria-disabled', 'true');
    expect(first).toHaveTextContent(/^MigrateOnly a running VM can be migrated\.$/);
  });

  test('does not offer to migrate a VM that is off or being migrated', async () => {
    const model = new FakeModel([off, vmNamed('moving', { transfer: { kind: 'leaving' } })]);
    render(<App model={model} />);
    await openMenu('off');
    expect(screen.getByRole('menuitem', { name: 'Migrate' })).toHaveAccessibleDescription(
      'Only a running VM can be migrated.',
    );
    await userEvent.keyboard('{Escape}');
    await openMenu('moving');
    const migrate = screen.getByRole('menuitem', { name: 'Migrate' });
    expect(migrate).toHaveAccessibleDescription('The VM is already migrating.');
    await userEvent.click(migrate);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('performs an operation that loses nothing at once', async () => {
    const model = new FakeModel([web]);
    render(<App model={model} />);
    await openMenu('web');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Pause' }));
    expect(model.asked).toEqual(['pause web']);
  });

  test('asks before it forces a VM off, with the focus on Cancel, and returns the focus', async () => {
    const model = new FakeModel([web]);
    render(<App model={model} />);
    await openMenu('web');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Force shut down' }));
    const dialog = screen.getByRole('dialog', { name: 'Force shut down web?' });
    expect(dialog).toHaveTextContent('loses');
    await waitFor(() => {
      expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveFocus();
    });
    await expectAccessible();
    await userEvent.keyboard('{Enter}');
    expect(model.asked).toEqual([]);
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Actions for web' })).toHaveFocus();
    });
    await openMenu('web');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Force shut down' }));
    await userEvent.click(screen.getByRole('button', { name: 'Force shut down' }));
    expect(model.asked).toEqual(['force-shut-down web']);
  });

  test('warns of two copies on one disk before a VM runs here, too', async () => {
    const temporaryCopy = { destination: 'qemu+ssh://beta/system', since: '2026-11-23T10:00:00Z' };
    const model = new FakeModel([{ ...off, temporaryCopy }]);
    render(<App model={model} />);
    await openMenu('off');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Run' }));
    expect(screen.getByRole('dialog')).toHaveTextContent(/both write to the same disk/);
    expect(model.asked).toEqual([]);
  });

  test('says that its disks are older before a VM whose disks were copied runs here, too', async () => {
    const temporaryCopy = {
      destination: 'qemu+ssh://beta/system',
      since: '2026-11-23T10:00:00Z',
      copyDisks: ['vda'],
    };
    const model = new FakeModel([{ ...off, temporaryCopy }]);
    render(<App model={model} />);
    await openMenu('off');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Run' }));
    const dialog = screen.getByRole('dialog', { name: 'Run off on this host?' });
    expect(dialog).toHaveAccessibleDescription(
      /The disk images on this host lack what the copy has written since/,
    );
    await userEvent.click(within(dialog).getByRole('button', { name: 'Run with the older disks' }));
    expect(model.asked).toEqual(['run off']);
  });

  test('shows libvirt’s refusal below the row until it is dismissed', async () => {
    const model = new FakeModel([off, web]);
    model.refusal = { summary: msg('Starting the VM failed.'), original: 'Cannot access storage file' };
    render(<App model={model} />);
    await openMenu('off');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Run' }));
    expect(await screen.findByText('Starting the VM failed.')).toBeVisible();
    expect(rowOf('off').nextElementSibling).toHaveTextContent('Original message: Cannot access storage file');
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Dismiss the message about off' }));
    expect(screen.queryByText('Starting the VM failed.')).toBeNull();
  });
});
