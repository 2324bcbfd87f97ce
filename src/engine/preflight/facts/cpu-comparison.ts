// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { domainFact } from './domain.ts';

/** What the destination's QEMU says about the VM's CPU. */
export type CpuComparison =
  /** The VM has no CPU of its own: it uses QEMU's basic one, which every QEMU has. */
  | { readonly kind: 'default-cpu' }
  | { readonly kind: 'compatible' }
  | { readonly kind: 'incompatible'; readonly missing: readonly string[]; readonly original: string }
  /** The destination's QEMU has no such machine type, so it cannot start the VM at all. */
  | { readonly kind: 'no-such-machine'; readonly original: string }
  /** The destination has no such QEMU program. */
  | { readonly kind: 'no-such-emulator'; readonly original: string }
  | { readonly kind: 'not-compared'; readonly original: string };

/** virsh's answers. One of them has to be there: others, such as `not identical`, prove nothing. */
const compatible =
  /^CPU described in .* is identical to the CPU provided by hypervisor|^The CPU provided by hypervisor on the host is a superset of CPU described in /;

/** Parses the answer of `virsh hypervisor-cpu-compare --error`. */
export function readComparison(
  answer: { ok: true; text: string } | { ok: false; error: string },
): CpuComparison {
  if (answer.ok) {
    if (answer.text.includes('is incompatible')) {
      return { kind: 'incompatible', missing: [], original: answer.text.trim() };
    }
    return compatible.test(answer.text)
      ? { kind: 'compatible' }
      : { kind: 'not-compared', original: answer.text.trim() };
  }
  const original = answer.error.trim();
  if (/incompatible/i.test(original)) {
    const missing = /(?:required features|features):\s*(.+)$/m.exec(original)?.[1] ?? '';
    return { kind: 'incompatible', missing: missing.split(/[\s,]+/).filter(Boolean), original };
  }
  if (/machine/i.test(original) && /not supported|unsupported|unknown/i.test(original)) {
    return { kind: 'no-such-machine', original };
  }
  if (/Cannot (check|find|execute).*QEMU binary|No such file or directory/i.test(original)) {
    return { kind: 'no-such-emulator', original };
  }
  return { kind: 'not-compared', original };
}

/** The comparison, made by the destination itself for this VM's emulator, architecture and machine type. */
export const cpuComparisonFact = defineFact<
  CpuComparison,
  { libvirt: typeof destinationLibvirtFact; domain: typeof domainFact }
>({
  name: 'cpu-comparison',
  needs: { libvirt: destinationLibvirtFact, domain: domainFact },
  gather: async ({ libvirt, domain }) =>
    domain.migratableCpuXml === undefined
      ? { kind: 'default-cpu' }
      : readComparison(await destinationAnswer(libvirt, 'cpu')),
});
