// SPDX-License-Identifier: LGPL-2.1-or-later
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import type { DestinationPool } from '../facts/destination-pools.ts';
import type { DiskCopy } from '../facts/disk-copies.ts';
import type { HostReading } from '../facts/host-reading.ts';
import type { DestinationStorage } from '../facts/volumes.ts';
import type { Remedy } from '../finding.ts';
import { type Message, msg } from '../message.ts';
import { folderOf } from '../paths.ts';
import { shellCommand } from '../shell-quote.ts';
import { isThere } from './file-there.ts';

/** What stands against copying a disk to its place on the destination. */
export interface CopyTrouble {
  readonly found: Message;
  readonly remedy: Remedy;
  /** `overwrites`: it works, and what is there is lost. `impossible`: libvirt or QEMU refuses. */
  readonly kind: 'overwrites' | 'impossible';
}

/** What is known of the destination. */
export interface CopyPlace {
  readonly shell: FactResult<HostReading>;
  readonly pools: FactResult<readonly DestinationPool[]>;
  readonly storage: FactResult<DestinationStorage>;
}

/** How an admin looks at what is there by hand. */
function look(place: string): Remedy {
  return {
    text: msg('See there whether there is something under that path; it would be overwritten.'),
    command: shellCommand('ls', '-ln', '--', place),
    host: 'destination',
  };
}

function overwrites({ disk, place, kind }: DiskCopy): CopyTrouble {
  return {
    kind: 'overwrites',
    found: msg('$0 ($1) is there on the destination already, and would be overwritten', place, disk),
    remedy:
      kind === 'volume'
        ? { text: msg('Take that volume away, or give it another name, if it is still needed.') }
        : {
            text: msg('Give it another name there if it is still needed, or make sure that it is not.'),
            command: shellCommand('ls', '-ln', '--', place),
            host: 'destination',
          },
  };
}

/** Libvirt makes what is missing in the pool of that folder (qemuMigrationDstPrecreateDisk). */
function poolTrouble({ disk, place }: DiskCopy, pools: readonly DestinationPool[]): CopyTrouble | undefined {
  const folder = folderOf(place);
  if (pools.some(({ path }) => path === folder)) return undefined;
  return {
    kind: 'impossible',
    found: msg(
      'no active storage pool of the destination has the folder $0, so libvirt cannot make the image of $1 there',
      folder,
      disk,
    ),
    remedy: {
      text: msg('Make such a pool there and start it.'),
      command: shellCommand(
        'virsh',
        'pool-create-as',
        `images-${disk}`,
        'dir',
        '--target',
        folder,
        '--build',
      ),
      host: 'destination',
    },
  };
}

function otherSize(copy: DiskCopy, bytes: number): CopyTrouble | undefined {
  const { disk, place, capacityBytes, kind, format } = copy;
  // What is in a qcow2 image is not what the file measures.
  if (capacityBytes === undefined || bytes === capacityBytes || (kind === 'file' && format !== 'raw'))
    return undefined;
  return {
    kind: 'impossible',
    found: msg(
      '$0 ($1) has $2 bytes on the destination and $3 here; QEMU copies only onto one of the same size',
      place,
      disk,
      bytes,
      capacityBytes,
    ),
    remedy:
      kind === 'block'
        ? { text: msg('Make a device of that very size there.') }
        : {
            text: msg('Take the file away, so that libvirt makes one, if nothing needs it.'),
            command: shellCommand('ls', '-ln', '--', place),
            host: 'destination',
          },
  };
}

/** Judges the place of one disk; throws FactUnavailable where it could not be looked at. */
export function copyTrouble(copy: DiskCopy, { shell, pools, storage }: CopyPlace): CopyTrouble | undefined {
  const { disk, place, kind } = copy;
  if (kind === 'volume') {
    const answer = required(storage).volumes.get(place);
    if (answer?.ok === true) return overwrites(copy);
    const pool = place.slice(0, place.indexOf('/'));
    if (required(pools).some(({ name }) => name === pool)) return undefined;
    return {
      kind: 'impossible',
      found: msg(
        'the destination has no active storage pool $0, so libvirt cannot make the volume of $1 there',
        pool,
        disk,
      ),
      remedy: {
        text: msg('Make such a pool there and start it.'),
        command: shellCommand('virsh', 'pool-info', '--pool', pool),
        host: 'destination',
      },
    };
  }
  const there = required(shell, [look(place)]);
  if (!isThere(there, place)) {
    if (kind === 'file') return poolTrouble(copy, required(pools));
    return {
      kind: 'impossible',
      found: msg('$0 ($1) is not there on the destination, and libvirt makes no devices', place, disk),
      remedy: { text: msg('Make a device of that very size there.') },
    };
  }
  const seen = there.files.get(place);
  if (seen === undefined) throw new FactUnavailable({ why: msg('It could not be found out.') });
  return otherSize(copy, seen.sizeBytes) ?? overwrites(copy);
}
