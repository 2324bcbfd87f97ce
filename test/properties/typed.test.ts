// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { options } from '../../src/cli/options.ts';
import { plainText } from '../../src/engine/base/message.ts';
import { scriptWords } from '../../src/engine/base/shell-quote.ts';
import { type DestinationInput, parseDestination } from '../../src/engine/destination/uri.ts';
import {
  dangerousParameters,
  parseParameters,
  percentDecoded,
} from '../../src/engine/destination/uri-parameters.ts';
import { checks } from '../../src/engine/preflight/checks/index.ts';
import { parseMigrationUri } from '../../src/engine/preflight/facts/data-address.ts';
import {
  formatLocation,
  type PageLocation,
  pageSizes,
  parseLocation,
} from '../../src/ui/location/page-location.ts';
import { RecentDestinations, type TextStore } from '../../src/ui/model/recent-destinations.ts';
import { anyText, broken, expectNoHang } from './mangled.ts';

const context = { localNames: ['alpha', '10.1.0.1'] };
const parse = (text: string): DestinationInput => parseDestination(text, context);

const piece = fc.constantFrom(
  ...[
    'qemu+ssh://',
    'qemu+tls://',
    'qemu://',
    'QEMU+TCP://',
    'http://',
    'constructor://',
    'root@',
    'a%3Fb@',
    'a%3A@',
    '-x@',
  ],
  ...[
    'beta',
    'alpha',
    'b.e-t.a',
    '10.1.0.2',
    '[2001:db8::1]',
    '[fe80::1%25eth0]',
    'fe80::1%eth0',
    ':22',
    ':0',
    ':99999',
  ],
  ...[
    '/system',
    '/session',
    '/',
    '?',
    '&',
    'no_verify=1',
    'command=',
    'keyfile=%2Fk',
    '%00',
    '%zz',
    '%F0',
    '#',
    ' ',
    '\0',
    '\u200b',
  ],
);
const typed = fc.oneof(
  anyText,
  fc
    .array(fc.oneof({ weight: 5, arbitrary: piece }, { weight: 1, arbitrary: anyText }), { maxLength: 7 })
    .map((all) => all.join('')),
);

describe('a destination', () => {
  it('that is valid has nothing that a program could misinterpret', () => {
    fc.assert(
      fc.property(typed, (text) => {
        const input = parse(text);
        if (input.kind !== 'valid') return;
        const { transport, host, port, user, path, parameters } = input.parts;
        expect(['ssh', 'tcp', 'tls']).toContain(transport);
        expect(input.uri).toMatch(/^[^\s\p{Cc}\p{Surrogate}]+$/u);
        expect(host).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$/);
        expect(port ?? 1).toBeGreaterThan(0);
        expect(port ?? 1).toBeLessThan(65536);
        expect(user ?? 'root').toMatch(/^[^\s\-/\0][^\s/\0]*$/);
        expect(path).toBe('/system');
        for (const { name, value } of parameters) expect(name + value).not.toContain('\0');
        // Parsing the result again gives the same, whatever was typed.
        expect(parse(input.uri)).toEqual(input);
      }),
      { numRuns: 3000 },
    );
    for (const name of ['constructor', 'tostring', 'valueof', '__proto__'])
      expect(parse(`${name}://beta/system`).kind, name).toBe('invalid');
  });

  it('that is suggested is valid', () => {
    fc.assert(
      fc.property(typed, (text) => {
        const input = parse(text);
        const offered =
          input.kind === 'suggestion' ? input.uri : input.kind === 'invalid' ? input.suggestion : undefined;
        // Only the suggested URI is checked for being this host.
        if (
          offered !== undefined &&
          !/alpha|10\.1\.0\.1/.test(offered) &&
          !/^[^:]*:\/\/[^@]*:[^@]*@/.test(offered)
        )
          expect([offered, parse(offered).kind]).toEqual([offered, 'valid']);
      }),
      { numRuns: 3000 },
    );
  });

  it('does not hang', () => {
    expectNoHang(
      (text) => [
        parse(text),
        parse(`qemu+ssh://${text}/system`),
        parse(`qemu+ssh://beta/system?${text}`),
        parse(`http://${text}`),
        parse(`${text}:!`),
      ],
      'qemu+ssh://root@[::1]:22/system?no_verify=1&command=x',
    );
  }, 30_000);
});

