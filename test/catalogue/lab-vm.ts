// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import type { LabHost } from '../lab/lab.ts';

/** A VM by its definition; what is not said is as small as can be. */
export interface LabVm {
  readonly name: string;
  /** Emulated unless said otherwise. */
  readonly type?: 'qemu' | 'kvm';
  readonly memoryMib?: number;
  /** Children of `<domain>`. */
  readonly more?: string;
  /** Children of `<os>`. */
  readonly os?: string;
  readonly firmware?: 'efi';
  readonly devices?: string;
  readonly vcpus?: number;
  /** False: only defined, because it cannot be started in the lab. Otherwise it is started, paused. */
  readonly start?: boolean;
}

export interface MadeVm {
  readonly name: string;
  readonly uuid: string;
  /** Takes it away, wherever it is. */
  remove(...hosts: readonly LabHost[]): Promise<void>;
}

/** Defines the VM on a host, and starts it without letting its guest run. */
export async function makeVm(host: LabHost, vm: LabVm): Promise<MadeVm> {
  const uuid = randomUUID();
  const xml =
    `<domain type='${vm.type ?? 'qemu'}'><name>${vm.name}</name><uuid>${uuid}</uuid>` +
    `<memory unit='MiB'>${vm.memoryMib ?? 64}</memory><vcpu>${vm.vcpus ?? 1}</vcpu>${vm.more ?? ''}` +
    `<os${vm.firmware === undefined ? '' : ` firmware='${vm.firmware}'`}><type arch='x86_64' machine='q35'>hvm</type>${vm.os ?? ''}</os>` +
    `<features><acpi/></features><devices>${vm.devices ?? ''}<memballoon model='none'/><controller type='usb' model='none'/></devices></domain>`;
  await host.exec(['sh', '-c', 'cat | virsh -q define /dev/stdin'], { input: xml });
  if (vm.start !== false) await host.virsh('start', uuid, '--paused');
  return {
    name: vm.name,
    uuid,
    remove: async (...hosts) => {
      for (const each of hosts) {
        await each.exec(['virsh', '-q', 'destroy', uuid], { check: false });
        await each.exec(['virsh', '-q', 'undefine', '--nvram', uuid], { check: false });
      }
    },
  };
}
