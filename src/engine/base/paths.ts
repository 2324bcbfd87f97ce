// SPDX-License-Identifier: LGPL-2.1-or-later
/** The folder that holds a path; `/` holds itself. */
export function dirname(path: string): string {
  return path.replace(/\/[^/]*$/, '') || '/';
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path as libvirt compares it (virFileSanitizePath): slashes one by one, and none at the end. */
export function normalizePath(path: string): string {
  const single = path.replace(/\/{2,}/g, '/');
  return single.length > 1 ? single.replace(/\/$/, '') : single;
}
