// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { expect } from 'vitest';

/** Text that often breaks parsers: other line ends, invalid characters, characters that are special to a shell or a pattern. */
const awkward = [
  ...[
    '\0',
    '\r',
    '\r\n',
    '\n',
    '\t',
    '\u2028',
    '\u0085',
    '\ufeff',
    '\ud800',
    '\udc00',
    '\u200f',
    'é',
    '漢',
    '🙂',
  ],
  ...[
    "'",
    '"',
    '`',
    '$(x)',
    '$0',
    '\\',
    '%',
    '%00',
    '%ff',
    '&',
    '<',
    '>',
    ']]>',
    '=',
    ':',
    '|',
    '/',
    '-',
    '--',
    '#',
  ],
  ...[
    'error: x',
    'NaN',
    '__proto__',
    'constructor',
    '[object Object]',
    '../..',
    '-oProxyCommand=x',
    '\u001b[31m',
  ],
];

/** Any text, most often a hostile one. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...awkward), fc.string({ maxLength: 4 })), { maxLength: 12 })
    .map((each) => each.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** A name of a VM or a file that libvirt accepts: no line break, no NUL, no half of a surrogate pair. */
export const hostileName: fc.Arbitrary<string> = anyText
  .map((text) => text.replace(/[\n\0\p{Surrogate}]/gu, ''))
  .filter((text) => text !== '');

/** Words of virsh in its French and German catalogues. */
const translations: readonly (readonly [RegExp, string, string])[] = [
  [/^error: /gm, 'erreur : ', 'Fehler: '],
  [/^Domain: /gm, 'Domaine : ', 'Domain: »'],
  [/Job type:/g, 'Type de job :', 'Auftragstyp:'],
  [/Unbounded/g, 'Illimité', 'Unbegrenzt'],
  [/None/g, 'Aucun', 'Kein'],
  [/Operation:/g, 'Opération :', 'Operation :'],
  [/Data remaining:/g, 'Données restantes :', 'Verbleibende Daten:'],
  [/Memory bandwidth:/g, 'Bande passante mémoire :', 'Speicherbandbreite:'],
  [/(\d)\.(\d)/g, '$1,$2', '$1,$2'],
  [/MiB/g, 'Mio', 'MiByte'],
  [/Persistent:/g, 'Persistent :', 'Bleibend:'],
  [/Autostart:/g, 'Démarrage automatique :', 'Automatischer Start:'],
  [/\byes\b/g, 'oui', 'ja'],
  [/\bno\b/g, 'non', 'nein'],
  [/\bdisable\b/g, 'désactivé', 'deaktiviert'],
  [/\benable\b/g, 'activé', 'aktiviert'],
  [/is identical to/g, 'est identique à', 'ist identisch mit'],
  [/is a superset of/g, 'est un sur-ensemble de', 'ist eine Obermenge von'],
  [/is incompatible with/g, 'est incompatible avec', 'ist nicht kompatibel mit'],
  [/regular file/g, 'fichier', 'reguläre Datei'],
];

/** The text in another locale of virsh. */
export function translated(text: string, language: 'fr' | 'de'): string {
  return translations.reduce(
    (done, [pattern, french, german]) => done.replace(pattern, language === 'fr' ? french : german),
    text,
  );
}

const numbers = [
  'NaN',
  '-1',
  '',
  '1e400',
  '9'.repeat(400),
  '0x10',
  '1,5',
  '99999999999999999999',
  'Infinity',
  '٣',
  ' ',
];

/** One way to damage a text. */
const damage: fc.Arbitrary<(text: string) => string> = fc.oneof(
  // The text is cut off.
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((part) => (text: string) => text.slice(0, Math.floor(text.length * part))),
  // A line is repeated or missing.
  fc.tuple(fc.nat(200), fc.constantFrom(0, 2, 50)).map(([at, times]) => (text: string) => {
    const lines = text.split('\n');
    return lines
      .flatMap((line, index) =>
        index === at % lines.length ? Array.from({ length: times }, () => line) : [line],
      )
      .join('\n');
  }),
  fc
    .constantFrom('fr' as const, 'de' as const)
    .map((language) => (text: string) => translated(text, language)),
  // One number, or all numbers, are replaced.
  fc.tuple(fc.option(fc.nat(30)), fc.constantFrom(...numbers)).map(([which, number]) => (text: string) => {
    let index = -1;
    return text.replace(/\d+(\.\d+)?/g, (old) => {
      index += 1;
      return which === null || which === index ? number : old;
    });
  }),
  fc.constant((text: string) => text.replace(/\n/g, '\r\n')),
  fc.constant((text: string) => `\ufeff${text}`),
  // A text is inserted anywhere.
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), anyText).map(([part, put]) => (text: string) => {
    const at = Math.floor(text.length * part);
    return text.slice(0, at) + put + text.slice(at);
  }),
  // A word is missing.
  fc.nat(60).map((which) => (text: string) => {
    let index = -1;
    return text.replace(/\S+/g, (word) => {
      index += 1;
      return index === which ? '' : word;
    });
  }),
);

/** A real output, damaged one to three times. */
export function mangled(sample: string): fc.Arbitrary<string> {
  return fc
    .array(damage, { minLength: 1, maxLength: 3 })
    .map((damages) => damages.reduce((text, one) => one(text), sample));
}

/** Anything that a program may print instead of the expected output. */
export function broken(...samples: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(anyText, ...samples.map(mangled));
}

/**
 * Long texts that make a regular expression backtrack: each line of the samples and each awkward text, repeated many times, and lines
 * that begin as real ones, continue with blanks, and have a wrong end.
 */
function longTexts(samples: readonly string[], length: number): readonly string[] {
  const lines = samples.flatMap((text) => text.split('\n'));
  const units = new Set([
    ...[' ', '\t', 'a', '0', '.', ',', '(', '[', '::', '. '],
    ...awkward,
    ...lines,
    ...lines.map((line) => `${line}\n`),
  ]);
  units.delete('');
  const heads = new Set(lines.map((line) => /^\s*[^\s:=]*[:=]?/.exec(line)?.[0] ?? ''));
  const blanks = ' '.repeat(length);
  return [
    ...[...units].map((unit) => unit.repeat(Math.ceil(length / unit.length))),
    ...[...heads].flatMap((head) => [
      `${head}${blanks}`,
      `${head}${blanks}x\u2028`,
      `${head}${'x '.repeat(length / 2)}\u2028`,
    ]),
  ];
}

/**
 * Parses longer and longer texts until one takes much more time than its length explains. It begins with short texts, so that an
 * exponential pattern is found before it takes minutes.
 */
export function expectNoHang(read: (text: string) => unknown, ...samples: readonly string[]): void {
  for (const length of [1000, 8000, 64_000])
    for (const text of longTexts(samples, length)) {
      const begin = performance.now();
      read(text);
      // On a busy machine everything takes a moment. A pattern that backtracks takes seconds.
      expect(
        performance.now() - begin,
        `${JSON.stringify(text.slice(0, 40))}, ${length} characters`,
      ).toBeLessThan(1000);
    }
}

/** The result of a parser that may throw errors of one class. Any other error is thrown again. */
export function attempt<T>(
  read: () => T,
  refusal: abstract new (...args: never[]) => Error,
): { readonly read: T } | { readonly refused: Error } {
  try {
    return { read: read() };
  } catch (error) {
    if (error instanceof refusal) return { refused: error };
    throw error;
  }
}
