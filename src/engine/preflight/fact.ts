// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Message, msg, type Remedy } from '../base/index.ts';
import type { MigrationChoices } from '../plan/index.ts';

/** Why a fact is missing. It is never replaced by a guess. */
export interface Unavailability {
  readonly why: Message;
  /** The original text of the program or service. */
  readonly original?: string;
  readonly details?: readonly Message[];
  /** How the admin can find out. */
  readonly remedies?: readonly Remedy[];
}

/** A fact, or why it is missing. */
export type FactResult<T> =
  | { readonly available: true; readonly value: T }
  | ({ readonly available: false } & Unavailability);

/** Stands for a fact of which nothing is known yet. */
export const notYet: FactResult<never> = { available: false, why: msg('Not measured yet.') };

/** Thrown by a fact's `gather` when the fact is missing for a known reason. */
export class FactUnavailable extends Error {
  override readonly name = 'FactUnavailable';
  readonly unavailability: Unavailability;

  constructor(unavailability: Unavailability, cause?: unknown) {
    super(unavailability.why.text, cause === undefined ? undefined : { cause });
    this.unavailability = unavailability;
  }
}

/** The value of a fact that a judgement needs. If it is missing, `remedies` say how the admin can find out. */
export function required<T>(result: FactResult<T>, remedies: readonly Remedy[] = []): T {
  if (result.available) return result.value;
  throw new FactUnavailable(result.remedies === undefined ? { ...result, remedies } : result);
}

/** What `gather` may use. */
export interface FactContext {
  readonly platform: Platform;
  readonly connection: LibvirtConnection;
  readonly choices: MigrationChoices;
  /** Aborted at the fact's time limit and when the preflight is stopped. */
  readonly signal: AbortSignal;
  /** Aborted when the preflight ends. For what stays open after `gather` has returned, such as a session. */
  readonly lifetime: AbortSignal;
}

/** Facts, by the names that another fact uses for them. */
export type FactNeeds = Readonly<Record<string, Fact<unknown>>>;

/** No facts. Nothing can be read from them, and they can be combined with others. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- Record<string, never> would make every fact of a union with it unreadable
export type NoFacts = Record<never, Fact<unknown>>;

/** The values of facts. */
export type NeededValues<N extends FactNeeds> = { readonly [K in keyof N]: FactValue<N[K]> };

/** The results of facts that may be missing. */
export type WantedResults<W extends FactNeeds> = { readonly [K in keyof W]: FactResult<FactValue<W[K]>> };

/** The value of an available fact. */
export type FactValue<F> = F extends Fact<infer T> ? T : never;

/** Something about the VM or one of the hosts. It is gathered once, however many checks need it. */
export interface Fact<T> {
  readonly name: string;
  /** The choices that it depends on directly; its needs add theirs. It is gathered again when one of them changes. */
  readonly choices: readonly (keyof MigrationChoices)[];
  readonly needs: FactNeeds;
  readonly wants: FactNeeds;
  /** Starts when all of its needs are available. */
  readonly timeLimitMilliseconds: number | ((choices: MigrationChoices) => number);
  /** `session`: an open connection, which another preflight cannot reuse. */
  readonly kind: 'value' | 'session';
  /** True if it takes seconds or fills the link. */
  readonly slow: boolean;
  /** Waits until the quick checks are done, so that it does not slow them down. */
  readonly afterQuickChecks: boolean;
  /** Computed from its needs and wants only, so also from their interim values. */
  readonly derived: boolean;
  gather(
    needed: Readonly<Record<string, unknown>>,
    wanted: Readonly<Record<string, FactResult<unknown>>>,
    context: FactContext,
    soFar: (value: T) => void,
  ): Promise<T>;
}

/** The default time limit of one fact. */
const defaultTimeLimitMilliseconds = 8000;

/** Defines a fact. What it needs and wants is passed with its types. */
export function defineFact<T, N extends FactNeeds = NoFacts, W extends FactNeeds = NoFacts>(definition: {
  readonly name: string;
  readonly choices?: readonly (keyof MigrationChoices)[];
  readonly needs?: N;
  readonly wants?: W;
  readonly timeLimitMilliseconds?: number | ((choices: MigrationChoices) => number);
  readonly kind?: 'value' | 'session';
  readonly slow?: boolean;
  readonly afterQuickChecks?: boolean;
  readonly derived?: boolean;
  /** A long measurement passes to `soFar` what it would return if it ended now. */
  readonly gather: (
    needed: NeededValues<N>,
    context: FactContext,
    wanted: WantedResults<W>,
    soFar: (value: T) => void,
  ) => Promise<T> | T;
}): Fact<T> {
  return {
    name: definition.name,
    choices: definition.choices ?? [],
    needs: definition.needs ?? {},
    wants: definition.wants ?? {},
    timeLimitMilliseconds: definition.timeLimitMilliseconds ?? defaultTimeLimitMilliseconds,
    kind: definition.kind ?? 'value',
    slow: definition.slow ?? false,
    afterQuickChecks: definition.afterQuickChecks ?? false,
    derived: definition.derived ?? false,
    gather: async (needed, wanted, context, soFar) =>
      definition.gather(needed as NeededValues<N>, context, wanted as WantedResults<W>, soFar),
  };
}

/** All choices that a fact depends on, directly or through what it needs. */
export function choiceDependencies(fact: Fact<unknown>): ReadonlySet<keyof MigrationChoices> {
  const found = new Set(fact.choices);
  for (const other of [...Object.values(fact.needs), ...Object.values(fact.wants)]) {
    for (const choice of choiceDependencies(other)) found.add(choice);
  }
  return found;
}

/** True if the fact, or one that it needs, is slow. */
export function isSlow(fact: Fact<unknown>): boolean {
  return fact.slow || [...Object.values(fact.needs), ...Object.values(fact.wants)].some(isSlow);
}
