// SPDX-License-Identifier: LGPL-2.1-or-later
/** What a look at a host says: the script that looks, its parameters, and the parser of what it prints. */
export type { FileReading } from './file.ts';
export { default as readingScript } from './host-reading.sh?raw';
export type { NetworkDevice } from './network-devices.ts';
export { libvirtFolders, readingParameters, type WantedPaths } from './parameters.ts';
export { parseListening, parseReading } from './parse.ts';
export type { HostListening, HostReading, Managers } from './reading.ts';
