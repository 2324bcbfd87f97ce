// SPDX-License-Identifier: LGPL-2.1-or-later
import { type DomainDevices, parseDevices } from './domain-devices.ts';
import { type DomainResources, parseResources } from './domain-resources.ts';
import {
  attribute,
  child,
  children,
  parseXml,
  serializeXml,
  textOf,
  type XmlElement,
  XmlError,
} from './xml.ts';

/** Where a disk's content is. The fields depend on the disk's type. */
export interface DiskSource {
  /** Of `file`, `block`, `dir` and `vhostuser` (a socket). */
  readonly path?: string;
  /** Of `network`. */
  readonly protocol?: string;
  readonly name?: string;
  /** Names, addresses or sockets of the servers. */
  readonly hosts?: readonly string[];
  /** Of `volume`. */
  readonly pool?: string;
  readonly volume?: string;
}

export interface DomainDisk {
  /** For example `vda`. */
  readonly target: string;
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun';
  readonly type: string;
  /** Absent for a drive without a medium. */
  readonly source?: DiskSource;
  readonly format?: string;
  readonly readOnly: boolean;
  readonly shareable: boolean;
  readonly transient: boolean;
  /** Its image is encrypted, with a secret of libvirt. */
  readonly encrypted: boolean;
  readonly cache?: string;
  /** Paths of the backing images, as far as libvirt lists them. */
  readonly backingChain: readonly string[];
  /** Backing images in network storage. */
  readonly backingNetwork: readonly DiskSource[];
  readonly startupPolicy?: string;
  /** libvirt's secrets for it: for encryption, and for authentication at its server. */
  readonly secrets: readonly string[];
}

/** What this project reads from a domain's definition. */
export interface DomainConfig {
  readonly name: string;
  readonly uuid: string;
  /** `kvm` or `qemu`. */
  readonly type: string;
  readonly memoryBytes: number;
  readonly currentMemoryBytes: number;
  readonly os: { readonly arch: string; readonly machine: string };
  readonly emulator?: string;
  /** The `<cpu>` element as text. */
  readonly cpuXml?: string;
  readonly cpu: {
    readonly mode: string;
    readonly model?: string;
    /** How strictly libvirt compares it with what a host provides, for example `none` or `partial`. */
    readonly check?: string;
  };
  readonly disks: readonly DomainDisk[];
  /** Block jobs that copy a disk, from `<mirror>`. */
  readonly mirrors: readonly DomainMirror[];
  /** Namespaces of the elements in `<metadata>`. */
  readonly metadataNamespaces: readonly string[];
  readonly devices: DomainDevices;
  readonly resources: DomainResources;
}

/** A block job that mirrors a disk. */
export interface DomainMirror {
  readonly target: string;
  /** libvirt's name: `copy` or `active-commit`. */
  readonly job: string;
}

/** Units of libvirt's scaled integers (its documentation of `<memory>`); without one, KiB. */
const units: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['bytes', 1],
  ['KB', 1e3],
  ['k', 1024],
  ['KiB', 1024],
  ['MB', 1e6],
  ['M', 2 ** 20],
  ['MiB', 2 ** 20],
  ['GB', 1e9],
  ['G', 2 ** 30],
  ['GiB', 2 ** 30],
  ['TB', 1e12],
  ['T', 2 ** 40],
  ['TiB', 2 ** 40],
]);

function bytesOf(element: XmlElement): number {
  const factor = units.get(attribute(element, 'unit') ?? 'KiB');
  const value = /^\s*(\d+)\s*$/.exec(textOf(element))?.[1];
  const bytes = Number(value) * (factor ?? NaN);
  if (!Number.isSafeInteger(bytes)) throw new XmlError(`<${element.name}>: no size`);
  return bytes;
}

/** The attribute of `<source>` with the path, by type. */
const pathAttributes: ReadonlyMap<string, string> = new Map([
  ['file', 'file'],
  ['block', 'dev'],
  ['dir', 'dir'],
  ['vhostuser', 'path'],
]);

