// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';

type Machine = Pick<DomainConfig, 'type' | 'os' | 'emulator'>;

function machineArguments({ type, os, emulator }: Machine): readonly string[] {
  return [
    ...['--virttype', type, '--arch', os.arch, '--machine', os.machine],
    ...(emulator === undefined ? [] : ['--emulator', emulator]),
  ];
}

/** `virsh` asks what a host offers to the VM's machine, its CPU among it. */
export function describeMachine({ type, os, emulator }: Machine): readonly string[] {
  return [
    'domcapabilities',
    // Without it libvirt takes KVM where there is some, and what cannot be there is for another check to say.
    ...(type === 'qemu' ? ['--virttype', type] : []),
    ...['--arch', os.arch, '--machine', os.machine],
    ...(emulator === undefined ? [] : ['--emulatorbin', emulator]),
  ];
}

/** `virsh` compares the CPU on its standard input with what a host offers to the VM's machine. */
export function compareCpu(machine: Machine): readonly string[] {
  return ['hypervisor-cpu-compare', '/dev/stdin', ...machineArguments(machine), '--error'];
}

/** `virsh` computes what the CPUs on its standard input and that of the host have in common for the VM's machine. */
export function computeBaseline(machine: Machine): readonly string[] {
  // Without --features: what a model stands for is known to libvirt, and a short element is easier to read.
  return ['hypervisor-cpu-baseline', '/dev/stdin', ...machineArguments(machine), '--migratable'];
}
