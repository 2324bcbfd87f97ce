// SPDX-License-Identifier: LGPL-2.1-or-later
import { canonicalAddress } from '../judging/ip-address.ts';

/** A file or device as `stat` and the kernel's list of mounts show it. */
export interface FileReading {
  /** False: no such file. */
  readonly exists: boolean;
  /** The kind in the words of `stat`, for example `regular file` or `block special file`. */
  readonly kind: string;
  readonly inode: string;
  readonly sizeBytes: number;
  /** What it takes up on the medium: less than its size where it has holes; absent where it was not told. */
  readonly allocatedBytes?: number;
  /** Of a folder: what its file system still takes, in bytes, from root and from everybody else, and which one that is. */
  readonly space?: { readonly root: number; readonly others: number; readonly fileSystemId: string };
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
  /** Not even root may write to it: its file system is mounted for reading alone, or it cannot be changed. */
  readonly readOnly?: true;
  /** A qcow2 image whose content is in another file (`data_file`), of which libvirt 9.0 knows nothing. */
  readonly dataElsewhere?: true;
  /** What QEMU's user may do with it; each is absent where it could not be tried. To enter is for folders alone. */
  readonly qemu: {
    readonly reach?: boolean;
    readonly read?: boolean;
    readonly write?: boolean;
    readonly enter?: boolean;
  };
}

/** A network device of a host. */
export interface NetworkDevice {
  readonly bridge: boolean;
  /** Name of the bridge or bond of which it is a port: then nothing else can be based on it. */
  readonly portOf?: string;
  /** Cards of VMs and the like (macvtap, macvlan) are based on it: one that has it for itself, or some that share it. */
  readonly carries?: 'one' | 'some';
}

/** Who listens on a host, and how libvirt there is configured. */
export interface HostListening {
  /** TCP ports on which somebody listens. */
  readonly listening: ReadonlySet<number>;
  /** Settings of libvirt's configuration files that are not commented out; empty if they could not be read. */
  readonly settings: ReadonlyMap<string, string>;
  /** False when qemu.conf is there and could not be read. */
  readonly settingsReadable: boolean;
}

/** What one look at a host gave. */
export interface HostReading extends HostListening {
  /** By path; one of which was not told whether it exists is not among them. */
  readonly files: ReadonlyMap<string, FileReading>;
  /** Paths of the sockets on which somebody listens, as they were bound; absent if that was not told. */
  readonly listeners?: ReadonlySet<string>;
  /** On which addresses, by port; a port of which that is not known is not among them. */
  readonly listeningOn?: ReadonlyMap<number, ReadonlySet<string>>;
  /** On which addresses somebody takes datagrams, by port; absent if that is not known. */
  readonly datagramsOn?: ReadonlyMap<number, ReadonlySet<string>>;
  /** The host's clock in seconds since 1970, when the script began and when it ended. */
  readonly clock?: { readonly first: number; readonly last: number };
  /** Memory in bytes that programs may still have, as the kernel reckons (MemAvailable), and free swap. */
  readonly memory?: { readonly availableBytes: number; readonly freeSwapBytes: number };
  /** IP addresses of the host; absent if it does not tell. */
  readonly addresses?: ReadonlySet<string>;
  /** Network devices, and which of them are bridges. */
  readonly networkDevices: ReadonlyMap<string, NetworkDevice>;
  /** Free bytes of the file system that holds each of libvirt's own folders. */
  readonly freeBytes: ReadonlyMap<string, number>;
  /** Those of libvirt's own folders in which nothing can be made: by root either, or for want of inodes. */
  readonly closedFolders?: ReadonlyMap<string, 'read-only' | 'no-inodes'>;
  /** Users (`user NAME`) and groups (`group NAME`) that were asked for, and whether the host knows them. */
  readonly accounts?: ReadonlyMap<string, boolean>;
  /** Programs of the admin that libvirt runs for each VM, by path; absent if that could not be seen. */
  readonly hooks?: readonly string[];
  /** Files with which QEMU encrypts screens, by kind, that are not there or that its user cannot read; absent if it was not told. */
  readonly screenFilesMissing?: ReadonlyMap<string, readonly string[]>;
  /** User under which QEMU runs there, by number; absent if it could not be seen. */
  readonly qemuUser?: number;
  /** Programs that were looked for, and are there. */
  readonly programs: ReadonlySet<string>;
  /** Sizes in bytes of the ROM files that the VM's QEMU there comes with; of those that it has. */
  readonly roms?: ReadonlyMap<string, number>;
  /** Whether descriptors of firmware, or libvirt's configuration, name the VM's; absent if there is none to look for. */
  readonly loaderNamed?: boolean;
}

