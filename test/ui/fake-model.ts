// SPDX-License-Identifier: LGPL-2.1-or-later
import { Cell } from '../../src/engine/base/cell.ts';
import { Deferred } from '../../src/engine/base/deferred.ts';
import { msg } from '../../src/engine/base/message.ts';
import type { VmIdentity } from '../../src/engine/base/vm-identity.ts';
import type { Refusal } from '../../src/engine/failure/failure.ts';
import type { HistoryEntry } from '../../src/engine/history/entry.ts';
import type { InventoryState, Vm, VmOperation } from '../../src/engine/inventory/vm.ts';
import type { Migration, MigrationPhase } from '../../src/engine/migration/state.ts';
import type { SteerAction } from '../../src/engine/migration/steering.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import type { Plan } from '../../src/engine/plan/plan.ts';
import type { MigrationTuning } from '../../src/engine/plan/tuning.ts';
import type { CheckGroup } from '../../src/engine/preflight/check-group.ts';
import { checks } from '../../src/engine/preflight/checks/index.ts';
import type { Finding, Judgement } from '../../src/engine/preflight/finding.ts';
import type { CheckProgress, PreflightState } from '../../src/engine/preflight/state.ts';
import type { MigrationProgress } from '../../src/engine/progress/progress.ts';
import { onAbort } from '../../src/platform/on-abort.ts';
import type { LeverChoice } from '../../src/ui/forecast/lever-table.tsx';
import type { Model } from '../../src/ui/model/model.ts';
import { RecentDestinations, type TextStore } from '../../src/ui/model/recent-destinations.ts';
import { convergingForecast } from '../engine/forecast-fixture.ts';

/** A VM, by default running. */
export function vmNamed(name: string, change: Partial<Vm> = {}): Vm {
  return {
    connection: 'system',
    name,
    uuid: `00000000-0000-4000-8000-${Array.from(name)
      .map((letter) => (letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0'))
      .join('')
      .slice(-12)
      .padStart(12, '0')}`,
    state: { kind: 'running' },
    vcpus: 2,
    memoryBytes: 2 * 1024 ** 3,
    persistent: true,
    autostart: false,
    ...change,
  };
}

export const progress: MigrationProgress = {
  percent: 43,
  elapsedMilliseconds: 12_300,
  remainingBytes: 1_200 * 1024 ** 2,
  memoryTotalBytes: 2 * 1024 ** 3,
  memoryRemainingBytes: 1_200 * 1024 ** 2,
  transferredBytes: 900 * 1024 ** 2,
  throughputBytesPerSecond: 110 * 1024 ** 2,
  dirtyBytesPerSecond: 12 * 1024 ** 2,
  pass: 2,
};

/** No lever of the forecast is chosen, and a choice has no effect. */
export const noLevers: LeverChoice = { chosen: new Set(), onChoose: () => undefined };

/** A migration of this page to beta. */
export function migrationOf(
  vm: VmIdentity,
  state: MigrationPhase,
  change: Partial<Migration> = {},
): Migration {
  return {
    vm: { connection: vm.connection, name: vm.name, uuid: vm.uuid },
    destination: 'qemu+ssh://beta/system',
    temporary: false,
    startedHere: true,
    cancelling: false,
    steering: [],
    state,
    ...change,
  };
}

/** The group of the check of that name. Invented checks are in the group of the host. */
function groupOf(check: string): CheckGroup {
  return checks.find(({ id }) => id === check)?.group ?? 'host';
}

/** A finding of a check of that name. */
export function finding(check: string, judgement: Judgement, group: CheckGroup = groupOf(check)): Finding {
  return { check, title: msg(check.replace(/-/g, ' ')), group, why: msg('It matters.'), ...judgement };
}

/** A check that passed. */
export function passed(check: string): Finding {
  return finding(check, { verdict: 'pass', found: msg('All is well.') });
}

/** A finished preflight. */
export function doneWith(...findings: readonly Finding[]): PreflightState {
  return {
    running: false,
    refining: false,
    copyable: [
      {
        disk: 'vda',
        place: { kind: 'file', path: '/images/web.qcow2' },
        format: 'qcow2',
        encrypted: false,
      },
      {
        disk: 'vdb',
        place: { kind: 'volume', pool: 'data', volume: 'web' },
        format: 'raw',
        encrypted: false,
      },
    ],
    checks: findings.map((each): CheckProgress => ({ status: 'done', finding: each })),
    forecast: convergingForecast(34_000),
  };
}

class MemoryStore implements TextStore {
  readonly #texts = new Map<string, string>();
  getItem(key: string): string | null {
    return this.#texts.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    this.#texts.set(key, text);
  }
}

