// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pageOf, type Tried } from './e2e/tried-systems.ts';

const text = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');
const tried = JSON.parse(text('docs/tried-systems.json')) as Tried;

it('docs/tried-systems.md says what docs/tried-systems.json holds', () => {
  expect(text('docs/tried-systems.md')).toBe(pageOf(tried));
});

it('every pair of the three generations was tried', () => {
  const generations = tried.systems.map(({ debian }) => debian);
  expect(generations).toEqual(['12', '13', '14']);
  const names = new Set(tried.pairs.map(({ from, to }) => `${from} to ${to}`));
  expect([...names].toSorted()).toEqual(
    generations.flatMap((from) => generations.map((to) => `${from} to ${to}`)),
  );
});

it('README.md links to it', () => {
  expect(text('README.md')).toContain('docs/tried-systems.md');
});