/** Paths that the script looks at. */
export interface WantedPaths {
  /** Looked at three times, so that two hosts' looks at a file that is written to can be compared. */
  readonly careful: readonly string[];
  /** Looked at once. */
  readonly once: readonly string[];
  /** The firmware that descriptors may name. */
  readonly loader?: string;
  /** The VM's QEMU, whose ROM files are looked at. */
  readonly emulator?: string;
  /** Users (`user NAME`) and groups (`group NAME`) that may be known. */
  readonly accounts?: readonly string[];
}

/** The script's parameters after the marker. */
export function readingParameters({
  careful,
  once,
  loader,
  emulator,
  accounts = [],
}: WantedPaths): readonly string[] {
  return [
    ...[String(careful.length), loader ?? '', emulator ?? '', accounts.join('\n')],
    ...[libvirtFolders, programs, romFiles].map((names) => names.join(' ')),
    ...[...careful, ...once],
  ];
}

/** Folders in which libvirt keeps what arrives with a VM: state of its devices and its definition. */
export const libvirtFolders = [
  '/var/lib/libvirt/qemu',
  '/etc/libvirt/qemu',
  '/var/log/libvirt/qemu',
  '/run/libvirt/qemu',
];

/** Programs that libvirt starts beside QEMU. */
const programs = [
  'swtpm',
  'swtpm_setup',
  'swtpm_ioctl',
  'numad',
  'virtiofsd',
  '/usr/libexec/virtiofsd',
  '/usr/lib/qemu/virtiofsd',
];

/** ROM files of QEMU for a PC: its BIOS, and those of screens and network cards. */
const romFiles = [
  'bios-256k.bin',
  ...['stdvga', 'bochs-display', 'qxl', 'virtio', 'cirrus', 'vmware'].map((name) => `vgabios-${name}.bin`),
  ...['virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3'].map((name) => `efi-${name}.rom`),
];

interface Section {
  readonly name: string;
  readonly body: string;
}

function sectionsOf(text: string, mark: string): readonly Section[] {
  return text
    .split(`${mark} `)
    .slice(1)
    .map((section) => {
      const at = section.indexOf('\n');
      return { name: section.slice(0, at), body: section.slice(at + 1) };
    });
}

function bodyOf(sections: readonly Section[], name: string): string {
  return sections.find((section) => section.name === name)?.body ?? '';
}

function listeningOf(sections: readonly Section[]): HostListening {
  const configuration = `${bodyOf(sections, 'configuration')}${bodyOf(sections, 'configuration-unreadable')}`;
  return {
    listening: new Set(parseSockets(bodyOf(sections, 'sockets'), listens).keys()),
    settings: parseSettings(configuration),
    settingsReadable: !sections.some(({ name }) => name === 'configuration-unreadable'),
  };
}

/** Reads who listens, and the configuration, out of what the script has printed up to now; undefined if that is not all there. */
export function parseListening(text: string, mark: string): HostListening | undefined {
  // The last one may go on.
  const sections = sectionsOf(text, mark).slice(0, -1);
  const has = (beginning: string): boolean => sections.some(({ name }) => name.startsWith(beginning));
  return has('sockets') && has('configuration') ? listeningOf(sections) : undefined;
}

/** Reads what the script printed; undefined if it did not come to its end. */
export function parseReading(text: string, mark: string, paths: WantedPaths): HostReading | undefined {
  const bodies = sectionsOf(text, mark);
  if (bodies.at(-1)?.name.trim() !== 'end') return undefined;
  const body = (name: string): string => bodyOf(bodies, name);
  const mounts = parseMounts(body('mounts'));
  const looks = linesByNumber(body('files'));
  const listeningOn = parseSockets(body('sockets'), listens);
  const datagramsOn = parseSockets(body('datagrams'), datagrams);
  const first = parseClock(body('clock-first'));
  const last = parseClock(body('clock-last'));
  const memory = parseMemory(body('memory'));
  const addresses = parseAddresses(body('addresses'));
  const named = /^(?:un)?named$/.exec(body('descriptors').trim())?.[0];
  const roms = parseRoms(body('roms'));
  const user = /^\d+$/.exec(body('user').trim())?.[0];
  return {
    ...listeningOf(bodies),
    files: new Map(
      [...paths.careful, ...paths.once].flatMap((path, index) => {
        const file = parseFile(looks.get(index + 1) ?? '', mounts);
        return file === undefined ? [] : [[path, file] as const];
      }),
    ),
    networkDevices: parseDevices(body('devices')),
    freeBytes: parseSpace(body('space')),
    ...(bodies.some(({ name }) => name === 'listeners')
      ? { listeners: parseListeners(body('listeners')) }
      : {}),
    closedFolders: parseClosed(body('closed')),
    accounts: parseAccounts(body('accounts'), paths.accounts ?? []),
    ...(bodies.some(({ name }) => name === 'hooks')
      ? {
          hooks: body('hooks')
            .split('\n')
            .filter((path) => path.startsWith('/')),
        }
      : {}),
    ...(bodies.some(({ name }) => name === 'screens')
      ? { screenFilesMissing: parseScreens(body('screens')) }
      : {}),
    programs: new Set(body('programs').split('\n').filter(Boolean)),
    ...(body('byte-order').trim() === '1' ? { listeningOn, datagramsOn } : {}),
    ...(first === undefined || last === undefined ? {} : { clock: { first, last } }),
    ...(memory === undefined ? {} : { memory }),
    ...(addresses.size === 0 ? {} : { addresses }),
    ...(roms.size === 0 ? {} : { roms }),
    ...(named === undefined ? {} : { loaderNamed: named === 'named' }),
    ...(user === undefined ? {} : { qemuUser: Number(user) }),
  };
}

