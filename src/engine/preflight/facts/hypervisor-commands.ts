// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';

type Machine = Pick<DomainConfig, 'type' | 'os' | 'emulator'>;

function machineArguments({ type, os, emulator }: Machine): readonly string[] {
  return [
    ...['--virttype', type, '--arch', os.arch, '--machine', os.machine],
    ...(emulator === undefined ? [] : ['--emulator', emulator]),
  ];
}

/** `virsh` command for what a host supports for the VM's machine, including its CPU. */
export function domCapabilitiesArgv({ type, os, emulator }: Machine): readonly string[] {
  return [
    'domcapabilities',
    // Without it, libvirt uses KVM if available. Another check reports unavailable types.
    ...(type === 'qemu' ? ['--virttype', type] : []),
    ...['--arch', os.arch, '--machine', os.machine],
    ...(emulator === undefined ? [] : ['--emulatorbin', emulator]),
  ];
}

/** `virsh` command that compares the CPU on its standard input with what a host supports for the VM's machine. */
export function compareCpu(machine: Machine): readonly string[] {
  return ['hypervisor-cpu-compare', '/dev/stdin', ...machineArguments(machine), '--error'];
}

/** `virsh` command that computes what the CPUs on its standard input and the host's CPU have in common for the VM's machine. */
export function computeBaseline(machine: Machine): readonly string[] {
  // Without --features: libvirt knows the features of a model, and a short element is easier to read.
  return ['hypervisor-cpu-baseline', '/dev/stdin', ...machineArguments(machine), '--migratable'];
}
