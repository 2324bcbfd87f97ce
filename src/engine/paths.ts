// SPDX-License-Identifier: LGPL-2.1-or-later
/** The folder that holds a path; `/` holds itself. */
export function folderOf(path: string): string {
  return path.replace(/\/[^/]*$/, '') || '/';
}
