// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { isThisHost } from '../../destination/index.ts';
import { copiedDisks } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { type DataAddress, dataAddressFact } from '../facts/data-address.ts';
import { type DataPorts, dataPortsFact } from '../facts/data-ports.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import { localNamesFact } from '../facts/local-names.ts';
import type { Judgement } from '../finding.ts';
import { useControlAddress } from '../judging/control-address.ts';
import { canonicalAddress, isAddress, isLoopback, isWildcardAddress } from '../judging/ip-address.ts';

/** `49152` or `49152-49155, 49160`. */
function ranges(ports: readonly number[]): string {
  const parts: { first: number; last: number }[] = [];
  for (const port of ports) {
    const before = parts.at(-1);
    if (before?.last === port - 1) before.last = port;
    else parts.push({ first: port, last: port });
  }
  return parts.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(', ');
}

/**
 * The ports that libvirt takes when it begins now: for the memory the one that is asked for or the lowest that is free, for
 * disks the lowest after that (seen with libvirt 9.0). Fewer than it needs where too few are free.
 */
function nextPorts({ asked, open, closed }: DataPorts, withDisks: boolean): readonly number[] {
  const free = [...open, ...closed].sort((a, b) => a - b);
  const memory = asked ?? free[0];
  const disks = free.find((port) => port !== memory);
  return [memory, ...(withDisks ? [disks] : [])].filter((port) => port !== undefined);
}

function judgePorts(address: DataAddress, ports: DataPorts, withDisks: boolean): Judgement {
  const { first, last, asked, open, closed, busy } = ports;
  const [target = address.host] = address.addresses;
  const total = open.length + closed.length + busy.length;
  const details = [
    msg('The data goes to $0 ($1).', address.host, target),
    ...(withDisks ? [msg('The disks that are copied go over a second port.')] : []),
    ...(busy.length === 0
      ? []
      : [msg('Not tried, because something listens there already: $0.', ranges(busy))]),
    ...(ports.rangeRead
      ? []
      : [msg("The range is libvirt's default; the destination's qemu.conf could not be read.")]),
  ];
  const openFirewall: Remedy = {
    text: msg('Open these ports in the firewall of the destination and on the way to it.'),
    command: [
      ...(asked === undefined || (asked >= first && asked <= last) ? [] : [String(asked)]),
      first === last ? String(first) : `${first}-${last}`,
    ]
      .map((opened) => `firewall-cmd --permanent --add-port=${opened}/tcp && `)
      .join('')
      .concat('firewall-cmd --reload'),
    host: 'destination',
  };
  if (asked !== undefined && busy.includes(asked)) {
    return {
      verdict: 'block',
      found: msg('Port $0 of the destination is taken, and the migration URI asks for that one.', asked),
      details,
      remedies: [{ text: msg('Take the port out of the migration URI, or choose another.') }],
    };
  }
  const next = nextPorts(ports, withDisks);
  const [begin] = next;
  if (begin === undefined || next.length < (withDisks ? 2 : 1)) {
    return {
      verdict: 'block',
      found:
        begin === undefined
          ? msg('All $0 ports for data on the destination are taken.', total)
          : msg('Only one port for data on the destination is free, and copying disks takes two.'),
      details,
      remedies: [{ text: msg('Wait until the migrations that use them are done.') }],
    };
  }
  if (closed.length === 0) {
    return {
      verdict: 'pass',
      found: msg('$0 of $1 ports for the data ($2) can be reached.', open.length, total, ranges([...open])),
      details,
    };
  }
  const blocked = next.filter((port) => closed.includes(port));
  if (blocked.length > 0) {
    return {
      verdict: 'block',
      found:
        blocked.length === 1
          ? msg(
              '$0 of $1 ports for the data can be reached. Port $2, which libvirt would take now, cannot.',
              open.length,
              total,
              ranges(blocked),
            )
          : msg(
              '$0 of $1 ports for the data can be reached. Ports $2, which libvirt would take now, cannot.',
              open.length,
              total,
              ranges(blocked),
            ),
      details: [...details, msg('Closed: $0.', ranges(closed))],
      remedies: [openFirewall, ...useControlAddress(address)],
    };
  }
  return {
    verdict: 'warn',
    found:
      next.length === 1
        ? msg(
            '$0 of $1 ports for the data can be reached. Port $2, which libvirt would take now, is one of them.',
            open.length,
            total,
            ranges(next),
          )
        : msg(
            '$0 of $1 ports for the data can be reached. Ports $2, which libvirt would take now, are among them.',
            open.length,
            total,
            ranges(next),
          ),
    details: [...details, msg('Closed: $0.', ranges(closed))],
    remedies: [openFirewall],
  };
}

