// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfValue, parseConf } from '../../src/libvirt/vir-conf.ts';
import { anyText, expectNoHang } from './mangled.ts';

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/);
const blank = fc.stringMatching(/^[ \t]{0,3}$/);
const gap = fc.stringMatching(/^[ \t\n]{0,4}$/);
const comment = fc.stringMatching(/^#[^\r\n]{0,12}$/);

/** A scalar as it is written, and its value. */
const scalar: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map((value) => [String(value), String(value)] as const),
  fc.stringMatching(/^[^"\r\n]{0,12}$/).map((text) => [`"${text}"`, text] as const),
  fc.stringMatching(/^[^'\r\n]{0,12}$/).map((text) => [`'${text}'`, text] as const),
  fc.stringMatching(/^[^"]{0,12}$/).map((text) => [`"""${text}"""`, text] as const),
);
const list = fc
  .tuple(fc.array(fc.tuple(scalar, gap, gap), { maxLength: 4 }), gap, fc.boolean())
  .map(([parts, end, more]): readonly [string, ConfValue] => [
    `[${parts.map(([[text], before, after]) => before + text + after).join(',')}${more && parts.length > 0 ? ',' : ''}${end}]`,
    parts.map(([[, value]]) => value),
  ]);
const statement = fc.tuple(
  name,
  fc.oneof<fc.Arbitrary<readonly [string, ConfValue]>[]>(scalar, list),
  fc.tuple(blank, blank, blank),
  fc.option(comment, { nil: '' }),
  fc.constantFrom('\n', '\r\n', '\n\n  \n', '\n# b = 1\n', '\n\t# "\n'),
);

describe("libvirt's configuration files", () => {
  it('have the written value, in every notation', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 6 }), (statements) => {
        const wanted = new Map<string, ConfValue>();
        for (const [key, [, value]] of statements) if (!wanted.has(key)) wanted.set(key, value);
        const text = statements
          .map(
            ([key, [written], [one, two, three], behind, end]) =>
              `${one}${key}${two}=${three}${written} ${behind}${end}`,
          )
          .join('');
        expect(parseConf(text)).toEqual({ settings: wanted });
      }),
      { numRuns: 500 },
    );
  });

  it('keep what is before a syntax error', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 3 }), anyText, (statements, rest) => {
        const text = statements.map(([key, [written], , , end]) => `${key}=${written}${end}`).join('');
        const { settings } = parseConf(`${text}\n= broken\n${rest}`);
        expect([...settings.keys()]).toEqual([...new Set(statements.map(([key]) => key))]);
      }),
    );
  });

  it('are parsed without hanging, whatever they contain', () => {
    expectNoHang(parseConf, 'a = [\n"x", \'y\' ]\nb = """z"""; c = 1 # d\n');
  });
});
