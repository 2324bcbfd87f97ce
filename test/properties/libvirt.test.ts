// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeArray,
  decodeDictionary,
  decodeNumber,
  decodeString,
  unwrap,
} from '../../src/libvirt/decode.ts';
import { classifyError, LibvirtError, libvirtErrorOf } from '../../src/libvirt/errors.ts';
import { type DomainJob, decodeJob, parseJobText } from '../../src/libvirt/job.ts';
import { parseAnswer, type VirshAnswer, virshQuote, virshSession } from '../../src/libvirt/virsh.ts';
import {
  type DBusValue,
  type Platform,
  PlatformError,
  type PlatformErrorKind,
  type RunResult,
} from '../../src/platform/platform.ts';
import { anyText, attempt, broken, expectNoHang, hostileName, translated } from './mangled.ts';
import { dominfo, domstats, dumpxml, listed, noJob, runningJob } from './samples.ts';

const commands = ['a', 'b', 'c'].map((id) => ({ id, argv: [id] }));

/** A virsh that prints the result of `output` for the marker. */
function virsh(output: (mark: string) => string): Platform {
  const run = (argv: readonly string[]): Promise<RunResult> => {
    const stdout = output(/^echo (\S+);/.exec(argv.at(-1) ?? '')?.[1] ?? '');
    return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
  };
  const platform: Pick<Platform, 'run'> = { run };
  return platform as Platform;
}

interface Session {
  readonly answers: readonly VirshAnswer[];
  /** The errors in place of answers. */
  readonly refusal?: LibvirtError;
}

async function session(platform: Platform): Promise<Session> {
  try {
    const answers = await virshSession(platform, 'test:///default', commands);
    return { answers: [...answers.values()] };
  } catch (error) {
    if (error instanceof LibvirtError) return { answers: [], refusal: error };
    throw error;
  }
}

const said = broken(
  dumpxml,
  domstats,
  dominfo(),
  runningJob,
  listed,
  "error: failed to get domain 'web'\nerror: Domain not found\n",
  'error: failed to connect to the hypervisor\nerror: x\n',
);

describe('a session of virsh', () => {
  it('has an answer for each command, in order, unless virsh could not connect', async () => {
    await fc.assert(
      fc.asyncProperty(said, said, said, anyText, async (first, second, third, before) => {
        const { answers, refusal } = await session(
          virsh((mark) => [before, first, second, third, ''].join(mark)),
        );
        const expected = commands.map(({ id }, index) =>
          parseAnswer(id, [first, second, third][index] ?? ''),
        );
        if (refusal === undefined) expect(answers).toEqual(expected);
        else
          expect(expected[0]).toMatchObject({
            ok: false,
            error: expect.stringMatching(/^failed to connect/) as string,
          });
      }),
      { numRuns: 200 },
    );
  });

  it('never accepts a truncated answer, and throws only its own error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3000), async (length) => {
        const texts = [domstats, dominfo(), listed];
        const full = (mark: string): string => ['', ...texts, ''].join(mark);
        const { answers, refusal } = await session(virsh((mark) => full(mark).slice(0, length)));
        if (refusal !== undefined) expect(answers).toEqual([]);
        answers.forEach((answer, index) => {
          expect(answer).toMatchObject({ ok: true, text: texts[index]?.replace(/^\n+|\n+$/g, '') });
        });
      }),
      { numRuns: 200 },
    );
  });

  it('has the exact output as answer, or an error if a line of virsh says so', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const { answers } = await session(virsh((mark) => ['', 'x', text, 'y', ''].join(mark)));
        const [, answer] = answers;
        const isError =
          text.split('\n').some((line) => line.startsWith('error: ')) && !text.trimStart().startsWith('<');
        expect(answer?.ok).toBe(!isError);
        if (answer?.ok === true) expect(answer.text).toBe(text.replace(/^\n+|\n+$/g, ''));
      }),
      { numRuns: 500 },
    );
  });

  it('is not deceived by the name of a VM', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostileName,
        fc.constantFrom('\u2028error: ', '\u2029error: ', '\rerror: ', 'error: '),
        async (name, word) => {
          const text = dominfo(`${name}${word}${name}`);
          const { answers } = await session(virsh((mark) => ['', text, listed, text, ''].join(mark)));
          expect(answers[0]).toMatchObject({ ok: true });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('fails with virsh’s text if nothing was run', async () => {
    for (const text of ['error: failed to connect to the hypervisor\nerror: no way\n'])
      expect((await session(virsh(() => text))).refusal?.message).toBe('no way');
    for (const language of ['fr', 'de'] as const) {
      const words = translated('error: failed to connect to the hypervisor\n', language);
      expect((await session(virsh(() => words))).refusal).toMatchObject({
        reason: 'other',
        message: words.trim(),
      });
    }
    expect((await session(virsh(() => ''))).refusal).toBeInstanceOf(LibvirtError);
  });

  it('reads 5 MB of line breaks', async () => {
    for (const unit of ['\n', '\nerror: x', 'ckm-']) {
      const text = unit.repeat(Math.ceil(5_000_000 / unit.length));
      const begin = performance.now();
      await session(virsh((mark) => ['', text, text.slice(0, 1000), 'x', ''].join(mark)));
      expect(performance.now() - begin, JSON.stringify(unit)).toBeLessThan(3000);
    }
  }, 30_000);
});

