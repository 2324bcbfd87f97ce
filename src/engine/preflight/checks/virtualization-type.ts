// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** Does the destination provide the VM's type of virtualization, such as KVM? */
export const virtualizationTypeCheck = defineCheck({
  id: 'virtualization-type',
  title: msg('KVM'),
  group: 'host',
  why: msg('A VM that runs on KVM cannot continue on a host without KVM.'),
  needs: { domain: domainFact, destination: destinationHostFact },
  judge: ({ domain, destination }): Judgement => {
    const { type, os } = domain.config;
    const support = destination.guests.get(os.arch);
    if (support === undefined)
      throw new FactUnavailable({ why: msg('Not checked: the destination has no QEMU for $0.', os.arch) });
    if (support.virtualizationTypes.includes(type))
      return {
        verdict: 'pass',
        found:
          type === 'kvm'
            ? msg('The destination has KVM.')
            : msg('The VM is emulated, without KVM. The destination can do that too.'),
      };
    return {
      verdict: 'block',
      found: msg('The destination does not offer $0, on which the VM runs.', type),
      remedies: [
        {
          text: msg(
            'Turn on virtualization in the firmware settings of the destination, and load the kernel module of KVM.',
          ),
          command: 'modprobe kvm_intel || modprobe kvm_amd',
          host: 'destination',
        },
        {
          text: msg('Show what the destination lacks for KVM.'),
          command: 'virt-host-validate qemu',
          host: 'destination',
        },
      ],
    };
  },
});
