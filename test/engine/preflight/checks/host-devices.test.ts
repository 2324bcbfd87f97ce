// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { hostDevicesCheck } from '../../../../src/engine/preflight/checks/host-devices.ts';
import { absent, domain, file, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const pci = (teaming = ''): string =>
  `<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x03' slot='0x00' function='0x1'/></source>${teaming}</hostdev>`;
const usb =
  "<hostdev mode='subsystem' type='usb'><source><vendor id='0x046d'/><product id='0xc52b'/></source></hostdev>";
const mdev =
  "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>";
const nvme =
  "<disk type='nvme' device='disk'><source type='pci' namespace='1'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source><target dev='vda'/></disk>";
const card =
  "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address type='pci'/></source></interface>";
const vhost =
  "<interface type='vhostuser'><mac address='52:54:00:00:00:01'/><source type='unix' path='/run/vhost.sock' mode='client'/></interface>";
const made = vhost.replace('client', 'server');
const facts = (
  devices: string,
  shell: Parameters<typeof hostDevicesCheck.judgeFacts>[0]['shell'] = missing,
): Parameters<typeof hostDevicesCheck.judgeFacts>[0] => ({
  domain: domain({}, devices),
  shell,
  beginPhase: there({ kind: 'refused', original: 'cannot migrate a domain with <hostdev>' }),
});
/** libvirt and QEMU accept the migration, or were not asked. */
const asked = (devices: string, kind?: 'allowed'): ReturnType<typeof facts> => ({
  ...facts(devices),
  beginPhase: kind === undefined ? missing : there({ kind }),
});
const plugged = (...ids: readonly string[]): Parameters<typeof facts>[1] =>
  there(reading({}, { usb: ids.map((id, index) => ({ id, at: `1-${index + 2}` })) }));
const optionalUsb = usb.replace('<source>', "<source startupPolicy='optional'>");
const placedUsb =
  "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>";

testCheck(hostDevicesCheck, [
  { name: 'none', facts: facts(''), verdict: 'pass' },
  { name: 'PCI', facts: facts(pci()), verdict: 'block', found: /pci device 0000:03:00\.1/ },
  {
    name: 'PCI that stands in a failover pair',
    facts: facts(pci("<teaming type='transient' persistent='ua-1'/>")),
    verdict: 'pass',
  },
  {
    name: 'PCI with a driver that migrates',
    facts: asked(pci(), 'allowed'),
    verdict: 'warn',
    found: /needs the same device/,
  },
  { name: 'mdev with a driver that migrates', facts: asked(mdev, 'allowed'), verdict: 'warn' },
  { name: 'a card of the host with a driver that migrates', facts: asked(card, 'allowed'), verdict: 'warn' },
  {
    name: 'PCI, and libvirt was not asked',
    facts: asked(pci()),
    verdict: 'block',
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  { name: 'NVMe, whatever libvirt says of the rest', facts: asked(nvme, 'allowed'), verdict: 'block' },
  { name: 'USB, not seen there', facts: facts(usb), verdict: 'warn', found: /046d:c52b/ },
  { name: 'USB that is there', facts: facts(usb, plugged('1d6b:0002', '046d:c52b')), verdict: 'warn' },
  {
    name: 'USB that is not there',
    facts: facts(usb, plugged('1d6b:0002')),
    verdict: 'block',
    found: /lacks the USB device 046d:c52b/,
  },
  {
    name: 'USB that is there twice',
    facts: facts(usb, plugged('046d:c52b', '046d:c52b')),
    verdict: 'block',
    found: /2 USB devices/,
  },
  { name: 'USB that may be missing', facts: facts(optionalUsb, plugged()), verdict: 'warn' },
  {
    name: 'USB by bus and number',
    facts: facts(placedUsb, plugged('1d6b:0002')),
    verdict: 'warn',
    also: (finding) => {
      expect(JSON.stringify(finding.details)).toMatch(/another one/);
    },
  },
  { name: 'USB by bus and number, where nothing is', facts: facts(placedUsb, plugged()), verdict: 'block' },
  { name: 'mdev', facts: facts(mdev), verdict: 'block', found: /c2177883/ },
  { name: 'NVMe', facts: facts(nvme), verdict: 'block', found: /NVMe device behind vda/ },
  { name: 'a network card of the host', facts: facts(card), verdict: 'block', found: /52:54:00:00:00:01/ },
  {
    name: 'a vhost-user socket that is there',
    facts: facts(vhost, there(reading({ '/run/vhost.sock': file() }))),
    verdict: 'pass',
  },
  {
    name: 'a vhost-user socket on which nobody listens',
    facts: facts(
      vhost,
      there(reading({ '/run/vhost.sock': file() }, { listeners: new Set(['/run/other.sock']) })),
    ),
    verdict: 'block',
    found: /No program on beta listens on the socket \/run\/vhost\.sock/,
  },
  {
    name: 'a vhost-user socket that is not',
    facts: facts(vhost, there(reading(absent('/run/vhost.sock')))),
    verdict: 'block',
    found: /\/run\/vhost\.sock/,
  },
  {
    name: 'a vhost-user socket that QEMU makes itself',
    facts: facts(made, there(reading({ '/run': file({ kind: 'directory' }), ...absent('/run/vhost.sock') }))),
    verdict: 'pass',
  },
  {
    name: 'a vhost-user socket that QEMU would make in a folder that is not there',
    facts: facts(made, there(reading(absent('/run')))),
    verdict: 'block',
    found: /folder \/run/,
  },
  { name: 'a vhost-user socket, not to be seen', facts: facts(vhost), verdict: 'unknown' },
]);
