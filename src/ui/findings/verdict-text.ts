// SPDX-License-Identifier: LGPL-2.1-or-later
import type { CheckProgress, Verdict } from '../../engine/preflight/index.ts';
import { _, format, ngettext } from '../common/index.ts';
import type { StatusTone } from './status.tsx';

/** What a row shows: a verdict, no verdict yet, or an overridden problem. */
export type RowVerdict = Verdict | 'waiting' | 'overridden';

/** The most urgent come first. */
const worstFirst: readonly RowVerdict[] = [
  'block',
  'unknown',
  'overridden',
  'warn',
  'waiting',
  'pass',
  'not-applicable',
];

/** Lower is worse. */
export function rank(verdict: RowVerdict): number {
  return worstFirst.indexOf(verdict);
}

/** The present display of a check. */
export function rowVerdict(progress: CheckProgress, overrides: ReadonlySet<string>): RowVerdict {
  if (progress.status === 'waiting') return 'waiting';
  const { verdict, check } = progress.finding;
  return verdict === 'block' && overrides.has(check) ? 'overridden' : verdict;
}

/** True if the admin has to read it. */
export function needsAdmin(verdict: RowVerdict): boolean {
  return verdict === 'block' || verdict === 'unknown' || verdict === 'overridden' || verdict === 'warn';
}

/** How a verdict looks. */
export function toneOf(verdict: RowVerdict): StatusTone {
  switch (verdict) {
    case 'waiting':
      return 'busy';
    case 'pass':
      return 'success';
    case 'warn':
    case 'overridden':
      return 'warning';
    case 'block':
      return 'danger';
    case 'not-applicable':
      return 'quiet';
    case 'unknown':
      return 'unknown';
  }
}

/** The colour of the word; undefined if the icon is enough. */
export function labelColour(verdict: RowVerdict): 'red' | 'orange' | 'teal' | undefined {
  switch (verdict) {
    case 'block':
      return 'red';
    case 'warn':
    case 'overridden':
      return 'orange';
    case 'unknown':
      return 'teal';
    case 'waiting':
    case 'pass':
    case 'not-applicable':
      return undefined;
  }
}

/** The word for a verdict. */
export function verdictText(verdict: RowVerdict): string {
  switch (verdict) {
    case 'waiting':
      return _('Checking');
    case 'pass':
      return _('Passed');
    case 'warn':
      return _('Warning');
    case 'overridden':
      return _('Problem, overridden');
    case 'block':
      return _('Problem');
    case 'not-applicable':
      return _('Does not apply');
    case 'unknown':
      return _('Unknown');
  }
}

/** The number of checks for each verdict. */
export type VerdictCounts = Readonly<Record<RowVerdict, number>>;

/** Counts the verdicts. */
export function verdictCountsOf(verdicts: readonly RowVerdict[]): VerdictCounts {
  const count = (wanted: RowVerdict): number => verdicts.filter((verdict) => verdict === wanted).length;
  return {
    block: count('block'),
    unknown: count('unknown'),
    overridden: count('overridden'),
    warn: count('warn'),
    waiting: count('waiting'),
    pass: count('pass'),
    'not-applicable': count('not-applicable'),
  };
}

function countText(verdict: RowVerdict, count: number): string {
  switch (verdict) {
    case 'block':
      return format(ngettext('$0 problem', '$0 problems', count), count);
    case 'unknown':
      return format(ngettext('$0 unknown', '$0 unknown', count), count);
    case 'overridden':
      return format(ngettext('$0 problem overridden', '$0 problems overridden', count), count);
    case 'warn':
      return format(ngettext('$0 warning', '$0 warnings', count), count);
    case 'waiting':
      return format(ngettext('$0 not checked', '$0 not checked', count), count);
    case 'pass':
      return format(ngettext('$0 passed', '$0 passed', count), count);
    case 'not-applicable':
      return format(ngettext('$0 does not apply', '$0 do not apply', count), count);
  }
}

/** The counts as text, the worst first, without zeros. */
export function tallyTexts(
  tally: VerdictCounts,
): readonly { readonly verdict: RowVerdict; readonly text: string }[] {
  return worstFirst.flatMap((verdict) =>
    tally[verdict] === 0 ? [] : [{ verdict, text: countText(verdict, tally[verdict]) }],
  );
}
