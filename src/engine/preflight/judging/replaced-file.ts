// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import { type DiskVerdict, diskVerdictMaker } from './disk-verdict.ts';

/**
 * The path of a disk leads to another file than the one that the running QEMU writes to, for example after a restore by `mv`. The
 * destination would continue with the other file.
 */
export function replacedFile(
  { disk, path, role, block }: DiskFile,
  local: FileReading,
  openFiles: HostReading['openFiles'],
): DiskVerdict | undefined {
  if (openFiles === undefined || role !== 'disk' || block || !local.kind.startsWith('regular'))
    return undefined;
  if (local.device === undefined || openFiles.inodes.has(`${local.device} ${local.inode}`)) return undefined;
  const removed = openFiles.removed.has(path);
  const verdict = diskVerdictMaker(disk, path)(
    'block',
    removed
      ? msg(
          '$0 ($1): the running VM writes to a file that was removed or replaced. The file under that path now is another one.',
          disk,
          path,
        )
      : msg('$0 ($1): the running VM does not have the file open that is under that path now.', disk, path),
    {
      text: msg(
        'Shut the VM off if you want the file under that path. Otherwise copy the disk to a new file first (virsh blockcopy).',
      ),
    },
    {
      text: msg('Show the files that QEMU has open.'),
      command: shellCommand('ls', '-l', `/proc/${openFiles.pid}/fd`),
      host: 'source',
    },
  );
  return removed
    ? verdict
    : {
        ...verdict,
        risk: msg('If the VM uses another file, the destination goes on with the wrong content.'),
      };
}
