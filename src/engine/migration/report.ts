// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, plainText, type Translator } from '../base/index.ts';
import type { Prediction } from '../forecast/index.ts';
import {
  type Report,
  type ReportFinding,
  type ReportRemedy,
  reportFinding,
  reportRemedy,
} from '../preflight/index.ts';
import { rehearsalFinding } from '../rehearsal/index.ts';
import type { Migration, VerificationAnswer } from './state.ts';
import { runsOn, type VmWhereabouts } from './whereabouts.ts';
import { type HostsOfMigration, whereaboutsRemedies, whereaboutsText } from './whereabouts-text.ts';

/** The result of a migration, as plain data: sizes in bytes, times in milliseconds. */
export interface MigrationReport {
  /** Neither `done`, `failed` nor `cancelled` if the program left while libvirt continued. */
  readonly phase: Migration['state']['phase'];
  /** The finding of the rehearsal before it. */
  readonly rehearsal?: ReportFinding;
  readonly verification?: 'confirmed' | 'contradicted' | 'incomplete';
  /** Where the VM is, as both hosts answered at the end. Absent before the end, and if libvirt was not called. */
  readonly whereabouts?: WhereaboutsReport;
  /** libvirt's error, although the VM arrived. */
  readonly callError?: string;
  /** The questions to both hosts at the end. */
  readonly answers?: readonly {
    readonly question: string;
    readonly expected: string;
    readonly answer: string;
    readonly verdict: VerificationAnswer['verdict'];
  }[];
  readonly elapsedMilliseconds?: number;
  readonly downtimeMilliseconds?: number;
  /** The forecast before the migration. */
  readonly predicted?: Prediction;
  /** What a migration that did not finish may have left on the destination. */
  readonly leftBehind?: string;
  readonly failure?: {
    readonly summary: string;
    readonly original: string;
    readonly advice?: string;
    readonly remedies?: readonly ReportRemedy[];
  };
}

/** Where the VM is at the end. */
export interface WhereaboutsReport {
  readonly runsOn: ReturnType<typeof runsOn>;
  readonly state: VmWhereabouts['kind'];
  /** The statement, in sentences. */
  readonly statement: readonly string[];
  readonly remedies?: readonly ReportRemedy[];
}

/** The preflight's report with the result of the migration after it. */
export interface MigratedReport extends Report {
  readonly migration: MigrationReport;
}

/** The result of a migration, in the translator's language (default: English). */
export function migrationReportOf(migration: Migration, translator?: Translator): MigrationReport {
  const finding = migration.rehearsal === undefined ? undefined : rehearsalFinding(migration.rehearsal);
  return {
    ...endReport(migration, translator),
    ...(finding === undefined ? {} : { rehearsal: reportFinding(finding, new Set(), translator) }),
  };
}

function endReport(migration: Migration, translator: Translator | undefined): MigrationReport {
  const { state } = migration;
  const say = (message: Message): string => plainText(message, translator);
  const { phase } = state;
  const whereabouts =
    'where' in state ? { whereabouts: whereaboutsReport(state.where, migration, translator) } : {};
  switch (state.phase) {
    case 'done': {
      const { verification, elapsedMilliseconds, downtimeMilliseconds, predicted } = state;
      return {
        phase,
        verification,
        ...whereabouts,
        ...(state.callError === undefined ? {} : { callError: state.callError }),
        answers: state.answers.map((answer) => answerOf(answer, say)),
        ...(elapsedMilliseconds === undefined ? {} : { elapsedMilliseconds }),
        ...(downtimeMilliseconds === undefined ? {} : { downtimeMilliseconds }),
        ...(predicted === undefined ? {} : { predicted }),
      };
    }
    case 'cancelled':
      return {
        phase,
        ...whereabouts,
        answers: state.answers.map((answer) => answerOf(answer, say)),
        ...(state.leftBehind === undefined ? {} : { leftBehind: say(state.leftBehind) }),
      };
    case 'failed': {
      const { summary, original, advice, remedies } = state.failure;
      return {
        phase,
        ...whereabouts,
        ...(state.leftBehind === undefined ? {} : { leftBehind: say(state.leftBehind) }),
        failure: {
          summary: say(summary),
          original,
          ...(advice === undefined ? {} : { advice: say(advice) }),
          ...(remedies === undefined
            ? {}
            : { remedies: remedies.map((remedy) => reportRemedy(remedy, translator)) }),
        },
      };
    }
    case 'rehearsing':
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      return { phase };
  }
}

function whereaboutsReport(
  where: VmWhereabouts,
  hosts: HostsOfMigration,
  translator: Translator | undefined,
): WhereaboutsReport {
  const remedies = whereaboutsRemedies(where, hosts).map((remedy) => reportRemedy(remedy, translator));
  return {
    runsOn: runsOn(where),
    state: where.kind,
    statement: whereaboutsText(where, hosts).map((message) => plainText(message, translator)),
    ...(remedies.length === 0 ? {} : { remedies }),
  };
}

function answerOf(
  { question, expected, answer, verdict }: VerificationAnswer,
  say: (message: Message) => string,
): NonNullable<MigrationReport['answers']>[number] {
  return { question: say(question), expected: say(expected), answer: say(answer), verdict };
}
