// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { checks } from '../../src/engine/preflight/checks/index.ts';
import { broken, notMade } from './broken/index.ts';
import { healthy } from './healthy.ts';

const ids = checks.map(({ id }) => id);

describe('the catalogue', () => {
  it.each(ids)('has a broken case for %s, or says why there is none', (id) => {
    expect(broken.some(({ check }) => check === id)).toBe(!notMade.has(id));
  });

  it('names only existing checks', () => {
    expect(
      [...broken.map(({ check }) => check), ...notMade.keys()].filter((id) => !ids.includes(id)),
    ).toEqual([]);
  });

  it('gives each case a unique name', () => {
    const names = [
      ...broken.map(({ check, name }) => `${check}: ${name}`),
      ...healthy.map(({ name }) => name),
    ];
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
