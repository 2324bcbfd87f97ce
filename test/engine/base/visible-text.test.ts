// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msg, plainText } from '../../../src/engine/base/index.ts';
import { visibleText } from '../../../src/engine/base/visible-text.ts';

describe('a text from outside', () => {
  it('is unchanged if all of it is visible', () => {
    for (const text of ['web', 'Büro 2', 'שרת', 'می‌خواهم', '日本', '<b>', 'a\tb\nc', '👩‍🚀'])
      expect(visibleText(text)).toBe(text);
  });

  it('has its invisible characters escaped', () => {
    expect(visibleText('beta\u202emoc.live\u202c')).toBe(String.raw`beta\u202emoc.live\u202c`);
    expect(visibleText('\u001b[2JReady\r\u0000')).toBe(String.raw`\u001b[2JReady\u000d\u0000`);
    expect(visibleText('be\u200bta\ufeff\ud800')).toBe(String.raw`be\u200bta\ufeff\ud800`);
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), (units) => {
        const text = String.fromCharCode(...units);
        expect(visibleText(text)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Surrogate}]|\p{Bidi_Control}/u);
      }),
    );
  });

  it('is cut if it is very long', () => {
    expect(visibleText('x'.repeat(1e6))).toHaveLength(5001);
  });

  it('is part of a sentence, and does not become one', () => {
    expect(plainText(msg('There is no VM $0.', 'x\u2028Ready: every check passed\u202e'))).toBe(
      String.raw`There is no VM x\u2028Ready: every check passed\u202e.`,
    );
    // Text that looks like a placeholder is not replaced.
    expect(plainText(msg('$0 and $1', '$1', 'b'))).toBe('$1 and b');
  });
});