/** libvirt of this host asks for it, too (qemuMigrationSrcPerform). */
const tlsHere: Judgement = {
  verdict: 'block',
  found: msg(
    'This host sends data over TLS of QEMU only (migrate_tls_force), with which this page does not send it.',
  ),
  remedies: [
    {
      text: msg('Put it right in qemu.conf here, and restart libvirt.'),
      command: "grep -E '^migrate_tls_force' /etc/libvirt/qemu.conf",
      host: 'source',
    },
  ],
};

/** Judges what qemu.conf there says of the data that arrives. */
function judgeSettings({ settings, addresses }: HostReading): Judgement | undefined {
  const look: Remedy = {
    text: msg('Put it right in qemu.conf there, and restart libvirt.'),
    command: "grep -E '^(migrate_tls_force|migration_address)' /etc/libvirt/qemu.conf",
    host: 'destination',
  };
  if (settings.get('migrate_tls_force') === '1')
    return {
      verdict: 'block',
      found: msg(
        'The destination takes data over TLS of QEMU only (migrate_tls_force), with which this page does not send it.',
      ),
      remedies: [look],
    };
  const listens = settings.get('migration_address');
  if (listens === undefined || !isAddress(listens) || isWildcardAddress(listens)) return undefined;
  if (!isLoopback(listens) && addresses?.has(canonicalAddress(listens)) !== false) return undefined;
  return {
    verdict: 'block',
    found: isLoopback(listens)
      ? msg(
          'The destination waits for data on $0 (migration_address), which cannot be reached from here.',
          listens,
        )
      : msg('The destination waits for data on $0 (migration_address), which is no address of it.', listens),
    remedies: [look],
  };
}

/** Can the memory of the VM, and disks that are copied, be sent to where they will be sent? */
export const dataPortsCheck = defineCheck({
  id: 'data-ports',
  title: msg('Ports for the data'),
  group: 'connection',
  why: msg(
    'The memory of the VM, and disks that are copied, do not go over the control connection but straight from QEMU to QEMU, over ports of their own.',
  ),
  needs: { address: dataAddressFact },
  wants: {
    ports: dataPortsFact,
    localNames: localNamesFact,
    shell: destinationShellFact,
    source: sourceShellFact,
  },
  judge: ({ address, ports, localNames, shell, source }, plan): Judgement => {
    if (source.available && source.value.settings.get('migrate_tls_force') === '1') return tlsHere;
    const configured = shell.available ? judgeSettings(shell.value) : undefined;
    if (configured !== undefined) return configured;
    const known = localNames.available ? localNames.value : [];
    if (address.addresses.length === 0 || address.addresses.some((one) => isThisHost(one, known)))
      throw new FactUnavailable({
        why: msg('The name to which the data goes has to be put right first; then the ports can be tried.'),
      });
    if (!ports.available) {
      const [target = address.host] = address.addresses;
      throw new FactUnavailable({
        why: ports.why,
        ...(ports.original === undefined ? {} : { original: ports.original }),
        remedies: [
          {
            text: msg('Try the first of the ports by hand: "refused" means that it is open.'),
            command: shellCommand('nc', '-vz', '-w', '3', '--', target, String(address.port ?? 49152)),
            host: 'source',
          },
        ],
      });
    }
    return judgePorts(address, ports.value, copiedDisks(plan).length > 0);
  },
});
