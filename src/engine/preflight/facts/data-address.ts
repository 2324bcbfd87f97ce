// SPDX-License-Identifier: LGPL-2.1-or-later

import { confHost } from '../../../libvirt/vir-conf.ts';
import { msg } from '../../base/index.ts';
import { isHostName } from '../../destination/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationFact } from './destination.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { destinationListeningFact } from './host-shell.ts';
import { controlRouteFact } from './ssh-route.ts';

/** The address to which QEMU of this host sends the VM's memory. */
export interface DataAddress {
  readonly host: string;
  /** The port of the migration URI. If absent, libvirt picks one from its range. */
  readonly port?: number;
  /** Where it comes from: the chosen migration URI, `migration_host` of the destination's qemu.conf, or its own host name. */
  readonly from: 'migration-uri' | 'configuration' | 'host-name';
  /** Its addresses, as this host resolves the name; empty if it cannot. */
  readonly addresses: readonly string[];
  /** Address at which the control connection reaches the destination. */
  readonly controlAddresses: readonly string[];
}

/** Host and port of a migration URI such as `tcp://10.0.0.2` or `tcp://[2001:db8::1]:49160`; undefined for other text. */
export function parseMigrationUri(uri: string): { host: string; port?: number } | undefined {
  const match = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|(\w[\w.-]*))(?::(\d{1,5}))?\/?$/.exec(
    uri.trim(),
  );
  if (match === null) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const port = match[3] === undefined ? undefined : Number(match[3]);
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  return { host, ...(port === undefined ? {} : { port }) };
}

/** Parses `getent ahosts`, which prints each address once per socket type. */
export function parseAddressesOf(text: string): readonly string[] {
  const words = text.split('\n').map((line) => /^[^\s]+/.exec(line)?.[0] ?? '');
  const address = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%[\w.-]+)?)$/;
  return [...new Set(words.filter((word) => word.length < 100 && address.test(word)))];
}

/** The data address, resolved on this host as QEMU will. */
export const dataAddressFact = defineFact<
  DataAddress,
  {
    destination: typeof destinationFact;
    libvirt: typeof destinationLibvirtFact;
    route: typeof controlRouteFact;
  },
  { shell: typeof destinationListeningFact }
>({
  name: 'data-address',
  choices: ['migrationUri'],
  needs: { destination: destinationFact, libvirt: destinationLibvirtFact, route: controlRouteFact },
  wants: { shell: destinationListeningFact },
  timeLimitMilliseconds: 6000,
  gather: async ({ libvirt, route }, { platform, choices, signal }, { shell }) => {
    const resolve = async (host: string): Promise<readonly string[]> => {
      const { stdout } = await platform.run(['getent', 'ahosts', '--', host], { signal });
      return parseAddressesOf(stdout);
    };
    const parsed = choices.migrationUri === undefined ? undefined : parseMigrationUri(choices.migrationUri);
    if (choices.migrationUri !== undefined && parsed === undefined) {
      throw new FactUnavailable({
        why: msg('The migration URI does not have the form $0.', 'tcp://192.0.2.16'),
        original: choices.migrationUri,
      });
    }
    const configured = shell.available ? confHost(shell.value.settings, 'migration_host') : undefined;
    if (configured !== undefined && !isHostName(configured)) {
      throw new FactUnavailable({
        why: msg('A setting in qemu.conf on the destination is not valid.'),
        original: `migration_host = ${configured}`,
      });
    }
    const host = parsed?.host ?? configured ?? (await hostnameOf(libvirt));
    const [addresses, controlAddresses] = await Promise.all([resolve(host), resolve(route.host)]);
    return {
      host,
      ...(parsed?.port === undefined ? {} : { port: parsed.port }),
      from: parsed !== undefined ? 'migration-uri' : configured !== undefined ? 'configuration' : 'host-name',
      addresses,
      controlAddresses,
    };
  },
});

async function hostnameOf(libvirt: Parameters<typeof destinationAnswer>[0]): Promise<string> {
  const answer = await destinationAnswer(libvirt, 'hostname');
  if (answer.ok && isHostName(answer.text.trim())) return answer.text.trim();
  throw new FactUnavailable({
    why: msg('The destination did not say its host name.'),
    original: answer.ok ? answer.text : answer.error,
  });
}
