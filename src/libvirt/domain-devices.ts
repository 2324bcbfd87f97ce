// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, textOf, type XmlElement } from './xml.ts';

/** A network card. */
export interface DomainInterface {
  /** `bridge`, `network`, `direct`, `hostdev`, `vhostuser`, `user`, `ethernet`... */
  readonly type: string;
  /** Name of the bridge, the network or (of `direct`) the host's device. */
  readonly source?: string;
  /** Name of libvirt's network, of a running VM also where the type is that of what the network led to. */
  readonly network?: string;
  /** Name of the host's end of the cable, where it was chosen by hand and libvirt makes it. */
  readonly managedTarget?: string;
  /** Name of the host's end of the cable, which somebody else makes before. */
  readonly unmanagedTarget?: string;
  /** Its bridge is one of Open vSwitch, which the kernel does not show as a bridge. */
  readonly openVswitch?: boolean;
  /** A `direct` one has the host's device for itself alone. */
  readonly passthrough?: boolean;
  /** Socket of a `vhostuser` interface. */
  readonly socket?: string;
  /** QEMU makes that socket itself, so its folder has to be there. */
  readonly makesSocket?: boolean;
  /** QEMU starts without anybody who listens on that socket. */
  readonly reconnects?: boolean;
  readonly mac: string;
  /** Name of the network filter, if it has one. */
  readonly filter?: string;
  /** It is the transient half of a failover pair: QEMU unplugs it before the migration. */
  readonly failover: boolean;
}

/** A device of the host that the VM was given. */
export interface DomainHostdev {
  /** `pci`, `usb`, `scsi`, `scsi_host`, `mdev`; `capabilities` of a container is none of QEMU's. */
  readonly type: string;
  /** What identifies it on the host, for example `0000:03:00.0` or `046d:c52b`. */
  readonly address: string;
  readonly failover: boolean;
}

/** A folder of the host that the VM sees. */
export interface DomainFilesystem {
  /** `virtiofs`, or `9p` (libvirt's drivers `path`, `handle` and none). */
  readonly driver: 'virtiofs' | '9p';
  /** The folder, or the socket of an external virtiofsd. */
  readonly source: string;
  /** Tag under which the guest mounts it. */
  readonly target: string;
}

/** A path on the host that QEMU or libvirt opens when the VM starts. */
export interface DomainPath {
  /** The element, for example `serial`, `channel`, `rng`, `memory`, `rom`, `kernel`. */
  readonly device: string;
  readonly path: string;
  /**
   * `exists`: it has to be there. `parent`: it is made, so its folder has to be there. `pipe`: it, or in its place two
   * with `.in` and `.out` at the end. `listener`: it is a socket on which somebody has to listen. `afterwards`: it is run
   * when the VM ends, and nobody minds until then.
   */
  readonly wants: 'exists' | 'parent' | 'pipe' | 'listener' | 'afterwards';
  /** What a file behind memory has to hold. */
  readonly leastBytes?: number;
}

/** An end of a line, a channel or the like on the network, without which QEMU does not start. */
export interface DomainEndpoint {
  /** The element, as of a {@link DomainPath}. */
  readonly device: string;
  readonly protocol: 'tcp' | 'udp';
  /** `bind`: QEMU has to get it. `connect`: somebody has to listen there. */
  readonly mode: 'bind' | 'connect';
  /** Address or name; empty where none was chosen. */
  readonly host: string;
  /** Number or name of the port. */
  readonly service: string;
}

/** Where a screen of the VM can be seen. */
export interface DomainGraphics {
  readonly type: string;
  /** Addresses and networks that it listens on. */
  readonly listens: readonly {
    readonly type: string;
    readonly address?: string;
    readonly network?: string;
  }[];
  /** A port that was chosen by hand. */
  readonly port?: number;
  /** The port for browsers. libvirt sends the one that the VM has, also if it chose it itself. */
  readonly websocket?: number;
  /** SPICE: a channel may be used encrypted only, or has an encrypted port that was chosen by hand. */
  readonly needsTls?: boolean;
}

