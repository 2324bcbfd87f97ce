// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { dataAddressFact } from './data-address.ts';
import { destinationDomainsFact } from './destination-domains.ts';
import { destinationListeningFact } from './host-shell.ts';

/** Which of the ports that libvirt may choose for the data can be reached. */
export interface DataPorts {
  readonly first: number;
  readonly last: number;
  /** The one that the migration URI asks for, for the memory; libvirt chooses from the range what else it needs. */
  readonly asked?: number;
  /** The range is that of the destination's qemu.conf as read there; otherwise libvirt's default is taken. */
  readonly rangeRead: boolean;
  readonly open: readonly number[];
  readonly closed: readonly number[];
  /** Not tried: something listens there, maybe a QEMU that another VM is on its way to, which a visitor would break. */
  readonly busy: readonly number[];
}

/** libvirt's range unless qemu.conf says otherwise. */
const defaultFirst = 49152;
const defaultLast = 49215;

/** One lost packet is forgiven: TCP sends the next after a second. */
const connectMilliseconds = 1800;

/** Ports that are tried at the same time. */
const atOnce = 64;

/** Each data port tried, but those on which something listens. */
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
  gather: async ({ address, domains }, { platform, choices, signal }, { shell }) => {
    const [target] = address.addresses;
    if (target === undefined) {
      throw new FactUnavailable({ why: msg('This host cannot resolve the name $0.', address.host) });
    }
    if (!shell.available && domains.arriving === undefined) {
      throw new FactUnavailable({ why: msg('The destination did not list its VMs.') });
    }
    if (!shell.available && domains.arriving !== undefined && domains.arriving.length > 0) {
      throw new FactUnavailable({
        why: msg(
          'Another VM ($0) is arriving at the destination just now. Trying the ports could break that, so they were not tried.',
          domains.arriving.join(', '),
        ),
      });
    }
    const setting = (name: string, standard: number): number => {
      const text = shell.available ? shell.value.settings.get(name) : undefined;
      if (text === undefined) return standard;
      const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
      if (value > 0 && value < 65536) return value;
      throw new FactUnavailable({
        why: msg('The shell of the host did not answer as expected.'),
        original: `${name} = ${text}`,
      });
    };
    const asked = address.port;
    // Disks go over a port of their own, whatever the migration URI says.
    const onlyAsked = asked !== undefined && (choices.copyDisks ?? []).length === 0;
    const first = onlyAsked ? asked : setting('migration_port_min', defaultFirst);
    const last = onlyAsked ? asked : Math.max(first, setting('migration_port_max', defaultLast));
    const range = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const all = asked === undefined || range.includes(asked) ? range : [asked, ...range];
    const busy = all.filter((port) => shell.available && shell.value.listening.has(port));
    const open: number[] = [];
    const closed: number[] = [];
    const candidates = all.filter((port) => !busy.includes(port));
    // Each with a signal of its own: dozens of listeners on one look like a leak to Node.
    const stops: AbortController[] = [];
    signal.addEventListener('abort', () => {
      for (const stop of stops) stop.abort();
    });
    for (let index = 0; index < candidates.length; index += atOnce) {
      signal.throwIfAborted();
      await Promise.all(
        candidates.slice(index, index + atOnce).map(async (port) => {
          const stop = new AbortController();
          stops.push(stop);
          const { kind } = await platform.connectTcp(target, port, {
            timeoutMilliseconds: connectMilliseconds,
            signal: stop.signal,
          });
          (kind === 'connected' || kind === 'refused' ? open : closed).push(port);
        }),
      );
    }
    const ascending = (a: number, b: number): number => a - b;
    return {
      first,
      last,
      ...(asked === undefined ? {} : { asked }),
      rangeRead: onlyAsked || (shell.available && shell.value.settingsReadable),
      open: open.sort(ascending),
      closed: closed.sort(ascending),
      busy,
    };
  },
});