function parseClock(text: string): number | undefined {
  const seconds = /^\d{9,11}(?:\.\d+)?$/.exec(text.trim())?.[0];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Lines of /proc/meminfo, in kB of 1024 bytes. */
function parseMemory(text: string): HostReading['memory'] {
  const of = (name: string): number | undefined => {
    const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    return value === undefined ? undefined : Number(value) * 1024;
  };
  const availableBytes = of('MemAvailable');
  return availableBytes === undefined ? undefined : { availableBytes, freeSwapBytes: of('SwapFree') ?? 0 };
}

/** What was printed of each device, then lines of `ip -details -o link` such as `9: macvtap0@eno1: ... macvtap mode bridge`. */
function parseDevices(text: string): ReadonlyMap<string, NetworkDevice> {
  const ports = new Map(
    [...text.matchAll(/^port (\S+) (\S+)$/gm)].map(([, name = '', master = '']) => [name, master] as const),
  );
  const carries = new Map<string, 'one' | 'some'>();
  for (const [, device = '', mode] of text.matchAll(/^\d+: [^\s@]+@(\S+): .*\smac(?:vtap|vlan) mode (\w+)/gm))
    carries.set(device, mode === 'passthru' ? 'one' : 'some');
  return new Map(
    [...text.matchAll(/^(bridge|device) (.+)$/gm)].map(([, kind, name = '']) => {
      const [portOf, its] = [ports.get(name), carries.get(name)];
      return [
        name,
        {
          bridge: kind === 'bridge',
          ...(portOf === undefined ? {} : { portOf }),
          ...(its === undefined ? {} : { carries: its }),
        },
      ];
    }),
  );
}

/** A kind of screen and a file, one a line. */
function parseScreens(text: string): ReadonlyMap<string, readonly string[]> {
  const lines = text.split('\n').map((line) => /^(vnc|spice) (\/.+)$/.exec(line) ?? []);
  return new Map(
    ['vnc', 'spice'].map((kind) => [
      kind,
      lines.flatMap(([, of, path]) => (of === kind && path !== undefined ? [path] : [])),
    ]),
  );
}

/** One of which was not told whether the host knows it is not among them. */
function parseAccounts(text: string, asked: readonly string[]): ReadonlyMap<string, boolean> {
  const lines = text.split('\n');
  const known = new Map<string, boolean>();
  for (const account of asked) {
    if (lines.includes(`known ${account}`)) known.set(account, true);
    else if (lines.includes(`strange ${account}`)) known.set(account, false);
  }
  return known;
}

/** A file of QEMU and its size. */
function parseRoms(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, size] = /^rom ([\w.-]{1,64}) (\d{1,10})$/.exec(line) ?? [];
      return name === undefined || !romFiles.includes(name) ? [] : [[name, Number(size)] as const];
    }),
  );
}

/** Lines of `ip -o addr show`. */
function parseAddresses(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^\d+: \S+\s+inet6? ([0-9a-fA-F:.]+)/gm)].map(([, address]) => address ?? ''),
  );
}

/** A folder, then the line of `df -Pk` for it: source, blocks, used, available, percent, mount point. */
function parseSpace(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^(\/\S+) .*?\s(\d+)\s+\d+\s+(-?\d+)\s+\d+%\s.*$/gm)].map(([, folder, , available]) => [
      folder ?? '',
      Math.max(0, Number(available)) * 1024,
    ]),
  );
}

function parseClosed(text: string): NonNullable<HostReading['closedFolders']> {
  const closed = new Map<string, 'read-only' | 'no-inodes'>();
  for (const [, why, folder = ''] of text.matchAll(/^(read-only|no-inodes) (\/\S+)$/gm)) {
    if (!closed.has(folder)) closed.set(folder, why === 'read-only' ? why : 'no-inodes');
  }
  return closed;
}

