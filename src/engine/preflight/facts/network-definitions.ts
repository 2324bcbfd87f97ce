// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Network, parseNetwork } from '../../../libvirt/network.ts';
import { type VirshAnswer, virshSession } from '../../../libvirt/virsh.ts';
import { XmlError } from '../../../libvirt/xml.ts';
import { defineFact } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact, networkCommand } from './destination-libvirt.ts';
import { domainFact } from './domain.ts';
import { networksOf } from './named-resources.ts';

/** The networks of the VM's interfaces on both hosts, by name. Omits networks whose definition is unknown. */
export interface NetworkDefinitions {
  readonly here: ReadonlyMap<string, Network>;
  readonly there: ReadonlyMap<string, Network>;
}

function described(
  answers: readonly (readonly [string, VirshAnswer | undefined])[],
): ReadonlyMap<string, Network> {
  return new Map(
    answers.flatMap(([name, answer]) => {
      if (answer?.ok !== true) return [];
      try {
        return [[name, parseNetwork(answer.text)] as const];
      } catch (error) {
        if (error instanceof XmlError) return [];
        throw error;
      }
    }),
  );
}

/** The definitions of the VM's networks on both hosts: networks with the same name may differ. */
export const networkDefinitionsFact = defineFact<
  NetworkDefinitions,
  { libvirt: typeof destinationLibvirtFact; domain: typeof domainFact }
>({
  name: 'network-definitions',
  needs: { libvirt: destinationLibvirtFact, domain: domainFact },
  gather: async ({ libvirt, domain }, { platform, connection, choices, signal }) => {
    const names = networksOf(domain.config);
    if (names.length === 0) return { here: new Map(), there: new Map() };
    const [own, others] = await Promise.all([
      virshSession(
        platform,
        connection.uri,
        names.map((name) => ({ id: networkCommand(name), argv: ['net-dumpxml', '--network', name] })),
        { signal, ...(choices.vm.connection === 'system' ? { superuser: 'try' as const } : {}) },
      ),
      Promise.all(
        names.map(async (name) => [name, await destinationAnswer(libvirt, networkCommand(name))] as const),
      ),
    ]);
    return {
      here: described(names.map((name) => [name, own.get(networkCommand(name))] as const)),
      there: described(others),
    };
  },
});
