// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Lab, type LabHost } from '../lab/lab.ts';
import { Console, startBrowser } from './console.ts';

let lab: Lab;
let alpha: LabHost;
let browser: Browser;
let url: string;

beforeAll(async () => {
  lab = await Lab.start({ hosts: ['alpha'], shared: false });
  alpha = lab.host('alpha');
  [browser, url] = await Promise.all([startBrowser(lab), alpha.console()]);
  await alpha.exec(['sh', '-c', `cat > /run/systemctl; chmod 755 /run/systemctl`], { input: systemctl });
  await alpha.exec(['mount', '--bind', '/run/systemctl', '/usr/bin/systemctl']);
});

afterAll(async () => {
  await browser.close();
  await lab.down();
});

/**
 * The light hosts have no systemd. This replaces systemctl: it knows the units of the daemons and starts the real daemons. The page
 * uses it like the real one.
 */
const systemctl = `#!/bin/sh
case "$*" in
  list-unit-files*)
    for unit in "$@"; do
      case $unit in
        libvirtd.service) echo "$unit enabled enabled" ;;
        libvirt-dbus.service) [ -e /run/no-libvirt-dbus ] || echo "$unit static -" ;;
      esac
    done
    ;;
  'start libvirtd.service' | 'start -- libvirtd.service') rm -f /run/libvirtd.pid; libvirtd -d -l ;;
  'start libvirt-dbus.service' | 'start -- libvirt-dbus.service')
    cp /run/org.libvirt.service /usr/share/dbus-1/system-services/org.libvirt.service
    busctl --system call org.freedesktop.DBus / org.freedesktop.DBus ReloadConfig
    busctl --system call org.freedesktop.DBus / org.freedesktop.DBus StartServiceByName su org.libvirt 0
    ;;
  *) echo "systemctl $* is not known here" >&2; exit 1 ;;
esac
`;

it('says that there is no VM, and shows one as soon as it exists', async () => {
  const console = await Console.open(browser, url);
  const frame = await console.frame();
  await frame.getByRole('heading', { name: 'No VMs on this host' }).waitFor();
  expect(await console.violations()).toEqual([]);
  await console.picture('no-vm');
  const guest = await alpha.guest('first', { memory: 96, disk: 'none' });
  await (await console.row('first')).getByText('Running', { exact: true }).waitFor();
  await alpha.virsh('suspend', guest.uuid);
  await (await console.row('first')).getByText('Paused', { exact: true }).waitFor();
  await alpha.virsh('destroy', guest.uuid);
  await (await console.row('first')).getByText('Shut off', { exact: true }).waitFor();
  await console.close();
});

it('performs all items of the menu, and shows what libvirt refuses', async () => {
  const console = await Console.open(browser, url);
  const frame = await console.frame();
  const row = await console.row('first');
  const shows = (text: string): Promise<void> => row.getByText(text, { exact: true }).waitFor();
  const confirm = (name: string): Promise<void> =>
    frame.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  await console.choose('first', 'Run');
  await shows('Running');
  await console.choose('first', 'Pause');
  await shows('Paused');
  await console.choose('first', 'Resume');
  await shows('Running');
  await console.choose('first', 'Force reboot');
  await confirm('Force reboot');
  await console.choose('first', 'Reboot');
  await console.choose('first', 'Shut down');
  await shows('Running');
  await console.choose('first', 'Force shut down');
  await confirm('Force shut down');
  await shows('Shut off');
  // libvirt refuses it: the guest's kernel is missing.
  const xml = await alpha.virsh('dumpxml', '--inactive', 'first');
  await alpha.exec(['sh', '-c', 'cat | virsh define /dev/stdin'], {
    input: xml.replace('/var/lib/libvirt/boot/vmlinuz', '/nowhere/vmlinuz'),
  });
  await console.choose('first', 'Run');
  await frame
    .locator('[data-refusal="first"]')
    .getByText('A file that the VM needs is missing. The original message names it.')
    .waitFor();
  await frame
    .locator('[data-refusal="first"]')
    .getByText(/vmlinuz/)
    .first()
    .waitFor({ state: 'attached' });
  await console.picture('refusal');
  expect(await console.violations()).toEqual([]);
  await alpha.exec(['sh', '-c', 'cat | virsh define /dev/stdin'], { input: xml });
  await console.close();
});

