// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  durationText,
  longestDowntimeMilliseconds,
  type Message,
  msg,
  nmsg,
  type Remedy,
  rateText,
  shellCommand,
  sizeText,
  type VmIdentity,
} from '../base/index.ts';
import type { MigrationProgress } from './progress.ts';

/** A margin on the computed pause, so that it suffices. */
const spare = 1.25;

/** The data left at the start of a pass, and the seconds to send it; undefined while unknown. */
function onePass({
  bestPass,
  transferredBytes,
  elapsedMilliseconds,
}: MigrationProgress): { readonly bytes: number; readonly seconds: number } | undefined {
  if (bestPass === undefined || transferredBytes === 0 || elapsedMilliseconds === 0) return undefined;
  return {
    bytes: bestPass.mostBytes,
    seconds: (bestPass.mostBytes * elapsedMilliseconds) / transferredBytes / 1000,
  };
}

/** Rounded up to 1 s or 5 s: a figure that changes every second cannot be copied. */
function roundedUp(seconds: number): number {
  return seconds <= 10 ? Math.ceil(seconds) : Math.ceil(seconds / 5) * 5;
}

/** The pause that QEMU needs for a pass of the present size, in milliseconds; undefined if unknown or too long. */
export function pauseForLastPass(progress: MigrationProgress): number | undefined {
  const last = onePass(progress);
  const pause = last === undefined ? undefined : roundedUp(last.seconds * spare) * 1000;
  return pause === undefined || pause > longestDowntimeMilliseconds ? undefined : pause;
}

/** Below this part of what was measured, the link is what is wrong. */
const slowShare = 0.7;

/**
 * Why it does not finish, in one sentence from the figures: the cause that an admin can do something about comes before one that follows
 * from it.
 *
 * @param measured what the link carried before the start, in bytes per second; undefined where nobody measured it
 */
function causeText(progress: MigrationProgress, measured: number | undefined): Message {
  const { disks, memoryTotalBytes, throttlePercent } = progress;
  const { throughputBytesPerSecond: copied, dirtyBytesPerSecond: dirty } = progress;
  const last = onePass(progress);
  if (disks !== undefined && disks.remainingBytes > 0 && memoryTotalBytes > 0)
    return msg(
      'The copy of the disks is behind what the VM writes: $0 left.',
      sizeText(disks.remainingBytes),
    );
  if (measured !== undefined && copied > 0 && copied < measured * slowShare && dirty < measured)
    return msg(
      'The link carries only $0; before the start it carried $1.',
      rateText(copied),
      rateText(measured),
    );
  if (throttlePercent !== undefined)
    return msg(
      'QEMU throttles the VM by $0 %, and it still writes memory as fast as it is copied.',
      throttlePercent,
    );
  if (copied > 0 && dirty > copied)
    return msg(
      'The VM writes memory at $0, faster than the $1 at which it is copied.',
      rateText(dirty),
      rateText(copied),
    );
  if (last === undefined) return msg('The VM writes memory as fast as it is copied.');
  return msg(
    'The VM writes to about $0 again and again: to send that takes $1, longer than the VM may pause.',
    sizeText(last.bytes),
    durationText(roundedUp(last.seconds) * 1000),
  );
}

/** Why it does not finish, since when it gets no closer, and what each pass leaves. */
export function stallText(progress: MigrationProgress, measured?: number): readonly Message[] {
  const { bestPass, pass, elapsedMilliseconds } = progress;
  const why = causeText(progress, measured);
  if (bestPass === undefined) return [why];
  return [
    why,
    nmsg(
      'No progress for $2: $0 pass left about $1 again.',
      'No progress for $2: $0 passes left about $1 each.',
      pass - bestPass.pass,
      sizeText(bestPass.mostBytes),
      durationText(elapsedMilliseconds - bestPass.elapsedMilliseconds),
    ),
    msg('This migration will not finish until the load or the link changes.'),
  ];
}

/** What makes the migration finish, the gentlest first. */
export function stallRemedies(
  { connection, uuid }: VmIdentity,
  progress: MigrationProgress,
  postCopyAllowed = false,
): readonly Remedy[] {
  const virsh = (...argv: readonly string[]): string =>
    shellCommand('virsh', '-c', connection === 'system' ? 'qemu:///system' : 'qemu:///session', ...argv);
  const last = onePass(progress);
  const pause = pauseForLastPass(progress);
  return [
    {
      text:
        progress.throughputBytesPerSecond > 0
          ? msg(
              'Reduce the load in the guest: once it writes clearly less than $0, the migration finishes by itself.',
              rateText(progress.throughputBytesPerSecond),
            )
          : msg('Reduce the load in the guest: the migration then finishes by itself.'),
    },
    ...(pause === undefined
      ? []
      : [
          {
            text: msg(
              'Allow a longer pause: the VM stands still for up to $0, then goes on running on the destination.',
              durationText(pause),
            ),
            command: virsh('migrate-setmaxdowntime', uuid, String(pause)),
            host: 'source' as const,
          },
        ]),
    {
      // The rest of this pass, then one more for what changed meanwhile. libvirt 9.0 resumes the VM on the destination.
      text:
        last === undefined
          ? msg('Pause the VM: the migration finishes, and the VM resumes on the destination.')
          : msg(
              'Pause the VM: the migration finishes within about $0, and the VM resumes on the destination.',
              durationText(roundedUp(last.seconds * 2) * 1000),
            ),
      command: virsh('suspend', uuid),
      host: 'source',
      action: { kind: 'pause-vm' },
    },
    ...(postCopyAllowed && last !== undefined
      ? [
          {
            text: msg(
              'Switch to post-copy: the VM runs on the destination at once, and its memory follows within about $0. If the network fails meanwhile, the VM is lost.',
              durationText(roundedUp(last.seconds * 2) * 1000),
            ),
            command: virsh('migrate-postcopy', uuid),
            host: 'source' as const,
          },
        ]
      : []),
    { text: msg('Cancel the migration: the VM stays on this host.') },
  ];
}
