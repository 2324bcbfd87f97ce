// SPDX-License-Identifier: LGPL-2.1-or-later

import { plainText, type Remedy, type Translator } from '../base/index.ts';
import type { Forecast } from '../forecast/index.ts';
import type { MigrationChoices, Plan } from '../plan/index.ts';
import type { CheckGroup } from './check-group.ts';
import type { Finding, Verdict } from './finding.ts';
import type { PreflightState, PreflightVerdict } from './state.ts';
import { verdictOf } from './verdict-of.ts';

/** One finding as plain data. */
export interface ReportFinding {
  readonly check: string;
  readonly group?: CheckGroup;
  readonly verdict: Verdict;
  readonly found: string;
  readonly why: string;
  readonly details?: readonly string[];
  readonly original?: string;
  /** True if the admin overrode this block. */
  readonly overridden?: true;
  /** The first of `remedies`. */
  readonly remedy?: ReportRemedy;
  /** All remedies, the best first. */
  readonly remedies?: readonly ReportRemedy[];
}

/** What to do, as plain data. */
export interface ReportRemedy {
  readonly text: string;
  readonly command?: string;
  readonly host?: 'source' | 'destination';
  readonly xml?: string;
}

/** The preflight's result as one JSON document. The version increases with each incompatible change. */
export interface Report {
  readonly version: 1;
  readonly vm: string;
  readonly destination: string;
  readonly verdict: PreflightVerdict;
  readonly findings: readonly ReportFinding[];
  readonly forecast:
    | Exclude<Forecast, { kind: 'unknown' }>
    | { readonly kind: 'unknown'; readonly why: string };
  readonly plan: {
    readonly flags: number;
    readonly flagNames: readonly string[];
    readonly migrateUri?: string;
    readonly migrateDisks?: readonly string[];
    readonly sentence: string;
    readonly command: readonly string[];
  };
}

/** The report in the translator's language (default: English). */
export function reportOf(
  choices: MigrationChoices,
  plan: Plan,
  state: PreflightState,
  overridden: ReadonlySet<string>,
  translator?: Translator,
): Report {
  const { forecast } = state;
  return {
    version: 1,
    vm: choices.vm.name,
    destination: choices.destination,
    verdict: verdictOf(state, overridden),
    findings: state.checks.flatMap((progress) =>
      progress.status === 'done' ? [reportFinding(progress.finding, overridden, translator)] : [],
    ),
    forecast:
      forecast === undefined
        ? { kind: 'unknown', why: '' }
        : forecast.kind === 'unknown'
          ? { kind: 'unknown', why: plainText(forecast.why, translator) }
          : forecast,
    plan: {
      flags: plan.flags,
      flagNames: plan.flagNames,
      ...plan.parameters,
      sentence: plan.sentences.map((sentence) => plainText(sentence, translator)).join(' '),
      command: plan.virsh,
    },
  };
}

/** A finding in the translator's language (default: English). */
export function reportFinding(
  finding: Finding,
  overridden: ReadonlySet<string>,
  translator?: Translator,
): ReportFinding {
  const found: readonly Remedy[] = 'remedies' in finding ? finding.remedies : [];
  const remedies = found.map((remedy) => reportRemedy(remedy, translator));
  const [remedy] = remedies;
  const original = 'original' in finding ? finding.original : undefined;
  return {
    check: finding.check,
    group: finding.group,
    verdict: finding.verdict,
    found: plainText(finding.found, translator),
    why: plainText(finding.why, translator),
    ...(finding.details === undefined
      ? {}
      : { details: finding.details.map((detail) => plainText(detail, translator)) }),
    ...(original === undefined ? {} : { original }),
    ...(finding.verdict === 'block' && finding.override !== undefined && overridden.has(finding.check)
      ? { overridden: true }
      : {}),
    ...(remedy === undefined ? {} : { remedy, remedies }),
  };
}

/** A remedy in the translator's language (default: English). */
export function reportRemedy({ text, command, host, xml }: Remedy, translator?: Translator): ReportRemedy {
  return {
    text: plainText(text, translator),
    ...(command === undefined ? {} : { command }),
    ...(host === undefined ? {} : { host }),
    ...(xml === undefined ? {} : { xml }),
  };
}