/** A trusted platform module. */
export interface DomainTpm {
  /** `emulator`, `passthrough` or `external`. */
  readonly backend: string;
  /** Of an external one: the socket of the program. */
  readonly socket?: string;
  /** Encrypted state needs this secret. */
  readonly secret?: string;
}

/** What the definition says of devices that belong to a host, beside disks. */
export interface DomainDevices {
  readonly interfaces: readonly DomainInterface[];
  readonly hostdevs: readonly DomainHostdev[];
  readonly filesystems: readonly DomainFilesystem[];
  readonly paths: readonly DomainPath[];
  readonly endpoints: readonly DomainEndpoint[];
  readonly graphics: readonly DomainGraphics[];
  readonly tpms: readonly DomainTpm[];
  /** ROM files of QEMU's own that its screens and network cards have on a PC, for example `efi-virtio.rom`. */
  readonly roms: readonly string[];
  /** Models of watchdogs, for example `i6300esb`. */
  readonly watchdogs: readonly string[];
  /** Leases of a lock manager: their key. */
  readonly leases: readonly string[];
}

/** libvirt drops such a name from a definition that arrives, and chooses the next number itself. */
const namedByLibvirt = /^(vnet|macvtap|macvlan)\d+$/;

/** Kinds of cards whose cable libvirt makes, and refuses where its name is taken. */
const plugged = ['bridge', 'network', 'direct', 'ethernet'];

function interfaceOf(element: XmlElement): DomainInterface {
  const type = attribute(element, 'type') ?? '';
  const from = child(element, 'source');
  const source =
    attribute(from, type === 'direct' ? 'dev' : type === 'network' ? 'network' : 'bridge') ?? undefined;
  const socket = type === 'vhostuser' ? attribute(from, 'path') : undefined;
  const network = attribute(from, 'network');
  const end = child(element, 'target');
  const target = attribute(end, 'dev');
  const unmanagedTarget = type === 'ethernet' && attribute(end, 'managed') === 'no' ? target : undefined;
  const made = unmanagedTarget === undefined && plugged.includes(type) && !namedByLibvirt.test(target ?? '');
  const managedTarget = made ? target : undefined;
  const openVswitch = attribute(child(element, 'virtualport'), 'type') === 'openvswitch';
  const filter = attribute(child(element, 'filterref'), 'filter');
  return {
    type,
    mac: attribute(child(element, 'mac'), 'address') ?? '',
    failover: attribute(child(element, 'teaming'), 'type') === 'transient',
    ...(source === undefined ? {} : { source }),
    ...(network === undefined ? {} : { network }),
    ...(managedTarget === undefined ? {} : { managedTarget }),
    ...(unmanagedTarget === undefined ? {} : { unmanagedTarget }),
    ...(openVswitch ? { openVswitch } : {}),
    ...(type === 'direct' && attribute(from, 'mode') === 'passthrough' ? { passthrough: true } : {}),
    ...(socket === undefined ? {} : { socket }),
    ...(socket !== undefined && attribute(from, 'mode') === 'server' ? { makesSocket: true } : {}),
    ...(socket !== undefined && reconnects(from) ? { reconnects: true } : {}),
    ...(filter === undefined ? {} : { filter }),
  };
}

/** Hexadecimal digits of an attribute such as `0x0a`, in the width that the kernel writes. */
function hex(element: XmlElement | undefined, name: string, digits: number): string {
  const value = Number(attribute(element, name) ?? '0');
  return (Number.isFinite(value) ? value : 0).toString(16).padStart(digits, '0');
}

function hostDeviceOf(element: XmlElement): DomainHostdev {
  const type = attribute(element, 'type') ?? '';
  const source = child(element, 'source');
  const address = source === undefined ? undefined : child(source, 'address');
  const vendor = source === undefined ? undefined : child(source, 'vendor');
  const name = ((): string => {
    switch (type) {
      case 'pci':
        return `${hex(address, 'domain', 4)}:${hex(address, 'bus', 2)}:${hex(address, 'slot', 2)}.${hex(address, 'function', 1)}`;
      case 'usb':
        return vendor === undefined
          ? `${attribute(address, 'bus') ?? '?'}-${attribute(address, 'device') ?? '?'}`
          : `${hex(vendor, 'id', 4)}:${hex(source === undefined ? undefined : child(source, 'product'), 'id', 4)}`;
      case 'mdev':
        return attribute(address, 'uuid') ?? '';
      default:
        return (
          attribute(source === undefined ? undefined : child(source, 'adapter'), 'name') ??
          attribute(source, 'wwpn') ??
          type
        );
    }
  })();
  return {
    type,
    address: name,
    failover: attribute(child(element, 'teaming'), 'type') === 'transient',
  };
}

