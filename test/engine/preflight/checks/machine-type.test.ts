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

testCheck(machineTypeCheck, [
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
