// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LabHost } from '../lab/lab.ts';
import { local } from './parts.ts';
import type { Hosts, Make, SetUp } from './set-up.ts';

/** One after the other. */
export function all(...makes: readonly Make[]): Make {
  return async (hosts, undo) => {
    for (const make of makes) await make(hosts, undo);
  };
}

/** Runs a line of shell on a host, and another one to take it back, which has to bear that only half of it is there. */
export function shell(which: keyof Hosts | 'both', make: string, back: string): Make {
  return async ({ source, destination }, undo) => {
    const hosts = which === 'both' ? [source, destination] : [which === 'source' ? source : destination];
    for (const host of hosts) {
      undo.add(() => host.exec(['sh', '-c', back]));
      await host.exec(['sh', '-ec', make]);
    }
  };
}

/** Puts other text into a file of a host. */
async function write(host: LabHost, path: string, text: string): Promise<void> {
  await host.exec(['sh', '-c', 'cat > "$1"', 'sh', path], { input: text });
}

/** Changes a file of a host. */
export function changed(
  which: keyof Hosts,
  path: string,
  change: (text: string, hosts: Hosts) => string,
): Make {
  return async (hosts, undo) => {
    const host = hosts[which];
    const before = (await host.exec(['cat', path])).stdout;
    undo.add(() => write(host, path, before));
    await write(host, path, change(before, hosts));
  };
}

/** Starts libvirt of a host anew, now and after what the given cause makes was taken back. */
export function restarting(make: Make, which: keyof Hosts = 'destination'): Make {
  return async (hosts, undo) => {
    const host = hosts[which];
    undo.add(() => host.daemon('libvirtd', 'start'));
    await host.daemon('libvirtd', 'stop');
    await make(hosts, undo);
    undo.add(() => host.daemon('libvirtd', 'stop'));
    await host.daemon('libvirtd', 'start');
  };
}

/** Puts lines at the head of a configuration file of libvirt of a host: the first of its kind counts. */
export function configured(
  file: string,
  lines: string | ((hosts: Hosts) => Promise<string>),
  which: keyof Hosts = 'destination',
): Make {
  return async (hosts, undo) => {
    const head = typeof lines === 'string' ? lines : await lines(hosts);
    const change = changed(which, `/etc/libvirt/${file}`, (text) => `${head}\n${text}`);
    await restarting(change, which)(hosts, undo);
  };
}

/**
 * Lets libvirt of the destination believe something else of its QEMU: it keeps in a file what it found out about a program,
 * and asks it again only when the program is another one.
 */
export function believing(edit: string): Make {
  const cache = '/var/cache/libvirt/qemu/capabilities';
  return async (hosts, undo) => {
    // It asks when somebody wants to know.
    await hosts.destination.virsh('domcapabilities');
    await restarting(shell('destination', `sed -i '${edit}' ${cache}/*.xml`, `rm -f ${cache}/*.xml`))(
      hosts,
      undo,
    );
  };
}

/** A network of libvirt, active, that leads to a bridge of the host. */
export function overBridge(which: keyof Hosts, name: string, bridge: string): Make {
  const xml = `<network><name>${name}</name><forward mode="bridge"/><bridge name="${bridge}"/></network>`;
  return shell(
    which,
    `echo '${xml}' | virsh -q net-define /dev/stdin; virsh -q net-start ${name}`,
    `virsh -q net-destroy ${name}; virsh -q net-undefine ${name}`,
  );
}

/** A storage pool of a host, active, that shows a folder which is there. */
export function namedPool(which: keyof Hosts, name: string, folder: string): Make {
  return shell(
    which,
    `virsh -q pool-define-as --name ${name} --type dir --target ${folder}; virsh -q pool-start ${name}`,
    `virsh -q pool-destroy ${name}; virsh -q pool-undefine ${name}`,
  );
}

/** Puts a device into the definition with which the VM is started the next time. */
export function atNextStart(device: string): NonNullable<SetUp['then']> {
  return async ({ source }, _, { uuid }) => {
    await source.exec(['sh', '-c', 'cat | virsh -q attach-device "$1" /dev/stdin --config', 'sh', uuid], {
      input: device,
    });
  };
}

/** Somebody who listens on a port (`-b ADDRESS -p PORT`) or a socket (`-k PATH`); what is said to it does not matter. */
export function listening(which: keyof Hosts | 'both', where: string): Make {
  return shell(
    which,
    `truncate -s 1M /run/listening.img; qemu-nbd --fork --pid-file=/run/listening.pid -t -f raw ${where} /run/listening.img`,
    'kill $(cat /run/listening.pid); rm -f /run/listening.*',
  );
}

/** Puts one thing in the place of another one that is there already. */
export function over(which: keyof Hosts, what: string, place: string): Make {
  return shell(which, `mount --bind ${what} ${place}`, `! mountpoint -q ${place} || umount ${place}`);
}

/** An image of this host, with a megabyte of something in it; the one on the destination that a migration may leave goes too. */
export function ownImage(name: string, size: string): Make {
  return all(
    shell('destination', ':', `rm -f ${local}/${name}`),
    shell(
      'source',
      name.endsWith('.qcow2')
        ? `qemu-img create -q -f qcow2 ${local}/${name} ${size}; qemu-io -c 'write -P 7 0 1M' ${local}/${name} >/dev/null`
        : `truncate -s ${size} ${local}/${name}; head -c 1M /dev/urandom | dd of=${local}/${name} conv=notrunc status=none`,
      `rm -f ${local}/${name}`,
    ),
  );
}
