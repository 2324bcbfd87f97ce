// SPDX-License-Identifier: LGPL-2.1-or-later
import { longestDowntimeMilliseconds } from '../../engine/base/index.ts';
import { parseBandwidthInput } from '../../engine/plan/index.ts';
import { _, type FieldDescription } from '../common/index.ts';
import type { DialogAction, DialogState } from './dialog-state.ts';
import { maxDowntimeOf } from './tuning-state.ts';

/** The fields for tuning the migration. */
export function tuningFields({
  state: { tuning },
  dispatch,
}: {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
}): readonly FieldDescription[] {
  return [
    {
      name: 'max-downtime',
      label: _('Longest pause at the end, in milliseconds'),
      help: _('If empty, the VM may pause for 300 ms, as QEMU does by itself.'),
      error: maxDowntimeOf(tuning) === 'invalid' ? _('Enter a whole number from 1 to 2000000.') : undefined,
      value: tuning.maxDowntime,
      input: { className: 'migrate-seconds', type: 'number', min: 1, max: longestDowntimeMilliseconds },
      onChange: (maxDowntime) => {
        dispatch({ type: 'tuning', change: { maxDowntime } });
      },
    },
    {
      name: 'bandwidth-limit',
      label: _('Bandwidth limit, in MiB/s'),
      help: _('If empty, the migration uses all of the link.'),
      error:
        parseBandwidthInput(tuning.bandwidthLimit).kind === 'invalid'
          ? _('Enter a number above 0.')
          : undefined,
      value: tuning.bandwidthLimit,
      input: { className: 'migrate-seconds', inputMode: 'decimal' },
      onChange: (bandwidthLimit) => {
        dispatch({ type: 'tuning', change: { bandwidthLimit } });
      },
    },
  ];
}
