// SPDX-License-Identifier: LGPL-2.1-or-later

import { confText } from '../../../libvirt/vir-conf.ts';
import { dirname, type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import type { DestinationHost } from './destination-host.ts';
import { fileExists } from './file-exists.ts';
import { provideImage } from './missing-image.ts';

/** Why QEMU there cannot open a file. */
export interface AccessProblem {
  readonly found: Message;
  readonly remedies: readonly [Remedy, ...Remedy[]];
  /** False: it may still work. */
  readonly sure: boolean;
}

/** On these, root of a client may be unable to change owners (root_squash), and so may libvirt. */
const ofAServer = /^(nfs4?|cifs|smb3?)$/;

/** The parent folders of a path, from the root. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === '/' ? [] : [...foldersOf(folder), folder];
}

/**
 * Allows QEMU's user to enter all parent folders of a path, but not to list them: by an access control list (acl(5)) for that user
 * only, or, if the file system or host does not support one, by the mode, for all users.
 */
export function grantAccess(
  path: string,
  { qemuUser }: HostReading,
  { name }: DestinationHost,
): readonly [Remedy, ...Remedy[]] {
  const folders = foldersOf(path);
  const forEveryUser = shellCommand('chmod', 'o+x', '--', ...folders);
  const user = String(qemuUser ?? '?');
  return [
    {
      text: msg(
        'Let QEMU’s user on $1 (number $2) pass through the folders above $0. Without access control lists there, the command lets every user pass.',
        path,
        name,
        user,
      ),
      command:
        qemuUser === undefined
          ? forEveryUser
          : `${shellCommand('setfacl', '-m', `u:${user}:x`, '--', ...folders)} || ${forEveryUser}`,
      host: 'destination',
    },
    {
      text: msg('Show who may pass through these folders.'),
      command: shellCommand('namei', '-l', '--', path),
      host: 'destination',
    },
  ];
}

/** Ends the read-only state of the file system that holds a path. */
export function mountForWriting(path: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Mount the storage of $0 on $1 for writing.', path, name),
    command: `mount -o remount,rw "$(${shellCommand('findmnt', '-no', 'TARGET', '-T', path)})"`,
    host: 'destination',
  };
}

/** Judges whether QEMU there can open an existing image; `local` is the file of this host. */
export function accessProblem(
  file: DiskFile,
  local: FileReading | undefined,
  there: HostReading,
  to: DestinationHost,
): AccessProblem | undefined {
  const { path, disk } = file;
  const seen = there.files.get(path);
  if (!fileExists(there, path) || seen === undefined)
    return {
      found: msg('$0 ($1) is missing on $2.', path, disk, to.name),
      remedies: [provideImage(file, local, to)],
      sure: true,
    };
  if (seen.qemu.reach === false)
    return {
      found: msg(
        '$0 ($1) is out of reach on $3: QEMU’s user there (number $2) cannot enter the folder.',
        path,
        disk,
        String(there.qemuUser ?? '?'),
        to.name,
      ),
      remedies: grantAccess(path, there, to),
      sure: true,
    };
  if (file.role === 'disk' && seen.readOnly === true)
    return {
      found: msg('$0 ($1) is read-only on $2, even for root.', path, disk, to.name),
      remedies: [mountForWriting(path, to)],
      sure: true,
    };
  const wants = file.role === 'disk' ? seen.qemu.write : seen.qemu.read;
  return wants === false ? ownerProblem(file, seen, there, to) : undefined;
}

/**
 * When the VM arrives, libvirt changes the owner of the file to QEMU's user, unless it is configured not to or the server forbids
 * it.
 */
function ownerProblem(
  { path, disk }: DiskFile,
  { fileSystem }: FileReading,
  { settings, qemuUser }: HostReading,
  { name }: DestinationHost,
): AccessProblem | undefined {
  const user = String(qemuUser ?? '?');
  if (confText(settings, 'dynamic_ownership') === '0')
    return {
      found: msg(
        'QEMU’s user on $3 (number $2) cannot open $0 ($1), and libvirt there does not change owners.',
        path,
        disk,
        user,
        name,
      ),
      remedies: [
        {
          text: msg(
            'Give $0 to QEMU’s user on $1 (number $2). On shared storage, QEMU on this host has to be able to open the file too.',
            path,
            name,
            user,
          ),
          ...(qemuUser === undefined
            ? {}
            : { command: shellCommand('chown', '--', user, path), host: 'destination' as const }),
        },
      ],
      sure: true,
    };
  if (!ofAServer.test(fileSystem)) return undefined;
  return {
    found: msg(
      'QEMU’s user on $3 (number $2) cannot open $0 ($1). The file server may not let libvirt change the owner.',
      path,
      disk,
      user,
      name,
    ),
    remedies: [
      {
        text: msg(
          'Let root of $0 change owners on the file server (no_root_squash), or give QEMU’s user the same number on both hosts.',
          name,
        ),
      },
      {
        text: msg('Show the owner of $0 on $1.', path, name),
        command: shellCommand('ls', '-ln', '--', path),
        host: 'destination',
      },
    ],
    sure: false,
  };
}
