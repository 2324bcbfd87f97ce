// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg, rateText } from '../base/index.ts';
import type { MigrationTuning, StallStep } from './tuning.ts';

/** One step, as a command. */
function stallStepText({ action, afterSeconds }: StallStep): Message {
  const time = durationText(afterSeconds * 1000);
  switch (action) {
    case 'longer-pause':
      return msg('Allow a longer pause after $0', time);
    case 'post-copy':
      return msg('Switch to post-copy after $0', time);
    case 'pause-vm':
      return msg('Pause the VM after $0', time);
    case 'cancel':
      return msg('Cancel the migration after $0', time);
  }
}

/** All steps in their order, as one sentence. */
export function stallStepsText(steps: readonly StallStep[]): Message {
  const [first, ...others] = steps.map(stallStepText);
  if (first === undefined) return msg('If it does not finish: nothing is done.');
  // TRANSLATORS: $0 is a step, such as "Pause the VM after 15 s", or several of them with semicolons between them.
  return msg(
    'If it does not finish: $0.',
    others.reduce<Message>((before, step) => msg('$0; $1', before, step), first),
  );
}

/** The chosen options, as sentences; empty if none was chosen. */
export function tuningTexts(tuning: MigrationTuning): readonly Message[] {
  const { bandwidthLimitBytesPerSecond: limit, maxDowntimeMilliseconds: downtime, onStall = [] } = tuning;
  return [
    ...(tuning.pauseVm === true ? [msg('The VM is paused while its memory is copied.')] : []),
    ...(tuning.autoConverge === true ? [msg('QEMU throttles the VM if it writes too fast.')] : []),
    ...(tuning.postCopy === true
      ? [msg('After the first pass the VM runs on the destination, and the rest of its memory follows.')]
      : []),
    ...(downtime === undefined ? [] : [msg('The VM may pause for $0 at the end.', durationText(downtime))]),
    ...(limit === undefined ? [] : [msg('The migration uses at most $0.', rateText(limit))]),
    ...(onStall.length === 0 ? [] : [stallStepsText(onStall)]),
  ];
}
