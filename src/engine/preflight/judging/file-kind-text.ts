// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../../base/index.ts';

/** The text for a file type of `stat` (file_type of gnulib). Unknown types are shown as they are. */
export function fileKindText(kind: string): Message {
  switch (kind) {
    case 'regular file':
      return msg('file');
    case 'regular empty file':
      return msg('empty file');
    case 'directory':
      return msg('directory');
    case 'symbolic link':
      return msg('symbolic link');
    case 'block special file':
      return msg('block device');
    case 'character special file':
      return msg('character device');
    case 'fifo':
      return msg('named pipe');
    case 'socket':
      return msg('socket');
    default:
      return msg('$0', kind);
  }
}
