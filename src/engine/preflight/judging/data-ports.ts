// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy } from '../../base/index.ts';
import type { DataAddress } from '../facts/data-address.ts';
import type { DataPorts } from '../facts/data-ports.ts';
import type { Judgement } from '../finding.ts';
import { openPorts } from './common-remedies.ts';
import { useControlAddress } from './control-address.ts';
import { portRange, portRanges } from './port-ranges.ts';

/**
 * The ports that libvirt would use now. For the memory: the one of the migration URI, or the lowest free one. For disks: the lowest
 * free one after that (seen with libvirt 9.0). Fewer if too few are free.
 */
function nextPorts({ asked, open, closed }: DataPorts, withDisks: boolean): readonly number[] {
  const free = [...open, ...closed].sort((a, b) => a - b);
  const memory = asked ?? free[0];
  const disks = free.find((port) => port !== memory);
  return [memory, ...(withDisks ? [disks] : [])].filter((port) => port !== undefined);
}

function totalOf({ open, closed, busy }: DataPorts): number {
  return open.length + closed.length + busy.length;
}

function detailsOf(
  address: DataAddress,
  { busy, rangeRead }: DataPorts,
  withDisks: boolean,
): readonly Message[] {
  const [target = address.host] = address.addresses;
  return [
    msg('Data goes to $0 ($1).', address.host, target),
    ...(withDisks ? [msg('Copied disks use a second port.')] : []),
    ...(busy.length === 0 ? [] : [msg('Not tried, because something listens there: $0.', portRanges(busy))]),
    ...(rangeRead
      ? []
      : [
          msg(
            'This is the default range of libvirt, because qemu.conf on the destination could not be read.',
          ),
        ]),
  ];
}

function openFirewall({ host }: DataAddress, { first, last, asked }: DataPorts): Remedy {
  const outside = asked !== undefined && (asked < first || asked > last);
  return openPorts([...(outside ? [String(asked)] : []), portRange(first, last)], host);
}

/** Blocks if libvirt gets no port: it is in use, or too few are free. */
function judgeTaken(
  { host }: DataAddress,
  ports: DataPorts,
  next: readonly number[],
  needed: number,
  details: readonly Message[],
): Judgement | undefined {
  const { first, last, asked, busy } = ports;
  if (asked !== undefined && busy.includes(asked))
    return {
      verdict: 'block',
      found: msg('Port $0 of the destination is in use, and the migration URI asks for this port.', asked),
      details,
      remedies: [{ text: msg('Remove the port from the migration URI, or choose another one.') }],
    };
  if (next.length >= needed) return undefined;
  return {
    verdict: 'block',
    found:
      next.length === 0
        ? msg('All $0 data ports of the destination are in use.', totalOf(ports))
        : msg('Only one data port of the destination is free; copying disks takes two.'),
    details,
    remedies: [
      { text: msg('Wait until other migrations to $0 are finished.', host) },
      {
        text: msg('Show what uses the ports.'),
        command: `ss -tlnp 'sport >= :${first} and sport <= :${last}'`,
        host: 'destination',
      },
    ],
  };
}

/** Says which ports can be reached, and whether those can that libvirt would use now. */
function foundClosed(ports: DataPorts, next: readonly number[], blocked: readonly number[]): Message {
  const [open, total] = [ports.open.length, totalOf(ports)];
  if (blocked.length > 0)
    return blocked.length === 1
      ? msg(
          '$0 of $1 data ports can be reached. Port $2, which libvirt would use now, is closed.',
          open,
          total,
          portRanges(blocked),
        )
      : msg(
          '$0 of $1 data ports can be reached. Ports $2, which libvirt would use now, are closed.',
          open,
          total,
          portRanges(blocked),
        );
  return next.length === 1
    ? msg(
        '$0 of $1 data ports can be reached. Port $2, which libvirt would use now, is open.',
        open,
        total,
        portRanges(next),
      )
    : msg(
        '$0 of $1 data ports can be reached. Ports $2, which libvirt would use now, are open.',
        open,
        total,
        portRanges(next),
      );
}

/** Judges the tested ports. */
export function judgePorts(address: DataAddress, ports: DataPorts, withDisks: boolean): Judgement {
  const { open, closed } = ports;
  const details = detailsOf(address, ports, withDisks);
  const next = nextPorts(ports, withDisks);
  const taken = judgeTaken(address, ports, next, withDisks ? 2 : 1, details);
  if (taken !== undefined) return taken;
  if (closed.length === 0)
    return {
      verdict: 'pass',
      found: msg('$0 of $1 data ports ($2) can be reached.', open.length, totalOf(ports), portRanges(open)),
      details,
    };
  const blocked = next.filter((port) => closed.includes(port));
  const found = foundClosed(ports, next, blocked);
  const withClosed = [...details, msg('Closed: $0.', portRanges(closed))];
  const firewall = openFirewall(address, ports);
  return blocked.length > 0
    ? { verdict: 'block', found, details: withClosed, remedies: [firewall, ...useControlAddress(address)] }
    : { verdict: 'warn', found, details: withClosed, remedies: [firewall] };
}
