// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Guest, LabHost } from '../lab/lab.ts';
import { Console } from './console.ts';
import { startStage } from './stage.ts';

const ssh = 'qemu+ssh://beta/system';
let end: () => Promise<void>;
let alpha: LabHost;
let beta: LabHost;
let browser: Browser;
let console: Console;
let web: Guest;

beforeAll(async () => {
  const stage = await startStage();
  ({ alpha, beta, browser, end } = stage);
  web = await alpha.guest('web');
  await web.booted();
  console = await Console.open(browser, stage.url);
});

afterAll(async () => {
  await end();
});

/** Opens the dialog. The check has to block with this text, and Migrate has to be disabled. */
async function blocks(
  check: string,
  words: RegExp,
  uri = ssh,
  vm: string = web.name,
  open: () => Promise<Locator> = () => console.dialog(vm, uri, { seconds: 1 }),
): Promise<void> {
  await console.go('#/');
  const dialog = await open();
  expect(await console.finding(check)).toMatchObject({
    verdict: 'block',
    text: expect.stringMatching(words) as string,
  });
  expect(await console.checked()).toMatchObject({ ready: false });
  await console.picture(`blocked-${check}`);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('the typed destination', () => {
  it.each([
    ['', 'Enter a destination.', /The other host: its name/],
    ['   ', 'Enter a destination.', /The other host: its name/],
    ['beta', 'The destination URI is not complete yet.', /qemu\+ssh:\/\/beta\/system/],
    ['qemu+ssh://', 'The destination URI is not complete yet.', /host/],
    ['qemu+ssh:///system', 'The destination URI cannot be used.', /host/],
    ['https://beta/system', 'The destination URI cannot be used.', /https/],
    ['qemu+ssh://beta/session', 'The destination URI cannot be used.', /system/],
    ['qemu+ssh://be ta/system', 'The destination URI cannot be used.', /space/],
    ['qemu+ssh://alpha/system', 'The destination URI cannot be used.', /this (very )?host/i],
  ])('%j is answered before anything is sent', async (text, footer, helper) => {
    await console.go('#/');
    const dialog = await console.dialog('web', text);
    await dialog.locator('[data-ready="false"]').getByText(footer).waitFor();
    await dialog.getByText(helper).first().waitFor();
    expect(await dialog.locator('[data-check]').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('suggests a complete URI for a host name, trims it, and remembers it', async () => {
    await console.go('#/');
    const dialog = await console.dialog('web', ' beta ');
    await dialog.getByRole('button', { name: `Use ${ssh}` }).click();
    expect(await dialog.getByRole('textbox', { name: 'Destination URI' }).inputValue()).toBe(ssh);
    expect(await console.finding('uri')).toMatchObject({ verdict: 'pass' });
    // Closing it stops the checks, but the remembered destinations stay.
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('needs a confirmation for parameters that run programs', async () => {
    const dialog = await console.link('web', `${ssh}?command=/usr/bin/touch&no_verify=1`);
    await dialog.getByText('This URI does more than name a host').waitFor();
    await dialog.getByText('Confirm the parameters of the destination URI, or remove them.').waitFor();
    expect(await dialog.locator('[data-check]').count()).toBe(0);
    expect(await console.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });
});

describe('with its real cause', () => {
  it('uri: this host by its address', async () => {
    const dialog = await console.link('web', `qemu+ssh://${alpha.address}/system`);
    await dialog
      .getByText(/The destination URI cannot be used|problems? to solve/)
      .first()
      .waitFor();
    expect(await dialog.getByRole('button', { name: 'Migrate', exact: true }).isEnabled()).toBe(false);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('host-identity: this host by a name that is only in the hosts file', async () => {
    await alpha.exec(['sh', '-c', `echo "${alpha.address} alias" >> /etc/hosts`]);
    await alpha.exec([
      'sh',
      '-c',
      'ssh-keyscan alias >> /root/.ssh/known_hosts 2>/dev/null; cat /root/.ssh/id_ed25519.pub >> /root/.ssh/authorized_keys',
    ]);
    await blocks('host-identity', /The destination is this host, alpha/, 'qemu+ssh://alias/system');
  });

  it('control-port: a firewall', async () => {
    await beta.firewall('drop', '22');
    try {
      await blocks('control-port', /does not answer/);
    } finally {
      await beta.firewall('open', '22');
    }
  });

  it('authentication: no key, an unknown host, an expired certificate', async () => {
    try {
      await alpha.trust(beta, 'refused-key');
      await blocks('authentication', /does not accept the ssh key/);
      await alpha.trust(beta, 'unknown-host-key');
      await blocks('authentication', /host key of beta is not known to root of this host yet/);
    } finally {
      await alpha.trust(beta, 'on');
    }
    await beta.certificate('expired');
    try {
      await blocks('authentication', /has expired/, 'qemu+tls://beta/system');
    } finally {
      await beta.certificate('valid');
    }
  });

  it('data-ports: a firewall', async () => {
    await beta.firewall('drop', '49152-49215');
    try {
      await blocks('data-ports', /0 of 64 data ports/);
    } finally {
      await beta.firewall('open', '49152-49215');
    }
  });

  it('cpu-compatibility and vm-state: features that the destination lacks, a VM that is off', async () => {
    await alpha.guest('other cpu', { memory: 128, disk: 'none', cpu: 'Skylake-Server', off: true });
    await (await console.row('other cpu')).waitFor();
    // The menu does not offer it for a VM that is off, but a link opens it.
    const link = (): Promise<Locator> => console.link('other cpu', ssh);
    await blocks(
      'cpu-compatibility',
      /lacks these features of the VM’s CPU: .*avx512f/,
      ssh,
      'other cpu',
      link,
    );
    await blocks('vm-state', /shut off/, ssh, 'other cpu', link);
  });

  it('shared-storage: a disk that only this host has', async () => {
    const guest = await alpha.guest('local', { memory: 128, disk: 'local' });
    await (await console.row('local')).waitFor();
    await blocks('shared-storage', /is only on this host/, ssh, 'local');
    await alpha.virsh('destroy', guest.uuid);
  });

  it('name-collision: another VM with that name', async () => {
    const other = randomUUID();
    await beta.exec(['sh', '-c', 'cat | virsh define /dev/stdin'], {
      input: `<domain type='qemu'><name>web</name><uuid>${other}</uuid><memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os></domain>`,
    });
    try {
      await blocks('name-collision', /is already called/);
    } finally {
      await beta.virsh('undefine', other);
    }
  });

  it('dirty-rate: more than the link carries, with the plain advice', async () => {
    const busy = await alpha.guest('busy', { memory: 256, dirtyMb: 96, dirtyRate: 40, disk: 'none' });
    await busy.dirtying();
    await beta.shape('80mbit');
    try {
      const dialog = await console.link('busy', ssh);
      expect(await console.finding('dirty-rate')).toMatchObject({
        verdict: 'block',
        text: expect.stringMatching(/will not finish.*Pause.*load/) as string,
      });
      expect(await console.checked()).toMatchObject({ ready: false });
      await dialog.locator('[data-forecast="does-not-converge"]').waitFor();
      await console.picture('blocked-dirty-rate');
      // The remedy with a button.
      await dialog.getByRole('button', { name: 'Pause the VM now' }).click();
      // Passed checks are collapsed with their group.
      await dialog.locator('[data-check="dirty-rate"][data-verdict="pass"]').waitFor({ state: 'attached' });
      expect(await alpha.virsh('domstate', busy.uuid)).toBe('paused');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    } finally {
      await beta.shape(undefined);
      await alpha.virsh('destroy', busy.uuid);
    }
  });

  it('nothing was changed on the destination', async () => {
    expect(await beta.virsh('list', '--all', '--uuid')).toBe('');
    expect(await alpha.virsh('domstate', web.uuid)).toBe('running');
  });
});

/** The programs on this host that use the destination. */
async function leftOver(): Promise<string> {
  const looks = "ps -eo args | grep -E '^(ssh|virsh) .*beta|^sh -c .*ckm-' | grep -v grep; :";
  return (await alpha.exec(['sh', '-c', looks])).stdout;
}

it('a dialog that is closed stops its checks', async () => {
  const dialog = await console.link('web', ssh);
  await dialog.locator('[data-check]').first().waitFor({ state: 'attached' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(leftOver, { timeout: 15_000 }).toBe('');
});

it('closing the page stops them, too', async () => {
  const other = await Console.open(browser, await alpha.console());
  const dialog = await other.dialog('web', ssh, { seconds: 30 });
  // It is connected, and stays connected while the dirty rate is measured.
  await dialog.locator('[data-check="clock-skew"][data-verdict="pass"]').waitFor({ state: 'attached' });
  expect(await leftOver()).toMatch(/^virsh .*beta/m);
  expect(await leftOver()).toMatch(/^ssh .*beta/m);
  await other.close();
  await expect.poll(leftOver, { timeout: 30_000 }).toBe('');
});
