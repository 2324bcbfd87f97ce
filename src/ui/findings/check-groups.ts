// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  type CheckGroup,
  type CheckProgress,
  type CommonReason,
  checkGroups,
  type Finding,
  groupByReason,
  type PreflightState,
} from '../../engine/preflight/index.ts';
import { _ } from '../common/index.ts';
import { needsAdmin, type RowVerdict, rank, rowVerdict } from './verdict-text.ts';

/** One check in its group. */
export interface CheckRow {
  readonly check: string;
  readonly verdict: RowVerdict;
  readonly progress: CheckProgress;
  /** Where its reason is shown instead: in the notice above all groups, or in the row of this finding. */
  readonly saidIn?: 'notice' | Finding;
}

/** The checks of one group. */
export interface GroupOfRows {
  readonly group: CheckGroup;
  readonly rows: readonly CheckRow[];
  readonly worst: RowVerdict;
  /** It contains something to read that is not shown elsewhere. */
  readonly open: boolean;
}

/** The name of a group. */
export function groupName(group: CheckGroup): string {
  switch (group) {
    case 'connection':
      return _('Connection');
    case 'host':
      return _('Host');
    case 'cpu-memory':
      return _('CPU and memory');
    case 'storage':
      return _('Storage');
    case 'network':
      return _('Network');
    case 'devices':
      return _('Devices');
    case 'guest':
      return _('Guest');
  }
}

function groupOf(progress: CheckProgress): CheckGroup {
  return progress.status === 'waiting' ? progress.group : progress.finding.group;
}

/** Reasons why several checks could not be done. */
export function commonReasons({ checks }: PreflightState): readonly CommonReason[] {
  const findings = checks.flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []));
  return groupByReason(findings).flatMap((group) => (group.kind === 'finding' ? [] : [group.reason]));
}

/** For each check with a common reason: the rest of its finding, and where the reason is shown. */
function saidElsewhere(
  reasons: readonly CommonReason[],
  running: boolean,
): ReadonlyMap<string, { readonly finding: Finding; readonly saidIn: 'notice' | Finding }> {
  return new Map(
    reasons.flatMap(({ findings }) => {
      const [first] = findings;
      if (first === undefined) return [];
      // While checks run, a notice would push the rows down. So the first row shows the reason.
      const saidIn = running ? first : 'notice';
      return findings
        .filter((finding) => finding !== saidIn)
        .map((finding) => [finding.check, { finding, saidIn }] as const);
    }),
  );
}

/**
 * The checks in their groups. While they run, groups and rows keep their order, so that nothing moves. At the end, the worst come
 * first.
 */
export function groupedRows(state: PreflightState, overrides: ReadonlySet<string>): readonly GroupOfRows[] {
  const { running } = state;
  // The first row with a reason is the one that is read first.
  const inGroups = checkGroups.flatMap((group) =>
    state.checks.filter((progress) => groupOf(progress) === group),
  );
  const elsewhere = saidElsewhere(commonReasons({ ...state, checks: inGroups }), running);
  const rows = state.checks.map((progress): CheckRow & { readonly group: CheckGroup } => {
    const verdict = rowVerdict(progress, overrides);
    if (progress.status === 'waiting') return { ...progress, verdict, progress };
    const { check, group } = progress.finding;
    const said = elsewhere.get(check);
    return said === undefined
      ? { check, group, verdict, progress }
      : { check, group, verdict, progress: { status: 'done', finding: said.finding }, saidIn: said.saidIn };
  });
  const groups = checkGroups.flatMap((group): readonly GroupOfRows[] => {
    const own = rows.filter((row) => row.group === group);
    const sorted = [...own].sort((a, b) => rank(a.verdict) - rank(b.verdict));
    const [worst] = sorted;
    if (worst === undefined) return [];
    const open = own.some(({ verdict, saidIn }) => needsAdmin(verdict) && saidIn === undefined);
    return [{ group, rows: running ? own : sorted, worst: worst.verdict, open: open && !running }];
  });
  if (running) return groups;
  // Groups that passed or do not apply keep their order.
  const calm = rank('pass');
  return [...groups].sort((a, b) => Math.min(rank(a.worst), calm) - Math.min(rank(b.worst), calm));
}
