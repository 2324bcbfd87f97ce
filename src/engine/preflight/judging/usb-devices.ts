// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainHostdev } from '../../../libvirt/devices/hostdev.ts';
import { msg, type Remedy } from '../../base/index.ts';
import type { FactResult } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { Judgement } from '../finding.ts';
import type { DestinationHost } from './destination-host.ts';

function show({ name }: DestinationHost): Remedy {
  return { text: msg('Show the USB devices of $0.', name), command: 'lsusb', host: 'destination' };
}

function plug({ name }: DestinationHost): Remedy {
  return { text: msg('Plug the same kind of USB device into $0, where libvirt gives it to the VM.', name) };
}

function missing(address: string, to: DestinationHost): Judgement {
  return {
    verdict: 'block',
    found: msg(
      '$1 lacks the USB device $0 of the VM, so libvirt there does not start the VM.',
      address,
      to.name,
    ),
    remedies: [
      plug(to),
      {
        text: msg(
          'Or detach the device, or set startupPolicy="optional" at its <source> in the definition and attach it again.',
        ),
      },
      show(to),
    ],
  };
}

function ambiguous(address: string, count: number, to: DestinationHost): Judgement {
  return {
    verdict: 'block',
    found: msg(
      '$1 has $2 USB devices $0, and libvirt takes none of them: the definition does not say which one.',
      address,
      to.name,
      count,
    ),
    remedies: [{ text: msg('Leave one of these devices plugged in on $0.', to.name) }, show(to)],
  };
}

/**
 * USB devices by `VENDOR:PRODUCT` or `BUS-NUMBER`. libvirt looks for each on the destination and refuses if a mandatory one is
 * missing (virHostdevFindUSBDevice).
 */
export function judgeUsb(
  hostdevs: readonly DomainHostdev[],
  shell: FactResult<HostReading>,
  to: DestinationHost,
): Judgement | undefined {
  const devices = hostdevs.filter(({ type }) => type === 'usb');
  if (devices.length === 0) return undefined;
  const there = shell.available ? shell.value.usb : undefined;
  for (const { address, optional } of devices) {
    if (there === undefined) break;
    const count = there.filter(({ id, at }) => id === address || at === address).length;
    if (count === 0 && optional !== true) return missing(address, to);
    if (count > 1) return ambiguous(address, count, to);
  }
  const list = devices.map(({ address }) => address).join(', ');
  const byPlace = devices.some(({ address }) => !address.includes(':'));
  return {
    verdict: 'warn',
    found: msg(
      'The VM uses USB devices of this host: $0. For the guest, they are unplugged during the migration.',
      list,
    ),
    details: [
      there === undefined
        ? msg(
            'Whether $0 has such devices was not seen. Without them, libvirt there does not start the VM.',
            to.name,
          )
        : msg('The VM gets the devices of the same kind on $0, if there are any.', to.name),
      ...(byPlace
        ? [
            msg(
              'A device that is named by bus and number may be another one on $0. Name it by vendor and product.',
              to.name,
            ),
          ]
        : []),
    ],
    remedies: [plug(to), show(to)],
  };
}
