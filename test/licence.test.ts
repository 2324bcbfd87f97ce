// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

describe('licence', () => {
  it('is named at the top of every source file', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
    const sources = tracked.filter((file) =>
      /\.(ts|tsx|js|css|sh|py|pl|html)$|^Makefile$|^\.ci\/run$/.test(file),
    );
    expect(sources.length).toBeGreaterThan(10);
    const without = sources.filter(
      (file) =>
        !readFileSync(join(root, file), 'utf8')
          .slice(0, 200)
          .includes('SPDX-License-Identifier: LGPL-2.1-or-later'),
    );
    expect(without).toEqual([]);
  });
});
