// SPDX-License-Identifier: LGPL-2.1-or-later
import axe from 'axe-core';
import { expect } from 'vitest';

/** Everything that is shown now can be used with a screen reader, as far as a machine can tell (no colours in jsdom). */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
  ).toEqual([]);
}
