// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import { InteractiveVirsh } from '../../src/libvirt/interactive-virsh.ts';
import { type Platform, PlatformError, type RunOptions } from '../../src/platform/platform.ts';
import { converse, type FakeProgram, fakeVirshPrompt } from '../fake-interactive-process.ts';

interface Run {
  readonly argv: readonly string[];
  readonly options: RunOptions;
}

/** A platform with that virsh. Its output arrives in pieces of that size. */
function withVirsh(virsh: FakeProgram, size = Infinity): Pick<Platform, 'run'> & { readonly runs: Run[] } {
  const runs: Run[] = [];
  return {
    runs,
    run: (argv, options = {}) => {
      runs.push({ argv, options });
      const onOutput = (text: string): void => {
        for (let at = 0; at < text.length; at += size) options.onOutput?.(text.slice(at, at + size));
      };
      return converse(argv, { ...options, onOutput }, virsh);
    },
  };
}

function interactive(platform: Pick<Platform, 'run'>): InteractiveVirsh {
  return new InteractiveVirsh(platform, 'qemu+ssh://beta/system', {
    superuser: 'require',
    signal: new AbortController().signal,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<LibvirtError> {
  const outcome = await promise.catch((error: unknown) => error);
  if (outcome instanceof LibvirtError) return outcome;
  throw new Error(`Not refused but ${String(outcome)}`);
}

const unreachable =
  'error: failed to connect to the hypervisor\nerror: Cannot recv data: Host key verification failed.: Connection reset by peer\n';

describe('virsh at its prompt', () => {
  it('is one process, as root, in English, without the user’s readline settings', async () => {
    const platform = withVirsh(fakeVirshPrompt(() => 'x\n'));
    const virsh = interactive(platform);
    await virsh.ask({ id: 'a', argv: ['hostname'] });
    await virsh.ask({ id: 'b', argv: ['pool-dumpxml', '--pool', 'x'] });
    const [{ argv, options } = { argv: [], options: {} }, ...more] = platform.runs;
    expect(more).toEqual([]);
    expect(argv.slice(-4)).toEqual(['virsh', '-q', '-c', 'qemu+ssh://beta/system']);
    expect(options).toMatchObject({
      stderr: 'merge',
      superuser: 'require',
      environment: {
        LC_ALL: '',
        LC_MESSAGES: 'C',
        INPUTRC: '/dev/null',
        SSH_AUTH_SOCK: '',
        SSH_ASKPASS: '',
        DISPLAY: '',
      },
    });
  });

  for (const size of [1, 7, Infinity])
    it(`gives each answer to its question, in pieces of ${size}`, async () => {
      const virsh = interactive(
        withVirsh(
          fakeVirshPrompt((command) =>
            command.includes('dumpxml') ? '<domain>\n</domain>\n\n' : ' running \n',
          ),
          size,
        ),
      );
      const ask = (id: string, word: string): unknown => virsh.ask({ id, argv: [word, 'web'] });
      expect(await Promise.all([ask('a', 'dumpxml'), ask('b', 'domstate')])).toEqual([
        { id: 'a', ok: true, text: '<domain>\n</domain>' },
        { id: 'b', ok: true, text: ' running ' },
      ]);
      expect(await ask('c', 'dumpxml')).toMatchObject({ id: 'c', ok: true });
    });

  it('searches a long output once, not again for every piece', async () => {
    const virsh = interactive(
      withVirsh(
        fakeVirshPrompt(() => `${'y'.repeat(5000)}\n`),
        512,
      ),
    );
    const begin = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, number) =>
        virsh.ask({ id: String(number), argv: ['domjobinfo', 'x'] }),
      ),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(400);
    expect(performance.now() - begin).toBeLessThan(1500);
  });

  it('also works if virsh was built without readline and does not echo its input', async () => {
    const { greeting, reply } = fakeVirshPrompt(() => 'running\n');
    const virsh = interactive(withVirsh({ greeting, reply: (line) => reply(line)?.slice(line.length) }));
    expect(await virsh.ask({ id: 'a', argv: ['domstate', 'web'] })).toMatchObject({ text: 'running' });
  });

  it('continues after a command that fails or that virsh does not know', async () => {
    const known = fakeVirshPrompt((command) =>
      command.includes('web') ? "error: failed to get domain 'web'\nerror: Domain not found\n" : 'x\n',
    );
    const virsh = interactive(
      withVirsh({
        greeting: known.greeting,
        // virsh runs nothing of such a line.
        reply: (line) =>
          line.includes('new-command')
            ? `${line}error: unknown command: 'new-command'\nvirsh # `
            : known.reply(line),
      }),
    );
    const answers = ['domstate web', 'new-command x', 'hostname'].map((words) =>
      virsh.ask({ id: words, argv: words.split(' ') }),
    );
    expect(await Promise.all(answers)).toEqual([
      { id: 'domstate web', ok: false, error: "failed to get domain 'web'\nDomain not found" },
      { id: 'new-command x', ok: false, error: "unknown command: 'new-command'" },
      { id: 'hostname', ok: true, text: 'x' },
    ]);
  });

  it('gives a command its text in a file', async () => {
    const asked: string[] = [];
    const virsh = interactive(
      withVirsh(
        fakeVirshPrompt((command) => {
          asked.push(command);
          return 'x\n';
        }),
      ),
    );
    const argv = ['hypervisor-cpu-compare', '/dev/stdin', '--error'];
    await virsh.ask({ id: 'a', argv }, '<cpu>\n</cpu>');
    await virsh.ask({ id: 'b', argv }, '<cpu/>');
    expect(asked).toEqual([
      "'hypervisor-cpu-compare' '/tmp/it/1' '--error'",
      "'hypervisor-cpu-compare' '/tmp/it/2' '--error'",
    ]);
  });

  it('refuses a name that would end its line, and quotes control characters of readline', async () => {
    let told = '';
    const prompt = fakeVirshPrompt(() => 'x\n');
    const virsh = interactive(
      withVirsh({
        greeting: prompt.greeting,
        reply: (line) => {
          told += line;
          return prompt.reply(line);
        },
      }),
    );
    for (const name of ['a\ndestroy web', 'a\rb', 'a\0b'])
      expect(await virsh.ask({ id: 'a', argv: ['vol-dumpxml', '--vol', name] })).toMatchObject({
        ok: false,
        error: expect.stringMatching(/line break/) as string,
      });
    expect(told).toBe('');
    await virsh.ask({ id: 'a', argv: ['vol-dumpxml', '--vol', 'a\tb\x01é'] });
    expect(told).toContain("'a\x16\tb\x16\x01é'");
  });

  it('gives virsh’s reason if it could not connect, at its start or with the first command', async () => {
    const atOnce = interactive(withVirsh({ reply: () => '', refusal: unreachable }));
    const error = await failureOf(atOnce.ask({ id: 'a', argv: ['hostname'] }));
    expect(error.reason).toBe('host-key');
    expect(error.message).toBe('Cannot recv data: Host key verification failed.: Connection reset by peer');
    expect(error.cause).toBeUndefined();
    const late = interactive(withVirsh(fakeVirshPrompt(() => unreachable)));
    expect((await failureOf(late.ask({ id: 'a', argv: ['hostname'] }))).reason).toBe('host-key');
  });

  it('does not answer prompts for a name or password, and reports the resulting error', async () => {
    let told = '';
    const virsh = interactive({
      run: async (argv, { onOutput, input = '' } = {}) => {
        onOutput?.(`${argv[4] ?? ''} begun /tmp/it\nPlease enter your authentication name:`);
        for await (const piece of input) told += piece;
        onOutput?.(
          'error: failed to connect to the hypervisor\nerror: authentication failed: Failed to collect auth credentials\n',
        );
        return { exitCode: 1, stdout: '', stderr: '' };
      },
    });
    const answers = ['hostname', 'capabilities'].map((word) =>
      failureOf(virsh.ask({ id: word, argv: [word] })),
    );
    for (const { reason, message } of await Promise.all(answers)) {
      expect(reason).toBe('access-denied');
      expect(message).toMatch(/Failed to collect auth credentials/);
    }
    expect(told).toBe('');
  });

  it('reports the output if it ends early, without the echoed input', async () => {
    let asked = 0;
    const virsh = interactive({
      run: (argv, options = {}) => {
        options.onOutput?.(`${argv[4] ?? ''} begun /tmp/it\n`);
        asked += 1;
        return Promise.resolve({ exitCode: 1, stdout: '', stderr: '' }).then((result) => {
          options.onOutput?.("virsh # echo 'ckm-''x'; 'hostname'\nerror: Disconnected from beta\n");
          return result;
        });
      },
    });
    const error = await failureOf(virsh.ask({ id: 'a', argv: ['hostname'] }));
    expect([asked, error.reason, error.message]).toEqual([1, 'daemon-down', 'Disconnected from beta']);
  });

  it("raises the platform's errors with their cause: they say nothing about the other host", async () => {
    const denied = new PlatformError('access-denied', 'no');
    const error = await failureOf(
      interactive({ run: () => Promise.reject(denied) }).ask({ id: 'a', argv: ['hostname'] }),
    );
    expect([error.reason, error.cause]).toEqual(['access-denied', denied]);
  });
});
