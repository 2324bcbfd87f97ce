// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import type { MigrationChoices } from '../../../../src/engine/plan/choices.ts';
import { FactUnavailable } from '../../../../src/engine/preflight/fact.ts';
import { HostShell } from '../../../../src/engine/preflight/facts/destination-session.ts';
import { nodePlatform } from '../../../../src/platform/node.ts';
import { PlatformError } from '../../../../src/platform/platform.ts';

/** A shell on this machine in place of the destination's. It always ends with the test. */
async function withShell(argv: readonly string[], use: (shell: HostShell) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const choices = { vm: { connection: 'session' } } as MigrationChoices;
  try {
    await use(new HostShell(argv, { platform: nodePlatform(), choices, signal: end.signal }));
  } finally {
    end.abort();
  }
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

/** Two kinds of `sh`: one reads its input ahead, the other one does not. */
const shells = [
  ['sh', '-s'],
  ['bash', '--posix', '-s'],
];

describe.each(shells)('a shell that stays open: %s', (...argv) => {
  it('runs scripts one after the other, each with its own parameters and without effects on the next', async () => {
    await withShell(argv, async (shell) => {
      expect(await shell.connect()).toBeGreaterThan(0);
      const words = ['', 'a b', `'"\\`, 'line\nbreak', '$(id) *', '漢🙂'];
      const [first, second, third] = await Promise.all([
        shell.run('cd /tmp; gone=x; for word in "$@"; do printf "<%s>" "$word"; done; exit 4', words),
        shell.run('pwd; echo "$# ${gone-kept}"', []),
        shell.run('echo $(( $1 + 1 )); echo error >&2', ['41']),
      ]);
      expect(first).toBe(words.map((word) => `<${word}>`).join(''));
      expect(second).toBe('/\n0 kept\n');
      expect(third).toBe('42\n');
    });
  });

  it('gives a script only the input that is sent for it', async () => {
    await withShell(argv, async (shell) => {
      expect(await shell.run('cat; echo end', [])).toBe('end\n');
      const counted = shell.run('echo ready; head -n 1 | wc -c', [], {
        reads: true,
        onText: (text) => {
          if (text === 'ready\n') shell.sendZeros(2_000_000, 20);
        },
      });
      const after = shell.run('echo after', []);
      expect((await counted).split(/\s+/)).toEqual(['ready', '2000001', '']);
      expect(await after).toBe('after\n');
    });
  });

  it('tells the clock of this host', async () => {
    await withShell(argv, async (shell) => {
      expect(Math.abs((await shell.clock()) - Date.now() / 1000)).toBeLessThan(60);
    });
  });
});

describe('a shell that stays open', () => {
  it('ignores the output of a login shell’s startup files', async () => {
    await withShell(['sh', '-c', 'printf "Welcome! ckm-"; exec sh -s'], async (shell) => {
      await shell.connect();
      expect(await shell.run('echo one', [])).toBe('one\n');
    });
  });

  it('gives the program’s text as the reason if it cannot start', async () => {
    const refused = ['sh', '-c', 'echo "Permission denied (publickey)." >&2; exit 255'];
    await withShell(refused, async (shell) => {
      const error = await failureOf(shell.connect());
      expect(error).toBeInstanceOf(FactUnavailable);
      expect(error).toMatchObject({ unavailability: { original: 'Permission denied (publickey).' } });
    });
    await withShell(['no-such-program-here'], async (shell) => {
      const error = await failureOf(shell.connect());
      expect(error).toBeInstanceOf(PlatformError);
      expect(error).toMatchObject({ kind: 'not-found' });
    });
  });

  it('reports an error if it ends early', async () => {
    await withShell(['sh', '-s'], async (shell) => {
      await shell.connect();
      expect(await failureOf(shell.run('echo begun; kill $$', []))).toBeInstanceOf(FactUnavailable);
      expect(await failureOf(shell.run('echo more', []))).toBeInstanceOf(FactUnavailable);
    });
  });
});
