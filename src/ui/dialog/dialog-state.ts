// SPDX-License-Identifier: LGPL-2.1-or-later

import type { VmIdentity } from '../../engine/base/index.ts';
import {
  type DestinationInput,
  type MigrationUriInput,
  parseMigrationUriInput,
} from '../../engine/destination/index.ts';
import { type BandwidthInput, type MigrationChoices, parseBandwidthInput } from '../../engine/plan/index.ts';
import { type TuningState, tuningOf, untuned } from './tuning-state.ts';

/** The input of the dialog, as entered. */
export interface DialogState {
  readonly destination: string;
  /**
   * A link filled in the destination, and the admin has neither pressed Check nor typed one since. Nothing may be sent to that
   * host: otherwise the author of the link could make this host's root connect to a host of their choice.
   */
  readonly fromLink: boolean;
  readonly temporary: boolean;
  /** Empty: libvirt chooses. */
  readonly migrationAddress: string;
  /** Empty: several windows. */
  readonly dirtyRateSeconds: string;
  /** In MiB/s; empty: it is measured. */
  readonly bandwidth: string;
  /** Rehearse before the migration. */
  readonly rehearse: boolean;
  /** How the migration runs. */
  readonly tuning: TuningState;
  /** Names of the disks to copy, in the guest. */
  readonly copyDisks: ReadonlySet<string>;
  /** Names of URI parameters that were confirmed. */
  readonly confirmed: ReadonlySet<string>;
  /** Checks whose block was overridden. */
  readonly overrides: ReadonlySet<string>;
  /** Increases with each request to check everything again. */
  readonly round: number;
  readonly optionsOpen: boolean;
  /** Migrate was pressed. From then on, the dialog shows the migration. */
  readonly started: boolean;
}

export type DialogAction =
  /** `typed`: the admin entered or chose it; false for a correction of the present text. */
  | { readonly type: 'destination'; readonly text: string; readonly typed: boolean }
  | { readonly type: 'check' }
  | { readonly type: 'temporary'; readonly temporary: boolean }
  | { readonly type: 'migration-address'; readonly text: string }
  | { readonly type: 'dirty-rate-seconds'; readonly text: string }
  | { readonly type: 'bandwidth'; readonly text: string }
  | { readonly type: 'rehearse'; readonly rehearse: boolean }
  | { readonly type: 'tuning'; readonly change: Partial<TuningState> }
  | { readonly type: 'copy-disk'; readonly disk: string; readonly copied: boolean }
  | { readonly type: 'copy-disks'; readonly disks: readonly string[] }
  | { readonly type: 'confirm'; readonly names: readonly string[]; readonly confirmed: boolean }
  | { readonly type: 'override'; readonly check: string; readonly overridden: boolean }
  | { readonly type: 'options'; readonly open: boolean }
  | { readonly type: 'check-again' }
  | { readonly type: 'started' }
  | { readonly type: 'back' };

/** The initial state; a link may have filled it in. It never starts to check by itself. */
export function openedDialog(filledIn: {
  readonly uri: string;
  readonly temporary: boolean;
  readonly copyDisks: readonly string[];
}): DialogState {
  return {
    destination: filledIn.uri,
    fromLink: filledIn.uri !== '',
    temporary: filledIn.temporary,
    migrationAddress: '',
    dirtyRateSeconds: '',
    bandwidth: '',
    rehearse: true,
    tuning: untuned,
    copyDisks: new Set(filledIn.copyDisks),
    confirmed: new Set(),
    overrides: new Set(),
    round: 0,
    optionsOpen: filledIn.copyDisks.length > 0,
    started: false,
  };
}

function changed(set: ReadonlySet<string>, names: readonly string[], present: boolean): ReadonlySet<string> {
  const rest = [...set].filter((name) => !names.includes(name));
  return new Set(present ? [...rest, ...names] : rest);
}

