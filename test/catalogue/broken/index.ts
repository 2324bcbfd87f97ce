// SPDX-License-Identifier: LGPL-2.1-or-later
import type { BrokenCase } from '../case.ts';
import { connection } from './connection.ts';
import { devices } from './devices.ts';
import { machine } from './machine.ts';
import { reported } from './reported.ts';
import { storage } from './storage.ts';
import { hasKvm } from './this-machine.ts';
import { vm } from './vm.ts';

/** Every broken case that can be made on this machine. `make check` runs the first one of each check. */
export const broken: readonly BrokenCase[] = [
  ...connection,
  ...vm,
  ...machine,
  ...storage,
  ...devices,
  ...reported,
];

/** Checks without a cause that can be made on this machine, with the reason. */
export const notMade: ReadonlyMap<string, string> = new Map(
  hasKvm ? [] : [['virtualization-type', 'libvirt defines no VM for KVM on a machine without /dev/kvm']],
);