/** A source without a name, such as that of `nvme`, is still a source. A file source without its path is an empty drive. */
function sourceOf(type: string, element: XmlElement | undefined): DiskSource | undefined {
  if (element === undefined) return undefined;
  const pathAttribute = pathAttributes.get(type);
  if (pathAttribute !== undefined) {
    const path = attribute(element, pathAttribute);
    return path === undefined ? undefined : { path };
  }
  const names = ['protocol', 'name', 'pool', 'volume'] as const;
  const hosts = children(element, 'host').flatMap(
    (host) => attribute(host, 'socket') ?? attribute(host, 'name') ?? [],
  );
  return {
    ...Object.fromEntries(
      names.flatMap((name) => {
        const value = attribute(element, name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    ...(hosts.length === 0 ? {} : { hosts }),
  };
}

function backingChainOf(disk: XmlElement): Pick<DomainDisk, 'backingChain' | 'backingNetwork'> {
  const backingChain: string[] = [];
  const backingNetwork: DiskSource[] = [];
  let store = child(disk, 'backingStore');
  while (store !== undefined) {
    const source = child(store, 'source');
    const path = attribute(source, 'file') ?? attribute(source, 'dev');
    const network = attribute(store, 'type') === 'network' ? sourceOf('network', source) : undefined;
    if (path !== undefined) backingChain.push(path);
    if (network !== undefined) backingNetwork.push(network);
    store = child(store, 'backingStore');
  }
  return { backingChain, backingNetwork };
}

/** By UUID, or by usage if the definition has that instead. */
function secretsOf(disk: XmlElement): string[] {
  const source = child(disk, 'source');
  const holders = [child(disk, 'encryption'), child(disk, 'auth')].concat(
    source === undefined ? [] : [child(source, 'encryption'), child(source, 'auth')],
  );
  return holders.flatMap((holder) => {
    const secret = holder === undefined ? undefined : child(holder, 'secret');
    const name = attribute(secret, 'uuid') ?? attribute(secret, 'usage');
    return name === undefined ? [] : [name];
  });
}

function diskOf(element: XmlElement): DomainDisk {
  const type = attribute(element, 'type') ?? 'file';
  const driver = child(element, 'driver');
  const device = attribute(element, 'device') ?? 'disk';
  const source = sourceOf(type, child(element, 'source'));
  const format = attribute(driver, 'type');
  const cache = attribute(driver, 'cache');
  const startupPolicy = attribute(child(element, 'source'), 'startupPolicy');
  return {
    target: attribute(child(element, 'target'), 'dev') ?? '',
    device: device === 'cdrom' || device === 'floppy' || device === 'lun' ? device : 'disk',
    type,
    // libvirt treats every CD-ROM as read-only.
    readOnly: device === 'cdrom' || child(element, 'readonly') !== undefined,
    shareable: child(element, 'shareable') !== undefined,
    transient: child(element, 'transient') !== undefined,
    encrypted:
      child(element, 'encryption') !== undefined || child(element, 'source', 'encryption') !== undefined,
    ...backingChainOf(element),
    secrets: secretsOf(element),
    ...(source === undefined ? {} : { source }),
    ...(format === undefined ? {} : { format }),
    ...(cache === undefined ? {} : { cache }),
    ...(startupPolicy === undefined ? {} : { startupPolicy }),
  };
}

function mirrorsOf(disk: XmlElement): DomainMirror[] {
  return children(disk, 'mirror').map((mirror) => ({
    target: attribute(child(disk, 'target'), 'dev') ?? '',
    job: attribute(mirror, 'job') ?? 'copy',
  }));
}

/** The namespaces that the elements themselves declare; libvirt requires one for each. */
function namespacesOf(metadata: XmlElement): string[] {
  return metadata.children.flatMap((node) =>
    node.kind === 'element'
      ? Object.entries(node.attributes).flatMap(([name, value]) =>
          name === 'xmlns' || name.startsWith('xmlns:') ? [value] : [],
        )
      : [],
  );
}

/** Parses `<domain>` as printed by `virsh dumpxml`. Throws {@link XmlError} for anything else. */
export function parseDomain(text: string): DomainConfig {
  const root = parseXml(text);
  if (root.name !== 'domain') throw new XmlError(`<domain> expected, not <${root.name}>`);
  const required = (element: XmlElement | undefined, what: string): string => {
    const value = element === undefined ? '' : textOf(element).trim();
    if (value === '') throw new XmlError(`<domain>: no ${what}`);
    return value;
  };
  // Not trimmed: a name may begin with a space.
  const nameElement = child(root, 'name');
  const name = nameElement === undefined ? '' : textOf(nameElement);
  if (name === '') throw new XmlError('<domain>: no name');
  const cpu = child(root, 'cpu');
  const model = child(root, 'cpu', 'model');
  const check = attribute(cpu, 'check');
  const emulator = child(root, 'devices', 'emulator');
  const devices = child(root, 'devices');
  const metadata = child(root, 'metadata');
  const memory = child(root, 'memory');
  if (memory === undefined) throw new XmlError('<domain>: no memory');
  const memoryBytes = bytesOf(memory);
  const current = child(root, 'currentMemory');
  return {
    name,
    uuid: required(child(root, 'uuid'), 'uuid'),
    type: attribute(root, 'type') ?? '',
    memoryBytes,
    currentMemoryBytes: current === undefined ? memoryBytes : bytesOf(current),
    os: {
      arch: attribute(child(root, 'os', 'type'), 'arch') ?? '',
      machine: attribute(child(root, 'os', 'type'), 'machine') ?? '',
    },
    cpu: {
      mode: attribute(cpu, 'mode') ?? (model === undefined ? 'none' : 'custom'),
      ...(model === undefined ? {} : { model: textOf(model).trim() }),
      ...(check === undefined ? {} : { check }),
    },
    disks: devices === undefined ? [] : children(devices, 'disk').map(diskOf),
    mirrors: devices === undefined ? [] : children(devices, 'disk').flatMap(mirrorsOf),
    metadataNamespaces: metadata === undefined ? [] : namespacesOf(metadata),
    devices: parseDevices(devices),
    resources: parseResources(root),
    ...(emulator === undefined ? {} : { emulator: textOf(emulator).trim() }),
    ...(cpu === undefined ? {} : { cpuXml: serializeXml(cpu) }),
  };
}
