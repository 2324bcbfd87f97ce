// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand, sizeText } from '../../base/index.ts';
import { isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import { destinationPoolsFact } from '../facts/destination-pools.ts';
import { diskCopiesFact } from '../facts/disk-copies.ts';
import { domainFact } from '../facts/domain.ts';
import { type HostReading, libvirtFolders } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { judgeImageSpace } from '../judging/image-space.ts';

/**
 * Much more than a VM needs besides its memory: the definition, the log, the firmware's variables (540 KiB with OVMF), the TPM's
 * state (some hundred KiB).
 */
const comfortableBytes = 16 * 2 ** 20;

/** With less, libvirt can write neither the definition nor the state (some ten KiB each), and refuses the VM. */
const leastBytes = 64 * 2 ** 10;

/** The same for the folder of the firmware's variables. */
const leastWithVariables = 2 ** 20;

/** A VM arrives even without a log: libvirt 9.0 migrates if this folder is full. */
const logs = '/var/log/libvirt/qemu';

function leastOf(folder: string, nvram: string | undefined): number {
  if (folder === logs) return 0;
  return nvram?.startsWith(`${folder}/`) === true ? leastWithVariables : leastBytes;
}

function showSpace({ name }: DestinationHost): Remedy {
  return {
    text: msg('Show the free space on $0.', name),
    command: `df -h ${libvirtFolders.join(' ')}`,
    host: 'destination',
  };
}

/** libvirt stores definitions here. A temporary migration stores none. */
const definitions = '/etc/libvirt/qemu';

function makeWritable(folder: string, { name }: DestinationHost): readonly [Remedy, Remedy] {
  return [
    {
      text: msg(
        'Mount the file system of $0 on $1 for writing. After a disk error, check the disk first.',
        folder,
        name,
      ),
      command: `mount -o remount,rw "$(${shellCommand('findmnt', '-no', 'TARGET', '-T', folder)})"`,
      host: 'destination',
    },
    {
      text: msg('Show the last messages of the kernel on $0.', name),
      command: 'dmesg | tail',
      host: 'destination',
    },
  ];
}

function freeInodes(folder: string, { name }: DestinationHost): readonly [Remedy, Remedy] {
  return [
    { text: msg('Remove small files that nobody needs from the file system of $0 on $1.', folder, name) },
    {
      text: msg('Show the free inodes on $0.', name),
      command: shellCommand('df', '-i', '--', folder),
      host: 'destination',
    },
  ];
}

/** Judges whether libvirt can create anything in its folders. */
function judgeClosed(
  { closedFolders }: HostReading,
  temporary: boolean,
  to: DestinationHost,
): Judgement | undefined {
  const [first] = [...(closedFolders ?? [])].filter(([folder]) => !(temporary && folder === definitions));
  if (first === undefined) return undefined;
  const [folder, why] = first;
  return why === 'read-only'
    ? {
        verdict: 'block',
        found: msg('$0 on $1 is read-only, so libvirt there cannot write to it.', folder, to.name),
        remedies: makeWritable(folder, to),
      }
    : {
        verdict: 'block',
        found: msg(
          '$0 on $1 has no inodes left, so libvirt there cannot create a file in it.',
          folder,
          to.name,
        ),
        remedies: freeInodes(folder, to),
      };
}

/** Judges the folders in which libvirt stores the files of every VM. */
function judgeFolders({ freeBytes }: HostReading, nvram: string | undefined, to: DestinationHost): Judgement {
  if (freeBytes.size === 0)
    throw new FactUnavailable({
      why: msg('Not checked: $0 did not tell how much space is free.', to.name),
      remedies: [showSpace(to)],
    });
  const low = [...freeBytes]
    .filter(([, free]) => free < comfortableBytes)
    .map(([folder, free]) => ({ folder, free, full: free < leastOf(folder, nvram) }))
    .sort((a, b) => Number(b.full) - Number(a.full));
  const [first] = low;
  if (first === undefined)
    return {
      verdict: 'pass',
      found: msg('The folders of libvirt on $0 have room.', to.name),
      details: [...freeBytes].map(([folder, free]) => msg('$0: $1 free', folder, sizeText(free))),
    };
  return {
    verdict: first.full ? 'block' : 'warn',
    found: msg('$2 has only $0 free in $1.', sizeText(first.free), first.folder, to.name),
    details: low.slice(1).map(({ folder, free }) => msg('$0: only $1 free', folder, sizeText(free))),
    remedies: [
      {
        text: msg('Free $0 in $1 on $2.', sizeText(comfortableBytes - first.free), first.folder, to.name),
      },
      showSpace(to),
    ],
  };
}

/** Does the destination have space for libvirt's files and for copied disks? */
export const diskSpaceCheck = defineCheck({
  id: 'disk-space',
  title: msg('Disk space'),
  group: 'storage',
  why: msg(
    'On the destination, libvirt writes the definition, the log, and the state of firmware and TPM. A disk that is copied needs room for all that the guest can write to it.',
  ),
  needs: { domain: domainFact, copies: diskCopiesFact },
  wants: { shell: destinationShellFact, pools: destinationPoolsFact },
  judge: ({ domain, copies: { disks, asRoot }, shell, pools }, plan): Judgement => {
    const to = destinationHost(plan);
    const closed = shell.available ? judgeClosed(shell.value, isTemporary(plan), to) : undefined;
    if (closed !== undefined) return closed;
    const images = disks.length === 0 ? undefined : judgeImageSpace(disks, { to, shell, asRoot }, pools);
    if (images?.verdict === 'block') return images;
    const { nvram } = domain.config.resources.firmware;
    const folders = judgeFolders(required(shell, [showSpace(to)]), nvram, to);
    if (folders.verdict === 'block' || images === undefined) return folders;
    if (images.verdict === 'warn') return images;
    if (folders.verdict === 'warn') return folders;
    return { ...images, details: [...(images.details ?? []), ...(folders.details ?? [])] };
  },
});