describe('parameters of a URI', () => {
  it('are parsed exactly, and dangerous ones are named', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\0'));
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            text.filter((name) => name !== ''),
            text,
          ),
        ),
        (pairs) => {
          const query = pairs
            .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
            .join('&');
          const read = parseParameters(query);
          expect(read).toEqual(pairs.map(([name, value]) => ({ name: name.toLowerCase(), value })));
          for (const { name } of dangerousParameters(read ?? []))
            expect(read?.some((each) => each.name === name)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    expect(parseParameters('command=/bin/x%00y')).toBeUndefined();
  });

  it('that are malformed are refused, and none is missed', () => {
    fc.assert(
      fc.property(anyText, (query) => {
        const read = parseParameters(query);
        const known = /^(no_tty|sshauth|proxy|mode|no_verify|known_hosts_verify)$/;
        if (read !== undefined)
          expect(dangerousParameters(read).length).toBeGreaterThanOrEqual(
            read.filter(({ name }) => !known.test(name)).length,
          );
        const decoded = percentDecoded(query);
        if (decoded !== undefined) expect(decoded).not.toContain('\0');
      }),
      { numRuns: 500 },
    );
  });
});

const uri = 'qemu+ssh://beta/system';
const argument = fc.oneof(
  fc.constantFrom(
    ...[
      'list',
      'check',
      'migrate',
      'web',
      uri,
      '--',
      '-',
      '-q',
      '',
      '--__proto__',
      '--constructor=x',
      '--no-json',
    ],
  ),
  fc.constantFrom(...options.map(({ name }) => `--${name}`)),
  fc
    .tuple(
      fc.constantFrom(...options.map(({ name }) => name)),
      fc.oneof(anyText, fc.constantFrom('3', '0', '61', '1e1', '٣', 'data-ports')),
    )
    .map(([name, value]) => `--${name}=${value}`),
  anyText,
);