function filesystemOf(element: XmlElement): DomainFilesystem {
  const source = child(element, 'source');
  return {
    driver: attribute(child(element, 'driver'), 'type') === 'virtiofs' ? 'virtiofs' : '9p',
    source: attribute(source, 'dir') ?? attribute(source, 'socket') ?? '',
    target: attribute(child(element, 'target'), 'dir') ?? '',
  };
}

/** Elements of `<devices>` that are character devices, with the paths of their sources. */
const characterDevices = ['serial', 'console', 'parallel', 'channel', 'redirdev', 'smartcard'] as const;

/** A path that an element names; QEMU looks for a relative one in folders of its own. */
export function isAbsolutePath(
  device: string,
  path: string | undefined,
  wants: DomainPath['wants'] = 'exists',
): readonly DomainPath[] {
  const trimmed = path?.trim() ?? '';
  return trimmed.startsWith('/') ? [{ device, path: trimmed, wants }] : [];
}

/** libvirt makes the sockets of its own guest channels itself, below this folder, under another name on each host. */
const madeByLibvirt = /^\/(?:var\/)?(?:run|lib)\/libvirt\/qemu\/(?:channel|run\/channel)\//;

/** libvirt makes the sockets of screens for which no path was chosen itself, in a folder of its own for each VM. */
const ofTheMoment = /^\/(?:var\/)?(?:run|lib)\/libvirt\/qemu\/domain-[^/]+\//;

/** The elements with `type` and `<source>` of character devices; randomness over a protocol (EGD) is one, too. */
function charactersOf(
  devices: XmlElement,
): readonly { readonly device: string; readonly element: XmlElement }[] {
  const lines = characterDevices.flatMap((device) =>
    children(devices, device).map((element) => ({ device, element })),
  );
  const randomness = children(devices, 'rng')
    .flatMap((rng) => children(rng, 'backend'))
    .filter((backend) => attribute(backend, 'model') === 'egd');
  return [...lines, ...randomness.map((element) => ({ device: 'rng', element }))];
}

/** True where QEMU starts without anybody at the other end, and tries again. */
function reconnects(source: XmlElement | undefined): boolean {
  return attribute(source === undefined ? undefined : child(source, 'reconnect'), 'enabled') === 'yes';
}

function characterPathsOf(devices: XmlElement): readonly DomainPath[] {
  const found = charactersOf(devices).flatMap(({ device, element }): readonly DomainPath[] => {
    const source = child(element, 'source');
    const path = attribute(source, 'path');
    const logs = isAbsolutePath('log', attribute(child(element, 'log'), 'file'), 'parent');
    if (path === undefined || madeByLibvirt.test(path)) return logs;
    switch (attribute(element, 'type')) {
      case 'dev':
        return [{ device, path, wants: 'exists' }, ...logs];
      case 'pipe':
        return [{ device, path, wants: 'pipe' }, ...logs];
      case 'file':
        return [{ device, path, wants: 'parent' }, ...logs];
      case 'unix': {
        // One that is not there is refused by libvirt itself, which is to give it to QEMU's user.
        const connects = reconnects(source) ? 'exists' : 'listener';
        return [{ device, path, wants: attribute(source, 'mode') === 'bind' ? 'parent' : connects }, ...logs];
      }
      default:
        // `pty` names a device of the moment that each host chooses itself.
        return logs;
    }
  });
  // The first serial line is listed as a console once more; it is the serial line that the admin made.
  return found.filter(({ path }, index) => found.findIndex((each) => each.path === path) === index);
}

