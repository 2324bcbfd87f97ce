// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Vm } from '../../../src/engine/inventory/vm.ts';
import { App } from '../../../src/ui/app.tsx';
import { expectAccessible } from '../axe.ts';
import { FakeModel, vmNamed } from '../fake-model.ts';
import { names, off, openMenu, rowOf, web } from './list-fixture.tsx';

/** The console's `cockpit` object, as far as the test needs it. */
declare const cockpit: object;

describe('the list of VMs', () => {
  test('shows name, state, vCPUs, memory and properties of each VM', async () => {
    const model = new FakeModel([
      vmNamed('db <1>', { vcpus: 16, memoryBytes: 48 * 1024 ** 3, autostart: true }),
    ]);
    render(<App model={model} />);
    expect(screen.getByRole('grid', { name: 'Virtual machines' })).toBeVisible();
    const row = within(rowOf('db <1>'));
    for (const text of ['db <1>', 'Running', '16', '48 GiB', 'Persistent', 'Autostart'])
      expect(row.getByText(text)).toBeVisible();
    expect(screen.queryByRole('columnheader', { name: 'Connection' })).toBeNull();
    await expectAccessible();
  });

  test.each<[string, Partial<Vm>, string]>([
    ['paused by an admin', { state: { kind: 'paused', reason: 'user' } }, 'Paused'],
    ['paused by a full disk', { state: { kind: 'paused', reason: 'io-error' } }, 'Paused: disk I/O error'],
    ['crashed', { state: { kind: 'crashed' } }, 'Crashed'],
    ['migrated away', { state: { kind: 'shut-off', migratedAway: true } }, 'Shut off (migrated away)'],
    ['leaving', { transfer: { kind: 'leaving', percent: 43.9 } }, 'Migrating 43 %'],
    ['leaving without figures', { transfer: { kind: 'leaving' } }, 'Migrating'],
    [
      'arriving',
      { transfer: { kind: 'arriving' }, state: { kind: 'paused', reason: 'migration' } },
      'Arriving',
    ],
  ])('says the state of a VM that is %s', (_what, change, text) => {
    render(<App model={new FakeModel([vmNamed('web', change)])} />);
    expect(within(rowOf('web')).getByText(text)).toBeVisible();
  });

  test('says where the copy of a VM runs after a temporary migration', () => {
    const temporaryCopy = { destination: 'qemu+ssh://beta/system', since: '2026-11-23T10:00:00Z' };
    render(<App model={new FakeModel([{ ...off, temporaryCopy }])} />);
    expect(within(rowOf('off')).getByText(/^Runs temporarily on beta since/)).toBeVisible();
  });

  test('follows the inventory', () => {
    const model = new FakeModel([web]);
    render(<App model={model} />);
    act(() => {
      model.system.set({
        kind: 'ready',
        readOnly: false,
        vms: [{ ...web, state: { kind: 'crashed' } }, off],
      });
    });
    expect(names()).toEqual(['off', 'web']);
    expect(within(rowOf('web')).getByText('Crashed')).toBeVisible();
  });

  test('shows the connection only when the session has VMs', () => {
    const model = new FakeModel([web]);
    model.session.set({ kind: 'ready', readOnly: false, vms: [vmNamed('mine', { connection: 'session' })] });
    render(<App model={model} />);
    expect(screen.getByRole('columnheader', { name: 'Connection' })).toBeVisible();
    expect(within(rowOf('mine')).getByText('User session')).toBeVisible();
  });

  test('filters by name and by state, and puts it into the address', async () => {
    render(<App model={new FakeModel([web, off, vmNamed('webmail')])} />);
    await userEvent.type(screen.getByRole('textbox', { name: 'Filter by name' }), 'WEB');
    await waitFor(() => {
      expect(names()).toEqual(['web', 'webmail']);
    });
    expect(screen.getByText('2 of 3 VMs')).toBeVisible();
    await waitFor(() => {
      expect(window.location.hash).toBe('#/?filter=WEB');
    });
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Filter by state' }), 'Shut off');
    expect(await screen.findByRole('heading', { name: 'No VM matches the filter' })).toBeVisible();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Clear all filters' }));
    await waitFor(() => {
      expect(names()).toHaveLength(3);
    });
  });

  test('is filtered and sorted by the address', () => {
    window.location.hash = '#/?filter=vm&sort=-memory';
    const small = vmNamed('vm small', { memoryBytes: 1 });
    const big = vmNamed('vm big', { memoryBytes: 2 });
    render(<App model={new FakeModel([small, web, big])} />);
    expect(names()).toEqual(['vm big', 'vm small']);
    expect(screen.getByRole('columnheader', { name: 'Memory' })).toHaveAttribute('aria-sort', 'descending');
  });

  test('sorts by a column, with numbers in names by value', async () => {
    render(<App model={new FakeModel([vmNamed('vm10', { vcpus: 1 }), vmNamed('vm9', { vcpus: 9 })])} />);
    expect(names()).toEqual(['vm9', 'vm10']);
    await userEvent.click(screen.getByRole('button', { name: 'vCPUs' }));
    expect(names()).toEqual(['vm10', 'vm9']);
    await userEvent.click(screen.getByRole('button', { name: 'vCPUs' }));
    expect(names()).toEqual(['vm9', 'vm10']);
  });

  test('of a thousand VMs renders one page, and turns to the next', async () => {
    const vms = Array.from({ length: 1000 }, (_, at) => vmNamed(`vm${at}`));
    render(<App model={new FakeModel(vms)} />);
    expect(names()).toHaveLength(50);
    await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
    expect(names()[0]).toBe('vm50');
    await waitFor(() => {
      expect(window.location.hash).toBe('#/?page=2');
    });
  });
});

describe('the name of a VM', () => {
  const jump = vi.fn();

  beforeEach(() => {
    Object.assign(cockpit, { manifests: { machines: {} }, jump });
  });

  afterEach(() => {
    Object.assign(cockpit, { manifests: undefined, jump: undefined });
    jump.mockClear();
  });

  test('leads to the VM in cockpit-machines', async () => {
    const vm = vmNamed('a b+c', { connection: 'session' });
    render(<App model={new FakeModel([vm])} />);
    await userEvent.click(screen.getByRole('button', { name: 'a b+c' }));
    expect(jump.mock.calls).toEqual([['/machines#vm?name=a%20b%2Bc&connection=session']]);
    await expectAccessible();
  });

  test('is plain text if that is not installed', () => {
    Object.assign(cockpit, { manifests: { system: {} } });
    render(<App model={new FakeModel([web])} />);
    expect(names()).toEqual(['web']);
    expect(screen.queryByRole('button', { name: 'web' })).toBeNull();
  });

  test('does not take the focus from the menu when a dialog closes', async () => {
    render(<App model={new FakeModel([web])} />);
    await openMenu('web');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Force shut down' }));
    await userEvent.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Actions for web' })).toHaveFocus();
    });
  });
});
