// SPDX-License-Identifier: LGPL-2.1-or-later
/** A file or device as `stat` and the kernel's list of mounts show it. */
export interface FileReading {
  /** False: no such file. */
  readonly exists: boolean;
  /** The kind in the words of `stat`, for example `regular file` or `block special file`. */
  readonly kind: string;
  readonly inode: string;
  readonly sizeBytes: number;
  /** Times of the last change of the inode, to the nanosecond, from a few looks one after the other. */
  readonly changeTimes: readonly string[];
  /** When the file was made; absent where the file system does not tell. */
  readonly birthTime?: string;
  /** Of the file system that holds it, for example `nfs4`, `fuse.glusterfs`. */
  readonly fileSystem: string;
  /** Where that comes from, for example `alpha:/images`. */
  readonly mountSource: string;
  /** For a block device: what identifies the medium itself on any host (WWN, serial, LVM or multipath UUID). */
  readonly deviceIds: readonly string[];
}

/** What one look at a host gave. */
export interface HostReading {
  /** By path; one of which was not told whether it exists is not among them. */
  readonly files: ReadonlyMap<string, FileReading>;
  /** TCP ports on which somebody listens. */
  readonly listening: ReadonlySet<number>;
  /** Settings of qemu.conf that are not commented out; empty if it could not be read. */
  readonly settings: ReadonlyMap<string, string>;
  /** False when qemu.conf is there and could not be read. */
  readonly settingsReadable: boolean;
}

/**
 * Prints sections, each after the marker (parameter 1): sockets, configuration, mounts, then one for each path (further
 * parameters). Only reads. Needs a POSIX shell and coreutils, which every libvirt host has.
 */
export const readingScript = `
mark=$1; shift
export LC_ALL=C TZ=UTC
echo "$mark sockets"; cat /proc/net/tcp /proc/net/tcp6 2>/dev/null
if [ -r /etc/libvirt/qemu.conf ] || [ ! -e /etc/libvirt/qemu.conf ]; then echo "$mark configuration"
else echo "$mark configuration-unreadable"; fi
grep -E '^[[:space:]]*(migration_(port_min|port_max|host|address)|shared_filesystems)[[:space:]]*=' /etc/libvirt/qemu.conf 2>/dev/null
echo "$mark mounts"; cat /proc/self/mountinfo
for path in "$@"; do
  echo "$mark file"
  real=$(readlink -f -- "$path" && echo x); real=\${real%x}; real=\${real%?}
  printf 'real %s\\n' "$(printf '%s' "$real" | tr '\\n' '?')"
  for look in 1 2 3; do stat -L -c 'stat %i %s %w|%z|%F|%t %T' -- "$path" 2>&1; [ $look = 3 ] || sleep 0.1; done
  if [ -b "$path" ]; then
    set -- "$@"
    numbers=$(stat -L -c '%t %T' -- "$path"); dev=$(printf '%d:%d' "0x\${numbers% *}" "0x\${numbers#* }")
    echo "size $(blockdev --getsize64 "$path" 2>/dev/null)"
    for attribute in wwid device/wwid dm/uuid serial device/serial md/uuid ../wwid ../device/wwid ../serial; do
      [ -r "/sys/dev/block/$dev/$attribute" ] && printf 'id %s=%s\\n' "$attribute" "$(cat "/sys/dev/block/$dev/$attribute")"
    done
    [ -r "/sys/dev/block/$dev/partition" ] && echo "partition $(cat "/sys/dev/block/$dev/partition")"
  fi
done
echo "$mark end"
exit 0
`;

/** Reads what the script printed; undefined if it did not come to its end. */
export function parseReading(text: string, mark: string, paths: readonly string[]): HostReading | undefined {
  const sections = text.split(`${mark} `).slice(1);
  if (sections.at(-1)?.trim() !== 'end') return undefined;
  const bodies = sections.map((section) => {
    const at = section.indexOf('\n');
    return { name: section.slice(0, at), body: section.slice(at + 1) };
  });
  const body = (name: string): string => bodies.find((section) => section.name === name)?.body ?? '';
  const mounts = parseMounts(body('mounts'));
  const fileBodies = bodies.filter(({ name }) => name === 'file');
  return {
    listening: parseListening(body('sockets')),
    settings: parseSettings(body('configuration')),
    settingsReadable: !bodies.some(({ name }) => name === 'configuration-unreadable'),
    files: new Map(
      paths.flatMap((path, index) => {
        const file = parseFile(fileBodies[index]?.body ?? '', mounts);
        return file === undefined ? [] : [[path, file] as const];
      }),
    ),
  };
}

/** Local ports in state 0A (listening) of /proc/net/tcp. */
function parseListening(text: string): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const line of text.split('\n')) {
    const port = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /.exec(line)?.[1];
    if (port !== undefined) ports.add(Number.parseInt(port, 16));
  }
  return ports;
}

/** `name = value` lines; a string loses its quotes. */
function parseSettings(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    const name = line.slice(0, at).trim();
    if (at > 0 && /^\w+$/.test(name))
      settings.set(
        name,
        line
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      );
  }
  return settings;
}

interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
}

/** Lines of /proc/self/mountinfo, see proc(5); spaces in them are written as \040. */
function parseMounts(text: string): readonly Mount[] {
  const plain = (word: string): string =>
    word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const words = left.split(' ');
    const [point, root] = [words[4], words[3]];
    const [type, source] = right.split(' ');
    if (point === undefined || type === undefined || source === undefined) return [];
    // A mount of a part of a file system is another source than the whole.
    const part = root === undefined || root === '/' ? '' : plain(root);
    return [{ point: plain(point), type, source: `${plain(source)}${part}` }];
  });
}

/** The mount that holds a path: the longest that fits, the last one of those mounted at the same place. */
function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
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

/** The first line that the pattern fits. */
function lineOf(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return undefined;
}

function parseFile(body: string, mounts: readonly Mount[]): FileReading | undefined {
  // Line by line: a path may hold other characters at which a pattern would begin a line.
  const lines = body.split('\n');
  const looks = lines.flatMap((line) => {
    const look = /^stat (\d{1,20}) (\d{1,19}) ([^|]*)\|([^|]*)\|([^|]*)\|/.exec(line);
    return look === null ? [] : [look];
  });
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined && !/: (No such file or directory|Not a directory)(\n|$)/.test(body))
    return undefined;
  const real = lines.find((line) => line.startsWith('real '))?.slice('real '.length) ?? '';
  const mount = mountOf(real, mounts);
  const partition = lineOf(lines, /^partition (\d+)$/)?.[1];
  const deviceIds = lines
    .flatMap((line) => {
      const [, attribute, value] = /^id ([^\s=]+)=(.+)$/.exec(line) ?? [];
      return attribute === undefined || value === undefined ? [] : [{ attribute, value: value.trim() }];
    })
    .filter(
      ({ value, attribute }) => value !== '' && !(partition === undefined && attribute.startsWith('../')),
    )
    .map(({ value }) => (partition === undefined ? value : `${value}, partition ${partition}`));
  const birth = first?.[3];
  const size = lineOf(lines, /^size (\d{1,19})$/)?.[1] ?? last?.[2];
  return {
    exists: first !== undefined,
    kind: first?.[5] ?? '',
    inode: first?.[1] ?? '',
    sizeBytes: Number(size ?? 0),
    changeTimes: [...new Set(looks.map((look) => look[4] ?? ''))],
    ...(birth === undefined || birth === '-' ? {} : { birthTime: birth }),
    fileSystem: mount?.type ?? '',
    mountSource: mount?.source ?? '',
    deviceIds: [...new Set(deviceIds)],
  };
}
