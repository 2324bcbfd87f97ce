// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { onAbort } from '../../platform/on-abort.ts';
import { type Platform, PlatformError } from '../../platform/platform.ts';
import { type Message, msg } from '../base/index.ts';
import type { MigrationChoices } from '../plan/index.ts';
import {
  choiceDependencies,
  type Fact,
  type FactNeeds,
  type FactResult,
  FactUnavailable,
  isSlow,
  notYet,
} from './fact.ts';

/** Facts of earlier choices. They are reused if they do not depend on what changed. */
export class FactCache {
  readonly #entries = new Map<
    Fact<unknown>,
    { readonly key: string; readonly result: FactResult<unknown> }
  >();

  /** The known value of the fact for these choices. */
  get<T>(fact: Fact<T>, choices: MigrationChoices): FactResult<T> | undefined {
    const entry = this.#entries.get(fact);
    return entry?.key === cacheKey(fact, choices) ? (entry.result as FactResult<T>) : undefined;
  }

  /** Stores a value. Sessions and missing facts are not stored. */
  keep<T>(fact: Fact<T>, choices: MigrationChoices, result: FactResult<T>): void {
    if (fact.kind === 'value' && result.available) {
      this.#entries.set(fact, { key: cacheKey(fact, choices), result });
    }
  }
}

function cacheKey(fact: Fact<unknown>, choices: MigrationChoices): string {
  return JSON.stringify([
    choices.vm,
    [...choiceDependencies(fact)].sort().map((choice) => [choice, choices[choice]]),
  ]);
}

/** What the gatherer needs. */
export interface GathererOptions {
  readonly platform: Platform;
  readonly connection: LibvirtConnection;
  readonly choices: MigrationChoices;
  readonly cache: FactCache;
  /** Aborted when the preflight ends. */
  readonly lifetime: AbortSignal;
  /** Resolves when the quick checks are done. */
  readonly quickChecks: Promise<void>;
  /** Called when {@link Gatherer.soFar} may know more of a slow fact. */
  readonly onProgress?: () => void;
}

/** Gathers facts on demand, each once, all in parallel, each with its time limit. */
export class Gatherer {
  readonly #options: GathererOptions;
  readonly #results = new Map<Fact<unknown>, Promise<FactResult<unknown>>>();
  readonly #known = new Map<Fact<unknown>, FactResult<unknown>>();
  readonly #soFar = new Map<Fact<unknown>, unknown>();
  /** One listener for all facts. Node warns about a leak if one signal has many listeners. */
  readonly #stopped: Promise<FactResult<never>>;

