// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** Can the destination run the VM with the processor's help, if it has that here? */
export const virtualizationTypeCheck = defineCheck({
  id: 'virtualization-type',
  title: msg('KVM'),
  group: 'host',
  why: msg('A VM that runs on KVM cannot go on where there is none.'),
  needs: { domain: domainFact, destination: destinationHostFact },
  judge: ({ domain, destination }): Judgement => {
    const { type, os } = domain.config;
    const support = destination.guests.get(os.arch);
    if (support === undefined)
      throw new FactUnavailable({ why: msg('The destination has no QEMU for $0.', os.arch) });
    if (support.virtualizationTypes.includes(type))
      return {
        verdict: 'pass',
        found:
          type === 'kvm'
            ? msg('The destination has KVM.')
            : msg('The VM is emulated, which the destination can do too.'),
      };
    return {
      verdict: 'block',
      found: msg('The VM runs on $0, which the destination does not offer.', type),
      remedies: [
        {
          text: msg(
            'See whether virtualization is switched on in the firmware of the destination, and the module kvm is loaded.',
          ),
          command: 'virt-host-validate qemu; ls -l /dev/kvm',
          host: 'destination',
        },
      ],
    };
  },
});
