// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainDisk } from '../../../libvirt/domain-xml.ts';
import { msg } from '../../base/index.ts';
import type { SourceNames } from '../facts/disk-files.ts';
import type { DestinationHost } from './destination-host.ts';
import { type DiskVerdict, diskVerdictMaker, notComparable } from './disk-verdict.ts';

/** Addresses and sockets that mean something else on each host. */
const ofThisHostAlone = /^(localhost(\.localdomain)?|127(\.\d{1,3}){3}|::1|\/.*)$/i;

/** Network storage of a disk or of a backing image. */
export function judgeNetwork(disk: string, source: SourceNames): readonly DiskVerdict[] {
  const { protocol, hosts = [] } = source;
  if (protocol === undefined) return [];
  const path = source.name ?? protocol;
  const say = diskVerdictMaker(disk, path);
  const own = hosts.find((host) => ofThisHostAlone.test(host));
  if (own === undefined)
    return [
      say(
        'pass',
        msg('$0 ($1) is network storage ($2), which libvirt takes for shared.', disk, path, protocol),
      ),
    ];
  return [
    {
      ...say(
        'block',
        msg(
          '$0 ($1) is network storage ($2) at $3. That address means another place on every host.',
          disk,
          path,
          protocol,
          own,
        ),
        { text: msg('Give $0 an address at which both hosts reach the same storage.', disk) },
      ),
      risk: msg(
        'If the destination has other storage at that address, or none, the VM does not start there or loses its disk.',
      ),
    },
  ];
}

/** Judges disks without a file, and disks that libvirt never migrates. Those with a file or volume are judged by it. */
export function judgeKind(disk: DomainDisk, to: DestinationHost): readonly DiskVerdict[] {
  const { target, type, device } = disk;
  const source: SourceNames = disk.source ?? {};
  const path = source.path ?? source.name ?? type;
  const say = diskVerdictMaker(target, path);
  if (disk.transient)
    return [
      say('block', msg('$0 ($1) is a transient disk, which libvirt does not migrate.', target, path), {
        text: msg('Shut the VM off, remove <transient/> from the disk $0, and start the VM again.', target),
      }),
    ];
  if (type === 'network' && source.protocol !== undefined) return judgeNetwork(target, source);
  // A drive may be empty. A disk always has a source, so here it is one that the page does not understand.
  if (disk.source === undefined && (device === 'cdrom' || device === 'floppy')) return [];
  if (type === 'nvme')
    return [
      say(
        'block',
        msg('$0 ($1) is an NVMe device of this host, which libvirt does not migrate.', target, path),
        {
          text: msg('Detach $0, or move its content to storage that both hosts share.', target),
        },
      ),
    ];
  const isFile = (type === 'file' || type === 'block') && source.path !== undefined;
  const isVolume = type === 'volume' && source.pool !== undefined && source.volume !== undefined;
  return isFile || isVolume ? [] : [notComparable(target, path, to)];
}
