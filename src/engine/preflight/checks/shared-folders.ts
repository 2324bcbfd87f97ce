// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { beginPhaseFact } from '../facts/begin-phase.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { fileExists } from '../judging/file-exists.ts';

/** What libvirt (before it learned to migrate virtiofs) and QEMU call it when they refuse. */
const refusedForFolders = /virtio-?fs|vhost-user-fs|9p|VirtFS/i;

/** Does the VM see folders of this host? */
export const sharedFoldersCheck = defineCheck({
  id: 'shared-folders',
  title: msg('Shared folders'),
  group: 'devices',
  why: msg('The guest has files of such a folder open. Elsewhere it would be another folder, or none.'),
  needs: { domain: domainFact },
  wants: { shell: destinationShellFact, rehearsal: beginPhaseFact },
  judge: ({ domain, shell, rehearsal }): Judgement => {
    const { uuid, devices } = domain.config;
    const folders = devices.filesystems;
    if (folders.length === 0) return { verdict: 'pass', found: msg('The VM sees no folder of this host.') };
    const list = folders.map(({ source, target, driver }) => msg('$0 as $1 ($2)', source, target, driver));
    const detach: Remedy = {
      text: msg('Unmount it in the guest and detach it; attach it again when the VM has arrived.'),
      command: shellCommand('virsh', 'dumpxml', uuid, '--xpath', '//filesystem'),
      host: 'source',
    };
    if (
      rehearsal.available &&
      rehearsal.value.kind === 'refused' &&
      refusedForFolders.test(rehearsal.value.original)
    )
      return {
        verdict: 'block',
        found: msg('libvirt of this host does not migrate the VM with its shared folders.'),
        details: list,
        original: rehearsal.value.original,
        remedies: [detach],
      };
    const look: Remedy = {
      text: msg('Mount the same file system there, under the same path.'),
      command: shellCommand('findmnt', '-T', folders[0]?.source ?? '/'),
      host: 'destination',
    };
    const there = required(shell, [look]);
    const gone = folders.filter(({ source }) => !fileExists(there, source));
    if (gone.length > 0)
      return {
        verdict: 'block',
        found: msg(
          'The VM sees folders of this host that are not there on the destination: $0.',
          gone.map(({ source }) => source).join(', '),
        ),
        details: list,
        remedies: [look, detach],
      };
    return {
      verdict: 'warn',
      found: msg('The VM sees folders of this host. They have to have the same content on the destination.'),
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