function endpointsOf(devices: XmlElement): readonly DomainEndpoint[] {
  const found = charactersOf(devices).flatMap(({ device, element }): readonly DomainEndpoint[] => {
    const protocol = attribute(element, 'type');
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    return children(element, 'source').flatMap((source): readonly DomainEndpoint[] => {
      const service = attribute(source, 'service') ?? '';
      const mode = attribute(source, 'mode') === 'bind' ? 'bind' : 'connect';
      // Datagrams are sent whether somebody is there or not.
      const needless = mode === 'connect' ? protocol === 'udp' || reconnects(source) : Number(service) === 0;
      return needless ? [] : [{ device, protocol, mode, host: attribute(source, 'host') ?? '', service }];
    });
  });
  const key = ({ protocol, mode, host, service }: DomainEndpoint): string =>
    [protocol, mode, host, service].join(' ');
  return found.filter((one, index) => found.findIndex((each) => key(each) === key(one)) === index);
}

function otherPathsOf(devices: XmlElement): readonly DomainPath[] {
  const rng = children(devices, 'rng').flatMap((element) => {
    const backend = child(element, 'backend');
    return backend === undefined || attribute(backend, 'model') !== 'random'
      ? []
      : isAbsolutePath('rng', textOf(backend));
  });
  const input = children(devices, 'input').flatMap((element) => {
    const source = child(element, 'source');
    return isAbsolutePath('input', attribute(source, 'evdev') ?? attribute(source, 'dev'));
  });
  const vsock = children(devices, 'vsock').flatMap(() => isAbsolutePath('vsock', '/dev/vhost-vsock'));
  const rendering = children(devices, 'graphics').flatMap((element) =>
    isAbsolutePath('graphics', attribute(child(element, 'gl'), 'rendernode')),
  );
  const memory = children(devices, 'memory').flatMap((element) => {
    const source = child(element, 'source');
    const path = source === undefined ? undefined : child(source, 'path');
    const size = child(element, 'target', 'size');
    // libvirt itself writes them in KiB, whatever unit was given.
    const kib =
      (attribute(size, 'unit') ?? 'KiB') === 'KiB' && size !== undefined ? Number(textOf(size)) : NaN;
    return (path === undefined ? [] : isAbsolutePath('memory', textOf(path))).map((each) =>
      Number.isSafeInteger(kib) && kib > 0 ? { ...each, leastBytes: kib * 1024 } : each,
    );
  });
  const roms = devices.children.flatMap((node) =>
    node.kind === 'element' ? isAbsolutePath('rom', attribute(child(node, 'rom'), 'file')) : [],
  );
  // Of the other types libvirt runs no script.
  const scripts = children(devices, 'interface')
    .filter((element) => attribute(element, 'type') === 'ethernet')
    .flatMap((element) => [
      ...isAbsolutePath('script', attribute(child(element, 'script'), 'path')),
      ...isAbsolutePath('downscript', attribute(child(element, 'downscript'), 'path'), 'afterwards'),
    ]);
  const sockets = children(devices, 'graphics')
    .flatMap((element) =>
      children(element, 'listen').flatMap((listen) =>
        attribute(listen, 'type') === 'socket'
          ? isAbsolutePath('graphics', attribute(listen, 'socket'), 'parent')
          : [],
      ),
    )
    .filter(({ path }) => !ofTheMoment.test(path));
  return [...rng, ...input, ...vsock, ...rendering, ...memory, ...roms, ...scripts, ...sockets];
}

function graphicsOf(element: XmlElement): DomainGraphics {
  const port = Number(attribute(element, 'port') ?? NaN);
  const fixed = attribute(element, 'autoport') !== 'yes' && Number.isInteger(port) && port > 0;
  const listens = children(element, 'listen').map((listen) => {
    const address = attribute(listen, 'address');
    const network = attribute(listen, 'network');
    return {
      type: attribute(listen, 'type') ?? 'address',
      ...(address === undefined ? {} : { address }),
      ...(network === undefined ? {} : { network }),
    };
  });
  const old = attribute(element, 'listen');
  const websocket = Number(attribute(element, 'websocket') ?? NaN);
  const needsTls =
    attribute(element, 'defaultMode') === 'secure' ||
    children(element, 'channel').some((channel) => attribute(channel, 'mode') === 'secure') ||
    (attribute(element, 'autoport') !== 'yes' && Number(attribute(element, 'tlsPort') ?? NaN) > 0);
  return {
    type: attribute(element, 'type') ?? '',
    listens: listens.length === 0 && old !== undefined ? [{ type: 'address', address: old }] : listens,
    ...(fixed ? { port } : {}),
    ...(Number.isInteger(websocket) && websocket > 0 ? { websocket } : {}),
    ...(needsTls ? { needsTls } : {}),
  };
}