it('keeps filter and order in the address', async () => {
  for (const name of ['apple', 'banana', 'cherry']) await alpha.guest(name, { disk: 'none', off: true });
  const console = await Console.open(browser, url);
  const frame = await console.frame();
  await (await console.row('cherry')).waitFor();
  await frame.getByRole('button', { name: 'Name', exact: true }).click();
  await frame.getByRole('textbox', { name: /filter/i }).fill('an');
  await (await console.row('cherry')).waitFor({ state: 'detached' });
  await console.page.waitForURL(/=an\b/);
  const address = console.page.url();
  const again = await console.page.context().newPage();
  await again.goto(address);
  await again
    .frameLocator('iframe[name="cockpit1:localhost/migrate"]')
    .locator('tr[data-vm="banana"]')
    .waitFor();
  expect(
    await again.frameLocator('iframe[name="cockpit1:localhost/migrate"]').locator('tr[data-vm]').count(),
  ).toBe(1);
  await console.close();
});

afterEach(async () => {
  await alpha.exec(['rm', '-f', '/run/no-libvirt-dbus']);
  await alpha.daemon('libvirtd', 'start');
  await alpha.daemon('libvirt-dbus', 'start');
});

it.each(['kill', 'break', 'remove'] as const)(
  'says that libvirt-dbus is away (%s), and starts it',
  async (how) => {
    const console = await Console.open(browser, url);
    const frame = await console.frame();
    await (await console.row('first')).waitFor();
    if (how === 'kill') {
      // D-Bus starts it again: the page has to reconnect by itself.
      await alpha.daemon('libvirt-dbus', 'kill');
      const guest = await alpha.guest('after the kill', { disk: 'none', off: true });
      await (await console.row('after the kill')).waitFor();
      await alpha.virsh('undefine', guest.uuid);
      await (await console.row('after the kill')).waitFor({ state: 'detached' });
      await console.close();
      return;
    }
    if (how === 'remove') await alpha.exec(['touch', '/run/no-libvirt-dbus']);
    await alpha.daemon('libvirt-dbus', how);
    // The known list stays; a page opened now says what is missing.
    await frame.getByText('Connection to libvirt lost.', { exact: false }).first().waitFor();
    await (await console.row('first')).waitFor();
    const late = await Console.open(browser, url);
    const lateFrame = await late.frame();
    if (how === 'remove') {
      await lateFrame.getByRole('heading', { name: 'libvirt-dbus is not installed' }).waitFor();
      await lateFrame.getByText('apt install libvirt-dbus').waitFor();
      expect(await late.violations()).toEqual([]);
      await late.picture('libvirt-dbus-missing');
      await alpha.exec(['rm', '/run/no-libvirt-dbus']);
      await alpha.daemon('libvirt-dbus', 'start');
      // In case the page has not reconnected by itself.
      await lateFrame.getByRole('button', { name: 'Try again' }).evaluateAll((buttons) => {
        for (const button of buttons) button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      });
    } else {
      await lateFrame.getByRole('heading', { name: 'libvirt-dbus is not running' }).waitFor();
      expect(await late.violations()).toEqual([]);
      await late.picture('libvirt-dbus-stopped');
      await lateFrame.getByRole('button', { name: 'Start libvirt-dbus.service', exact: true }).click();
    }
    await (await late.row('first')).waitFor();
    await frame
      .getByText('Connection to libvirt lost.', { exact: false })
      .first()
      .waitFor({ state: 'detached' });
    await console.close();
    await late.close();
  },
);

it('says that libvirtd does not run, starts it, and reconnects by itself', async () => {
  const console = await Console.open(browser, url);
  const frame = await console.frame();
  await (await console.row('first')).waitFor();
  await alpha.daemon('libvirtd', 'stop');
  await frame.getByText('Connection to libvirt lost.', { exact: false }).first().waitFor();
  await console.picture('reconnecting');
  const late = await Console.open(browser, url);
  const lateFrame = await late.frame();
  await lateFrame.getByRole('heading', { name: 'libvirt is not running' }).waitFor();
  expect(await late.violations()).toEqual([]);
  await late.picture('libvirtd-stopped');
  await lateFrame.getByRole('button', { name: 'Start libvirtd.service', exact: true }).click();
  await (await late.row('first')).waitFor();
  await frame
    .getByText('Connection to libvirt lost.', { exact: false })
    .first()
    .waitFor({ state: 'detached' });
  await console.choose('first', 'Run');
  await (await console.row('first')).getByText('Running', { exact: true }).waitFor();
  await alpha.virsh('destroy', 'first');
  await console.close();
  await late.close();
});

