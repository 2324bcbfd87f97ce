// SPDX-License-Identifier: LGPL-2.1-or-later
import { longestDowntimeMilliseconds } from '../base/index.ts';

/** What can be done if a running migration does not finish, the gentlest first. */
export const stallActions = ['longer-pause', 'post-copy', 'pause-vm', 'cancel'] as const;
export type StallAction = (typeof stallActions)[number];

/** One step to take if the migration does not finish. */
export interface StallStep {
  readonly action: StallAction;
  /** Seconds after the stall began, or after the step before this one. */
  readonly afterSeconds: number;
}

/** How a migration runs. For absent values, libvirt's defaults apply. */
export interface MigrationTuning {
  /** QEMU throttles the VM if it writes too fast (VIR_MIGRATE_AUTO_CONVERGE). */
  readonly autoConverge?: true;
  /** Switch to post-copy after the first pass, as virsh's `--postcopy-after-precopy` does. */
  readonly postCopy?: true;
  /** The VM is paused when copying begins, and runs again on the destination. */
  readonly pauseVm?: true;
  /** The bandwidth limit. libvirt takes whole MiB/s. */
  readonly bandwidthLimitBytesPerSecond?: number;
  /** How long the VM may pause for the last pass; absent: 300 ms (QEMU's default for `downtime-limit`). */
  readonly maxDowntimeMilliseconds?: number;
  /** Steps to take, in this order, if the migration does not finish. Without steps it goes on until it is cancelled. */
  readonly onStall?: readonly StallStep[];
  /** After this many seconds of copying, the migration counts as stalled, whatever its figures are. */
  readonly timeoutSeconds?: number;
}

/** The default time before each step: about as long as a step takes to have an effect. */
export const defaultStepSeconds = 15;

/** True if libvirt has to allow post-copy from the start (VIR_MIGRATE_POSTCOPY). It cannot be allowed later. */
export function allowsPostCopy({ postCopy, onStall = [] }: MigrationTuning): boolean {
  return postCopy === true || onStall.some(({ action }) => action === 'post-copy');
}

/** Parses steps such as `post-copy:60,pause-vm`. `wait` means none. Undefined for any other text. */
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

/** Parses a pause in milliseconds, from 1 to QEMU's maximum. Undefined for any other text. */
export function parseDowntime(text: string): number | undefined {
  const value = /^\d{1,7}$/.test(text.trim()) ? Number(text) : 0;
  return value >= 1 && value <= longestDowntimeMilliseconds ? value : undefined;
}

/** A limit as libvirt takes it: whole MiB/s, at least 1, because 0 means no limit. */
export function wholeMebibytes(bytesPerSecond: number): number {
  return Math.max(1, Math.round(bytesPerSecond / 2 ** 20));
}
