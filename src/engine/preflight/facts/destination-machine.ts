// SPDX-License-Identifier: LGPL-2.1-or-later
import { offeredModels } from '../../../libvirt/devices/model.ts';
import type { VirshAnswer } from '../../../libvirt/virsh.ts';
import { attribute, child, parseXml } from '../../../libvirt/xml.ts';
import { defineFact } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';

/** Whether the destination supports the VM's combination of emulator, architecture and machine type. */
export type DestinationMachine =
  | {
      readonly kind: 'offered';
      readonly maxVcpus?: number;
      /** The models of devices that its QEMU has. */
      readonly models: ReturnType<typeof offeredModels>;
    }
  | {
      readonly kind: 'no-such-machine' | 'no-such-emulator' | 'no-such-architecture' | 'not-told';
      readonly original: string;
    };

/** Parses the answer of `virsh domcapabilities` (errors as of libvirt 9.0). */
export function readMachine(
  answer: Pick<VirshAnswer & { ok: true }, 'ok' | 'text'> | { ok: false; error: string },
): DestinationMachine {
  if (answer.ok) {
    const capabilities = parseXml(answer.text);
    const most = Number(attribute(child(capabilities, 'vcpu'), 'max') ?? NaN);
    return {
      kind: 'offered',
      models: offeredModels(capabilities),
      ...(Number.isInteger(most) ? { maxVcpus: most } : {}),
    };
  }
  const original = answer.error.trim();
  if (/the machine '.*' is not supported by emulator/i.test(original))
    return { kind: 'no-such-machine', original };
  if (
    /Cannot (check|find|execute|access).*QEMU binary|emulator.*(not found|does not exist)|No such file or directory/i.test(
      original,
    )
  )
    return { kind: 'no-such-emulator', original };
  if (/unable to find any emulator|architecture from emulator|unsupported arch/i.test(original))
    return { kind: 'no-such-architecture', original };
  return { kind: 'not-told', original };
}

/** The VM's machine as the destination sees it. */
export const destinationMachineFact = defineFact<
  DestinationMachine,
  { libvirt: typeof destinationLibvirtFact }
>({
  name: 'destination-machine',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => readMachine(await destinationAnswer(libvirt, 'machine')),
});
