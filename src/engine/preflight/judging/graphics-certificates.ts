// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainGraphics } from '../../../libvirt/domain-devices.ts';
import { confText } from '../../../libvirt/vir-conf.ts';
import { msg, type Remedy } from '../../base/index.ts';
import { FactUnavailable } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { Judgement } from '../finding.ts';
import type { DestinationHost } from './destination-host.ts';

function certificates(type: string, { name }: DestinationHost): readonly [Remedy, Remedy] {
  return [
    {
      text: msg(
        'Put certificate and key there on $1, readable for QEMU’s user, or remove $0_tls from qemu.conf and restart libvirt.',
        type,
        name,
      ),
    },
    {
      text: msg('Show the certificates on $0.', name),
      command: 'ls -lL /etc/pki/qemu /etc/pki/libvirt-vnc /etc/pki/libvirt-spice',
      host: 'destination',
    },
  ];
}

/** Files that QEMU needs to start there, because libvirt enables encryption of the graphics. */
function missingFiles(
  { type, port, needsTls = false }: DomainGraphics,
  { settings, graphicsFilesMissing }: HostReading,
  to: DestinationHost,
): readonly string[] {
  if (confText(settings, `${type}_tls`) !== '1') return [];
  // libvirt gives SPICE a TLS port if the definition has one or uses automatic ports.
  if (type === 'spice' && !needsTls && port !== undefined) return [];
  if (graphicsFilesMissing === undefined)
    throw new FactUnavailable({
      why: msg(
        'Not checked: $1 did not tell whether it has the certificate for encrypted graphics ($0).',
        type,
        to.name,
      ),
      remedies: certificates(type, to),
    });
  return graphicsFilesMissing.get(type) ?? [];
}

/** Can QEMU there read the files that it needs to encrypt the graphics? */
export function judgeCertificates(
  graphics: readonly DomainGraphics[],
  there: HostReading,
  to: DestinationHost,
): Judgement | undefined {
  for (const device of graphics) {
    const [file, ...more] = missingFiles(device, there, to);
    if (file !== undefined)
      return {
        verdict: 'block',
        found: msg(
          'QEMU on $2 cannot read $1. It needs the file because qemu.conf there encrypts graphics ($0).',
          device.type,
          file,
          to.name,
        ),
        details: more.map((each) => msg('QEMU cannot read $0 either.', each)),
        remedies: certificates(device.type, to),
      };
  }
  return undefined;
}
