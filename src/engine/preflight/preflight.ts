// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import type { Platform } from '../../platform/platform.ts';
import { Cell, msg, type ReadonlyCell } from '../base/index.ts';
import { type MigrationChoices, type MigrationTuning, type Plan, planFor } from '../plan/index.ts';
import type { Check } from './check.ts';
import { checks as allChecks } from './checks/index.ts';
import { type FactNeeds, type FactResult, FactUnavailable, isSlow } from './fact.ts';
import { bandwidthFact } from './facts/bandwidth.ts';
import { dirtyRateFact } from './facts/dirty-rate.ts';
import { copyableDisks, diskCopiesFact } from './facts/disk-copies.ts';
import { domainFact } from './facts/domain.ts';
import { memorySampleFact } from './facts/memory-sample.ts';
import { trackRecordFact } from './facts/track-record.ts';
import type { Finding } from './finding.ts';
import { forecastFrom } from './forecast-from-facts.ts';
import { FactCache, Gatherer } from './gatherer.ts';
import type { CheckProgress, PreflightState, PreflightVerdict } from './state.ts';

export interface PreflightOptions {
  /** Facts of earlier preflights; hand the same one over when a choice changed, none to check everything again. */
  readonly cache?: FactCache;
  /** The checks to run; all by default. */
  readonly checks?: readonly Check[];
}

/** One run of all checks for one set of choices. It only reads, on both hosts. */
export class Preflight {
  readonly choices: MigrationChoices;
  readonly #checks: readonly Check[];
  readonly #ended = new AbortController();
  readonly #state: Cell<PreflightState>;
  readonly #gatherer: Gatherer;
  #quickDone: () => void = () => undefined;
  #started: Promise<void> | undefined;
  #stopped = false;
  #plan: Plan;

