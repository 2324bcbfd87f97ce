// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';
import { msg } from '../message.ts';

/** Owners of files, and no driver at all, are everywhere. */
const everywhere: readonly string[] = ['dac', 'none'];

/** Does the destination confine VMs as this host does? */
export const securityDriverCheck = defineCheck({
  id: 'security-driver',
  title: msg('Confinement'),
  why: msg(
    'SELinux or AppArmor keeps a VM from the files of others. A label that the destination does not know is refused; without a driver there the VM runs unconfined.',
  ),
  needs: { domain: domainFact, source: sourceHostFact, destination: destinationHostFact },
  judge: ({ domain, source, destination }): Judgement => {
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
