// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import type { Platform } from '../../platform/platform.ts';
import { Cell, Deferred, type ReadonlyCell } from '../base/index.ts';
import { type Forecast, narrowForecast } from '../forecast/index.ts';
import { type MigrationChoices, type MigrationTuning, type Plan, planFor } from '../plan/index.ts';
import type { Check } from './check.ts';
import { checks as allChecks } from './checks/index.ts';
import { isSlow } from './fact.ts';
import { bandwidthFact } from './facts/bandwidth.ts';
import { dirtyRateFact } from './facts/dirty-rate.ts';
import { copyableDisks, diskCopiesFact } from './facts/disk-copies.ts';
import { domainFact } from './facts/domain.ts';
import { memorySampleFact } from './facts/memory-sample.ts';
import { trackRecordFact } from './facts/track-record.ts';
import type { Finding } from './finding.ts';
import { forecastFrom } from './forecast-from-facts.ts';
import { FactCache, Gatherer } from './gatherer.ts';
import { judgeCheck, settleCheck } from './judge-check.ts';
import type { CheckProgress, PreflightState } from './state.ts';

export interface PreflightOptions {
  /** Facts of earlier preflights. Pass the same object after a choice changed, and none to check everything again. */
  readonly cache?: FactCache;
  /** The checks to run; all by default. */
  readonly checks?: readonly Check[];
  /** Waits for the end of every measurement, even if no verdict can change any more. */
  readonly thorough?: boolean;
}

/** One run of all checks for one set of choices. It only reads, on both hosts. */
export class Preflight {
  readonly choices: MigrationChoices;
  readonly #checks: readonly Check[];
  readonly #ended = new AbortController();
  readonly #state: Cell<PreflightState>;
  readonly #gatherer: Gatherer;
  readonly #decided = new Deferred<void>();
  /** The checks, and the forecast, that were judged from complete facts. */
  readonly #complete = new Set<Check | 'forecast'>();
  readonly #thorough: boolean;
  #quickDone: () => void = () => undefined;
  #copyableKnown = false;
  /** The tuning for which a forecast is shown. */
  #shownFor: string | undefined;
  #started: Promise<void> | undefined;
  #stopped = false;
  #ending = false;
  #plan: Plan;

