// SPDX-License-Identifier: LGPL-2.1-or-later
import { libvirtPairs } from './libvirt-pairs.ts';
import { olderQemuPairs } from './older-qemu-pairs.ts';
import type { KnownBadPair } from './pair.ts';
import { qemuPairs } from './qemu-pairs.ts';
import { systemPairs } from './system-pairs.ts';

/** Every pair that is known, the newest programs first. */
export const knownBadPairs: readonly KnownBadPair[] = [
  ...qemuPairs,
  ...libvirtPairs,
  ...systemPairs,
  ...olderQemuPairs,
];
