// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainFilesystem } from '../../../libvirt/devices/filesystem.ts';
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { beginPhaseFact } from '../facts/begin-phase.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { fileExists } from '../judging/file-exists.ts';

/** Messages of QEMU, and of libvirt versions that cannot migrate virtiofs. */
const refusedForFolders = /virtio-?fs|vhost-user-fs|9p|VirtFS/i;

/** libvirt detaches virtiofs from a running VM, but not 9p. */
function detachFolders({ uuid, devices: { filesystems } }: DomainConfig): Remedy {
  return filesystems.some(({ driver }) => driver === '9p')
    ? {
        text: msg('Shut the VM off, take the folders out of the definition, and start the VM again.'),
        command: shellCommand('virsh', 'edit', uuid),
        host: 'source',
      }
    : {
        text: msg(
          'Unmount the folders in the guest and detach them. The command detaches one; attach them again after the migration.',
        ),
        command: `${shellCommand('virsh', 'dumpxml', uuid, '--xpath', '(//filesystem)[1]')} | ${shellCommand('virsh', 'detach-device', uuid, '/dev/stdin', '--live')}`,
        host: 'source',
      };
}

/** Folders that the destination does not have. */
function judgeMissing(
  folders: readonly DomainFilesystem[],
  list: readonly Message[],
  there: HostReading,
  detach: Remedy,
  { name }: DestinationHost,
): Judgement | undefined {
  const gone = folders.filter(({ source }) => !fileExists(there, source));
  if (gone.length === 0) return undefined;
  const missing = gone.map(({ source }) => source).join(', ');
  return {
    verdict: 'block',
    found: msg('$1 lacks folders that the VM uses: $0.', missing, name),
    details: list,
    remedies: [
      {
        text: msg(
          'Mount the file system with $0 on $1 under the same path. If only this host has it, share it first.',
          missing,
          name,
        ),
      },
      detach,
    ],
  };
}

/** Does the VM share folders with this host? */
export const sharedFoldersCheck = defineCheck({
  id: 'shared-folders',
  title: msg('Shared folders'),
  group: 'devices',
  why: msg('The guest uses files in these folders. On the destination they would be other files, or none.'),
  needs: { domain: domainFact },
  wants: { shell: destinationShellFact, beginPhase: beginPhaseFact },
  judge: ({ domain, shell, beginPhase }, plan): Judgement => {
    const to = destinationHost(plan);
    const folders = domain.config.devices.filesystems;
    const [first] = folders;
    if (first === undefined) return { verdict: 'pass', found: msg('The VM uses no folder of this host.') };
    const list = folders.map(({ source, target, driver }) => msg('$0 as $1 ($2)', source, target, driver));
    const detach = detachFolders(domain.config);
    if (
      beginPhase.available &&
      beginPhase.value.kind === 'refused' &&
      refusedForFolders.test(beginPhase.value.original)
    )
      return {
        verdict: 'block',
        found: msg(
          'The VM uses folders of this host ($0), and libvirt does not migrate it with them.',
          folders.map(({ source }) => source).join(', '),
        ),
        details: list,
        original: beginPhase.value.original,
        remedies: [detach],
      };
    const there = required(shell, [
      {
        text: msg('Show whether $1 has $0, and from which file system.', first.source, to.name),
        command: shellCommand('findmnt', '-T', first.source),
        host: 'destination',
      },
    ]);
    const missing = judgeMissing(folders, list, there, detach, to);
    if (missing !== undefined) return missing;
    return {
      verdict: 'warn',
      found: msg(
        'The VM uses folders of this host ($0). Whether they have the same content on $1 was not checked.',
        folders.map(({ source }) => source).join(', '),
        to.name,
      ),
      details: [
        ...list,
        ...(folders.some(({ driver }) => driver === '9p')
          ? [msg('QEMU refuses to migrate while the guest has a 9p folder mounted.')]
          : []),
      ],
      remedies: [detach],
    };
  },
});
