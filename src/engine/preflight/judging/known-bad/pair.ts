// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message, Remedy } from '../../../base/index.ts';
import type { Condition } from './condition.ts';
import type { VersionRange } from './package-version.ts';

/** Programs whose versions decide. */
export type Program = 'qemu' | 'libvirt' | 'linux' | 'libtpms';

/** Their names for people. */
export const programNames: Readonly<Record<Program, string>> = {
  qemu: 'QEMU',
  libvirt: 'libvirt',
  linux: 'Linux',
  libtpms: 'libtpms',
};

/** What becomes of the VM. */
export type Effect =
  /** The destination refuses its state; it goes on here. */
  | 'refused'
  /** The guest stands still on the destination. */
  | 'guest-hangs'
  /** QEMU or libvirt ends, at an end of the migration at which it must not. */
  | 'crash'
  /** The guest goes on, and a part of its state is not what it was. */
  | 'state-lost'
  /** Memory or disks of the guest are not what they were. */
  | 'data-lost';

/** Versions of one program on both hosts, of which one of the ranges has to fit; without ranges, each fits. */
export interface ProgramVersions {
  readonly program: Program;
  readonly source?: readonly VersionRange[];
  readonly destination?: readonly VersionRange[];
}

/** Versions between which a VM is known to be refused, damaged or lost. */
export interface KnownBadPair {
  readonly id: string;
  /** All have to fit. The first is named to people. */
  readonly versions: readonly [ProgramVersions, ...ProgramVersions[]];
  /** What the VM has to have. */
  readonly condition: Condition;
  readonly effect: Effect;
  /** False: it also depends on something that cannot be seen from outside, such as what the guest's drivers asked for. */
  readonly certain: boolean;
  /** One sentence. */
  readonly what: Message;
  /** Who says so: a release note, a changelog, a bug report or the commit that cures it. */
  readonly url: string;
  readonly remedies: readonly [Remedy, ...Remedy[]];
}
