// SPDX-License-Identifier: LGPL-2.1-or-later

export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
}

/** Lines of /proc/self/mountinfo, see proc(5); spaces in them are written as \040. */
export function parseMounts(text: string): readonly Mount[] {
  const plain = (word: string): string =>
    word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const words = left.split(' ');
    const [point, root] = [words[4], words[3]];
    const [type, source] = right.split(' ');
    if (point === undefined || type === undefined || source === undefined) return [];
    // A mount of a part of a file system has another source than a mount of the whole.
    const part = root === undefined || root === '/' ? '' : plain(root);
    return [{ point: plain(point), type, source: `${plain(source)}${part}` }];
  });
}

/** The mount of a path: the longest match, and the last one of those at the same mount point. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const prefix = mount.point === '/' ? '/' : `${mount.point}/`;
    if (
      (path === mount.point || path.startsWith(prefix)) &&
      mount.point.length >= (best?.point.length ?? 0)
    ) {
      best = mount;
    }
  }
  return best;
}
