// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellCommand } from '../../../src/engine/base/shell-quote.ts';

describe('shellCommand', () => {
  it('leaves plain words as they are', () => {
    expect(shellCommand('ssh', '-p', '22', 'root@beta')).toBe('ssh -p 22 root@beta');
  });

  it('gives a shell back exactly what went in', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${shellCommand(...words)}`], {
          encoding: 'utf8',
        });
        expect(printed.split('\0').slice(0, -1)).toEqual(words.map((text) => Buffer.from(text).toString()));
      }),
      { numRuns: 50 },
    );
    expect(shellCommand("it's $(id) `x`")).toBe(`'it'\\''s $(id) \`x\`'`);
  });
});