describe('the command line', () => {
  it('is parsed or explained, and what is parsed is valid', () => {
    const argv = fc.oneof(
      fc.array(argument, { maxLength: 8 }),
      fc.array(argument, { maxLength: 5 }).map((rest) => ['check', 'web', uri, ...rest]),
    );
    fc.assert(
      fc.property(argv, (words) => {
        const command = parseArguments(words);
        if (command.kind === 'usage') expect(plainText(command.problem)).not.toMatch(/^$|undefined/);
        if (command.kind !== 'check' && command.kind !== 'migrate') return;
        // Undefined: several windows are measured.
        const { dirtyRateSeconds: seconds = 1 } = command;
        expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60).toBe(true);
        expect(words).toContain(command.vm);
        expect(words).toContain(command.destination);
        for (const id of command.overrides) expect(checks.map((check) => check.id)).toContain(id);
        if (command.migrationUri !== undefined) expect(parseMigrationUri(command.migrationUri)).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('takes any name of a VM after --', () => {
    fc.assert(
      fc.property(anyText, anyText, (vm, destination) => {
        expect(parseArguments(['check', '--', vm, destination])).toMatchObject({
          kind: 'check',
          vm,
          destination,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('does not hang', () => {
    expectNoHang((text) => [
      parseArguments([text]),
      parseArguments(['check', 'web', uri, `--migration-uri=${text}`, `--period=${text}`]),
    ]);
  }, 30_000);
});

const whole = anyText.map((text) => text.replace(/\p{Surrogate}/gu, ''));
const list = fc.record({
  filter: whole,
  state: fc.constantFrom('any' as const, 'running' as const, 'migrating' as const),
  sort: fc.constantFrom('name' as const, 'memory' as const),
  descending: fc.boolean(),
  page: fc.integer({ min: 1, max: 999_999 }),
  perPage: fc.constantFrom(...pageSizes),
});
const dialog = fc.record({
  vm: whole.filter((name) => name !== ''),
  connection: fc.constantFrom('system' as const, 'session' as const),
  uri: whole,
  temporary: fc.boolean(),
  copyDisks: fc.subarray(['sda', 'vda', 'vdb']),
});
const location: fc.Arbitrary<PageLocation> = fc.oneof(fc.record({ list }), fc.record({ list, dialog }));
const link =
  '#/vm/db%20server/migrate?uri=qemu+ssh://beta/system&temporary=true&copy-disks=vda,vdb&filter=web&sort=-memory&page=2&per-page=20';

describe('the address of the page', () => {
  it('keeps the whole location, also after a browser’s normalization', () => {
    fc.assert(
      fc.property(location, (each) => {
        const written = formatLocation(each);
        expect(parseLocation(written)).toEqual(each);
        expect(parseLocation(new URL(`http://host/${written}`).hash)).toEqual(each);
      }),
      { numRuns: 500 },
    );
  });

  it('gives a location that can be shown and written again, whatever it contains', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          broken(link),
          anyText.map((text) => `#/vm/${text}/migrate?${text}`),
        ),
        (hash) => {
          const read = parseLocation(hash);
          expect(Number.isInteger(read.list.page) && read.list.page > 0).toBe(true);
          expect(pageSizes).toContain(read.list.perPage);
          const written = formatLocation(read);
          expect(formatLocation(parseLocation(written))).toBe(written);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('does not hang', () => {
    expectNoHang((text) => [parseLocation(text), parseLocation(`#/vm/${text}/migrate?${text}`)], link);
  }, 30_000);
});

/** A browser's storage with one text. */
function store(text: string | null): TextStore {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key, value) => {
      kept = value;
    },
  };
}

const uris = ['qemu+ssh://beta/system', 'qemu+tls://gamma/system', 'qemu+ssh://delta/system?command=x'];

describe('recent destinations', () => {
  const destinations = uris.filter(
    (uri) => !uri.includes('?') && parseDestination(uri, { localNames: [] }).kind === 'valid',
  );

  it('are a few URIs without parameters, whatever the storage contains', () => {
    const text = fc.oneof(
      fc.constant(null),
      broken(JSON.stringify(uris)),
      fc.json(),
      fc.array(fc.oneof(fc.constantFrom(...uris), anyText)).map((all) => JSON.stringify(all)),
      fc.constantFrom(
        '['.repeat(100_000),
        `${'['.repeat(5000)}${']'.repeat(5000)}`,
        '{"length":1,"0":"x"}',
        'null',
        '"x"',
      ),
    );
    fc.assert(
      fc.property(text, fc.oneof(anyText, fc.constantFrom(...uris)), (kept, used) => {
        const recent = new RecentDestinations(store(kept));
        for (const list of [recent.list(), (recent.remember(used), recent.list())]) {
          expect(list.length).toBeLessThanOrEqual(5);
          for (const uri of list) expect(uri).toMatch(/^qemu[^?\s\p{Cc}\p{Cf}]*$/u);
        }
        if (destinations.includes(used)) expect(recent.list()[0]).toBe(used);
      }),
      { numRuns: 500 },
    );
  });

  it('are empty in a browser that denies storage', () => {
    const denied = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    const recent = new RecentDestinations({ getItem: denied, setItem: denied });
    recent.remember('qemu+ssh://beta/system');
    expect(recent.list()).toEqual([]);
  });
});

it('a shell gets exactly the original words', () => {
  // UTF-8 cannot encode half of a surrogate pair, and no argument contains NUL.
  const word = anyText.map((text) => text.replace(/[\0\p{Surrogate}]/gu, ''));
  // One process for many words, because the test is about quoting and not about starting shells.
  const words = fc.array(word, { minLength: 3000, maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(words, (all) => {
      const input = `printf '%s\\0' ${scriptWords(...all)}\n`;
      const printed = execFileSync('sh', ['-s'], { input, encoding: 'utf8' });
      expect(printed.split('\0').slice(0, -1)).toEqual(all);
    }),
    { numRuns: 2, endOnFailure: true },
  );
});
