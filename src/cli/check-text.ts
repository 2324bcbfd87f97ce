// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, nmsg, type Remedy, type RemedyAction, shellCommand } from '../engine/base/index.ts';
import { forecastText, leversText } from '../engine/forecast/index.ts';
import type { MigrationChoices, Plan } from '../engine/plan/index.ts';
import {
  type CommonReason,
  type Finding,
  groupByReason,
  type PreflightState,
  type Verdict,
  verdictOf,
  verdictSentence,
  worstFirst,
} from '../engine/preflight/index.ts';
import { messageText } from './environment.ts';
import { wrapText } from './text-layout.ts';

/** The verdict in a narrow column. */
const marks: Readonly<Record<Verdict, string>> = {
  block: 'PROBLEM',
  unknown: 'UNKNOWN',
  warn: 'WARNING',
  'not-applicable': '-',
  pass: 'passed',
};

/** The mark of an overridden problem. */
const overriddenMark = 'OVERRIDE';

const column = Math.max(...Object.values(marks).map(({ length }) => length)) + 2;

/** The option that corresponds to a button of the dialog; undefined if there is none. */
function optionFor(action: RemedyAction | undefined): string | undefined {
  switch (action?.kind) {
    case 'set-migration-uri':
      return shellCommand('--migration-uri', action.uri);
    case 'copy-disks':
      return action.disks.length === 0 ? undefined : shellCommand('--copy-disks', action.disks.join(','));
    case 'set-destination':
    case 'confirm-uri-parameters':
    case 'pause-vm':
    case 'resume-vm':
    case 'eject-medium':
    case undefined:
      return undefined;
  }
}

/** A remedy in lines with the same prefix. */
export function remedyLines(
  { text, command, host, xml, action }: Remedy,
  width: number,
  indent: string,
): readonly string[] {
  const where =
    host === undefined
      ? undefined
      : host === 'source'
        ? msg('Run on this host:')
        : msg('Run on the destination:');
  const option = optionFor(action);
  return [
    ...wrapText(`-> ${messageText(text)}`, width, indent),
    ...(option === undefined ? [] : [`${indent}   ${messageText(msg('Option: $0', option))}`]),
    // Commands are copied, so they are never wrapped.
    ...(command === undefined
      ? []
      : [
          ...(where === undefined ? [] : [`${indent}   ${messageText(where)}`]),
          ...command.split('\n').map((line) => `${indent}     ${line}`),
        ]),
    ...(xml === undefined ? [] : xml.split('\n').map((line) => `${indent}     ${line}`)),
  ];
}

function headLine(mark: string, { title, check }: Finding): string {
  return `${mark.padEnd(column)}${messageText(title)} [${check}]`;
}

/** A line for each check, and below them the common reason once. A reason of one check only names that check. */
function commonReasonLines(
  { found, original, details, remedies, findings }: CommonReason,
  width: number,
): readonly string[] {
  const indent = ' '.repeat(column);
  return [
    ...findings.map((finding) => headLine(marks.unknown, finding)),
    ...wrapText(
      messageText(
        nmsg('Not checked:', 'These $0 checks were not made, for the same reason:', findings.length),
      ),
      width,
      indent,
    ),
    ...wrapText(messageText(found), width, indent),
    ...[
      ...details,
      ...findings.flatMap(({ title, details: own = [] }) => own.map((each) => msg('$0: $1', title, each))),
    ].flatMap((detail) => wrapText(`- ${messageText(detail)}`, width, indent)),
    ...originalLines(original, indent),
    ...[
      ...remedies,
      ...findings.flatMap(({ title, remedies: own }) =>
        own.map((remedy) => ({ ...remedy, text: msg('$0: $1', title, remedy.text) })),
      ),
    ].flatMap((remedy) => remedyLines(remedy, width, indent)),
  ];
}

function originalLines(original: string | undefined, indent: string): readonly string[] {
  return original === undefined ? [] : original.split('\n').map((line) => `${indent}| ${line}`);
}

function findingLines(finding: Finding, overridden: ReadonlySet<string>, width: number): readonly string[] {
  const indent = ' '.repeat(column);
  const isOverridden =
    finding.verdict === 'block' && finding.override !== undefined && overridden.has(finding.check);
  const mark = isOverridden ? overriddenMark : marks[finding.verdict];
  const head = headLine(mark, finding);
  if (!('remedies' in finding)) return [head];
  return [
    head,
    ...wrapText(messageText(finding.found), width, indent),
    ...(finding.details ?? []).flatMap((detail) => wrapText(`- ${messageText(detail)}`, width, indent)),
    ...originalLines(finding.original, indent),
    ...wrapText(messageText(finding.why), width, indent),
    ...finding.remedies.flatMap((remedy) => remedyLines(remedy, width, indent)),
    ...(finding.verdict !== 'block' || finding.override === undefined
      ? []
      : wrapText(
          messageText(
            isOverridden
              ? msg('Overridden. Risk: $0', finding.override.risk)
              : msg('To override, add $0. Risk: $1', `--override ${finding.check}`, finding.override.risk),
          ),
          width,
          indent,
        )),
  ];
}

/** The whole preflight as text: the findings, the worst first, then the forecast, the plan and the verdict. */
export function checkText(
  choices: MigrationChoices,
  plan: Plan,
  state: PreflightState,
  overridden: ReadonlySet<string>,
  columns: number,
): readonly string[] {
  const width = Math.min(columns, 100);
  const findings = state.checks
    .flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []))
    .sort((a, b) => worstFirst.indexOf(a.verdict) - worstFirst.indexOf(b.verdict));
  const levers = leversText(state.forecast);
  return [
    `${choices.vm.name} -> ${choices.destination}`,
    ...wrapText(plan.sentences.map(messageText).join(' '), width, ''),
    '',
    ...groupByReason(findings).flatMap((group) =>
      group.kind === 'finding'
        ? findingLines(group.finding, overridden, width)
        : commonReasonLines(group.reason, width),
    ),
    '',
    ...wrapText(
      `${messageText(msg('Forecast'))}: ${forecastText(state.forecast).map(messageText).join(' ')}`,
      width,
      '',
    ),
    ...(levers.length === 0 ? [] : [`${messageText(msg('What changes the forecast'))}:`]),
    ...levers.flatMap((each) => wrapText(`- ${messageText(each)}`, width, '  ')),
    `${messageText(msg('The same with virsh'))}: ${shellCommand(...plan.virsh)}`,
    '',
    messageText(verdictSentence(verdictOf(state, overridden))),
  ];
}
