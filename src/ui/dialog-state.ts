// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationChoices } from '../engine/choices.ts';
import type { DestinationInput } from '../engine/destination-uri.ts';
import { type MigrationAddress, parseMigrationAddress } from '../engine/migration-address.ts';
import type { VmIdentity } from '../engine/vm.ts';

/** What was entered into the dialog, as it was entered. */
export interface DialogState {
  readonly destination: string;
  readonly temporary: boolean;
  /** Empty: libvirt chooses. */
  readonly migrationAddress: string;
  readonly dirtyRateSeconds: string;
  /** Names of URI parameters that were confirmed. */
  readonly confirmed: ReadonlySet<string>;
  /** Checks whose block was overridden. */
  readonly overrides: ReadonlySet<string>;
  /** Grows with each wish to check everything again. */
  readonly round: number;
  readonly optionsOpen: boolean;
  /** Migrate was pressed: the dialog shows the migration from then on. */
  readonly started: boolean;
}

export type DialogAction =
  | { readonly type: 'destination'; readonly text: string }
  | { readonly type: 'temporary'; readonly temporary: boolean }
  | { readonly type: 'migration-address'; readonly text: string }
  | { readonly type: 'dirty-rate-seconds'; readonly text: string }
  | { readonly type: 'confirm'; readonly names: readonly string[]; readonly confirmed: boolean }
  | { readonly type: 'override'; readonly check: string; readonly overridden: boolean }
  | { readonly type: 'options'; readonly open: boolean }
  | { readonly type: 'check-again' }
  | { readonly type: 'started' }
  | { readonly type: 'back' };

/** Enough to see how busy a VM is, short enough to be waited for. */
const defaultDirtyRateSeconds = '3';

/** The dialog as it opens; a link may have filled it in. It never begins by itself. */
export function openedDialog(filledIn: { readonly uri: string; readonly temporary: boolean }): DialogState {
  return {
    destination: filledIn.uri,
    temporary: filledIn.temporary,
    migrationAddress: '',
    dirtyRateSeconds: defaultDirtyRateSeconds,
    confirmed: new Set(),
    overrides: new Set(),
    round: 0,
    optionsOpen: false,
    started: false,
  };
}

function changed(set: ReadonlySet<string>, names: readonly string[], present: boolean): ReadonlySet<string> {
  const rest = [...set].filter((name) => !names.includes(name));
  return new Set(present ? [...rest, ...names] : rest);
}

/** Confirmations and overrides were given for what was seen then: another destination needs them anew. */
export function reduceDialog(state: DialogState, action: DialogAction): DialogState {
  switch (action.type) {
    case 'destination':
      return { ...state, destination: action.text, confirmed: new Set(), overrides: new Set() };
    case 'temporary':
      return { ...state, temporary: action.temporary, overrides: new Set() };
    case 'migration-address':
      return { ...state, migrationAddress: action.text, overrides: new Set() };
    case 'dirty-rate-seconds':
      return { ...state, dirtyRateSeconds: action.text };
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

/** The measuring period in whole seconds, within libvirt's limits; undefined if what was entered is none. */
export function dirtyRateSeconds({ dirtyRateSeconds: text }: DialogState): number | undefined {
  if (!/^\d{1,2}$/.test(text.trim())) return undefined;
  const seconds = Number(text);
  return seconds >= 1 && seconds <= 60 ? seconds : undefined;
}

/** Reads the field for the address of the data. */
export function migrationAddress({ migrationAddress: text }: DialogState): MigrationAddress {
  return parseMigrationAddress(text);
}

/** What is asked of the engine; undefined while something is missing or not understood. */
export function choicesOf(
  state: DialogState,
  vm: VmIdentity,
  destination: DestinationInput,
): MigrationChoices | undefined {
  const seconds = dirtyRateSeconds(state);
  const address = migrationAddress(state);
  if (destination.kind !== 'valid' || seconds === undefined || address.kind === 'invalid') return undefined;
  return {
    vm: { connection: vm.connection, name: vm.name, uuid: vm.uuid },
    destination: destination.uri,
    temporary: state.temporary,
    dirtyRateSeconds: seconds,
    confirmedUriParameters: [...state.confirmed],
    ...(address.kind === 'none' ? {} : { migrationUri: address.uri }),
  };
}