  constructor(
    dependencies: { readonly platform: Platform; readonly connection: LibvirtConnection },
    choices: MigrationChoices,
    options: PreflightOptions = {},
  ) {
    this.choices = choices;
    this.#plan = planFor(choices);
    this.#checks = options.checks ?? allChecks;
    this.#state = new Cell<PreflightState>({
      running: false,
      copyable: undefined,
      checks: this.#checks.map(({ id, title, group }) => ({ status: 'waiting', check: id, title, group })),
      forecast: undefined,
    });
    this.#gatherer = new Gatherer({
      ...dependencies,
      choices,
      cache: options.cache ?? new FactCache(),
      lifetime: this.#ended.signal,
      quickChecks: new Promise((resolve) => {
        this.#quickDone = resolve;
      }),
    });
  }

  /** What is known by now. */
  get state(): ReadonlyCell<PreflightState> {
    return this.#state;
  }

  /** Runs the checks; resolves when all have their finding or {@link stop} was called. Does not reject. */
  start(): Promise<void> {
    this.#started ??= this.#run();
    return this.#started;
  }

  get plan(): Plan {
    return this.#plan;
  }

  /** Judges anew for another way to run the same migration, from the facts that are there: no host is asked again. */
  retune(tuning: MigrationTuning): void {
    if (JSON.stringify(tuning) === JSON.stringify(this.#plan.tuning)) return;
    this.#plan = planFor({ ...this.choices, tuning });
    if (this.#started === undefined || this.#stopped) return;
    void this.#forecast();
    for (const check of this.#checks) void this.#runCheck(check);
  }

  /** Ends programs, connections and waiting. The findings stay. */
  stop(): void {
    this.#stopped = true;
    this.#ended.abort();
    this.#quickDone();
    this.#state.update((state) => ({ ...state, running: false }));
  }

  async #run(): Promise<void> {
    this.#state.update((state) => ({ ...state, running: !this.#ended.signal.aborted }));
    const slow = (check: Check): boolean =>
      [...Object.values(check.needs), ...Object.values(check.wants)].some(isSlow);
    const running = this.#checks.map((check) => ({ check, done: this.#runCheck(check) }));
    const forecast = this.#forecast();
    const copyable = this.#copyable();
    await Promise.all(running.filter(({ check }) => !slow(check)).map(({ done }) => done));
    this.#quickDone();
    await Promise.all([forecast, copyable, ...running.map(({ done }) => done)]);
    // Ends the sessions with the destination too.
    this.#ended.abort();
    this.#state.update((state) => ({ ...state, running: false }));
  }

  /** The disks that the admin may choose to copy. */
  async #copyable(): Promise<void> {
    const domain = await this.#gatherer.get(domainFact);
    if (!domain.available || this.#stopped) return;
    const copyable = copyableDisks(domain.value.config.disks);
    this.#state.update((state) => ({ ...state, copyable }));
  }

  async #forecast(): Promise<void> {
    const [domain, dirtyRate, bandwidth, memory, track, copies] = await Promise.all([
      this.#gatherer.get(domainFact),
      this.#gatherer.get(dirtyRateFact),
      this.#gatherer.get(bandwidthFact),
      this.#gatherer.get(memorySampleFact),
      this.#gatherer.get(trackRecordFact),
      this.#gatherer.get(diskCopiesFact),
    ]);
    const forecast = forecastFrom(domain, dirtyRate, bandwidth, memory, track, copies, this.#plan.tuning);
    if (!this.#stopped) this.#state.update((state) => ({ ...state, forecast }));
  }

  async #runCheck(check: Check): Promise<void> {
    const [needed, wanted] = await Promise.all([this.#facts(check.needs), this.#facts(check.wants)]);
    if (this.#stopped) return;
    const finding = judgeCheck(check, needed, wanted, this.#plan);
    const done: CheckProgress = { status: 'done', finding };
    this.#state.update((state) => ({
      ...state,
      checks: state.checks.map((progress, index) => (this.#checks[index] === check ? done : progress)),
    }));
  }

  async #facts(needs: FactNeeds): Promise<Record<string, FactResult<unknown>>> {
    const pairs = Object.entries(needs).map(
      async ([name, fact]) => [name, await this.#gatherer.get(fact)] as const,
    );
    return Object.fromEntries(await Promise.all(pairs));
  }
}

/** Judges, and turns a missing fact or a judge that fails into `unknown`. */
export function judgeCheck(
  check: Check,
  needed: Readonly<Record<string, FactResult<unknown>>>,
  wanted: Readonly<Record<string, FactResult<unknown>>>,
  plan: Plan,
): Finding {
  const head = { check: check.id, title: check.title, group: check.group, why: check.why };
  const values: Record<string, unknown> = {};
  for (const [name, result] of Object.entries(needed)) {
    if (!result.available) return unknownFinding(head, result);
    values[name] = result.value;
  }
  try {
    return { ...head, ...check.judge(values, wanted, plan) };
  } catch (error) {
    if (error instanceof FactUnavailable) return unknownFinding(head, error.unavailability);
    return unknownFinding(head, {
      why: msg('The check itself failed. The error is in this page, not on the hosts.'),
      original: error instanceof Error ? error.message : String(error),
    });
  }
}

function unknownFinding(
  head: Pick<Finding, 'check' | 'title' | 'group' | 'why'>,
  { why, details, original, remedies }: FactUnavailable['unavailability'],
): Finding {
  return {
    ...head,
    verdict: 'unknown',
    found: why,
    ...(details === undefined ? {} : { details }),
    ...(original === undefined ? {} : { original }),
    remedies: remedies ?? [],
  };
}

/**
 * The verdict of all findings together. A problem that the admin has overridden counts as a warning. With a check that is
 * unknown or still waits nothing is ready.
 */
export function verdictOf(state: PreflightState, overridden: ReadonlySet<string>): PreflightVerdict {
  let unknown = false;
  let warned = false;
  for (const progress of state.checks) {
    if (progress.status === 'waiting') {
      unknown = true;
      continue;
    }
    const { finding } = progress;
    if (finding.verdict === 'block') {
      if (finding.override === undefined || !overridden.has(finding.check)) return 'blocked';
      warned = true;
    }
    unknown ||= finding.verdict === 'unknown';
    warned ||= finding.verdict === 'warn';
  }
  if (unknown) return 'unknown';
  return warned ? 'ready-with-warnings' : 'ready';
}
