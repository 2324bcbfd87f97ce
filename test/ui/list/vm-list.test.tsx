// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import type { Vm } from '../../../src/engine/inventory/vm.ts';
import { App } from '../../../src/ui/app.tsx';
import { expectAccessible } from '../axe.ts';
import { FakeModel, migrationOf, progress, vmNamed } from '../fake-model.ts';

declare const cockpit: object;

function rowOf(name: string): HTMLElement {
  const row = [...document.querySelectorAll<HTMLElement>('tr[data-vm]')].find(
    (each) => each.dataset['vm'] === name,
  );
  if (row === undefined) throw new Error(`no row of ${name}`);
  return row;
}

function names(): readonly (string | undefined)[] {
  return [...document.querySelectorAll<HTMLElement>('tr[data-vm]')].map(({ dataset }) => dataset['vm']);
}

async function openMenu(name: string): Promise<void> {
  await userEvent.click(screen.getByRole('button', { name: `Actions for ${name}` }));
}

const web = vmNamed('web');
const off = vmNamed('off', {
  state: { kind: 'shut-off', migratedAway: false },
  memoryBytes: 1024 ** 3,
  vcpus: 8,
});

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

  test('sorts by a column, names as people count', async () => {
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

  test('is plain text where that is not installed', () => {
    Object.assign(cockpit, { manifests: { system: {} } });
    render(<App model={new FakeModel([web])} />);
    expect(names()).toEqual(['web']);
    expect(screen.queryByRole('button', { name: 'web' })).toBeNull();
  });

  test('does not take the focus from the menu when a dialog goes', async () => {
    render(<App model={new FakeModel([web])} />);
    await openMenu('web');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Force shut down' }));
    await userEvent.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Actions for web' })).toHaveFocus();
    });
  });
});