/** What QEMU's devices load where nothing else is said (`romfile` in hw/display and hw/net), by libvirt's name of the model. */
const videoRoms: ReadonlyMap<string, string> = new Map([
  ['vga', 'vgabios-stdvga.bin'],
  ['bochs', 'vgabios-bochs-display.bin'],
  ['qxl', 'vgabios-qxl.bin'],
  ['virtio', 'vgabios-virtio.bin'],
  ['cirrus', 'vgabios-cirrus.bin'],
  ['vmvga', 'vgabios-vmware.bin'],
]);
const cardRoms: ReadonlyMap<string, string> = new Map([
  ['virtio', 'efi-virtio.rom'],
  ['virtio-transitional', 'efi-virtio.rom'],
  ['virtio-non-transitional', 'efi-virtio.rom'],
  ['e1000', 'efi-e1000.rom'],
  ['e1000e', 'efi-e1000e.rom'],
  ['rtl8139', 'efi-rtl8139.rom'],
  ['vmxnet3', 'efi-vmxnet3.rom'],
]);

function romsOf(devices: XmlElement): readonly string[] {
  const video = children(devices, 'video').flatMap((element, index) => {
    const model = child(element, 'model');
    const type = attribute(model, 'type') ?? '';
    // Beside another one, a virtio screen is a device without a BIOS (virtio-gpu-pci).
    const without = type === 'virtio' && index > 0 && attribute(model, 'primary') !== 'yes';
    return without ? [] : [{ element, rom: videoRoms.get(type) }];
  });
  const cards = children(devices, 'interface')
    .filter((element) => attribute(element, 'type') !== 'hostdev')
    .map((element) => ({ element, rom: cardRoms.get(attribute(child(element, 'model'), 'type') ?? '') }));
  const roms = [...video, ...cards].flatMap(({ element, rom }) => {
    const own = child(element, 'rom');
    // Without a BAR it is handed over by another way, which takes other sizes (rom_add_option).
    const other =
      attribute(own, 'file') !== undefined ||
      attribute(own, 'enabled') === 'no' ||
      attribute(own, 'bar') === 'off';
    return rom === undefined || other ? [] : [rom];
  });
  return [...new Set(roms)];
}

function tpmOf(element: XmlElement): DomainTpm {
  const backend = child(element, 'backend');
  const socket = attribute(backend === undefined ? undefined : child(backend, 'source'), 'path');
  const secret = attribute(backend === undefined ? undefined : child(backend, 'encryption'), 'secret');
  return {
    backend: attribute(backend, 'type') ?? '',
    ...(socket === undefined ? {} : { socket }),
    ...(secret === undefined ? {} : { secret }),
  };
}

/** Reads `<devices>`; what is not known is left away. */
export function parseDevices(devices: XmlElement | undefined): DomainDevices {
  const each = <T>(name: string, read: (element: XmlElement) => T): readonly T[] =>
    devices === undefined ? [] : children(devices, name).map(read);
  return {
    interfaces: each('interface', interfaceOf),
    hostdevs: each('hostdev', hostDeviceOf),
    filesystems: each('filesystem', filesystemOf),
    paths: devices === undefined ? [] : [...characterPathsOf(devices), ...otherPathsOf(devices)],
    endpoints: devices === undefined ? [] : endpointsOf(devices),
    graphics: each('graphics', graphicsOf),
    tpms: each('tpm', tpmOf),
    roms: devices === undefined ? [] : romsOf(devices),
    watchdogs: each('watchdog', (element) => attribute(element, 'model') ?? ''),
    leases: each('lease', (element) => {
      const key = child(element, 'key');
      return key === undefined ? '' : textOf(key).trim();
    }),
  };
}
