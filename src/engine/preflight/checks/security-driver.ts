// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainOwner } from '../../../libvirt/domain-resources.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import { destinationHostFact, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** Owners of files, and no driver at all, are everywhere. */
const everywhere: readonly string[] = ['dac', 'none'];

/** libvirt there looks up whom a label names, and refuses one that it does not find (virGetUserID). */
function judgeOwners(owners: readonly DomainOwner[], shell: FactResult<HostReading>): Judgement | undefined {
  const [any] = owners;
  if (any === undefined) return undefined;
  const look: Remedy = {
    text: msg('Make it there with the same number, or put the number into the definition (+1000).'),
    command: owners
      .map(({ kind, name }) => shellCommand('getent', kind === 'user' ? 'passwd' : 'group', '--', name))
      .join('; '),
    host: 'destination',
  };
  const { accounts, settings } = required(shell, [look]);
  const asked = owners.filter(({ of }) => of === 'process' || settings.get('dynamic_ownership') !== '0');
  const known = asked.map((owner) => ({ owner, there: accounts?.get(`${owner.kind} ${owner.name}`) }));
  const words = ({ kind, name }: DomainOwner): Message =>
    kind === 'user'
      ? msg('The VM, or a file of it, is to belong to the user $0, whom the destination does not know.', name)
      : msg(
          'The VM, or a file of it, is to belong to the group $0, which the destination does not know.',
          name,
        );
  const [first, ...others] = known.flatMap(({ owner, there }) => (there === false ? [owner] : []));
  if (first !== undefined)
    return { verdict: 'block', found: words(first), details: others.map(words), remedies: [look] };
  if (known.some(({ there }) => there === undefined))
    throw new FactUnavailable({
      why: msg('Whether the destination knows the owners in the labels of the definition was not told.'),
      remedies: [look],
    });
  return undefined;
}

/** Does the destination confine VMs as this host does? */
export const securityDriverCheck = defineCheck({
  id: 'security-driver',
  title: msg('Confinement'),
  group: 'host',
  why: msg(
    'SELinux or AppArmor keeps a VM from the files of others. A label that the destination does not know is refused; without a driver there the VM runs unconfined.',
  ),
  needs: { domain: domainFact, source: sourceHostFact, destination: destinationHostFact },
  wants: { shell: destinationShellFact },
  judge: ({ domain, source, destination, shell }): Judgement => {
    if (destination.securityModels.length === 0)
      throw new FactUnavailable({ why: msg('The destination did not tell how it confines VMs.') });
    const sent = domain.migratable ?? domain.config;
    const strange = sent.resources.securityLabels
      .map(({ model }) => model)
      .filter((model) => !everywhere.includes(model) && !destination.securityModels.includes(model));
    if (strange.length > 0)
      return {
        verdict: 'block',
        found: msg(
          'The definition asks for a label of $0, which libvirt of the destination does not have.',
          [...new Set(strange)].join(', '),
        ),
        remedies: [
          {
            text: msg('Take the label out of the definition, or switch the driver on there.'),
            command: 'virsh capabilities --xpath "//secmodel"',
            host: 'destination',
          },
        ],
      };
    const unowned = judgeOwners(sent.resources.owners, shell);
    if (unowned !== undefined) return unowned;
    const lost = source.securityModels.filter(
      (model) => !everywhere.includes(model) && !destination.securityModels.includes(model),
    );
    const gained = destination.securityModels.filter((model) => !everywhere.includes(model));
    if (lost.length > 0 && gained.length === 0)
      return {
        verdict: 'warn',
        found: msg('This host confines the VM with $0, the destination not at all.', lost.join(', ')),
        remedies: [
          {
            text: msg('Switch SELinux or AppArmor on there, if that is not meant to be so.'),
            command: 'virsh capabilities --xpath "//secmodel"',
            host: 'destination',
          },
        ],
      };
    return {
      verdict: 'pass',
      found:
        gained.length === 0
          ? msg('Neither host confines VMs with SELinux or AppArmor.')
          : msg('The destination confines VMs with $0.', gained.join(', ')),
    };
  },
});
