// SPDX-License-Identifier: LGPL-2.1-or-later
import { screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import { expectAccessible } from '../axe.ts';
import { doneWith, FakeModel, finding, passed } from '../fake-model.ts';
import { beta, migrateButton, open, openWith, preflightOf, uriBox, web } from './dialog-fixture.tsx';

describe('the destination', () => {
  test.each([
    ['two words', 'Remove the spaces and control characters.'],
    ['xen+ssh://beta/', 'xen+ssh:// does not reach libvirt with QEMU.'],
    ['qemu+ssh://alpha/system', 'The VM is already on this host.'],
    ['qemu+ssh:///system', 'Without a host, this URI means this host.'],
    ['qemu+ssh://beta/session', '/session is the libvirt of one user.'],
  ])('says while typing what is wrong with %s, and sends nothing', async (text, problem) => {
    const model = new FakeModel([web]);
    open(model, '');
    await userEvent.type(uriBox(), text);
    expect(uriBox()).toHaveAccessibleDescription(expect.stringContaining(problem));
    expect(uriBox()).toBeInvalid();
    expect(migrateButton()).toBeDisabled();
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    expect(model.preflights).toEqual([]);
  });

  test('suggests the URI for a bare host name with one click', async () => {
    const model = new FakeModel([web]);
    open(model, '');
    await userEvent.type(uriBox(), ' beta ');
    await userEvent.click(screen.getByRole('button', { name: `Use ${beta}` }));
    expect(uriBox()).toHaveValue(beta);
    expect(uriBox()).toHaveFocus();
    expect((await preflightOf(model)).choices.destination).toBe(beta);
  });

  test('suggests recent destinations', async () => {
    const model = new FakeModel([web]);
    model.destinations.remember('qemu+ssh://gamma/system');
    open(model, '');
    await userEvent.click(screen.getByRole('button', { name: 'qemu+ssh://gamma/system' }));
    expect(uriBox()).toHaveValue('qemu+ssh://gamma/system');
  });

  test('names parameters that run programs, and does nothing until they are confirmed', async () => {
    const model = new FakeModel([web]);
    open(model, `uri=${encodeURIComponent(`${beta}?command=/bin/evil&no_verify=1`)}`);
    expect(screen.getByText(/runs the program \/bin\/evil as root on this host/)).toBeVisible();
    expect(migrateButton()).toHaveAccessibleDescription(/Confirm the parameters/);
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    expect(model.preflights).toEqual([]);
    await expectAccessible();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Use these parameters' }));
    await userEvent.click(screen.getByRole('button', { name: 'Check' }));
    expect((await preflightOf(model)).choices.confirmedUriParameters).toEqual(['command', 'no_verify']);
    await userEvent.type(uriBox(), 'x');
    expect(screen.getByRole('checkbox', { name: 'Use these parameters' })).not.toBeChecked();
  });

  test('another destination stops the preflight of the first', async () => {
    const model = new FakeModel([web]);
    open(model);
    const first = await preflightOf(model);
    await userEvent.clear(uriBox());
    expect(first.stopped).toBe(true);
    await userEvent.type(uriBox(), 'qemu+tls://beta/system');
    expect((await preflightOf(model, 2)).choices.destination).toBe('qemu+tls://beta/system');
  });
});

describe('the choices', () => {
  test('one sentence says what stays on which host', async () => {
    open(new FakeModel([web]));
    expect(screen.getByText(/This host keeps no definition/)).toBeVisible();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Temporary migration' }));
    expect(screen.getByText(/A copy of web runs on the destination/)).toBeVisible();
  });

  test('more options contain the migration address and the measuring period', async () => {
    const model = new FakeModel([web]);
    open(model);
    const address = screen.getByLabelText('Migration address');
    expect(address).not.toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    expect(address).toBeVisible();
    await userEvent.type(address, '10.0.0.2');
    const seconds = screen.getByRole('spinbutton', { name: /Measuring period/ });
    await userEvent.clear(seconds);
    await userEvent.type(seconds, '61');
    expect(seconds).toHaveAccessibleDescription(/^Enter a whole number from 1 to 60\./);
    expect(migrateButton()).toHaveAccessibleDescription(/More options/);
    const bandwidth = screen.getByRole('textbox', { name: /^Bandwidth to the destination/ });
    await userEvent.type(bandwidth, 'fast');
    expect(bandwidth).toHaveAccessibleDescription(/^Enter a number above 0\./);
    await expectAccessible();
    await userEvent.clear(bandwidth);
    await userEvent.type(bandwidth, '112.5');
    const before = model.preflights.length;
    await userEvent.clear(seconds);
    await userEvent.type(seconds, '60');
    const { choices } = await preflightOf(model, before + 1);
    expect(choices).toMatchObject({
      migrationUri: 'tcp://10.0.0.2',
      dirtyRateSeconds: 60,
      bandwidthBytesPerSecond: 112.5 * 1024 ** 2,
    });
  });
});

describe('copying disks', () => {
  const own = finding('shared-storage', {
    verdict: 'block',
    found: msg('vda is of this host alone.'),
    remedies: [{ text: msg('Have it copied.'), action: { kind: 'copy-disks', disks: ['vda'] } }],
  });
  const group = (): HTMLElement => screen.getByRole('group', { name: 'Disks to copy' });

  test('is chosen for each disk, and the plan and the checks follow', async () => {
    const model = await openWith(passed('uri'));
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    expect(within(group()).getByRole('checkbox', { name: 'vda' })).not.toBeChecked();
    const data = within(group()).getByRole('checkbox', { name: 'vdb' });
    expect(data).toHaveAccessibleDescription('data/web');
    await userEvent.click(data);
    expect(screen.getByText(/Disks copied to the destination: vdb\./)).toBeVisible();
    const { choices } = await preflightOf(model, 2);
    expect(choices).toMatchObject({ copyDisks: ['vdb'] });
    // The list stays while the checks start again.
    expect(data).toBeChecked();
    await expectAccessible();
    await userEvent.click(data);
    expect((await preflightOf(model, 3)).choices).not.toHaveProperty('copyDisks');
    expect(screen.queryByText(/Disks copied to the destination/)).toBeNull();
  });

  test('is the action of the remedy for a local disk', async () => {
    const model = await openWith(own);
    const button = screen.getByRole('button', { name: 'Copy vda' });
    button.focus();
    model.preflightState = doneWith(passed('uri'));
    await userEvent.keyboard('{Enter}');
    expect(within(group()).getByRole('checkbox', { name: 'vda' })).toBeChecked();
    expect((await preflightOf(model, 2)).choices).toMatchObject({ copyDisks: ['vda'] });
    await screen.findByText('Ready: about 26 s, pause about 120 ms');
    expect(button).not.toBeInTheDocument();
    expect(document.activeElement).not.toBe(document.body);
    expect(screen.getByText('Ready: about 26 s, pause about 120 ms')).toHaveFocus();
  });

  test('can be chosen by a link', async () => {
    const model = new FakeModel([web]);
    open(model, `uri=${encodeURIComponent(beta)}&copy-disks=vdb,vda`);
    expect((await preflightOf(model)).choices).toMatchObject({ copyDisks: ['vda', 'vdb'] });
    // The disks are not known yet.
    expect(group()).toHaveTextContent(/as soon as the checks have read them/);
  });

  test('is not offered if there is nothing to copy', async () => {
    const model = new FakeModel([web]);
    model.preflightState = { ...doneWith(passed('uri')), copyable: [] };
    open(model);
    await preflightOf(model);
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    expect(group()).toHaveTextContent(/no disk that could be copied/);
  });
});