/** A preflight that the page started. */
export interface FakePreflight {
  readonly choices: MigrationChoices;
  readonly fresh: boolean;
  readonly state: Cell<PreflightState>;
  readonly retuned: MigrationTuning[];
  stopped: boolean;
}

/** A model that records calls, and whose cells the test sets. */
export class FakeModel implements Model {
  readonly system = new Cell<InventoryState>({ kind: 'loading' });
  readonly session = new Cell<InventoryState>({ kind: 'ready', vms: [], readOnly: false });
  readonly migrationList = new Cell<readonly Migration[]>([]);
  readonly administrative = new Cell<boolean | undefined>(true);
  readonly localNames = new Cell<readonly string[]>(['alpha', '192.0.2.1']);
  readonly destinations = new RecentDestinations(new MemoryStore());
  readonly preflights: FakePreflight[] = [];
  readonly asked: string[] = [];
  /** The results of the started rehearsals; the test settles them. */
  readonly rehearsals: Deferred<Finding | undefined>[] = [];
  readonly steered: ({ readonly vm: string } & SteerAction)[] = [];
  readonly started: MigrationChoices[] = [];
  /** The past migrations, or why they cannot be read. */
  history: readonly HistoryEntry[] | Error = [];
  /** What libvirt answers to an operation. */
  refusal: Refusal | undefined;
  /** The answer to the start of a unit. */
  startRefusal: Refusal | undefined;
  /** The first state of a new preflight. */
  preflightState: PreflightState = {
    running: true,
    refining: false,
    copyable: undefined,
    checks: [],
    forecast: undefined,
  };

  readonly inventories = [
    {
      connectionName: 'system' as const,
      state: this.system,
      retry: (): void => {
        this.asked.push('retry');
      },
      startUnit: (unit: string): Promise<Refusal | undefined> => {
        this.asked.push(`start ${unit}`);
        return Promise.resolve(this.startRefusal);
      },
    },
    {
      connectionName: 'session' as const,
      state: this.session,
      retry: (): void => undefined,
      startUnit: (): Promise<undefined> => Promise.resolve(undefined),
    },
  ] as const;

  readonly migrations = {
    state: this.migrationList,
    start: (choices: MigrationChoices): void => {
      this.started.push(choices);
      this.setMigration(
        migrationOf(choices.vm, { phase: 'preparing' }, { destination: choices.destination }),
      );
    },
    cancel: (vm: VmIdentity): void => {
      this.asked.push(`cancel ${vm.name}`);
    },
    steer: (vm: VmIdentity, action: SteerAction): void => {
      this.steered.push({ vm: vm.name, ...action });
    },
    dismiss: (vm: VmIdentity): void => {
      this.migrationList.update((list) => list.filter((each) => each.vm.uuid !== vm.uuid));
    },
  };

  constructor(vms?: readonly Vm[]) {
    if (vms !== undefined) this.system.set({ kind: 'ready', vms, readOnly: false });
  }

  setMigration(migration: Migration): void {
    this.migrationList.update((list) => [
      ...list.filter((each) => each.vm.uuid !== migration.vm.uuid),
      migration,
    ]);
  }

  readHistory(): Promise<readonly HistoryEntry[]> {
    return this.history instanceof Error ? Promise.reject(this.history) : Promise.resolve(this.history);
  }

  ejectMedium(vm: Vm, drive: string): Promise<Refusal | undefined> {
    this.asked.push(`eject ${drive} of ${vm.name}`);
    return Promise.resolve(undefined);
  }

  rehearse(_choices: MigrationChoices, _plan: Plan, signal: AbortSignal): Promise<Finding | undefined> {
    const rehearsal = new Deferred<Finding | undefined>();
    this.rehearsals.push(rehearsal);
    onAbort(signal, () => {
      this.asked.push('end the rehearsal');
      rehearsal.resolve(undefined);
    });
    return rehearsal.promise;
  }

  operate(vm: Vm, operation: VmOperation): Promise<Refusal | undefined> {
    this.asked.push(`${operation} ${vm.name}`);
    return Promise.resolve(this.refusal);
  }

  /** Loaded at once, as in the page after a moment without work. */
  readonly newPreflights: Model['newPreflights'] = {
    load: () => Promise.resolve(),
    state: new Cell({
      kind: 'loaded',
      value: () => (choices, fresh) => {
        const preflight: FakePreflight = {
          choices,
          fresh,
          state: new Cell(this.preflightState),
          retuned: [],
          stopped: false,
        };
        this.preflights.push(preflight);
        return {
          state: preflight.state,
          start: () => undefined,
          retune: (tuning) => {
            preflight.retuned.push(tuning);
          },
          stop: () => {
            preflight.stopped = true;
          },
        };
      },
    }),
  };
}