describe('the menu of a VM', () => {
  test('has all operations and Migrate; what cannot be done says why', async () => {
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

  test('does not offer to migrate a VM that is off or on its way', async () => {
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

  test('does an operation that loses nothing at once', async () => {
    const model = new FakeModel([web]);
    render(<App model={model} />);
    await openMenu('web');
    await userEvent.click(screen.getByRole('menuitem', { name: 'Pause' }));
    expect(model.asked).toEqual(['pause web']);
  });

  test('asks before it pulls the plug, with the focus on Cancel, and gives the focus back', async () => {
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

  test('shows libvirt’s refusal beneath the row until it is dismissed', async () => {
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

describe('migrations on the page', () => {
  test('shows one that was started elsewhere, with figures, and cancels it', async () => {
    const model = new FakeModel([web]);
    model.setMigration({
      vm: { connection: 'system', name: 'web', uuid: web.uuid },
      startedHere: false,
      cancelling: false,
      state: { phase: 'copying', progress },
    });
    render(<App model={model} />);
    const view = document.querySelectorAll<HTMLElement>('[data-migration="web"]');
    expect(view).toHaveLength(1);
    expect(view[0]).toHaveAttribute('data-phase', 'copying');
    expect(view[0]).toHaveTextContent('not started on this page');
    const bar = screen.getByRole('progressbar', { name: 'Migration of web' });
    expect(bar).toHaveAttribute('aria-valuenow', '43');
    for (const text of ['900 MiB', '1.2 GiB', '110 MiB/s', '12 MiB/s', '12 s'])
      expect(view[0]).toHaveTextContent(text);
    expect(within(rowOf('web')).getByText('Migrating 43 %')).toBeVisible();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel migration' }));
    expect(model.asked).toEqual(['cancel web']);
  });

  test('shows no percentage of one that gets no closer to its end, but why, and what helps', async () => {
    const model = new FakeModel([web]);
    const bestPass = {
      pass: 2,
      elapsedMilliseconds: 2300,
      remainingBytes: 84 * 1024 ** 2,
      mostBytes: 84 * 1024 ** 2,
    };
    const copying = { phase: 'copying', progress: { ...progress, percent: 96, pass: 9, bestPass } } as const;
    model.setMigration(migrationOf(web, { ...copying, stalled: true }));
    render(<App model={model} />);
    const bar = screen.getByRole('progressbar', { name: 'Migration of web' });
    expect(bar).not.toHaveAttribute('aria-valuenow');
    const words = 'Stalled: copying memory to beta without progress.';
    expect(bar).toHaveAttribute('aria-valuetext', words);
    expect(screen.getByText(words)).toHaveRole('status');
    // What changes each second is not read out each second.
    expect(screen.getByText(/7 passes left/).closest('[aria-live]')).toBeNull();
    const view = document.querySelector<HTMLElement>('[data-migration="web"]');
    expect(view).toHaveAttribute('data-phase', 'copying');
    expect(view).not.toHaveTextContent('%');
    expect(view).toHaveTextContent('7 passes left about 84 MiB each.');
    expect(within(rowOf('web')).getByText('Migrating: stalled')).toBeVisible();
    const helps = screen.getByRole('list', { name: 'What to do' });
    expect(helps).toHaveTextContent(`migrate-setmaxdowntime ${web.uuid}`);
    await expectAccessible();
    await userEvent.click(within(helps).getByRole('button', { name: 'Pause the VM now' }));
    expect(model.asked).toEqual(['pause web']);
    act(() => {
      model.setMigration(migrationOf(web, copying));
    });
    expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '96');
    expect(screen.queryByRole('list', { name: 'What to do' })).toBeNull();
  });

  test('does not say that the destination is not known where it is', () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, { phase: 'copying', progress }, { startedHere: false }));
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveTextContent('web to qemu+ssh://beta/system');
    expect(view).not.toHaveTextContent('not started on this page');
  });

  test('says the place in the queue', () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, { phase: 'preparing', queuePosition: 2 }));
    render(<App model={model} />);
    expect(screen.getByText(/Number 2 in the queue/)).toBeVisible();
    expect(within(rowOf('web')).getByText('Waiting to migrate')).toBeVisible();
  });

  test('says that cancelling was asked for, and that it failed', () => {
    const model = new FakeModel([web]);
    model.setMigration(
      migrationOf(web, { phase: 'copying', progress }, { cancelling: true, cancelError: 'Timed out' }),
    );
    render(<App model={model} />);
    expect(screen.getByRole('button', { name: 'Cancel migration' })).toBeDisabled();
    expect(screen.getByText('Not cancelled: the migration goes on.')).toBeVisible();
    expect(screen.getByText('Timed out')).toBeVisible();
  });

  test('shows what the hosts answered at the end, and forgets it when told to', async () => {
    const model = new FakeModel([]);
    const answer = (verdict: 'as-expected' | 'not-as-expected' | 'unknown', text: string) => ({
      question: msg('$0?', verdict),
      expected: msg('should be'),
      answer: msg('$0', text),
      verdict,
    });
    model.setMigration(
      migrationOf(web, {
        phase: 'done',
        verification: 'contradicted',
        answers: [
          answer('as-expected', 'running'),
          answer('not-as-expected', 'transient'),
          answer('unknown', 'no answer'),
        ],
        elapsedMilliseconds: 42_000,
        downtimeMilliseconds: 130,
      }),
    );
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveAttribute('data-phase', 'done');
    expect(view).toHaveTextContent('not everything is as expected');
    expect(view).toHaveTextContent('Took 42 s. The VM paused for 130 ms.');
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'As expectedas-expected? running',
      'Not as expectednot-as-expected? transientExpected: should be',
      'Unknownunknown? no answerExpected: should be',
    ]);
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Dismiss the result for web' }));
    expect(document.querySelector('[data-migration]')).toBeNull();
  });

  test('says of a VM that left paused that it still is, and how it is resumed', async () => {
    const model = new FakeModel([]);
    model.setMigration(
      migrationOf(web, {
        phase: 'done',
        verification: 'confirmed',
        paused: true,
        answers: [],
        elapsedMilliseconds: 42_000,
        downtimeMilliseconds: 130,
      }),
    );
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveTextContent('Done: web is paused on beta.');
    expect(view).toHaveTextContent(`virsh -c qemu+ssh://beta/system resume ${web.uuid}`);
    expect(view).not.toHaveTextContent(/runs on|The VM paused/);
    await expectAccessible();
  });

  test('shows a failure in plain words with the original beneath', () => {
    const model = new FakeModel([web]);
    model.setMigration(
      migrationOf(web, {
        phase: 'failed',
        failure: {
          summary: msg('The destination did not answer.'),
          original: 'unable to connect to server',
          advice: msg('Look at its firewall.'),
          remedies: [{ text: msg('See its log.'), command: 'journalctl -u libvirtd', host: 'destination' }],
        },
      }),
    );
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveAttribute('data-phase', 'failed');
    expect(view).toHaveTextContent(
      /The destination did not answer\.Look at its firewall\.Original message: unable to connect to server/,
    );
    const further = screen.getByRole('list', { name: 'Logs' });
    expect(further).toHaveTextContent(
      /See its log\.Run this on the destination( \(.*\))?:journalctl -u libvirtd/,
    );
    expect(within(rowOf('web')).getByText('Running')).toBeVisible();
  });
});
