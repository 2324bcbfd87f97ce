// SPDX-License-Identifier: LGPL-2.1-or-later

import { confText } from '../../../libvirt/vir-conf.ts';
import { msg } from '../../base/index.ts';
import { defineFact, type FactContext, type FactResult, FactUnavailable } from '../fact.ts';
import { dataAddressFact } from './data-address.ts';
import { type DestinationDomains, destinationDomainsFact } from './destination-domains.ts';
import type { HostListening } from './host-reading/index.ts';
import { destinationListeningFact } from './host-shell.ts';

/** The ports that libvirt may choose for the data, and which of them can be reached. */
export interface DataPorts {
  readonly first: number;
  readonly last: number;
  /** The port of the migration URI, for the memory. libvirt takes others from the range. */
  readonly asked?: number;
  /** True if the range was read from the destination's qemu.conf, or is not needed; false for libvirt's default. */
  readonly rangeRead: boolean;
  readonly open: readonly number[];
  readonly closed: readonly number[];
  /** Not tested, because something listens there. It may be QEMU of an incoming migration, which a connection would break. */
  readonly busy: readonly number[];
}

/** libvirt's range unless qemu.conf says otherwise. */
const defaultFirst = 49152;
const defaultLast = 49215;

/** Tolerates one lost packet, which TCP sends again after a second. */
const connectMilliseconds = 1800;

/** How many ports are tested at the same time. */
const atOnce = 64;

/** Throws if testing ports could break another incoming migration, known or unknown. */
function requireQuiet({ arriving }: DestinationDomains, shell: FactResult<HostListening>): void {
  // With a shell, the ports with a listener are known, and are not tested.
  if (shell.available) return;
  if (arriving === undefined)
    throw new FactUnavailable({ why: msg('The destination did not list its VMs.') });
  if (arriving.length > 0)
    throw new FactUnavailable({
      why: msg(
        'Another VM ($0) is arriving at the destination, and trying the ports could break its migration.',
        arriving.join(', '),
      ),
    });
}

/** A port from qemu.conf on the destination, or libvirt's default. */
function portSetting(shell: FactResult<HostListening>, name: string, standard: number): number {
  const text = shell.available ? confText(shell.value.settings, name) : undefined;
  if (text === undefined) return standard;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value > 0 && value < 65536) return value;
  throw new FactUnavailable({
    why: msg('A setting in qemu.conf on the destination is not valid.'),
    original: `${name} = ${text}`,
  });
}

/** The range from which libvirt chooses, and whether it is the destination's own. */
function rangeOf(
  asked: number | undefined,
  withDisks: boolean,
  shell: FactResult<HostListening>,
): Pick<DataPorts, 'first' | 'last' | 'rangeRead'> {
  // Disks use a port of the range, even if the migration URI names one for the memory.
  if (asked !== undefined && !withDisks) return { first: asked, last: asked, rangeRead: true };
  const first = portSetting(shell, 'migration_port_min', defaultFirst);
  const last = Math.max(first, portSetting(shell, 'migration_port_max', defaultLast));
  return { first, last, rangeRead: shell.available && shell.value.settingsReadable };
}

function portsOf(
  { first, last }: Pick<DataPorts, 'first' | 'last'>,
  asked: number | undefined,
): readonly number[] {
  const range = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return asked === undefined || range.includes(asked) ? range : [asked, ...range];
}

/** Tests ports, many at the same time. A refusal proves that no firewall blocks the port. */
async function tryPorts(
  host: string,
  ports: readonly number[],
  { platform, signal }: FactContext,
): Promise<Pick<DataPorts, 'open' | 'closed'>> {
  const open: number[] = [];
  const closed: number[] = [];
  for (let index = 0; index < ports.length; index += atOnce) {
    signal.throwIfAborted();
    await Promise.all(
      ports.slice(index, index + atOnce).map(async (port) => {
        const { kind } = await platform.connectTcp(host, port, {
          timeoutMilliseconds: connectMilliseconds,
          signal,
        });
        (kind === 'connected' || kind === 'refused' ? open : closed).push(port);
      }),
    );
  }
  const ascending = (a: number, b: number): number => a - b;
  return { open: open.sort(ascending), closed: closed.sort(ascending) };
}

/** The result for all data ports, except those with a listener. */
export const dataPortsFact = defineFact<
  DataPorts,
  { address: typeof dataAddressFact; domains: typeof destinationDomainsFact },
  { shell: typeof destinationListeningFact }
>({
  name: 'data-ports',
  choices: ['copyDisks'],
  needs: { address: dataAddressFact, domains: destinationDomainsFact },
  wants: { shell: destinationListeningFact },
  timeLimitMilliseconds: 10_000,
  gather: async ({ address, domains }, context, { shell }) => {
    const [target] = address.addresses;
    if (target === undefined)
      throw new FactUnavailable({ why: msg('This host cannot resolve the name $0.', address.host) });
    requireQuiet(domains, shell);
    const asked = address.port;
    const range = rangeOf(asked, (context.choices.copyDisks ?? []).length > 0, shell);
    const all = portsOf(range, asked);
    const busy = all.filter((port) => shell.available && shell.value.listening.has(port));
    const tried = await tryPorts(
      target,
      all.filter((port) => !busy.includes(port)),
      context,
    );
    return { ...range, ...(asked === undefined ? {} : { asked }), ...tried, busy };
  },
});
