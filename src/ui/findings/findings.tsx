// SPDX-License-Identifier: LGPL-2.1-or-later
import { ExpandableSection } from '@patternfly/react-core';
import { type ReactNode, useState } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import {
  type Finding,
  groupByReason,
  type PreflightState,
  type Verdict,
} from '../../engine/preflight/index.ts';
import { _, format, ngettext, textOf } from '../common/index.ts';
import { CommonReasonItem } from './common-reason-item.tsx';
import { FindingItem } from './finding-item.tsx';
import { VerdictLabel } from './verdict-label.tsx';

export interface FindingsProps {
  readonly state: PreflightState;
  readonly overrides: ReadonlySet<string>;
  readonly destinationHost: string;
  /** Comes after what asks for a decision, and before what passed. */
  readonly forecast: ReactNode;
  readonly onOverride: (check: string, overridden: boolean) => void;
  readonly onAction: (action: RemedyAction) => void;
}

const worstFirst: readonly Verdict[] = ['block', 'unknown', 'warn', 'not-applicable', 'pass'];

function rank(finding: Finding, overrides: ReadonlySet<string>): number {
  // What was overridden was read already: it comes after what still asks for a decision.
  if (finding.verdict === 'block' && overrides.has(finding.check)) return worstFirst.indexOf('warn') - 0.5;
  return worstFirst.indexOf(finding.verdict);
}

function isCalm(finding: Finding): boolean {
  return finding.verdict === 'pass' || finding.verdict === 'not-applicable';
}

/** What the folded part says. */
function calmSummary(calm: readonly Finding[]): string {
  const passed = calm.filter((finding) => finding.verdict === 'pass').length;
  const rest = calm.length - passed;
  const passedText = format(ngettext('$0 check passed', '$0 checks passed', passed), passed);
  if (rest === 0) return passedText;
  // TRANSLATORS: $1 is the text “3 checks passed”, $0 the number of the other checks.
  return format(ngettext('$1, $0 does not apply', '$1, $0 do not apply', rest), rest, passedText);
}

/** What is said aloud: that checks run, and what came of them, but not each step on the way. */
export function findingsSummary(state: PreflightState, overrides: ReadonlySet<string>): string {
  const findings = state.checks.flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []));
  const count = (verdict: Verdict): number =>
    findings.filter(
      (finding) => finding.verdict === verdict && !(verdict === 'block' && overrides.has(finding.check)),
    ).length;
  const [blocks, unknowns, warnings] = [count('block'), count('unknown'), count('warn')];
  if (state.running) {
    return blocks === 0
      ? _('Checking whether the migration will work. Nothing is changed on either host.')
      : format(
          ngettext(
            'Checking on, but $0 check blocks the migration already.',
            'Checking on, but $0 checks block the migration already.',
            blocks,
          ),
          blocks,
        );
  }
  const overridden = findings.filter(
    (finding) => finding.verdict === 'block' && overrides.has(finding.check),
  ).length;
  const parts = [
    ...(blocks > 0
      ? [format(ngettext('$0 check blocks the migration.', '$0 checks block the migration.', blocks), blocks)]
      : []),
    ...(unknowns > 0
      ? [format(ngettext('$0 check could not be made.', '$0 checks could not be made.', unknowns), unknowns)]
      : []),
    ...(overridden > 0
      ? [format(ngettext('$0 block is overridden.', '$0 blocks are overridden.', overridden), overridden)]
      : []),
    ...(warnings > 0 ? [format(ngettext('$0 warning.', '$0 warnings.', warnings), warnings)] : []),
  ];
  return parts.length === 0 ? _('All checks passed.') : parts.join(' ');
}

/** The findings that are unknown for a reason that stands above them already, with the finding that says it. */
function saidBefore({ checks }: PreflightState): ReadonlyMap<string, Finding> {
  const findings = checks.flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []));
  return new Map(
    groupByReason(findings).flatMap((group) => {
      if (group.kind === 'finding') return [];
      const [first, ...others] = group.reason.findings;
      return first === undefined ? [] : others.map(({ check }) => [check, first] as const);
    }),
  );
}

/**
 * The findings. While they stream in they keep the order of the checks, so that nothing jumps under the reader's eyes;
 * at the end the worst come first, those that are unknown for one reason together, and what passed can be folded away.
 */
export function Findings({
  state,
  overrides,
  destinationHost,
  forecast,
  onOverride,
  onAction,
}: FindingsProps): ReactNode {
  const [expanded, setExpanded] = useState(true);
  const item = (finding: Finding): ReactNode => (
    <FindingItem
      key={finding.check}
      finding={finding}
      overridden={finding.verdict === 'block' && overrides.has(finding.check)}
      destinationHost={destinationHost}
      onOverride={onOverride}
      onAction={onAction}
    />
  );
  if (state.running) {
    const said = saidBefore(state);
    return (
      <>
        {forecast}
        <ul className="migrate-findings" aria-label={_('Findings')} aria-busy="true">
          {state.checks.map((progress) => {
            if (progress.status === 'waiting') {
              return (
                <li key={progress.check} className="migrate-finding" data-check={progress.check}>
                  <div className="migrate-finding-head">
                    <VerdictLabel verdict="waiting" />
                    <span className="migrate-finding-title">{textOf(progress.title)}</span>
                  </div>
                </li>
              );
            }
            const { finding } = progress;
            const first = said.get(finding.check);
            if (first === undefined) return item(finding);
            return (
              <li
                key={finding.check}
                className="migrate-finding"
                data-check={finding.check}
                data-verdict={finding.verdict}
              >
                <div className="migrate-finding-head">
                  <VerdictLabel verdict={finding.verdict} />
                  <strong className="migrate-finding-title">{textOf(finding.title)}</strong>
                </div>
                <div className="migrate-finding-why">
                  {format(_('For the same reason as: $0'), textOf(first.title))}
                </div>
              </li>
            );
          })}
        </ul>
      </>
    );
  }
  const findings = state.checks.flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []));
  const loud = findings
    .filter((finding) => !isCalm(finding))
    .sort((a, b) => rank(a, overrides) - rank(b, overrides));
  const calm = findings.filter(isCalm);
  return (
    <>
      {loud.length === 0 ? null : (
        <ul className="migrate-findings" aria-label={_('Findings')}>
          {groupByReason(loud).map((group) =>
            group.kind === 'finding' ? (
              item(group.finding)
            ) : (
              <CommonReasonItem
                key={group.reason.findings.map(({ check }) => check).join(' ')}
                reason={group.reason}
                destinationHost={destinationHost}
                onAction={onAction}
              />
            ),
          )}
        </ul>
      )}
      {forecast}
      {calm.length === 0 ? null : (
        <ExpandableSection
          toggleText={calmSummary(calm)}
          isExpanded={expanded}
          onToggle={(_event, isExpanded) => {
            setExpanded(isExpanded);
          }}
        >
          <ul className="migrate-findings" aria-label={calmSummary(calm)}>
            {calm.map(item)}
          </ul>
        </ExpandableSection>
      )}
    </>
  );
}
