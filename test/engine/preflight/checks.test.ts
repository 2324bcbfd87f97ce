// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkGroups } from '../../../src/engine/preflight/check-group.ts';
import { checks } from '../../../src/engine/preflight/checks/index.ts';

const root = join(import.meta.dirname, '../../..');
const ids = readdirSync(join(root, 'src/engine/preflight/checks'))
  .filter((name) => name !== 'index.ts')
  .map((name) => name.replace(/\.ts$/, ''));
const headings = [...readFileSync(join(root, 'docs/checks.md'), 'utf8').matchAll(/^## (.*)$/gm)].map(
  ([, id]) => id,
);

describe('checks', () => {
  it('are all listed, each once, under the name of their file', () => {
    expect(checks.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('have a heading in the documentation, and there is none without a check', () => {
    expect([...headings].sort()).toEqual([...ids].sort());
  });

  it('each belong to a group, and no group is empty', () => {
    expect([...new Set(checks.map(({ group }) => group))].sort()).toEqual([...checkGroups].sort());
  });

  // testCheck itself requires a case that passes and one that does not, and removes each needed fact.
  it.each(ids)('%s has a test', (id) => {
    const file = join(root, `test/engine/preflight/checks/${id}.test.ts`);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(/^testCheck\(/m);
    expect(readFileSync(file, 'utf8')).toContain(`/checks/${id}.ts'`);
  });
});