it('may do everything as soon as administrative access is turned on', async () => {
  // May use sudo, but is not in the group that may use libvirt.
  await alpha.exec(['gpasswd', '-d', 'admin', 'libvirt']);
  const console = await Console.open(browser, url, { user: 'admin' });
  await (await console.frame()).getByText('Read-only access').waitFor();
  await console.page.getByRole('button', { name: 'Limited access' }).first().click();
  await console.page.getByRole('dialog').locator('input[type="password"]').fill('lab');
  await console.page.getByRole('button', { name: 'Authenticate' }).click();
  // The page reloads, because open channels keep their privileges.
  await expect
    .poll(
      async () =>
        (await console.page.locator('iframe[name="cockpit1:localhost/migrate"]').count()) === 1 &&
        (await (await console.frame()).getByText('Read-only access').count()) === 0,
      { timeout: 30_000 },
    )
    .toBe(true);
  await (await console.row('first')).waitFor();
  await console.choose('first', 'Run');
  await (await console.row('first')).getByText('Running', { exact: true }).waitFor();
  await alpha.virsh('destroy', 'first');
  await console.close();
});

it('shows the VMs of the user beside those of the host', async () => {
  const console = await Console.open(browser, url, { user: 'admin' });
  await (await console.row('first')).waitFor();
  expect(await (await console.frame()).getByRole('columnheader', { name: 'Connection' }).count()).toBe(0);
  await alpha.exec(
    [
      'sh',
      '-c',
      'runuser -u admin -- sh -c "cat | env HOME=/home/admin virsh -c qemu:///session define /dev/stdin"',
    ],
    {
      input: `<domain type='qemu'><name>my own</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os></domain>`,
    },
  );
  const row = await console.row('my own');
  await row.getByText('User session', { exact: true }).waitFor();
  await (await console.row('first')).getByText('System', { exact: true }).waitFor();
  await console.choose('my own', 'Run');
  await row.getByText('Running', { exact: true }).waitFor();
  await console.choose('my own', 'Force shut down');
  await (await console.frame()).getByRole('dialog').getByRole('button', { name: 'Force shut down' }).click();
  await row.getByText('Shut off', { exact: true }).waitFor();
  await console.close();
});

it('shows the list to a user without administrative access, and says how to get it', async () => {
  const console = await Console.open(browser, url, { user: 'guest' });
  const frame = await console.frame();
  await frame.getByText('Read-only access').waitFor();
  await frame.getByText(/turn on administrative access/).waitFor();
  await (await console.row('first')).getByText('Shut off', { exact: true }).waitFor();
  await frame.getByRole('button', { name: 'Actions for first', exact: true }).click();
  const run = frame.getByRole('menuitem', { name: 'Run', exact: true });
  await run.waitFor();
  expect(await run.getAttribute('aria-disabled')).toBe('true');
  expect(await console.violations()).toEqual([]);
  await console.picture('read-only');
  await console.close();
});

it('tells a user without read access what is missing', async () => {
  await alpha.exec([
    'sed',
    '-i',
    's/^unix_sock_ro_perms.*/unix_sock_ro_perms = "0700"/',
    '/etc/libvirt/libvirtd.conf',
  ]);
  await alpha.daemon('libvirtd', 'stop');
  await alpha.daemon('libvirtd', 'start');
  const console = await Console.open(browser, url, { user: 'guest' });
  const frame = await console.frame();
  await frame.getByRole('heading', { name: 'Administrative access required' }).waitFor();
  await frame.getByText(/turn on administrative access/).waitFor();
  expect(await console.violations()).toEqual([]);
  await console.picture('no-access');
  await console.close();
});
