// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import type { GuestOptions, LabHost } from '../lab/lab.ts';
import type { LabVm, MadeVm } from './lab-vm.ts';
import type { Undo } from './undo.ts';

/** Two hosts of a lab; the VM leaves the first. */
export interface Hosts {
  readonly source: LabHost;
  readonly destination: LabHost;
}

/** Makes something in the lab, and says before how it is taken back. */
export type Make = (hosts: Hosts, undo: Undo) => Promise<void>;

/** A guest that really runs, where what it does matters. */
export interface RunningGuest {
  readonly name: string;
  readonly guest: GuestOptions;
}

type Choices = Partial<MigrationChoices>;

/** A VM, the two hosts, and what the admin asks for. */
export interface SetUp {
  /** Among the set-ups of its check, or among the healthy ones, the only one of that name. */
  readonly name: string;
  readonly vm: LabVm | RunningGuest;
  /** What is made before the VM is there. */
  readonly cause?: Make;
  /** What is done with the VM that is there. */
  readonly then?: (hosts: Hosts, undo: Undo, vm: MadeVm) => Promise<void>;
  /** What is chosen otherwise than a permanent migration over ssh. */
  readonly change?: Choices | ((hosts: Hosts) => Choices);
}

/** One way in which a migration fails, really made in the lab. */
export interface BrokenSetUp extends SetUp {
  /** The check that has to find it. */
  readonly check: string;
  readonly verdict: 'block' | 'warn';
  /** What the finding says. */
  readonly says: RegExp;
  /**
   * What libvirt says when the migration is started nevertheless. Of a VM that cannot run in the lab: when it is started on
   * the destination. Absent where that does harm, takes minutes, or is not refused.
   */
  readonly refusal?: RegExp;
  /** Number of the remedy that is tried; then the check has to pass. */
  readonly cure?: number;
}

/** A set-up that is as it should be, however rich: nothing may block, and the VM arrives. */
type HealthySetUp = SetUp;

/** A list of them; what they do gets its types here. */
export function brokenOnes(list: readonly BrokenSetUp[]): readonly BrokenSetUp[] {
  return list;
}

/** A list of them; what they do gets its types here. */
export function healthyOnes(list: readonly HealthySetUp[]): readonly HealthySetUp[] {
  return list;
}
