// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../src/engine/base/message.ts';
import type { InventoryProblem } from '../../src/engine/inventory/vm.ts';
import { App } from '../../src/ui/app.tsx';
import { expectAccessible } from './axe.ts';
import { FakeModel, vmNamed } from './fake-model.ts';

function modelWith(problem: InventoryProblem): FakeModel {
  const model = new FakeModel();
  model.system.set({ kind: 'problem', problem });
  return model;
}

describe('a page without a list', () => {
  test('says that it reads', async () => {
    render(<App model={new FakeModel()} />);
    expect(screen.getByRole('status')).toHaveTextContent('Reading the list of VMs');
    expect(screen.queryByRole('grid')).toBeNull();
    await expectAccessible();
  });

  test('says that there are no VMs', async () => {
    render(<App model={new FakeModel([])} />);
    expect(screen.getByRole('heading', { name: 'No VMs on this host' })).toBeVisible();
    await expectAccessible();
  });

  test('says how to install libvirt-dbus, and reconnects on request', async () => {
    const model = modelWith({ kind: 'libvirt-dbus-missing' });
    render(<App model={model} />);
    expect(screen.getByRole('heading', { name: 'libvirt-dbus is not installed' })).toBeVisible();
    expect(screen.getByText('apt install libvirt-dbus')).toBeVisible();
    expect(screen.getByText('dnf install libvirt-dbus')).toBeVisible();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(model.asked).toEqual(['retry']);
  });

  test.each([
    ['libvirt-dbus-stopped', 'libvirt-dbus.service', 'libvirt-dbus is not running'],
    ['libvirtd-stopped', 'virtqemud.socket', 'libvirt is not running'],
  ] as const)('starts what is stopped: %s', async (kind, unit, title) => {
    const model = modelWith({ kind, unit, detail: 'Connection refused' });
    model.startRefusal = { summary: msg('The unit could not be started.'), original: 'Unit is masked.' };
    render(<App model={model} />);
    expect(screen.getByRole('heading', { name: title })).toBeVisible();
    expect(screen.getByText('Connection refused')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: `Start ${unit}` }));
    expect(model.asked).toEqual([`start ${unit}`]);
    expect(await screen.findByText('Unit is masked.')).toBeVisible();
    await expectAccessible();
  });

  test('says what access is missing and how to get it', async () => {
    render(<App model={modelWith({ kind: 'access-denied', detail: 'Rejected send message' })} />);
    expect(screen.getByText(/turn on administrative access/)).toBeVisible();
    await expectAccessible();
  });

  test('shows libvirt’s text for any other problem', () => {
    render(<App model={modelWith({ kind: 'other', detail: 'strange things' })} />);
    expect(screen.getByText('strange things')).toBeVisible();
  });
});

describe('a list with limited access', () => {
  test('is read-only', async () => {
    const model = new FakeModel();
    model.system.set({ kind: 'ready', vms: [vmNamed('web')], readOnly: true });
    model.administrative.set(false);
    render(<App model={model} />);
    expect(screen.getByText('Read-only access')).toBeVisible();
    expect(screen.queryByText('Administrative access required to migrate')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Actions for web' }));
    for (const item of screen.getAllByRole('menuitem')) {
      expect(item).toHaveAttribute('aria-disabled', 'true');
      expect(item).toHaveAccessibleDescription('Read-only: turn on administrative access first.');
    }
    await expectAccessible();
  });

  test('says that migrating needs administrative access, if it is known to be missing', async () => {
    const model = new FakeModel([vmNamed('web')]);
    model.administrative.set(undefined);
    render(<App model={model} />);
    const title = 'Administrative access required to migrate';
    expect(screen.queryByText(title)).toBeNull();
    act(() => {
      model.administrative.set(false);
    });
    expect(screen.getByText(title)).toBeVisible();
    expect(screen.getByText(/Click “Limited access”/)).toBeVisible();
    await expectAccessible();
    act(() => {
      model.administrative.set(true);
    });
    expect(screen.queryByText(title)).toBeNull();
  });

  test('keeps the known VMs while the bus is away, and recovers by itself', async () => {
    const vms = [vmNamed('web')];
    const model = new FakeModel(vms);
    render(<App model={model} />);
    act(() => {
      model.system.set({ kind: 'reconnecting', vms, detail: 'terminated' });
    });
    expect(screen.getByText(/Connection to libvirt lost/)).toBeVisible();
    expect(document.querySelector('tr[data-vm="web"]')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Try now' }));
    expect(model.asked).toEqual(['retry']);
    await expectAccessible();
    act(() => {
      model.system.set({ kind: 'ready', vms, readOnly: false });
    });
    expect(screen.queryByText(/Connection to libvirt lost/)).toBeNull();
  });
});
