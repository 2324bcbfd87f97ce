// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Forecast } from '../../engine/forecast/index.ts';
import type { PreflightState } from '../../engine/preflight/index.ts';
import { _, format, formatDuration, ngettext } from '../common/index.ts';
import { rowVerdict, type StatusTone, type VerdictCounts, verdictCountsOf } from '../findings/index.ts';

/** The verdict of the preflight, in one line. */
export interface OverallVerdict {
  readonly tone: StatusTone;
  readonly text: string;
  /** The number of checks for each verdict, at the end. */
  readonly tally?: VerdictCounts;
}

function checkingText(tally: VerdictCounts, all: number): string {
  const done = all - tally.waiting;
  return tally.block === 0
    ? format(_('Checking, $0 of $1'), done, all)
    : format(
        // TRANSLATORS: $1 of $2 checks are done, $0 of them found a problem.
        ngettext(
          'Checking, $1 of $2: $0 problem so far',
          'Checking, $1 of $2: $0 problems so far',
          tally.block,
        ),
        tally.block,
        done,
        all,
      );
}

/** Ready without findings to read: shows the forecast. */
function readyText(forecast: Forecast | undefined): string {
  if (forecast?.kind !== 'converges') return _('Ready, the forecast is unknown');
  const time = formatDuration(forecast.totalMilliseconds.likely);
  return forecast.paused === true
    ? format(_('Ready: about $0'), time)
    : format(_('Ready: about $0, pause about $1'), time, formatDuration(forecast.downtimeMilliseconds));
}

function doneText(tally: VerdictCounts, forecast: Forecast | undefined): Omit<OverallVerdict, 'tally'> {
  const unknown = tally.unknown + tally.waiting;
  if (tally.block > 0)
    return {
      tone: 'danger',
      text: format(ngettext('$0 problem to solve', '$0 problems to solve', tally.block), tally.block),
    };
  if (forecast?.kind === 'does-not-converge')
    return { tone: 'warning', text: _('It can start, but will not finish') };
  if (unknown > 0)
    return {
      tone: 'unknown',
      text: format(
        ngettext('It can start, $0 check is unknown', 'It can start, $0 checks are unknown', unknown),
        unknown,
      ),
    };
  if (tally.overridden > 0)
    return {
      tone: 'warning',
      text: format(
        ngettext('Ready, $0 problem overridden', 'Ready, $0 problems overridden', tally.overridden),
        tally.overridden,
      ),
    };
  if (tally.warn > 0)
    return {
      tone: 'warning',
      text: format(
        ngettext('Ready, $0 warning to read', 'Ready, $0 warnings to read', tally.warn),
        tally.warn,
      ),
    };
  return { tone: forecast?.kind === 'converges' ? 'success' : 'unknown', text: readyText(forecast) };
}

/** The verdict; undefined means no preflight. */
export function overallVerdict(
  preflight: PreflightState | undefined,
  overrides: ReadonlySet<string>,
): OverallVerdict {
  if (preflight === undefined) return { tone: 'quiet', text: _('Not checked yet') };
  const tally = verdictCountsOf(preflight.checks.map((progress) => rowVerdict(progress, overrides)));
  return preflight.running
    ? { tone: 'busy', text: checkingText(tally, preflight.checks.length) }
    : { ...doneText(tally, preflight.forecast), tally };
}
