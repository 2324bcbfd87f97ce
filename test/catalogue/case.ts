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

/** Makes something in the lab, after it told `undo` how to remove it. */
export type Make = (hosts: Hosts, undo: Undo) => Promise<void>;

/** A guest that really runs, if its activity matters. */
export interface RunningGuest {
  readonly name: string;
  readonly guest: GuestOptions;
}

type Choices = Partial<MigrationChoices>;

/** A VM, the two hosts, and what the admin asks for. */
export interface Case {
  /** Unique among the cases of its check, or among the healthy ones. */
  readonly name: string;
  readonly vm: LabVm | RunningGuest;
  /** Made before the VM exists. */
  readonly cause?: Make;
  /** Done with the existing VM. */
  readonly then?: (hosts: Hosts, undo: Undo, vm: MadeVm) => Promise<void>;
  /** The choices that differ from a permanent migration over ssh. */
  readonly change?: Choices | ((hosts: Hosts) => Choices);
}

/** One cause why a migration fails, made for real in the lab. */
export interface BrokenCase extends Case {
  /** The check that has to find it. */
  readonly check: string;
  readonly verdict: 'block' | 'warn';
  /** What the finding says. */
  readonly says: RegExp;
  /**
   * libvirt's error if the migration is started anyway. For a VM that cannot run in the lab: if it is started on the destination.
   * Absent if that does harm, takes minutes, or is not refused.
   */
  readonly refusal?: RegExp;
  /** The index of the remedy to carry out. Then the check has to pass. */
  readonly cure?: number;
}

/** A correct case: nothing may block, and the VM arrives. */
type HealthyCase = Case;

/** A list of them; what they do gets its types here. */
export function brokenCases(list: readonly BrokenCase[]): readonly BrokenCase[] {
  return list;
}

/** A list of them; what they do gets its types here. */
export function healthyCases(list: readonly HealthyCase[]): readonly HealthyCase[] {
  return list;
}
