// SPDX-License-Identifier: LGPL-2.1-or-later
import { longestDowntimeMilliseconds } from '../base/index.ts';

/** What can be done about a running migration that does not finish, the gentlest first. */
export const stallActions = ['longer-pause', 'post-copy', 'pause-vm', 'cancel'] as const;
export type StallAction = (typeof stallActions)[number];

/** One step of what is done if the migration does not finish. */
export interface StallStep {
  readonly action: StallAction;
  /** How long the migration has to have stalled, or how long after the step before it. */
  readonly afterSeconds: number;
}

/** How a migration is to run; what is absent is left to libvirt. */
export interface MigrationTuning {
  /** QEMU throttles the VM by itself if it writes too fast (VIR_MIGRATE_AUTO_CONVERGE). */
  readonly autoConverge?: true;
  /** Switch to post-copy after the first pass, as virsh's `--postcopy-after-precopy` does. */
  readonly postCopy?: true;
  /** The VM stands still from the beginning of the copying, and runs again on the destination. */
  readonly pauseVm?: true;
  /** What the migration may use of the link; libvirt takes whole MiB/s. */
  readonly bandwidthLimitBytesPerSecond?: number;
  /** How long the VM may stand still for the last pass; 300 ms if absent (QEMU's `downtime-limit`). */
  readonly maxDowntimeMilliseconds?: number;
  /** Steps to take, one after the other, if the migration does not finish; none: it goes on until it is cancelled. */
  readonly onStall?: readonly StallStep[];
  /** After so many seconds of copying it counts as stalled, whatever its figures say. */
  readonly timeoutSeconds?: number;
}

/** Between two steps, and before the first, unless the admin says otherwise: about as long as it takes to see an effect. */
export const defaultStepSeconds = 15;

/** True if libvirt has to allow post-copy from the start (VIR_MIGRATE_POSTCOPY), which cannot be done later. */
export function allowsPostCopy({ postCopy, onStall = [] }: MigrationTuning): boolean {
  return postCopy === true || onStall.some(({ action }) => action === 'post-copy');
}

/** Reads steps as they are typed: `post-copy:60,pause-vm`. `wait` stands for none. Undefined for anything else. */
export function parseStallSteps(text: string): readonly StallStep[] | undefined {
  if (text.trim() === 'wait') return [];
  const steps = text.split(',').map((part): StallStep | undefined => {
    const [, word, seconds] = /^([a-z-]+)(?::(\d{1,5}))?$/.exec(part.trim()) ?? [];
    const action = stallActions.find((each) => each === word);
    return action === undefined
      ? undefined
      : { action, afterSeconds: seconds === undefined ? defaultStepSeconds : Number(seconds) };
  });
  const known = steps.filter((step) => step !== undefined);
  const each = new Set(known.map(({ action }) => action));
  return known.length === steps.length && each.size === steps.length ? known : undefined;
}

/** Reads a pause in milliseconds, from 1 to QEMU's longest. Undefined for anything else. */
export function parseDowntime(text: string): number | undefined {
  const value = /^\d{1,7}$/.test(text.trim()) ? Number(text) : 0;
  return value >= 1 && value <= longestDowntimeMilliseconds ? value : undefined;
}

/** A limit as libvirt takes it: whole MiB/s, at least 1, since 0 stands for no limit. */
export function wholeMebibytes(bytesPerSecond: number): number {
  return Math.max(1, Math.round(bytesPerSecond / 2 ** 20));
}
