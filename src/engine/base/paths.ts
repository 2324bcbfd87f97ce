// SPDX-License-Identifier: LGPL-2.1-or-later
/** The parent folder of a path. The parent of `/` is `/`. */
export function dirname(path: string): string {
  return path.replace(/\/[^/]*$/, '') || '/';
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path as libvirt compares it (virFileSanitizePath): without repeated slashes, and without one at the end. */
export function normalizePath(path: string): string {
  const single = path.replace(/\/{2,}/g, '/');
  return single.length > 1 ? single.replace(/\/$/, '') : single;
}