  constructor(
    dependencies: { readonly platform: Platform; readonly connection: LibvirtConnection },
    choices: MigrationChoices,
    options: PreflightOptions = {},
  ) {
    this.choices = choices;
    this.#plan = planFor(choices);
    this.#checks = options.checks ?? allChecks;
    // If the admin chose a window, it is measured to its end.
    this.#thorough = options.thorough === true || choices.dirtyRateSeconds !== undefined;
    this.#state = new Cell<PreflightState>({
      running: false,
      refining: false,
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
      onProgress: () => {
        void this.#judgeSoFar();
      },
    });
  }

  /** The present state. */
  get state(): ReadonlyCell<PreflightState> {
    return this.#state;
  }

  /**
   * Runs the checks. Resolves when all have their finding, or {@link stop} was called. Measurements that only refine the forecast may
   * continue until they end or are stopped. Does not reject.
   */
  start(): Promise<void> {
    this.#started ??= this.#run();
    return this.#started;
  }

  get plan(): Plan {
    return this.#plan;
  }

  /** Judges again for other tuning of the same migration, from the present facts. No host is queried again. */
  retune(tuning: MigrationTuning): void {
    if (JSON.stringify(tuning) === JSON.stringify(this.#plan.tuning)) return;
    this.#plan = planFor({ ...this.choices, tuning });
    if (this.#started === undefined || this.#stopped) return;
    void this.#forecast();
    for (const check of this.#checks) void this.#runCheck(check);
    void this.#judgeSoFar();
  }

  /** Ends programs, connections and waits. The findings stay. */
  stop(): void {
    this.#stopped = true;
    this.#ended.abort();
    this.#quickDone();
    this.#update({});
  }

  async #run(): Promise<void> {
    this.#update({});
    const slow = (check: Check): boolean =>
      [...Object.values(check.needs), ...Object.values(check.wants)].some(isSlow);
    const running = this.#checks.map((check) => ({ check, done: this.#runCheck(check) }));
    const all = [this.#forecast(), this.#copyable(), ...running.map(({ done }) => done)];
    void Promise.all(all).then(() => {
      this.#ending = true;
      // Ends the sessions with the destination too.
      this.#ended.abort();
      this.#update({});
    });
    await Promise.all(running.filter(({ check }) => !slow(check)).map(({ done }) => done));
    this.#quickDone();
    await this.#decided.promise;
  }

  /** Changes the state, with what is still running. */
  #update(change: Partial<PreflightState>): void {
    this.#state.update((before) => {
      const state = { ...before, ...change };
      const open =
        !this.#copyableKnown ||
        state.forecast === undefined ||
        state.checks.some(({ status }) => status === 'waiting');
      const over = this.#stopped || this.#ending;
      return { ...state, running: !over && open, refining: !over && !open };
    });
    if (this.#started !== undefined && !this.#state.get().running) this.#decided.resolve();
  }

  /** The disks that the admin may choose to copy. */
  async #copyable(): Promise<void> {
    const domain = await this.#gatherer.get(domainFact);
    if (this.#stopped) return;
    this.#copyableKnown = true;
    this.#update(domain.available ? { copyable: copyableDisks(domain.value.config.disks) } : {});
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
    const facts = { domain, dirtyRate, bandwidth, memory, track, copies };
    const forecast = forecastFrom(facts, this.#plan.tuning);
    if (this.#stopped || forecast === undefined) return;
    this.#complete.add('forecast');
    this.#showForecast(forecast);
  }

  /** As long as the plan is the same, the range of the forecast only gets narrower. */
  #showForecast(forecast: Forecast): void {
    const key = JSON.stringify(this.#plan.tuning);
    const shown = this.#shownFor === key ? this.#state.get().forecast : undefined;
    this.#shownFor = key;
    this.#update({ forecast: narrowForecast(shown, forecast) });
  }

  /** Judges what can be judged before all measurements have ended. */
  async #judgeSoFar(): Promise<void> {
    if (this.#thorough) return;
    await Promise.all([
      this.#forecastSoFar(),
      ...this.#checks.filter((check) => 'settle' in check).map((check) => this.#settle(check)),
    ]);
  }

  async #forecastSoFar(): Promise<void> {
    const plan = this.#plan;
    const [domain, dirtyRate, bandwidth, memory, track, copies] = await Promise.all([
      this.#gatherer.soFar(domainFact),
      this.#gatherer.soFar(dirtyRateFact),
      this.#gatherer.soFar(bandwidthFact),
      this.#gatherer.soFar(memorySampleFact),
      this.#gatherer.soFar(trackRecordFact),
      this.#gatherer.soFar(diskCopiesFact),
    ]);
    if (this.#stopped || this.#complete.has('forecast') || plan !== this.#plan) return;
    // What cannot be known stays unknown, whatever else is measured.
    const missing = [domain, dirtyRate, bandwidth, copies].find((fact) => fact?.available === false);
    if (missing?.available === false) this.#showForecast({ kind: 'unknown', why: missing.why });
    if (!domain || !dirtyRate || !bandwidth || !memory || !track || !copies) return;
    const forecast = forecastFrom({ domain, dirtyRate, bandwidth, memory, track, copies }, plan.tuning);
    if (forecast !== undefined) this.#showForecast(forecast);
  }

  async #settle(check: Check): Promise<void> {
    const plan = this.#plan;
    const needed = await this.#gatherer.soFarOf(check.needs);
    const wanted = await this.#gatherer.soFarOf(check.wants);
    if (this.#stopped || this.#complete.has(check) || plan !== this.#plan) return;
    const finding = settleCheck(check, needed, wanted, plan);
    this.#show(check, finding);
  }

  /** Without a finding the check waits. */
  #show(check: Check, finding: Finding | undefined): void {
    const { id, title, group } = check;
    const shown: CheckProgress =
      finding === undefined ? { status: 'waiting', check: id, title, group } : { status: 'done', finding };
    this.#update({
      checks: this.#state
        .get()
        .checks.map((progress, index) => (this.#checks[index] === check ? shown : progress)),
    });
  }

  async #runCheck(check: Check): Promise<void> {
    const [needed, wanted] = await Promise.all([
      this.#gatherer.all(check.needs),
      this.#gatherer.all(check.wants),
    ]);
    if (this.#stopped) return;
    this.#complete.add(check);
    this.#show(check, judgeCheck(check, needed, wanted, this.#plan));
  }
}
