// SPDX-License-Identifier: LGPL-2.1-or-later

import { confHost, confText } from '../../../libvirt/vir-conf.ts';
import { msg, shellCommand } from '../../base/index.ts';
import { isThisHost } from '../../destination/index.ts';
import { copiedDisks } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, type Unavailability } from '../fact.ts';
import { type DataAddress, dataAddressFact } from '../facts/data-address.ts';
import { dataPortsFact } from '../facts/data-ports.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import { localNamesFact } from '../facts/local-names.ts';
import type { Judgement } from '../finding.ts';
import { dropQemuSetting } from '../judging/common-remedies.ts';
import { judgePorts } from '../judging/data-ports.ts';
import { canonicalAddress, isAddress, isLoopback, isWildcardAddress } from '../judging/ip-address.ts';

/** This host's libvirt also refuses without TLS (qemuMigrationSrcPerform). */
const tlsHere: Judgement = {
  verdict: 'block',
  found: msg(
    'This host sends data over TLS only (migrate_tls_force in qemu.conf). This page sends data without TLS.',
  ),
  remedies: [dropQemuSetting('migrate_tls_force', 'source')],
};

/** Judges the settings of the destination's qemu.conf for incoming migrations. */
function judgeSettings({ settings, addresses }: HostReading): Judgement | undefined {
  if (confText(settings, 'migrate_tls_force') === '1')
    return {
      verdict: 'block',
      found: msg(
        'The destination takes data over TLS only (migrate_tls_force in qemu.conf). This page sends data without TLS.',
      ),
      remedies: [dropQemuSetting('migrate_tls_force', 'destination')],
    };
  const listens = confHost(settings, 'migration_address');
  if (listens === undefined || !isAddress(listens) || isWildcardAddress(listens)) return undefined;
  if (!isLoopback(listens) && addresses?.has(canonicalAddress(listens)) !== false) return undefined;
  return {
    verdict: 'block',
    found: isLoopback(listens)
      ? msg(
          'The destination waits for data on $0 (migration_address in qemu.conf), which this host cannot reach.',
          listens,
        )
      : msg(
          'The destination waits for data on $0 (migration_address in qemu.conf), which is not one of its addresses.',
          listens,
        ),
    remedies: [dropQemuSetting('migration_address', 'destination')],
  };
}

/** Why the ports were not tested, with the command that tests one. */
function notTried({ why, original }: Unavailability, address: DataAddress): FactUnavailable {
  const [target = address.host] = address.addresses;
  return new FactUnavailable({
    why,
    ...(original === undefined ? {} : { original }),
    remedies: [
      {
        text: msg(
          'Show whether the first data port of $0 answers. A refused connection counts as open.',
          target,
        ),
        command: shellCommand('nc', '-vz', '-w', '3', '--', target, String(address.port ?? 49152)),
        host: 'source',
      },
    ],
  });
}

/** Can libvirt send the memory and copied disks to the destination? */
export const dataPortsCheck = defineCheck({
  id: 'data-ports',
  title: msg('Data ports'),
  group: 'connection',
  why: msg(
    'QEMU sends the memory, and disks that are copied, straight to QEMU on the destination. This takes ports beside the control connection.',
  ),
  needs: { address: dataAddressFact },
  wants: {
    ports: dataPortsFact,
    localNames: localNamesFact,
    shell: destinationShellFact,
    source: sourceShellFact,
  },
  judge: ({ address, ports, localNames, shell, source }, plan): Judgement => {
    if (source.available && confText(source.value.settings, 'migrate_tls_force') === '1') return tlsHere;
    const configured = shell.available ? judgeSettings(shell.value) : undefined;
    if (configured !== undefined) return configured;
    const known = localNames.available ? localNames.value : [];
    if (address.addresses.length === 0 || address.addresses.some((one) => isThisHost(one, known)))
      throw new FactUnavailable({
        why: msg(
          'Not checked: the name $0, to which the data goes, has to be corrected first.',
          address.host,
        ),
      });
    if (!ports.available) throw notTried(ports, address);
    return judgePorts(address, ports.value, copiedDisks(plan).length > 0);
  },
});
