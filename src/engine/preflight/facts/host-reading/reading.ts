// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Conf } from '../../../../libvirt/vir-conf.ts';
import type { FileReading } from './file.ts';
import type { NetworkDevice } from './network-devices.ts';

/** Who listens on a host, and how libvirt there is configured. */
export interface HostListening {
  /** TCP ports on which somebody listens. */
  readonly listening: ReadonlySet<number>;
  /** Settings of qemu.conf and of the daemon's configuration file; empty if they could not be read. */
  readonly settings: Conf['settings'];
  /** False when qemu.conf is there and could not be read, by us or by libvirt itself. */
  readonly settingsReadable: boolean;
}

/** Files that a program has open. */
export interface OpenFiles {
  /** Number of the process. */
  readonly pid: string;
  /** File system and inode of each, `DEVICE INODE`. */
  readonly inodes: ReadonlySet<string>;
  /** Paths that they had, of those that were removed. */
  readonly removed: ReadonlySet<string>;
}

/** Programs on a host that may start VMs of libvirt anew. */
export interface Managers {
  /** Processes of some that are known, by name. */
  readonly processes: ReadonlySet<string>;
  /** Folders and files of some that are known. */
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
  /** Files with which QEMU encrypts graphics, by kind, that are not there or that its user cannot read; absent if it was not told. */
  readonly graphicsFilesMissing?: ReadonlyMap<string, readonly string[]>;
  /** User under which QEMU runs there, by number; absent if it could not be seen. */
  readonly qemuUser?: number;
  /** USB devices: `VENDOR:PRODUCT` and `BUS-NUMBER` of each; absent if that was not told. */
  readonly usb?: readonly { readonly id: string; readonly at: string }[];
  /** What may start VMs anew there; absent if it was not told. */
  readonly managers?: Managers;
  /** The files that the VM's QEMU has open; absent if there is no QEMU of it, or it was not told. */
  readonly openFiles?: OpenFiles;
  /** Programs that were looked for, and are there. */
  readonly programs: ReadonlySet<string>;
  /** Sizes in bytes of the ROM files that the VM's QEMU there comes with; of those that it has. */
  readonly roms?: ReadonlyMap<string, number>;
  /** Versions of programs there; absent if none was told. */
  readonly versions?: HostVersions;
  /** Whether descriptors of firmware, or libvirt's configuration, name the VM's; absent if there is none to look for. */
  readonly loaderNamed?: boolean;
}
