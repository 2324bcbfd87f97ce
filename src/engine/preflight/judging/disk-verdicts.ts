// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DiskCopy } from '../facts/disk-copies.ts';
import { type DiskFile, type DiskVolume, diskVolumes, isVolumePath } from '../facts/disk-files.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { filesNotCopied } from './copied-disk.ts';
import { judgeCopy } from './copied-image.ts';
import type { DestinationHost } from './destination-host.ts';
import { judgeFile } from './disk-image.ts';
import { judgeKind, judgeNetwork } from './disk-source.ts';
import { type DiskVerdict, diskVerdictMaker, notComparable, type StorageThere } from './disk-verdict.ts';
import { definePool, startPool } from './pool-remedies.ts';

/** Every disk with its verdicts. */
export function judgeDisks(
  config: Pick<DomainConfig, 'disks'>,
  files: readonly DiskFile[],
  here: HostReading,
  there: StorageThere,
  copies: readonly DiskCopy[],
  migratable: Pick<DomainConfig, 'disks'> | undefined,
): readonly DiskVerdict[] {
  const copied = new Set(copies.map(({ disk }) => disk));
  return [
    ...config.disks.flatMap((disk) => (copied.has(disk.target) ? [] : judgeKind(disk, there.host))),
    // Backing storage of a copied disk is needed only if the definition itself names it, as with files.
    ...config.disks
      .flatMap((disk) =>
        copied.has(disk.target)
          ? (migratable?.disks.filter(({ target }) => target === disk.target) ?? [])
          : [disk],
      )
      .flatMap(({ target, backingNetwork }) => backingNetwork.flatMap((each) => judgeNetwork(target, each))),
    ...files
      .filter(({ disk, role }) => copied.has(disk) && role === 'disk')
      .map((file) => judgeCopy(file, here, there)),
    ...filesNotCopied(files, copies, migratable).flatMap((file) => judgeFile(file, here, there)),
    ...diskVolumes(config).flatMap((volume): readonly DiskVerdict[] => {
      // Another check judges media in drives.
      if (volume.removable) return [];
      if (!copied.has(volume.disk)) return [judgeVolume(volume, there)];
      // Its file was judged above. Without a file, it may be storage that the other host also has, such as Ceph.
      return files.some(({ disk }) => disk === volume.disk)
        ? []
        : [notComparable(volume.disk, nameOf(volume), there.host)];
    }),
  ];
}

function nameOf({ pool, volume }: DiskVolume): string {
  return `${pool}/${volume}`;
}

function judgeVolume(named: DiskVolume, there: StorageThere): DiskVerdict {
  const { disk, pool, volume } = named;
  const { host } = there;
  const path = nameOf(named);
  const say = diskVerdictMaker(disk, path);
  const answer = there.pools?.volumes.get(path);
  if (answer === undefined || (answer.ok && !isVolumePath(answer.path)))
    return say('unknown', msg('$0 ($1) was not checked. $2', disk, path, there.why), {
      text: msg('Show whether $0 has the volume.', host.name),
      command: shellCommand('virsh', 'vol-path', '--pool', pool, '--vol', volume),
      host: 'destination',
    });
  return answer.ok
    ? say('pass', msg('$0 ($1) is a volume that $2 has too.', disk, path, host.name))
    : say(
        'block',
        msg('$0 ($1) is a volume that $2 lacks.', disk, path, host.name),
        provideVolume(named, answer.original, host),
      );
}

/** libvirt's error about a volume tells what is wrong: no pool, an inactive pool, or no such volume. */
function provideVolume({ pool, volume }: DiskVolume, original: string, to: DestinationHost): Remedy {
  if (/failed to get pool/i.test(original)) return definePool(pool, to);
  return /is not active/i.test(original)
    ? startPool(pool, to)
    : {
        text: msg(
          'Put the volume $0 into the storage pool $1 on $2, then refresh the pool.',
          volume,
          pool,
          to.name,
        ),
        command: shellCommand('virsh', 'pool-refresh', '--pool', pool),
        host: 'destination',
      };
}