/** Confirmations and overrides apply only to the destination that they were given for. */
export function reduceDialog(state: DialogState, action: DialogAction): DialogState {
  switch (action.type) {
    case 'destination':
      return {
        ...state,
        destination: action.text,
        fromLink: state.fromLink && !action.typed,
        confirmed: new Set(),
        overrides: new Set(),
      };
    case 'check':
      return { ...state, fromLink: false, round: state.round + 1 };
    case 'temporary':
      return { ...state, temporary: action.temporary, overrides: new Set() };
    case 'migration-address':
      return { ...state, migrationAddress: action.text, overrides: new Set() };
    case 'dirty-rate-seconds':
      return { ...state, dirtyRateSeconds: action.text };
    case 'bandwidth':
      return { ...state, bandwidth: action.text, overrides: new Set() };
    case 'rehearse':
      return { ...state, rehearse: action.rehearse };
    case 'tuning':
      return { ...state, tuning: { ...state.tuning, ...action.change }, overrides: new Set() };
    case 'copy-disk':
      return {
        ...state,
        copyDisks: changed(state.copyDisks, [action.disk], action.copied),
        overrides: new Set(),
      };
    case 'copy-disks':
      return { ...state, copyDisks: new Set(action.disks), overrides: new Set() };
    case 'confirm':
      return { ...state, confirmed: changed(state.confirmed, action.names, action.confirmed) };
    case 'override':
      return { ...state, overrides: changed(state.overrides, [action.check], action.overridden) };
    case 'options':
      return { ...state, optionsOpen: action.open };
    case 'check-again':
      return { ...state, overrides: new Set(), round: state.round + 1 };
    case 'started':
      return { ...state, started: true };
    case 'back':
      return { ...state, started: false, overrides: new Set(), round: state.round + 1 };
  }
}

/** The measuring period: whole seconds within libvirt's limits, or empty for several windows. */
export type MeasuringPeriod =
  | { readonly kind: 'several' }
  | { readonly kind: 'one'; readonly seconds: number }
  | { readonly kind: 'invalid' };

/** Parses the measuring period. */
export function measuringPeriod({ dirtyRateSeconds: text }: DialogState): MeasuringPeriod {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'several' };
  const seconds = /^\d{1,2}$/.test(trimmed) ? Number(trimmed) : 0;
  return seconds >= 1 && seconds <= 60 ? { kind: 'one', seconds } : { kind: 'invalid' };
}

/** Parses the bandwidth. */
export function givenBandwidth({ bandwidth }: DialogState): BandwidthInput {
  return parseBandwidthInput(bandwidth);
}

/** True if everything under "More options" is understood. */
export function optionsComplete(state: DialogState): boolean {
  return (
    tuningOf(state.tuning) !== undefined &&
    [measuringPeriod(state), givenBandwidth(state), migrationAddress(state)].every(
      ({ kind }) => kind !== 'invalid',
    )
  );
}

/** Parses the address of the data. */
export function migrationAddress({ migrationAddress: text }: DialogState): MigrationUriInput {
  return parseMigrationUriInput(text);
}

/** The choices for the engine; undefined while something is missing or not understood. */
export function choicesOf(
  state: DialogState,
  vm: VmIdentity,
  destination: DestinationInput,
): MigrationChoices | undefined {
  const period = measuringPeriod(state);
  const bandwidth = givenBandwidth(state);
  const address = migrationAddress(state);
  const tuning = tuningOf(state.tuning);
  if (destination.kind !== 'valid' || tuning === undefined || !optionsComplete(state)) return undefined;
  return {
    vm: { connection: vm.connection, name: vm.name, uuid: vm.uuid },
    destination: destination.uri,
    temporary: state.temporary,
    confirmedUriParameters: [...state.confirmed],
    rehearse: state.rehearse,
    ...(period.kind === 'one' ? { dirtyRateSeconds: period.seconds } : {}),
    ...(bandwidth.kind === 'valid' ? { bandwidthBytesPerSecond: bandwidth.bytesPerSecond } : {}),
    ...(address.kind === 'valid' ? { migrationUri: address.uri } : {}),
    ...(Object.keys(tuning).length === 0 ? {} : { tuning }),
    ...(state.copyDisks.size === 0 ? {} : { copyDisks: [...state.copyDisks].sort() }),
  };
}
