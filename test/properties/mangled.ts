// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { expect } from 'vitest';

/** Text that readers trip over: other line ends, what is no character, what means something to a shell or a pattern. */
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

/** Any text, mostly a hostile one. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...awkward), fc.string({ maxLength: 4 })), { maxLength: 12 })
    .map((each) => each.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** A name of a VM or a file, as libvirt would take it: no line break, no NUL, whole characters. */
export const hostileName: fc.Arbitrary<string> = anyText
  .map((text) => text.replace(/[\n\0\p{Surrogate}]/gu, ''))
  .filter((text) => text !== '');

/** Words of virsh as its catalogues of French and German have them. */
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

/** The text as virsh prints it in another locale. */
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

/** One way of doing damage to a text. */
const damage: fc.Arbitrary<(text: string) => string> = fc.oneof(
  // Cut off.
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((part) => (text: string) => text.slice(0, Math.floor(text.length * part))),
  // A line twice, or gone.
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
  // Another number in the place of one, or of all.
  fc.tuple(fc.option(fc.nat(30)), fc.constantFrom(...numbers)).map(([which, number]) => (text: string) => {
    let index = -1;
    return text.replace(/\d+(\.\d+)?/g, (old) => {
      index += 1;
      return which === null || which === index ? number : old;
    });
  }),
  fc.constant((text: string) => text.replace(/\n/g, '\r\n')),
  fc.constant((text: string) => `\ufeff${text}`),
  // Something put in anywhere.
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), anyText).map(([part, put]) => (text: string) => {
    const at = Math.floor(text.length * part);
    return text.slice(0, at) + put + text.slice(at);
  }),
  // A word lost.
  fc.nat(60).map((which) => (text: string) => {
    let index = -1;
    return text.replace(/\S+/g, (word) => {
      index += 1;
      return index === which ? '' : word;
    });
  }),
);

/** A real output with one to three damages. */
export function mangled(sample: string): fc.Arbitrary<string> {
  return fc
    .array(damage, { minLength: 1, maxLength: 3 })
    .map((damages) => damages.reduce((text, one) => one(text), sample));
}

/** Anything that a program may print where one of these was expected. */
export function broken(...samples: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(anyText, ...samples.map(mangled));
}

/**
 * Texts that are long in the ways that make a pattern go back and forth: each line of the samples and each awkward text again
 * and again, and lines that begin as real ones and go on with blanks, but do not end as they should.
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
 * Reads longer and longer texts until one takes so long that it is no longer a matter of its length. From the short to the long,
 * so that a pattern that tries everything is found out before it takes minutes.
 */
export function expectNoHang(read: (text: string) => unknown, ...samples: readonly string[]): void {
  for (const length of [1000, 8000, 64_000])
    for (const text of longTexts(samples, length)) {
      const begin = performance.now();
      read(text);
      // A busy machine takes a moment for anything; a pattern that goes back and forth takes seconds.
      expect(
        performance.now() - begin,
        `${JSON.stringify(text.slice(0, 40))}, ${length} characters`,
      ).toBeLessThan(1000);
    }
}

/** The outcome of a reader that may refuse with errors of one class; any other error is raised. */
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
