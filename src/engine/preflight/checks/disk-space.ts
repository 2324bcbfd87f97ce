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
import { judgeImageSpace } from '../judging/image-space.ts';

/**
 * What arrives with a VM besides its memory: its definition, its log, the variables of its firmware (540 KiB with OVMF), the
 * state of its TPM (some hundred KiB). Much more than that, so that nothing is close.
 */
const comfortableBytes = 16 * 2 ** 20;

/** Without this libvirt can write neither definition nor state (some ten KiB each), and refuses. */
const leastBytes = 64 * 2 ** 10;

/** And with variables of the firmware. */
const leastWithVariables = 2 ** 20;

/** A log that cannot be written keeps no VM from arriving: with a full folder libvirt 9.0 migrates. */
const logs = '/var/log/libvirt/qemu';

function leastOf(folder: string, nvram: string | undefined): number {
  if (folder === logs) return 0;
  return nvram?.startsWith(`${folder}/`) === true ? leastWithVariables : leastBytes;
}

const makeRoom: Remedy = {
  text: msg('Make room there.'),
  command: `df -h ${libvirtFolders.join(' ')}`,
  host: 'destination',
};

const byHand: Remedy = { ...makeRoom, text: msg('See how much room there is.') };

/** Definitions of VMs, which one that comes for a while does not leave there. */
const definitions = '/etc/libvirt/qemu';

/** Judges whether anything can be made in the folders of libvirt. */
function judgeClosed({ closedFolders }: HostReading, temporary: boolean): Judgement | undefined {
  const [first] = [...(closedFolders ?? [])].filter(([folder]) => !(temporary && folder === definitions));
  if (first === undefined) return undefined;
  const [folder, why] = first;
  return {
    verdict: 'block',
    found:
      why === 'read-only'
        ? msg('Nothing can be written to $0 on the destination: its file system is read-only.', folder)
        : msg('Nothing can be made in $0 on the destination: its file system has no inodes left.', folder),
    remedies: [
      why === 'read-only'
        ? {
            text: msg(
              'The kernel does that after an error of the disk: see why, then mount it to be written to.',
            ),
            command: `${shellCommand('findmnt', '-T', folder)}; dmesg | tail`,
            host: 'destination',
          }
        : {
            text: msg('Remove small files there.'),
            command: shellCommand('df', '-i', '--', folder),
            host: 'destination',
          },
    ],
  };
}

/** Judges the folders in which libvirt keeps what arrives with any VM. */
function judgeFolders({ freeBytes }: HostReading, nvram: string | undefined): Judgement {
  if (freeBytes.size === 0)
    throw new FactUnavailable({
      why: msg('The destination did not tell how much space it has.'),
      remedies: [byHand],
    });
  const low = [...freeBytes]
    .filter(([, free]) => free < comfortableBytes)
    .map(([folder, free]) => ({ folder, free, full: free < leastOf(folder, nvram) }))
    .sort((a, b) => Number(b.full) - Number(a.full));
  const [first] = low;
  if (first !== undefined)
    return {
      verdict: first.full ? 'block' : 'warn',
      found: msg('The destination has only $0 free in $1.', sizeText(first.free), first.folder),
      details: low.slice(1).map(({ folder, free }) => msg('And only $0 in $1.', sizeText(free), folder)),
      remedies: [makeRoom],
    };
  return {
    verdict: 'pass',
    found: msg('The folders of libvirt on the destination have room.'),
    details: [...freeBytes].map(([folder, free]) => msg('$0: $1 free', folder, sizeText(free))),
  };
}

/** Is there room on the destination for what libvirt writes there, and for the disks that are copied? */
export const diskSpaceCheck = defineCheck({
  id: 'disk-space',
  title: msg('Disk space'),
  group: 'storage',
  why: msg(
    'libvirt there has to write the definition of the VM, its log, and the state of its firmware and TPM. Disks that are copied need room for all that the guest can ever write to them.',
  ),
  needs: { domain: domainFact, copies: diskCopiesFact },
  wants: { shell: destinationShellFact, pools: destinationPoolsFact },
  judge: ({ domain, copies: { disks, asRoot }, shell, pools }, plan): Judgement => {
    const closed = shell.available ? judgeClosed(shell.value, isTemporary(plan)) : undefined;
    if (closed !== undefined) return closed;
    const images = disks.length === 0 ? undefined : judgeImageSpace(disks, shell, pools, asRoot);
    if (images?.verdict === 'block') return images;
    const folders = judgeFolders(required(shell, [byHand]), domain.config.resources.firmware.nvram);
    if (folders.verdict === 'block' || images === undefined) return folders;
    if (images.verdict === 'warn') return images;
    if (folders.verdict === 'warn') return folders;
    return { ...images, details: [...(images.details ?? []), ...(folders.details ?? [])] };
  },
});
