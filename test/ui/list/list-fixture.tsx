// SPDX-License-Identifier: LGPL-2.1-or-later
import { screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { vmNamed } from '../fake-model.ts';

export function rowOf(name: string): HTMLElement {
  const row = [...document.querySelectorAll<HTMLElement>('tr[data-vm]')].find(
    (each) => each.dataset['vm'] === name,
  );
  if (row === undefined) throw new Error(`no row of ${name}`);
  return row;
}

export function names(): readonly (string | undefined)[] {
  return [...document.querySelectorAll<HTMLElement>('tr[data-vm]')].map(({ dataset }) => dataset['vm']);
}

export async function openMenu(name: string): Promise<void> {
  await userEvent.click(screen.getByRole('button', { name: `Actions for ${name}` }));
}

export const web = vmNamed('web');

export const off = vmNamed('off', {
  state: { kind: 'shut-off', migratedAway: false },
  memoryBytes: 1024 ** 3,
  vcpus: 8,
});
