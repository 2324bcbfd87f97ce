// SPDX-License-Identifier: LGPL-2.1-or-later
import { machineTypeCheck } from '../../../../src/engine/preflight/checks/machine-type.ts';
import { readMachine } from '../../../../src/engine/preflight/facts/destination-machine.ts';
import { beta, domain } from '../../fixtures.ts';
import { testCheck, there } from '../../test-check.ts';

const facts = (
  answer: Parameters<typeof readMachine>[0],
): Parameters<typeof machineTypeCheck.judgeFacts>[0] => ({
  domain: domain(),
  machine: readMachine(answer),
  destination: there(beta),
});
const failed = (error: string): Parameters<typeof machineTypeCheck.judgeFacts>[0] =>
  facts({ ok: false, error });

/** Device capabilities of libvirt 9.0 of Debian 12, without the given models. */
const offering = (graphics: string, video: string, redirdev = 'yes'): string =>
  `<domainCapabilities><vcpu max='288'/><devices><graphics supported='yes'><enum name='type'>${graphics}</enum></graphics>` +
  `<video supported='yes'><enum name='modelType'>${video}</enum></video><redirdev supported='${redirdev}'>${redirdev === 'yes' ? "<enum name='bus'><value>usb</value></enum>" : ''}</redirdev></devices></domainCapabilities>`;
const values = (...names: readonly string[]): string =>
  names.map((name) => `<value>${name}</value>`).join('');
const desktop =
  "<graphics type='spice' autoport='yes'/><video><model type='qxl'/></video><redirdev bus='usb' type='spicevmc'/>";
const withDevices = (devices: string, text: string): ReturnType<typeof facts> => ({
  ...facts({ ok: true, text }),
  domain: domain({}, devices),
});

testCheck(machineTypeCheck, [
  {
    name: 'with SPICE, QXL and redirected USB, which are there',
    facts: withDevices(desktop, offering(values('vnc', 'spice'), values('vga', 'qxl'))),
    verdict: 'pass',
  },
  {
    name: 'with SPICE and QXL, which QEMU of RHEL 9 does not have',
    facts: withDevices(desktop, offering(values('vnc'), values('vga'), 'no')),
    verdict: 'block',
    found: /lacks a device of the VM: spice \(graphics\)/,
  },
  {
    name: 'with QXL alone missing',
    facts: withDevices(desktop, offering(values('vnc', 'spice'), values('vga', 'virtio'))),
    verdict: 'block',
    found: /qxl \(video\)/,
  },
  {
    name: 'with graphics of which older libvirt says nothing',
    facts: withDevices("<graphics type='dbus'/>", offering(values('vnc'), values('vga'))),
    verdict: 'pass',
  },
  {
    name: 'with a TPM, of which this libvirt says nothing',
    facts: withDevices("<tpm model='tpm-crb'><backend type='emulator'/></tpm>", offering('', '')),
    verdict: 'pass',
  },
  {
    name: 'there',
    facts: facts({ ok: true, text: "<domainCapabilities><vcpu max='288'/></domainCapabilities>" }),
    verdict: 'pass',
    found: /pc-q35-7\.2 for x86_64/,
  },
  {
    name: 'another machine type',
    facts: failed(
      "failed to get emulator capabilities\ninvalid argument: the machine 'pc-q35-7.2' is not supported by emulator '/usr/bin/qemu-system-x86_64'",
    ),
    verdict: 'block',
    found: /no machine type pc-q35-7\.2/,
  },
  {
    name: 'QEMU under another path',
    facts: failed(
      'failed to get emulator capabilities\nCannot check QEMU binary /usr/bin/qemu-system-x86_64: No such file or directory',
    ),
    verdict: 'block',
    found: /does not have \/usr\/bin\/qemu-system-x86_64, in which the VM runs/,
  },
  {
    name: 'another architecture',
    facts: failed(
      "failed to get emulator capabilities\ninvalid argument: unable to find any emulator to serve 'aarch64' architecture",
    ),
    verdict: 'block',
    found: /no QEMU for x86_64/,
  },
  { name: 'another error', facts: failed('internal error: no luck'), verdict: 'unknown' },
]);