describe('quoting for virsh', () => {
  /** virsh's parser, as vshCommandStringGetArg of libvirt 9.0 has it: quotes, backslashes, `;` and blanks between words. */
  function read(line: string): readonly (readonly string[])[] {
    const parsed: string[][] = [[]];
    let word: string | undefined;
    let quote = '';
    for (let at = 0; at < line.length; at += 1) {
      const each = line.charAt(at);
      if (quote === '' && (each === ' ' || each === '\n' || each === ';')) {
        if (word !== undefined) parsed.at(-1)?.push(word);
        word = undefined;
        if (each !== ' ') parsed.push([]);
      } else if (quote === '' && (each === "'" || each === '"')) {
        quote = each;
        word ??= '';
      } else if (each === quote) quote = '';
      else if (each === '\\' && quote !== "'") {
        at += 1;
        word = (word ?? '') + line.charAt(at);
      } else word = (word ?? '') + each;
    }
    if (word !== undefined) parsed.at(-1)?.push(word);
    return parsed;
  }

  it('gives virsh exactly the original words', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyText, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        (lines) => {
          const script = lines.map((words) => words.map(virshQuote).join(' ')).join('; ');
          // A blank after `;` does not begin a word.
          expect(read(script)).toEqual(lines);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Figures are finite numbers; 0 if libvirt reported none. */
function expectSoundJob(job: DomainJob): void {
  for (const [key, value] of Object.entries(job))
    if (key !== 'type' && key !== 'operation')
      expect(
        typeof value === 'number' && Number.isFinite(value) && value >= 0,
        `${key} ${String(value)}`,
      ).toBe(true);
  expect(job.pageSize).toBeGreaterThan(0);
}

describe('a job', () => {
  it('from any text is undefined or has numbers', () => {
    fc.assert(
      fc.property(broken(runningJob, noJob), (text) => {
        const job = parseJobText(text);
        if (job !== undefined) {
          expectSoundJob(job);
          expect(text).toContain('Job type:');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('in another language is undefined, not wrong', () => {
    for (const language of ['fr', 'de'] as const)
      expect(parseJobText(translated(runningJob, language))).toBeUndefined();
  });

  it('has 0 for an invalid number, and all other figures', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('NaN', '-1', '', '1e400', '9'.repeat(400), '73,218', 'Infinity', '0x10', '٣'),
        (number) => {
          const job = parseJobText(runningJob.replace('73.218', number));
          expect(job).toMatchObject({
            type: 'unbounded',
            dataProcessed: 0,
            iteration: 2,
            dirtyPagesPerSecond: 1500,
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('from any D-Bus values has numbers', () => {
    const names = fc.constantFrom(
      'operation',
      'time_elapsed',
      'data_total',
      'memory_page_size',
      'memory_bps',
      'downtime',
      'x',
    );
    const values = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.constant([1]));
    fc.assert(
      fc.property(fc.double(), fc.array(fc.tuple(names, values)), (type, figures) => {
        expectSoundJob(decodeJob(type, new Map<string, DBusValue>(figures)));
      }),
      { numRuns: 500 },
    );
  });

  it('does not hang', () => {
    expectNoHang(parseJobText, runningJob);
  }, 30_000);
});

const decoders = {
  number: decodeNumber,
  string: decodeString,
  array: decodeArray,
  dictionary: decodeDictionary,
} satisfies Record<string, (value: DBusValue, where: string) => unknown>;

/** The D-Bus type of a value, determined without the code under test. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' && value !== null ? 'dictionary' : typeof value;
}

/** Also values that no D-Bus message contains, as from a faulty platform. */
const anything = fc.anything({
  withBigInt: true,
  withNullPrototype: true,
  withSparseArray: true,
  maxDepth: 4,
});

describe('decoding', () => {
  it('gives only values of its type, and otherwise an error that names the position', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(decoders)), anything, fc.nat(3), (kind, inner, depth) => {
        let value: unknown = inner;
        for (let each = 0; each < depth; each += 1) value = { t: 'v', v: value };
        const decode = decoders[kind as keyof typeof decoders];
        const outcome = attempt(() => decode(value as DBusValue, 'Domain.GetStats[0]'), LibvirtError);
        if ('read' in outcome) {
          expect(kindOf(unwrap(value as DBusValue))).toBe(kind);
          if (kind !== 'dictionary') expect(outcome.read).toBe(unwrap(value as DBusValue));
        } else {
          expect(outcome.refused).toMatchObject({ reason: 'protocol' });
          expect(outcome.refused.message).toContain('Domain.GetStats[0]: expected a');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses deep or huge values, with a readable error', () => {
    let deep: unknown = [];
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    let variants: unknown = 7;
    for (let depth = 0; depth < 100_000; depth += 1) variants = { t: 'v', v: variants };
    expect(decodeNumber(variants as DBusValue, 'x')).toBe(7);
    for (const value of [deep, 'x'.repeat(5_000_000), Array.from({ length: 500_000 }, () => 1)]) {
      const outcome = attempt(() => decodeNumber(value as DBusValue, 'x'), LibvirtError);
      expect('refused' in outcome ? outcome.refused.message.length : Infinity).toBeLessThan(1000);
    }
  });
});

/** Error texts of libvirt, ssh and GnuTLS, with the reason that each means. */
const phrases: readonly (readonly [string, string])[] = [
  ['Cannot recv data: Host key verification failed.: Connection reset by peer', 'host-key'],
  [
    'Cannot recv data: root@beta: Permission denied (publickey,password).: Connection reset by peer',
    'auth-refused',
  ],
  ["authentication failed: Failed to verify peer's certificate", 'auth-tls-untrusted'],
  ["unable to connect to server at 'beta:16514': Connection refused", 'connection-refused'],
  ["Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", 'daemon-down'],
  ["Domain not found: no domain with matching uuid 'x'", 'no-such-domain'],
];

describe('errors', () => {
  it('are recognized whatever ssh has printed before and after', () => {
    const banner = fc.array(
      fc.string({ maxLength: 80 }).map((line) => line.replace(/[:(']/g, '')),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...phrases), banner, ([text, reason], lines) => {
        expect(classifyError([...lines, text].join('\n'))).toBe(reason);
        expect(classifyError([text, ...lines].join('\n'))).toBe(reason);
      }),
      { numRuns: 200 },
    );
    const long = 'Welcome to beta\n'.repeat(100_000);
    for (const [text, reason] of phrases) {
      expect(classifyError(long + text)).toBe(reason);
      expect(classifyError(text + long)).toBe(reason);
    }
  });

  it('that are unknown give `other`, and never throw', () => {
    fc.assert(
      fc.property(broken(...phrases.map(([text]) => text)), (text) => {
        expect(classifyError(text)).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 500 },
    );
    for (const text of ['Fehler: Domain nicht gefunden', 'erreur : Domaine introuvable', '', '\ud800'])
      expect(classifyError(text)).toBe('other');
  });

  it('are all converted to one type, with their text and cause', () => {
    const kinds: readonly PlatformErrorKind[] = [
      'dbus',
      'not-found',
      'access-denied',
      'closed',
      'cancelled',
      'protocol',
      'failed',
    ];
    const thrown = fc.oneof(
      fc.tuple(fc.constantFrom(...kinds), anyText).map(([kind, text]) => new PlatformError(kind, text)),
      anyText.map((text) => new Error(text)),
      fc.anything(),
      fc.constant(Object.create(null) as unknown),
      fc.constant({
        toString: () => {
          throw new TypeError('no text');
        },
      }),
    );
    fc.assert(
      fc.property(thrown, (error) => {
        const made = libvirtErrorOf(error);
        expect(made).toBeInstanceOf(LibvirtError);
        expect(made.cause).toBe(error);
        if (error instanceof Error) expect(made.message).toBe(error.message);
      }),
      { numRuns: 500 },
    );
  });

  it('do not hang', () => {
    expectNoHang(classifyError, ...phrases.map(([text]) => text), 'certificate x', 'libvirt x connection');
  }, 30_000);
});
