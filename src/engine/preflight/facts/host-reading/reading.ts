// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Conf } from '../../../../libvirt/vir-conf.ts';
import type { FileReading } from './file.ts';
import type { NetworkDevice } from './network-devices.ts';

/** Listening sockets of a host, and libvirt's configuration there. */
export interface HostListening {
  /** TCP ports with a listener. */
  readonly listening: ReadonlySet<number>;
  /** Settings of qemu.conf and of the daemon's configuration file; empty if they could not be read. */
  readonly settings: Conf['settings'];
  /** False if qemu.conf exists but could not be read, by this program or by libvirt. */
  readonly settingsReadable: boolean;
}

/** Open files of a process. */
export interface OpenFiles {
  /** ID of the process. */
  readonly pid: string;
  /** File system and inode of each, `DEVICE INODE`. */
  readonly inodes: ReadonlySet<string>;
  /** Former paths of those that were removed. */
  readonly removed: ReadonlySet<string>;
}

/** Programs on a host that may start libvirt's VMs again. */
export interface Managers {
  /** Running processes of known managers, by name. */
  readonly processes: ReadonlySet<string>;
  /** Existing folders and files of known managers. */
  readonly paths: ReadonlySet<string>;
  /** Definitions from which Pacemaker starts VMs, and whether each has the UUID of the VM; absent if its CIB was not read. */
  readonly clustered?: ReadonlyMap<string, boolean>;
}

/** Versions of what keeps a part of a VM's state beside QEMU and libvirt; each is absent where it was not told. */
export interface HostVersions {
  /** Of the running kernel; one of Ubuntu says so, for example `6.8.0-45-generic Ubuntu`. */
  readonly linux?: string;
  readonly libtpms?: string;
  /** Of the RPM package that holds the VM's QEMU, for example `9.1.0-15.el9`; `other` if there is none. */
  readonly qemuPackage?: string;
}

/** What one look at a host gave. */
export interface HostReading extends HostListening {
  /** By path. Omits paths whose existence is unknown. */
  readonly files: ReadonlyMap<string, FileReading>;
  /** Paths of listening Unix sockets, as they were bound; absent if unknown. */
  readonly listeners?: ReadonlySet<string>;
  /** The listeners' addresses by port. Omits ports with unknown addresses. */
  readonly listeningOn?: ReadonlyMap<number, ReadonlySet<string>>;
  /** The addresses of UDP sockets by port; absent if unknown. */
  readonly datagramsOn?: ReadonlyMap<number, ReadonlySet<string>>;
  /** The host's clock in seconds since 1970, at the start and the end of the script. */
  readonly clock?: { readonly first: number; readonly last: number };
  /** Memory in bytes that programs can still get, as the kernel estimates (MemAvailable), and free swap. */
  readonly memory?: { readonly availableBytes: number; readonly freeSwapBytes: number };
  /** IP addresses of the host; absent if unknown. */
  readonly addresses?: ReadonlySet<string>;
  /** Network devices, and which of them are bridges. */
  readonly networkDevices: ReadonlyMap<string, NetworkDevice>;
  /** Free bytes in the file system of each of libvirt's folders. */
  readonly freeBytes: ReadonlyMap<string, number>;
  /** Those of libvirt's folders in which no file can be created: not even by root, or because there are no free inodes. */
  readonly closedFolders?: ReadonlyMap<string, 'read-only' | 'no-inodes'>;
  /** The users (`user NAME`) and groups (`group NAME`) that were looked up, and whether they exist. */
  readonly accounts?: ReadonlyMap<string, boolean>;
  /** Hooks: the admin's programs that libvirt runs for each VM, by path; absent if unknown. */
  readonly hooks?: readonly string[];
  /** Files for encrypting graphics, by type, that are missing or that QEMU's user cannot read; absent if unknown. */
  readonly graphicsFilesMissing?: ReadonlyMap<string, readonly string[]>;
  /** ID of the user that QEMU runs as; absent if unknown. */
  readonly qemuUser?: number;
  /** USB devices: `VENDOR:PRODUCT` and `BUS-NUMBER` of each; absent if unknown. */
  readonly usb?: readonly { readonly id: string; readonly at: string }[];
  /** What may start VMs again there; absent if unknown. */
  readonly managers?: Managers;
  /** The open files of the VM's QEMU; absent if it does not run or they are unknown. */
  readonly openFiles?: OpenFiles;
  /** Those of the searched programs that exist. */
  readonly programs: ReadonlySet<string>;
  /** Sizes in bytes of the ROM files of the VM's QEMU there, if they exist. */
  readonly roms?: ReadonlyMap<string, number>;
  /** Versions of programs there; absent if none was told. */
  readonly versions?: HostVersions;
  /** Whether descriptors of firmware, or libvirt's configuration, name the VM's; absent if there is none to look for. */
  readonly loaderNamed?: boolean;
}
