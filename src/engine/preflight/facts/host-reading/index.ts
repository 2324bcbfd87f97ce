// SPDX-License-Identifier: LGPL-2.1-or-later
/** Reads a host: the script, its parameters, and the parser of its output. */
export type { FileReading } from './file.ts';
export { default as readingScript } from './host-reading.sh?raw';
export type { NetworkDevice } from './network-devices.ts';
export { libvirtFolders, readingParameters, type WantedPaths } from './parameters.ts';
export { parseListening, parseReading } from './parse.ts';
export type { HostListening, HostReading, Managers } from './reading.ts';