  constructor(options: GathererOptions) {
    this.#options = options;
    const { lifetime } = options;
    this.#stopped = new Promise((resolve) => {
      const stopped = (): void => {
        resolve({ available: false, why: msg('The preflight was stopped.') });
      };
      if (lifetime.aborted) stopped();
      else onAbort(lifetime, stopped);
    });
  }

  /** The fact, or why it is missing. Never rejects. */
  get<T>(fact: Fact<T>): Promise<FactResult<T>> {
    const begun = this.#results.get(fact);
    if (begun !== undefined) return begun as Promise<FactResult<T>>;
    const cached = this.#options.cache.get(fact, this.#options.choices);
    const result =
      cached === undefined
        ? this.#gather(fact).then((found) => {
            this.#options.cache.keep(fact, this.#options.choices, found);
            return found;
          })
        : Promise.resolve(cached);
    this.#results.set(fact, result);
    void result.then((known) => {
      this.#known.set(fact, known);
      if (isSlow(fact)) this.#options.onProgress?.();
    });
    return result;
  }

  /** What is known of a fact now: its value, or the interim value of its measurement. Undefined if nothing is. Starts no query. */
  async soFar<T>(fact: Fact<T>): Promise<FactResult<T> | undefined> {
    const known = this.#known.get(fact) as FactResult<T> | undefined;
    if (known !== undefined) return known;
    if (this.#soFar.has(fact)) return { available: true, value: this.#soFar.get(fact) as T };
    if (!fact.derived) return undefined;
    const needed: Record<string, unknown> = {};
    for (const [name, each] of Object.entries(fact.needs)) {
      const result = await this.soFar(each);
      if (result?.available !== true) return result;
      needed[name] = result.value;
    }
    const wanted = await this.soFarOf(fact.wants);
    const context = { ...this.#options, signal: this.#options.lifetime };
    const result = await settled(fact.gather(needed, wanted, context, () => undefined));
    // It may be missing only because its needs have interim values.
    return result.available || !Object.values(wanted).includes(notYet) ? result : undefined;
  }

  /** {@link soFar} of several facts, by their names. {@link notYet} stands for one of which nothing is known. */
  async soFarOf(facts: FactNeeds): Promise<Record<string, FactResult<unknown>>> {
    const pairs = Object.entries(facts).map(
      async ([name, fact]) => [name, (await this.soFar(fact)) ?? notYet] as const,
    );
    return Object.fromEntries(await Promise.all(pairs));
  }

  async #gather<T>(fact: Fact<T>): Promise<FactResult<T>> {
    const wanted = this.all(fact.wants);
    const needed: Record<string, unknown> = {};
    for (const [name, result] of Object.entries(await this.all(fact.needs))) {
      if (!result.available) return result;
      needed[name] = result.value;
    }
    const wantedResults = await wanted;
    if (fact.afterQuickChecks) await this.#options.quickChecks;
    return this.#withinTime(fact, (context) =>
      fact.gather(needed, wantedResults, context, (value) => {
        this.#soFar.set(fact, value);
        this.#options.onProgress?.();
      }),
    );
  }

  /** {@link get} of several, by their names. */
  async all(facts: FactNeeds): Promise<Record<string, FactResult<unknown>>> {
    const pairs = Object.entries(facts).map(async ([name, fact]) => [name, await this.get(fact)] as const);
    return Object.fromEntries(await Promise.all(pairs));
  }

  async #withinTime<T>(
    fact: Fact<T>,
    gather: (context: { signal: AbortSignal } & GathererOptions) => Promise<T>,
  ): Promise<FactResult<T>> {
    const { choices, lifetime } = this.#options;
    const limit =
      typeof fact.timeLimitMilliseconds === 'number'
        ? fact.timeLimitMilliseconds
        : fact.timeLimitMilliseconds(choices);
    const late = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const overdue = new Promise<FactResult<T>>((resolve) => {
      timer = setTimeout(() => {
        resolve({ available: false, why: msg('No answer within $0 s.', limit / 1000) });
        late.abort();
      }, limit);
    });
    // AbortSignal.any of both would need Node 18.17 or 20.3.
    onAbort(lifetime, () => {
      late.abort();
    });
    if (lifetime.aborted) late.abort();
    try {
      return await Promise.race([
        this.#stopped,
        overdue,
        settled(gather({ ...this.#options, signal: late.signal })),
      ]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The problem on this host. */
function reasonOf(error: unknown): Message {
  if (error instanceof PlatformError && error.kind === 'access-denied') {
    return msg(
      'Administrative access to this host is needed. Click “Limited access” at the top of the console, or run the command as root.',
    );
  }
  if (error instanceof PlatformError && error.kind === 'not-found') {
    return msg('This host lacks a program that is needed.');
  }
  return msg('A command failed.');
}

async function settled<T>(work: Promise<T>): Promise<FactResult<T>> {
  try {
    return { available: true, value: await work };
  } catch (error) {
    if (error instanceof FactUnavailable) return { available: false, ...error.unavailability };
    const cause = error instanceof LibvirtError ? error.cause : error;
    return {
      available: false,
      why: reasonOf(cause),
      original: error instanceof Error ? error.message : String(error),
    };
  }
}
