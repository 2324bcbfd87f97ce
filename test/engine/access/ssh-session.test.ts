// SPDX-License-Identifier: LGPL-2.1-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  decodeHex,
  NoAnswer,
  parseReply,
  type Question,
  SshSession,
  WrongAnswer,
} from '../../../src/engine/access/ssh-session.ts';
import { nodePlatform } from '../../../src/platform/node.ts';
import { PlatformError } from '../../../src/platform/platform.ts';

const platform = nodePlatform();

/** A fake ssh: asks that many questions as ssh does, prints the answers, then runs a shell that reads commands. */
const fakeSsh = `
count=$1
number=0
all=''
while [ $number -lt $count ]; do
  number=$((number + 1))
  answer=$("$SSH_ASKPASS" "question $number
of '$count': ") || exit 255
  all="$all $(printf '%s' "$answer" | od -An -v -tx1 | tr -d ' \\n')"
done
echo "$all."
exec sh -s
`;

/** A fake sudo that reads the password from standard input. */
const fakeSudo = `
for try in 1 2 3; do
  printf '%s sudo %s\\n' "$mark" "$mark"
  IFS= read -r answer || exit 1
  [ "$answer" = "$wanted" ] && exec sh -c 'printf "%s shell %s\\n" "$1" "$1"; exec sh -s' sh "$mark"
  echo 'Try again.'
done
exit 1
`;

let open: SshSession | undefined;
afterEach(async () => {
  await open?.end();
  open = undefined;
});

function converse(
  questions: number,
  answers: readonly (string | undefined)[],
): { session: SshSession; asked: Question[] } {
  const asked: Question[] = [];
  const session = new SshSession(platform, ['sh', '-c', fakeSsh, 'sh', String(questions)], {
    signal: new AbortController().signal,
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(answers[asked.length - 1]);
    },
  });
  open = session;
  return { session, asked };
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** The answers as the fake ssh prints them. */
function told(answers: readonly string[]): string {
  return `${answers.map((answer) => ` ${hex(answer)}`).join('')}.`.trim();
}

function shell(session: SshSession): string {
  return `printf '%s %s %s\\n' ${session.mark} shell ${session.mark}\n`;
}

/** One line, as a person types it. */
const password = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/[\n\0]/.test(text));
const hostile = [
  `'"$(touch /tmp/x)\`id\`\\`,
  ' -n  x ',
  '',
  '-e \\n%s',
  '密码 пароль 🔑',
  '\\\\\\',
  'a\tb\rc',
  '%41$1',
];

describe('a session with ssh', () => {
  it('asks in the words of ssh, with their line breaks, and answers byte by byte', async () => {
    const { session, asked } = converse(hostile.length, hostile);
    const said = await session.exchange(shell(session));
    expect(said.word).toBe('shell');
    expect(said.printed).toBe(told(hostile));
    expect(asked[1]).toEqual({ from: 'ssh', text: `question 2\nof '${hostile.length}': ` });
    expect(asked).toHaveLength(hostile.length);
  });

  it('hands on any password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(password, { minLength: 1, maxLength: 25 }), async (passwords) => {
        const { session } = converse(passwords.length, passwords);
        const said = await session.exchange(shell(session));
        await session.end();
        expect(said.printed).toBe(told(passwords));
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('answers sudo by the same way, and only once', async () => {
    const right = converse(1, ['first', `right $(x) 'é`]);
    const { mark } = right.session;
    await right.session.exchange(shell(right.session));
    const said = await right.session.exchange(`mark=${mark} wanted='right $(x) '\\''é'\n(${fakeSudo})\n`);
    expect([said.word, right.asked[1]]).toEqual(['shell', { from: 'sudo', text: '' }]);
    await right.session.end();

    const wrong = converse(0, ['wrong']);
    await wrong.session.exchange(shell(wrong.session));
    await expect(
      wrong.session.exchange(`mark=${wrong.session.mark} wanted=right\n(${fakeSudo})\n`),
    ).rejects.toThrow(WrongAnswer);
    expect(wrong.asked).toHaveLength(1);
  });

  it.each([undefined, 'two\nlines', 'a\0b'])('sends nothing for %j', async (answer) => {
    const { session } = converse(1, [answer]);
    await expect(session.exchange(shell(session))).rejects.toThrow(NoAnswer);
  });

  it('tells what ssh said when it ends', async () => {
    const session = new SshSession(platform, ['sh', '-c', 'echo Permission denied >&2; exit 255'], {
      signal: new AbortController().signal,
      ask: () => Promise.resolve(undefined),
    });
    const error: unknown = await session.exchange('x\n').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).toMatchObject({ kind: 'closed', message: 'Permission denied\n' });
    await session.end();
  });

  it('leaves no file and no process, also when it is ended while a question is open', async () => {
    const { session } = converse(1, []);
    const mark = session.mark;
    let stop: () => void = () => undefined;
    const blocked = new SshSession(platform, ['sh', '-c', fakeSsh, 'sh', '1'], {
      signal: new AbortController().signal,
      ask: () =>
        new Promise((resolve) => {
          stop = () => {
            resolve(undefined);
          };
          void blocked.end();
        }),
    });
    const said = blocked.exchange(shell(blocked));
    said.catch(() => undefined);
    await expect(session.exchange(shell(session))).rejects.toThrow(NoAnswer);
    await session.end();
    await blocked.end();
    stop();
    const processes = readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return argv.includes(mark) || argv.includes(blocked.mark);
      } catch {
        return false;
      }
    });
    expect(processes).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('cockpit-migrate-ask.'))).toEqual([]);
  });

  it('has the answer in no argument and no environment while it runs', async () => {
    const needle = `needle-${Math.random()}`;
    const seen: string[] = [];
    const { session } = converse(1, [needle]);
    await session.exchange(shell(session));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      for (const part of ['cmdline', 'environ'])
        try {
          if (readFileSync(`/proc/${pid}/${part}`, 'utf8').includes(needle)) seen.push(`${pid}/${part}`);
        } catch {
          // Of another user, or ended.
        }
    expect(seen).toEqual([]);
  });
});

describe('what is said between marks', () => {
  it('is found behind anything that a shell prints before', () => {
    expect(parseReply('Welcome!\n$ MARK added /root/a file', 'MARK')).toEqual({
      word: 'added',
      rest: '/root/a file',
      printed: 'Welcome!\n$',
    });
    expect(parseReply('nothing', 'MARK')).toEqual({ word: '', rest: '', printed: 'nothing' });
  });

  it('is decoded from any bytes', () => {
    expect(decodeHex(hex('Passwort für “é”: 🔑'))).toBe('Passwort für “é”: 🔑');
    expect(decodeHex('41ff42')).toBe('A\ufffdB');
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeHex(hex(text)) === text));
    fc.assert(
      fc.property(
        fc.uint8Array(),
        (bytes) => typeof decodeHex(Buffer.from(bytes).toString('hex')) === 'string',
      ),
    );
  });
});
