// SPDX-License-Identifier: LGPL-2.1-or-later
import type { BrokenSetUp } from '../set-up.ts';
import { connection } from './connection.ts';
import { devices } from './devices.ts';
import { machine } from './machine.ts';
import { reported } from './reported.ts';
import { storage } from './storage.ts';
import { hasKvm } from './this-machine.ts';
import { vm } from './vm.ts';

/** Every broken set-up that can be made on this machine. The first of a check is the one that `make check` runs. */
export const broken: readonly BrokenSetUp[] = [
  ...connection,
  ...vm,
  ...machine,
  ...storage,
  ...devices,
  ...reported,
];

/** Checks of which no cause can be made on this machine, and why. */
export const notMade: ReadonlyMap<string, string> = new Map(
  hasKvm ? [] : [['virtualization-type', 'libvirt defines no VM for KVM on a machine without /dev/kvm']],
);
