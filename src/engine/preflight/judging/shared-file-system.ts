// SPDX-License-Identifier: LGPL-2.1-or-later

import { confList } from '../../../libvirt/vir-conf.ts';
import { normalizePath } from '../../base/index.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';

/**
 * File systems that libvirt recognizes as shared (virFileIsSharedFS; qemuMigrationSrcIsSafe refuses a writable file on any other).
 * The names are those of /proc/self/mountinfo.
 */
const sharedFileSystems =
  /^(nfs4?|gfs2|ocfs2|afs|smb3?|smbfs|cifs|ceph|gpfs|acfs|beegfs|fuse\.(glusterfs|quobyte))$/;

/** Those of them that libvirt supports only since a version after the oldest one that this project supports. */
const sharedSinceLater = /^(beegfs|acfs)$/;

/** File systems that only one host can have. A file system on neither list may still be shared. */
const ofOneHost = /^(ext[234]|xfs|btrfs|zfs|f2fs|jfs|bcachefs|reiserfs|tmpfs|overlay)$/;

/** Does libvirt recognize the file as shared? Its setting `shared_filesystems` can name more folders. */
export function isShared(
  path: string,
  { fileSystem }: FileReading,
  settings: HostReading['settings'],
): boolean {
  if (sharedFileSystems.test(fileSystem)) return true;
  // libvirt tries the path and all of its parent folders (virFileIsSharedFSOverride).
  const below = `${normalizePath(path)}/`;
  return confList(settings, 'shared_filesystems').some((folder) =>
    below.startsWith(`${normalizePath(folder).replace(/\/$/, '')}/`),
  );
}

/** Older versions of libvirt do not recognize this file system as shared. */
export function isSharedSinceLater({ fileSystem }: FileReading): boolean {
  return sharedSinceLater.test(fileSystem);
}

/** A file system of that type exists only on one host. */
export function isFileSystemOfOneHost({ fileSystem }: FileReading): boolean {
  return ofOneHost.test(fileSystem);
}

/** No other host can have this file. */
export function isOfOneHost(path: string, file: FileReading, settings: HostReading['settings']): boolean {
  return ofOneHost.test(file.fileSystem) && !isShared(path, file, settings);
}
