// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scriptWords, shellCommand } from '../../../src/engine/base/shell-quote.ts';

describe('shellCommand', () => {
  it('leaves plain words as they are', () => {
    expect(shellCommand('ssh', '-p', '22', 'root@beta')).toBe('ssh -p 22 root@beta');
  });

  const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  const hostile = fc.constantFrom(
    "it's",
    '$(reboot)',
    '`x`',
    '\\',
    'a\nb',
    '\u001b[201~reboot\r',
    '\u202e',
    '-x',
    '',
  );
  const readBy = (shell: string, line: string): readonly string[] =>
    execFileSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);

  it.each([
    ['bash', shellCommand],
    ['sh', scriptWords],
  ])(
    'gives %s back exactly what went in',
    (shell, quote) => {
      fc.assert(
        fc.property(fc.array(fc.oneof(word, hostile), { minLength: 1, maxLength: 8 }), (words) => {
          expect(readBy(shell, quote(...words))).toEqual(words.map((text) => Buffer.from(text).toString()));
        }),
        { numRuns: 50 },
      );
      expect(quote("it's $(id) `x`")).toBe(`'it'\\''s $(id) \`x\`'`);
      // A shell for each case: seconds on a busy machine.
    },
    60_000,
  );

  it('is one line without invisible characters', () => {
    expect(shellCommand('ls', '--', "a\nreboot'", '\u001b[201~\u202e')).toBe(
      String.raw`ls -- $'a\012reboot\'' $'\033[201~\342\200\256'`,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, hostile)), (words) => {
        expect(shellCommand(...words)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});
