// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InteractiveProcess } from '../../src/platform/interactive-process.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { type Platform, PlatformError } from '../../src/platform/platform.ts';
import { processesWith } from '../contract/processes.ts';

const platform = nodePlatform();

/** Repeats each line, and its arguments. */
const echo = ['sh', '-c', 'while IFS= read -r line; do printf "<%s>\\n" "$line"; done'];

/** An interactive process with a program. It always ends with the test. */
async function withProcess(
  argv: readonly string[],
  use: (interactive: InteractiveProcess) => Promise<void>,
  on: Pick<Platform, 'run'> = platform,
): Promise<void> {
  const end = new AbortController();
  const interactive = new InteractiveProcess(on, argv, { signal: end.signal, stderr: 'merge' });
  try {
    await use(interactive);
  } finally {
    end.abort();
    await interactive.ended;
  }
}

async function failureOf(promise: Promise<unknown>): Promise<PlatformError> {
  const outcome = await promise.catch((error: unknown) => error);
  if (outcome instanceof PlatformError) return outcome;
  throw new Error(`Not refused but ${String(outcome)}`);
}

describe('an interactive process', () => {
  it('gives each command its answer, however many are sent at once and whatever they depend on', async () => {
    await withProcess(echo, async (interactive) => {
      const [first, second] = await Promise.all([
        interactive.exchange('one\ntwo\n', '<two>\n'),
        interactive.exchange('漢🙂\n\nthree\n', '<three>\n'),
      ]);
      expect([first, second]).toEqual(['<one>\n', '<漢🙂>\n<>\n']);
      expect(await interactive.exchange(`${second.trim()}\nend\n`, '<end>\n')).toBe('<<漢🙂>>\n<<>>\n');
    });
  });

  it('reports the answer so far, from its beginning each time', async () => {
    const slow = ['sh', '-c', 'read line; echo one; read line; echo two; echo end'];
    await withProcess(slow, async (interactive) => {
      const heard: string[] = [];
      const answer = interactive.exchange('go\n', 'end\n', (text) => {
        heard.push(text);
        if (heard.length === 1)
          void interactive.clock().then(() => {
            interactive.sendZeros(3, 1);
          });
      });
      expect(await answer).toBe('one\ntwo\n');
      expect(heard[0]).toBe('one\n');
    });
  });

  it('does not depend on how the output is split, with the script’s lines in between', async () => {
    for (const size of [1, 2, 7, 40]) {
      const inPieces: Pick<Platform, 'run'> = {
        run: (argv, options = {}) =>
          platform.run(argv, {
            ...options,
            onOutput: (text) => {
              for (let at = 0; at < text.length; at += size) options.onOutput?.(text.slice(at, at + size));
            },
          }),
      };
      await withProcess(
        echo,
        async (interactive) => {
          const [answer, clock] = await Promise.all([
            interactive.exchange(`ckm-\n${'ckm-c'.repeat(100)}\nend\n`, '<end>\n'),
            interactive.clock(),
          ]);
          expect(answer).toBe(`<ckm->\n<${'ckm-c'.repeat(100)}>\n`);
          expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(60);
        },
        inPieces,
      );
    }
  });

  it('stores a text in a file for the program, and removes it at the end, however it ends', async () => {
    const reading = ['sh', '-c', 'while IFS= read -r path; do cat "$path"; echo end; done'];
    for (const end of ['by itself', 'by us'] as const) {
      let path = '';
      await withProcess(
        end === 'by us' ? reading : ['sh', '-c', 'read -r path; cat "$path"; echo end'],
        async (interactive) => {
          path = await interactive.file('<cpu>\n  <model>é &amp; %s \\n $HOME</model>\n</cpu>\n');
          const kept = await interactive.exchange(`${path}\n`, 'end\n');
          expect(kept.trim()).toBe('<cpu> <model>é &amp; %s \\n $HOME</model> </cpu>');
          // The other one may have ended.
          if (end === 'by us') expect(existsSync(path)).toBe(true);
          else await interactive.ended;
        },
      );
      expect(existsSync(path)).toBe(false);
      expect(existsSync(dirname(path))).toBe(false);
    }
  });

  it('sends the requested number of zeros, and a line break', async () => {
    await withProcess(['sh', '-c', 'head -n 1 | wc -c; cat'], async (interactive) => {
      const counted = interactive.exchange('', '\n');
      interactive.sendZeros(3_000_000, 20);
      expect(Number(await counted)).toBe(3_000_001);
    });
    // Or for as long.
    await withProcess(['sh', '-c', 'sleep 1.5; head -n 1 | wc -c; cat'], async (interactive) => {
      const counted = interactive.exchange('', '\n');
      interactive.sendZeros(100_000_000_000, 1);
      expect(Number(await counted)).toBeGreaterThan(1);
    });
  });

  it('runs the program in the root folder, with its history in a temporary one', async () => {
    await withProcess(['sh', '-c', 'pwd; echo "$XDG_CACHE_HOME"; cat'], async (interactive) => {
      const [root, folder] = (await interactive.exchange('end\n', 'end\n')).split('\n');
      expect(root).toBe('/');
      expect(folder).toMatch(/^\/.*\/tmp\./);
    });
  });

  it('ends when the program ends, and gives its text as the reason', async () => {
    await withProcess(['sh', '-c', 'echo one; echo sorry >&2; exit 3'], async (interactive) => {
      const never = await failureOf(interactive.exchange('go\n', 'two\n'));
      expect([never.kind, never.message]).toEqual(['closed', 'one\nsorry\n']);
      expect(await interactive.ended).toEqual({ said: 'one\nsorry\n' });
      expect((await failureOf(interactive.exchange('go\n', 'two\n'))).kind).toBe('closed');
      expect((await failureOf(interactive.clock())).kind).toBe('closed');
    });
  });

  it('says that there is no such program', async () => {
    await withProcess(['no-such-program-here', 'x'], async (interactive) => {
      expect((await failureOf(interactive.exchange('go\n', 'end\n'))).kind).toBe('not-found');
      expect((await failureOf(interactive.file('x'))).kind).toBe('not-found');
    });
  });

  it('says why it cannot start', async () => {
    const full: Pick<Platform, 'run'> = {
      run: (argv, options = {}) =>
        platform.run(argv, { ...options, environment: { TMPDIR: '/no/such/folder' } }),
    };
    await withProcess(
      echo,
      async (interactive) => {
        const error = await failureOf(interactive.exchange('go\n', 'end\n'));
        expect(error.kind).toBe('failed');
        expect(error.message).toMatch(/mktemp.*no\/such\/folder/s);
      },
      full,
    );
  });

  it('leaves no process behind at the end', async () => {
    const mark = `interactive-${Math.random().toString(36).slice(2)}`;
    let file = '';
    await withProcess(['sh', '-c', 'echo up; sleep 300; :', mark], async (interactive) => {
      await interactive.exchange('', 'up\n');
      file = await interactive.file('x');
      expect(processesWith(mark)).not.toEqual([]);
    });
    for (let tries = 0; processesWith(mark).length > 0 && tries < 100; tries += 1) await sleep(100);
    expect(processesWith(mark)).toEqual([]);
    expect(existsSync(dirname(file))).toBe(false);
  });
});
