// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LabHost } from '../lab/lab.ts';
import type { Case, Hosts, Make } from './case.ts';
import { local } from './parts.ts';

/** One after the other. */
export function all(...makes: readonly Make[]): Make {
  return async (hosts, undo) => {
    for (const make of makes) await make(hosts, undo);
  };
}

/** Runs a shell command on a host, and another one to undo it, which has to work even after half of the first one. */
export function shell(which: keyof Hosts | 'both', make: string, back: string): Make {
  return async ({ source, destination }, undo) => {
    const hosts = which === 'both' ? [source, destination] : [which === 'source' ? source : destination];
    for (const host of hosts) {
      undo.add(() => host.exec(['sh', '-c', back]));
      await host.exec(['sh', '-ec', make]);
    }
  };
}

/** Replaces the content of a file on a host. */
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

/** Restarts libvirt of a host, now and after the given cause was undone. */
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

/** Inserts lines at the beginning of a configuration file of a host's libvirt: the first setting counts. */
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
 * Changes what the destination's libvirt knows about QEMU: it caches the capabilities of a program in a file, until the program
 * changes.
 */
export function believing(edit: string): Make {
  const cache = '/var/cache/libvirt/qemu/capabilities';
  return async (hosts, undo) => {
    // It probes QEMU on demand.
    await hosts.destination.virsh('domcapabilities');
    await restarting(shell('destination', `sed -i '${edit}' ${cache}/*.xml`, `rm -f ${cache}/*.xml`))(
      hosts,
      undo,
    );
  };
}

/** An active network of libvirt for a bridge of the host. */
export function overBridge(which: keyof Hosts, name: string, bridge: string): Make {
  const xml = `<network><name>${name}</name><forward mode="bridge"/><bridge name="${bridge}"/></network>`;
  return shell(
    which,
    `echo '${xml}' | virsh -q net-define /dev/stdin; virsh -q net-start ${name}`,
    `virsh -q net-destroy ${name}; virsh -q net-undefine ${name}`,
  );
}

/** An active storage pool of a host for an existing folder. */
export function namedPool(which: keyof Hosts, name: string, folder: string): Make {
  return shell(
    which,
    `virsh -q pool-define-as --name ${name} --type dir --target ${folder}; virsh -q pool-start ${name}`,
    `virsh -q pool-destroy ${name}; virsh -q pool-undefine ${name}`,
  );
}

/** Adds a device to the stored definition. */
export function atNextStart(device: string): NonNullable<Case['then']> {
  return async ({ source }, _, { uuid }) => {
    await source.exec(['sh', '-c', 'cat | virsh -q attach-device "$1" /dev/stdin --config', 'sh', uuid], {
      input: device,
    });
  };
}

/** A listener on a port (`-b ADDRESS -p PORT`) or a socket (`-k PATH`). */
export function listening(which: keyof Hosts | 'both', where: string): Make {
  return shell(
    which,
    `truncate -s 1M /run/listening.img; qemu-nbd --fork --pid-file=/run/listening.pid -t -f raw ${where} /run/listening.img`,
    'kill $(cat /run/listening.pid); rm -f /run/listening.*',
  );
}

/** Replaces an existing file by another. */
export function over(which: keyof Hosts, what: string, place: string): Make {
  return shell(which, `mount --bind ${what} ${place}`, `! mountpoint -q ${place} || umount ${place}`);
}

/** An image on this host with a megabyte of data. Also removes the one that a migration may leave on the destination. */
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
