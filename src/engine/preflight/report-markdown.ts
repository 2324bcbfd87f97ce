// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, plainText, type Remedy, shellCommand, type Translator } from '../base/index.ts';
import { forecastText, leversText } from '../forecast/index.ts';
import type { MigrationChoices, Plan } from '../plan/index.ts';
import type { Finding, Verdict } from './finding.ts';
import type { PreflightState, PreflightVerdict } from './state.ts';
import { verdictOf } from './verdict-of.ts';

/** The verdicts, those that need the admin first. */
export const worstFirst: readonly Verdict[] = ['block', 'unknown', 'warn', 'not-applicable', 'pass'];

/** The name of a verdict in a report. */
export function verdictText(verdict: Verdict): Message {
  switch (verdict) {
    case 'block':
      return msg('Problem');
    case 'unknown':
      return msg('Unknown');
    case 'warn':
      return msg('Warning');
    case 'not-applicable':
      return msg('Does not apply');
    case 'pass':
      return msg('Passed');
  }
}

/** The verdict of all findings, in one sentence. */
export function verdictSentence(verdict: PreflightVerdict): Message {
  switch (verdict) {
    case 'ready':
      return msg('Ready: all checks passed.');
    case 'ready-with-warnings':
      return msg('Ready, with warnings.');
    case 'blocked':
      return msg('Not ready: this migration would fail.');
    case 'unknown':
      return msg('Unknown: some checks could not be made.');
  }
}

/** Escapes Markdown: host names, file names and libvirt's texts may contain any character. */
function literal(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}

/** A code block. Its fence is longer than any run of backticks in it. */
function code(text: string, indent = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...text.split('\n'), fence].map((line) => `${indent}${line}`).join('\n');
}

/** The findings, the forecast and the plan as Markdown, for a ticket or a mail. */
export function markdownOf(
  choices: MigrationChoices,
  plan: Plan,
  state: PreflightState,
  overridden: ReadonlySet<string>,
  translator?: Translator,
): string {
  const say = (message: Message): string => literal(plainText(message, translator));
  const findings = state.checks
    .flatMap((progress) => (progress.status === 'done' ? [progress.finding] : []))
    .sort((a, b) => worstFirst.indexOf(a.verdict) - worstFirst.indexOf(b.verdict));
  const loud = findings.filter((finding) => 'remedies' in finding);
  const calm = findings.filter((finding) => !('remedies' in finding));
  const levers = leversText(state.forecast);
  return `${[
    `# ${say(msg('Migration of $0 to $1', choices.vm.name, choices.destination))}`,
    `**${say(verdictSentence(verdictOf(state, overridden)))}**`,
    plan.sentences.map(say).join(' '),
    `## ${say(msg('Findings'))}`,
    ...loud.map((finding) => findingText(finding, overridden, say)),
    ...(calm.length === 0
      ? []
      : [
          `### ${say(msg('Nothing to do'))}`,
          calm.map((finding) => findingText(finding, overridden, say)).join('\n'),
        ]),
    `## ${say(msg('Forecast'))}`,
    forecastText(state.forecast).map(say).join(' '),
    ...(levers.length === 0 ? [] : [levers.map((each) => `- ${say(each)}`).join('\n')]),
    `## ${say(msg('The same migration with virsh'))}`,
    code(shellCommand(...plan.virsh)),
  ].join('\n\n')}\n`;
}

function findingText(
  finding: Finding,
  overridden: ReadonlySet<string>,
  say: (message: Message) => string,
): string {
  const mark =
    finding.verdict === 'block' && finding.override !== undefined && overridden.has(finding.check)
      ? ` (${say(msg('overridden'))})`
      : '';
  const head = `${say(verdictText(finding.verdict))}${mark}: ${say(finding.title)} (\`${finding.check}\`)`;
  if (!('remedies' in finding)) return `- ${head}. ${say(finding.found)}`;
  return [
    `### ${head}`,
    say(finding.found),
    ...(finding.details === undefined ? [] : [finding.details.map((each) => `- ${say(each)}`).join('\n')]),
    ...(finding.original === undefined ? [] : [code(finding.original)]),
    say(finding.why),
    ...finding.remedies.map((remedy) => remedyText(remedy, say)),
  ].join('\n\n');
}

function remedyText({ text, command, host, xml }: Remedy, say: (message: Message) => string): string {
  const where =
    host === undefined
      ? []
      : [`  ${say(host === 'source' ? msg('On the source:') : msg('On the destination:'))}`];
  return [
    `- ${say(text)}`,
    ...(command === undefined ? [] : [...where, code(command, '  ')]),
    ...(xml === undefined ? [] : [code(xml, '  ')]),
  ].join('\n\n');
}