/** What was printed about each path, its number taken out of the lines. */
function linesByNumber(text: string): ReadonlyMap<number, string> {
  const byNumber = new Map<number, string>();
  let current = 0;
  for (const line of text.split('\n')) {
    const [, word, number, rest] =
      /^(stat|gone|real|space|read-only|data-elsewhere|may|may-not|size|id|partition) (\d+)(?: (.*))?$/.exec(
        line,
      ) ?? [];
    if (number !== undefined) current = Number(number);
    // The name of a file may hold line breaks: the rest belongs to it.
    const own = number === undefined ? line : `${word ?? ''} ${rest ?? ''}`;
    byNumber.set(current, `${byNumber.get(current) ?? ''}${own}\n`);
  }
  return byNumber;
}

/**
 * An address of /proc/net/tcp: words of 32 bits in the order of the host's bytes, here of one with the lowest first.
 */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  // One of IPv4 in the clothes of IPv6, as Java has them (::ffff:127.0.0.1).
  if (/^0{20}ffff/i.test(bytes.join('')))
    return bytes
      .slice(12)
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.slice(2 * at, 2 * at + 2).join(''));
  return canonicalAddress(groups.join(':'));
}

/** States of /proc/net/tcp: who listens. Of /proc/net/udp: who takes datagrams from anybody, or from one. */
const listens = ['0A'];
const datagrams = ['07', '01'];

/** Local ports in some of these states. */
function parseSockets(text: string, states: readonly string[]): ReadonlyMap<number, ReadonlySet<string>> {
  const ports = new Map<number, Set<string>>();
  for (const line of text.split('\n')) {
    const [, address, hexPort, its] =
      /^\s*\d+: ((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line) ?? [];
    if (address === undefined || hexPort === undefined || !states.includes(its ?? '')) continue;
    const port = Number.parseInt(hexPort, 16);
    ports.set(port, (ports.get(port) ?? new Set()).add(addressOf(address)));
  }
  return ports;
}

/** Paths in the lines of /proc/net/unix with the flag of a socket that takes connections (__SO_ACCEPTCON). */
function parseListeners(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^\S+: \S+ \S+ 00010000 \S+ \S+ +\d+ ([^@].*)$/gm)].map(([, path]) =>
      (path ?? '').replace(/^\/var\/run\//, '/run/'),
    ),
  );
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
    const look =
      /^stat (\d{1,20}) (\d{1,19}) ([^|]*)\|([^|]*)\|([^|]*)\|[^|]*(?:\|(\d{1,19}) (\d{1,9}))?/.exec(line);
    return look === null ? [] : [look];
  });
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined && !lines.some((line) => line.startsWith('gone'))) return undefined;
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
  const space = lineOf(lines, /^space (\d{1,19}) (\d{1,19}) (\d{1,9}) ([0-9a-f]{1,32})$/)?.slice(1) ?? [];
  const [free, available, blockSize] = space.slice(0, 3).map(Number);
  const size = lineOf(lines, /^size (\d{1,19})$/)?.[1] ?? last?.[2];
  return {
    exists: first !== undefined,
    kind: first?.[5] ?? '',
    inode: first?.[1] ?? '',
    sizeBytes: Number(size ?? 0),
    ...(last?.[6] === undefined ? {} : { allocatedBytes: Number(last[6]) * Number(last[7]) }),
    ...(free === undefined || available === undefined || blockSize === undefined
      ? {}
      : {
          space: {
            root: free * blockSize,
            others: available * blockSize,
            fileSystemId: space[3] ?? '',
          },
        }),
    changeTimes: [...new Set(looks.map((look) => look[4] ?? ''))],
    ...(birth === undefined || birth === '-' ? {} : { birthTime: birth }),
    fileSystem: mount?.type ?? '',
    mountSource: mount?.source ?? '',
    deviceIds: [...new Set(deviceIds)],
    ...(lines.some((line) => line.startsWith('read-only')) ? { readOnly: true } : {}),
    ...(lines.some((line) => line.startsWith('data-elsewhere')) ? { dataElsewhere: true } : {}),
    qemu: parseAccess(body),
  };
}

function parseAccess(body: string): FileReading['qemu'] {
  const of = (way: string): boolean | undefined => {
    const [, word] = new RegExp(`^(may|may-not) ${way}$`, 'm').exec(body) ?? [];
    return word === undefined ? undefined : word === 'may';
  };
  const [reach, read, write, enter] = ['e', 'r', 'w', 'x'].map(of);
  return {
    ...(reach === undefined ? {} : { reach }),
    ...(read === undefined ? {} : { read }),
    ...(write === undefined ? {} : { write }),
    ...(enter === undefined ? {} : { enter }),
  };
}
