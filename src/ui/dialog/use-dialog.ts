// SPDX-License-Identifier: LGPL-2.1-or-later
import { type RefObject, useMemo, useReducer, useRef, useState } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import { type DestinationInput, parseDestination } from '../../engine/destination/index.ts';
import type { Refusal } from '../../engine/failure/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { type MigrationChoices, type Plan, planFor } from '../../engine/plan/index.ts';
import { checks, type PreflightState } from '../../engine/preflight/index.ts';
import { isUnderWay } from '../common/index.ts';
import type { DialogLocation } from '../location/index.ts';
import { type Model, type PreflightMaker, useCell } from '../model/index.ts';
import {
  choicesOf,
  type DialogAction,
  type DialogState,
  openedDialog,
  optionsComplete,
  reduceDialog,
} from './dialog-state.ts';
import { type Readiness, readiness } from './readiness.ts';
import { remedyActions } from './remedy-actions.ts';
import { usePreflight } from './use-preflight.ts';
import { useRehearsal, withRehearsal } from './use-rehearsal.ts';

export interface DialogSubject {
  readonly model: Model;
  readonly newPreflights: (connection: Vm['connection']) => PreflightMaker;
  readonly vm: Vm;
  /** Input from a link. */
  readonly filledIn: DialogLocation;
  /** The VM's migration, if there is one. */
  readonly migration: Migration | undefined;
}

/** Everything that the parts of the dialog show and do. */
export interface DialogModel extends Readiness {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
  readonly input: DestinationInput;
  /** The name of this host; undefined while unknown. */
  readonly source: string | undefined;
  /** Undefined while something is missing. */
  readonly choices: MigrationChoices | undefined;
  readonly plan: Plan;
  /** Undefined while nothing may be checked. After that, it has all rows. */
  readonly preflight: PreflightState | undefined;
  /** The first results of the present checks have arrived. */
  readonly checking: boolean;
  /** Starts a rehearsal. */
  readonly rehearse: () => void;
  /** Check is enabled for the input from a link. */
  readonly checkable: boolean;
  readonly recent: readonly string[];
  /** The migration that the dialog shows instead of the choices. */
  readonly shown: Migration | undefined;
  readonly refusal: Refusal | undefined;
  readonly setRefusal: (refusal: Refusal | undefined) => void;
  readonly confirmRef: RefObject<HTMLDivElement | null>;
  readonly verdictRef: RefObject<HTMLParagraphElement | null>;
  readonly start: () => void;
  readonly onAction: (action: RemedyAction) => void;
}

/** A preflight that is about to start, with all rows. */
const upcoming: PreflightState = {
  running: true,
  refining: false,
  copyable: undefined,
  checks: checks.map(({ id, title, group }) => ({ status: 'waiting', check: id, title, group })),
  forecast: undefined,
};

/** The plan, as far as it is chosen. */
function presentPlan(choices: MigrationChoices | undefined, vm: Vm, state: DialogState): Plan {
  return planFor(
    choices ?? {
      vm,
      destination: '',
      temporary: state.temporary,
      copyDisks: [...state.copyDisks].sort(),
      confirmedUriParameters: [],
    },
  );
}

/** Computes from the input what the dialog shows. */
export function useDialog({ model, newPreflights, vm, filledIn, migration }: DialogSubject): DialogModel {
  const [state, dispatch] = useReducer(reduceDialog, filledIn, openedDialog);
  const [refusal, setRefusal] = useState<Refusal>();
  const confirmRef = useRef<HTMLDivElement>(null);
  const verdictRef = useRef<HTMLParagraphElement>(null);
  const localNames = useCell(model.localNames);
  const make = useMemo(() => newPreflights(vm.connection), [newPreflights, vm.connection]);
  const recent = useMemo(() => model.destinations.list(), [model]);
  const input = useMemo(
    () => parseDestination(state.destination, { localNames, connection: vm.connection }),
    [state.destination, localNames, vm.connection],
  );
  const choices = choicesOf(state, vm, input);
  const shown = state.started || isUnderWay(migration) ? migration : undefined;
  const confirmed = input.kind === 'valid' && input.dangerous.every(({ name }) => state.confirmed.has(name));
  const checkable = choices !== undefined && confirmed;
  const wanted = checkable && !state.fromLink && shown === undefined && !state.started;
  const begun = usePreflight(make, wanted ? choices : undefined, state.round);
  const plan = presentPlan(choices, vm, state);
  const rehearsal = useRehearsal(model, wanted ? choices : undefined, plan, state.round);
  const known = withRehearsal(begun, rehearsal.progress);
  const ready = readiness(
    input,
    optionsComplete(state),
    state.confirmed,
    state.fromLink,
    known,
    state.overrides,
  );
  return {
    ...ready,
    state,
    dispatch,
    input,
    source: localNames[0],
    choices,
    plan,
    preflight: known ?? (wanted ? upcoming : undefined),
    checking: known?.running !== false,
    rehearse: rehearsal.begin,
    checkable,
    recent,
    shown,
    refusal,
    setRefusal,
    confirmRef,
    verdictRef,
    start: () => {
      if (!ready.ready || choices === undefined) return;
      dispatch({ type: 'started' });
      model.destinations.remember(choices.destination);
      model.migrations.start(choices, planFor(choices), begun?.forecast, [...state.overrides]);
    },
    onAction: remedyActions({ model, vm, dispatch, setRefusal, confirmRef, verdictRef }),
  };
}
