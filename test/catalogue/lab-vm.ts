// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import type { LabHost } from '../lab/lab.ts';

/** A VM by its definition, with minimal defaults. */
export interface LabVm {
  readonly name: string;
  /** Default: emulated. */
  readonly type?: 'qemu' | 'kvm';
  /** Default: the newest q35. */
  readonly machine?: string;
  readonly memoryMib?: number;
  /** Children of `<domain>`. */
  readonly more?: string;
  /** Children of `<os>`. */
  readonly os?: string;
  readonly firmware?: 'efi';
  readonly devices?: string;
  readonly vcpus?: number;
  /** True: it has USB and a balloon, as by libvirt's default. */
  readonly usual?: boolean;
  /** False: only defined, because it cannot be started in the lab. Otherwise it is started paused. */
  readonly start?: boolean;
  /** True: started without being defined. */
  readonly transient?: boolean;
}

export interface MadeVm {
  readonly name: string;
  readonly uuid: string;
  /** Removes it from whichever host has it. */
  remove(...hosts: readonly LabHost[]): Promise<void>;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Its definition. */
function definition(vm: LabVm, uuid: string): string {
  const none = "<memballoon model='none'/><controller type='usb' model='none'/>";
  return (
    `<domain type='${vm.type ?? 'qemu'}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>` +
    `<name>${vm.name.replaceAll(/[&<>]/g, (sign) => escapes[sign] ?? sign)}</name><uuid>${uuid}</uuid>` +
    `<memory unit='MiB'>${vm.memoryMib ?? 64}</memory><vcpu>${vm.vcpus ?? 1}</vcpu>${vm.more ?? ''}` +
    `<os${vm.firmware === undefined ? '' : ` firmware='${vm.firmware}'`}><type arch='x86_64' machine='${vm.machine ?? 'q35'}'>hvm</type>${vm.os ?? ''}</os>` +
    `<features><acpi/></features><devices>${vm.devices ?? ''}${vm.usual === true ? '' : none}</devices></domain>`
  );
}

/** Defines the VM on a host, and starts it without letting its guest run. */
export async function makeVm(host: LabHost, vm: LabVm): Promise<MadeVm> {
  const uuid = randomUUID();
  const remove = async (...hosts: readonly LabHost[]): Promise<void> => {
    for (const each of hosts) {
      await each.exec(['virsh', '-q', 'destroy', uuid], { check: false });
      await each.exec(
        ['virsh', '-q', 'undefine', '--nvram', '--snapshots-metadata', '--checkpoints-metadata', uuid],
        {
          check: false,
        },
      );
    }
  };
  const input = definition(vm, uuid);
  try {
    if (vm.transient === true) {
      await host.exec(['sh', '-c', 'cat | virsh -q create --paused /dev/stdin'], { input });
    } else {
      await host.exec(['sh', '-c', 'cat | virsh -q define /dev/stdin'], { input });
      if (vm.start !== false) await host.virsh('start', uuid, '--paused');
    }
  } catch (error) {
    await remove(host);
    throw error;
  }
  return { name: vm.name, uuid, remove };
}
