// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Output } from '../../src/cli/environment.ts';
import type { Migration, MigrationPhase } from '../../src/engine/migration/state.ts';
import { choices } from '../engine/fixtures.ts';

export function screen(isTerminal: boolean): Output & { written: string } {
  const it = {
    isTerminal,
    columns: 60,
    written: '',
    write: (text: string): void => {
      it.written += text;
    },
  };
  return it;
}

export function migrationIn(state: MigrationPhase, change: Partial<Migration> = {}): Migration {
  return {
    vm: choices.vm,
    destination: choices.destination,
    startedHere: true,
    cancelling: false,
    steering: [],
    state,
    ...change,
  };
}
