// SPDX-License-Identifier: LGPL-2.1-or-later
import { readdirSync, readFileSync } from 'node:fs';

/** PIDs, as this machine sees them, of the processes that have a word in their arguments; those of lab hosts, too. */
export function processesWith(word: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(word))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    // It ended in the meantime.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return '';
    throw error;
  }
}
