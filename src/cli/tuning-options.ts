// SPDX-License-Identifier: LGPL-2.1-or-later
import { longestDowntimeMilliseconds, type Message, msg } from '../engine/base/index.ts';
import {
  type MigrationTuning,
  parseBandwidthInput,
  parseDowntime,
  parseStallSteps,
  stallActions,
} from '../engine/plan/index.ts';

/** The given values by option; a switch has none. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** The tuning of the migration, or what is wrong with the options. */
export function parseTuning(given: Given): MigrationTuning | Message {
  const [limitText] = given.get('bandwidth-limit') ?? [];
  const limit = parseBandwidthInput(limitText ?? '');
  if (limitText !== undefined && limit.kind !== 'valid')
    return msg('Option --bandwidth-limit takes a number of MiB/s above 0, not $0.', limitText);
  const [downtimeText] = given.get('max-downtime') ?? [];
  const downtime = downtimeText === undefined ? undefined : parseDowntime(downtimeText);
  if (downtimeText !== undefined && downtime === undefined)
    return msg(
      'Option --max-downtime takes whole milliseconds from 1 to $0, not $1.',
      String(longestDowntimeMilliseconds),
      downtimeText,
    );
  const [stepsText] = given.get('on-stall') ?? [];
  const steps = stepsText === undefined ? [] : parseStallSteps(stepsText);
  if (steps === undefined)
    return msg(
      'Option --on-stall takes steps with commas between them, each once, not $0. Steps: $1; or wait.',
      stepsText ?? '',
      stallActions.join(', '),
    );
  const [timeout] = given.get('timeout') ?? [];
  if (timeout !== undefined && !/^[1-9]\d{0,6}$/.test(timeout))
    return msg('Option --timeout takes whole seconds above 0, not $0.', timeout);
  if (timeout !== undefined && steps.length === 0)
    return msg('Option --timeout needs --on-stall, which says what to do then.');
  return {
    ...(given.has('auto-converge') ? { autoConverge: true as const } : {}),
    ...(given.has('post-copy') ? { postCopy: true as const } : {}),
    ...(given.has('pause-vm') ? { pauseVm: true as const } : {}),
    ...(limit.kind === 'valid' ? { bandwidthLimitBytesPerSecond: limit.bytesPerSecond } : {}),
    ...(downtime === undefined ? {} : { maxDowntimeMilliseconds: downtime }),
    ...(steps.length === 0 ? {} : { onStall: steps }),
    ...(timeout === undefined ? {} : { timeoutSeconds: Number(timeout) }),
  };
}
