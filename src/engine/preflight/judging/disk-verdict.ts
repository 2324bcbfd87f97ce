// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { DestinationStorage } from '../facts/volumes.ts';
import { type DestinationHost, overSsh } from './destination-host.ts';

/** The verdict on one disk or one file of its backing chain. */
export interface DiskVerdict {
  readonly disk: string;
  readonly path: string;
  readonly verdict: 'pass' | 'warn' | 'block' | 'unknown';
  /** A whole sentence that names disk and path. */
  readonly found: Message;
  readonly remedies: readonly Remedy[];
  /** Only for `block`: the admin can override it. The sentence names the risk. */
  readonly risk?: Message;
  /** True for a disk whose only problem is that no other host has it. */
  readonly ofThisHost?: true;
}

/** What is known about the destination's storage. */
export interface StorageThere {
  readonly host: DestinationHost;
  readonly files?: HostReading['files'];
  readonly pools?: DestinationStorage;
  /** Why the files could not be read; a whole sentence. */
  readonly why: Message;
}

/** Creates verdicts on one disk or one of its files. */
export type DiskVerdictMaker = (
  kind: DiskVerdict['verdict'],
  found: Message,
  ...remedies: Remedy[]
) => DiskVerdict;

export function diskVerdictMaker(disk: string, path: string): DiskVerdictMaker {
  return (verdict, found, ...remedies) => ({ disk, path, verdict, found, remedies });
}

/** How an admin can compare a file on both hosts. */
export function compareByHand(path: string, to: DestinationHost): Remedy {
  const command = shellCommand('stat', '-L', '-c', '%i %s %z', '--', path);
  return {
    text: msg('Show inode, size and time of the last change of $0 on both hosts.', path),
    command: `${command}; ${overSsh(to, command)}`,
    host: 'source',
  };
}

/** A disk of a type that the page cannot compare. */
export function notComparable(disk: string, path: string, { name }: DestinationHost): DiskVerdict {
  return diskVerdictMaker(disk, path)(
    'unknown',
    msg('$0 ($1) was not checked: disks of this kind cannot be compared.', disk, path),
    { text: msg('Make sure that $0 reaches the same content for $1.', name, disk) },
  );
}
