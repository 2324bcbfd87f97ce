// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { fileExists } from './file-exists.ts';

/** What keeps QEMU there from opening a file. */
export interface AccessProblem {
  readonly found: Message;
  readonly remedy: Remedy;
  /** False: it may work nevertheless. */
  readonly sure: boolean;
}

/** On these, root of a client may not give files away to another user (root_squash), so libvirt may not either. */
const ofAServer = /^(nfs4?|cifs|smb3?)$/;

/** Judges whether QEMU there can open an image that has to be there already. */
export function accessProblem(file: DiskFile, there: HostReading): AccessProblem | undefined {
  const { path } = file;
  const seen = there.files.get(path);
  const look = (text: Message, ...argv: string[]): Remedy => ({
    text,
    command: shellCommand(...argv),
    host: 'destination',
  });
  if (!fileExists(there, path) || seen === undefined)
    return {
      found: msg('$0 ($1) is not there on the destination', path, file.disk),
      remedy: look(
        msg('Mount the storage there, so that the file is under the same path.'),
        'findmnt',
        '-T',
        path,
      ),
      sure: true,
    };
  const user = String(there.qemuUser ?? '?');
  if (seen.qemu.reach === false)
    return {
      found: msg(
        "$0 ($1): QEMU's user on the destination (number $2) may not go to that folder",
        path,
        file.disk,
        user,
      ),
      remedy: look(msg('Let that user pass through all folders on the way.'), 'namei', '-l', '--', path),
      sure: true,
    };
  if (file.role === 'disk' && seen.readOnly === true)
    return {
      found: msg('$0 ($1) cannot be written on the destination, not even by root', path, file.disk),
      remedy: look(msg('Mount its storage there for writing.'), 'findmnt', '-T', path),
      sure: true,
    };
  const wants = file.role === 'disk' ? seen.qemu.write : seen.qemu.read;
  if (wants !== false) return undefined;
  // libvirt gives the file to QEMU's user when the VM arrives, unless it was told not to or the server forbids it.
  if (there.settings.get('dynamic_ownership') === '0')
    return {
      found: msg(
        "$0 ($1): QEMU's user on the destination (number $2) may not open it, and libvirt there leaves owners alone",
        path,
        file.disk,
        user,
      ),
      remedy: look(
        msg('Give the file to a user or a group that QEMU has on both hosts.'),
        'ls',
        '-ln',
        '--',
        path,
      ),
      sure: true,
    };
  return ofAServer.test(seen.fileSystem)
    ? {
        found: msg(
          "$0 ($1): QEMU's user on the destination (number $2) may not open it, and the file server may not let libvirt change that",
          path,
          file.disk,
          user,
        ),
        remedy: look(
          msg(
            "See that QEMU's user has the same number on both hosts, or that the server lets root change owners.",
          ),
          'ls',
          '-ln',
          '--',
          path,
        ),
        sure: false,
      }
    : undefined;
}
