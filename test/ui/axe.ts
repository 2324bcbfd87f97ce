// SPDX-License-Identifier: LGPL-2.1-or-later
import axe from 'axe-core';
import { expect } from 'vitest';

/** Checks with axe that a screen reader can use what is shown now. jsdom has no colours, so contrast is not checked. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
  ).toEqual([]);
}
