// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../src/platform/on-abort.ts';
import { PlatformError, type RunOptions, type RunResult } from '../src/platform/platform.ts';

/** A fake program that takes commands line by line, as {@link Interactive} runs it, without a process. */
export interface FakeProgram {
  /** Its output at the start. */
  readonly greeting?: string;
  /** Its output for the input; undefined while the input is incomplete. */
  readonly reply: (text: string) => string | undefined;
  /** Its output after zeros. */
  readonly zeros?: () => string;
  /** The clock of this host, in seconds since 1970. */
  readonly clock?: string;
  /** Its output before it ends at once, if it does. */
  readonly refusal?: string;
}

/** Replaces the script that forwards lines. The program's command line follows the mark. */
export async function converse(
  argv: readonly string[],
  options: RunOptions,
  { greeting = '', reply, zeros = () => '', clock = '1764176000.5', refusal }: FakeProgram,
): Promise<RunResult> {
  const mark = argv[4] ?? '';
  const { input = '', onOutput = () => undefined, signal } = options;
  onOutput(`${mark} begun /tmp/it\n`);
  if (refusal !== undefined) {
    onOutput(`${refusal}${mark} ended 1\n`);
    return { exitCode: 1, stdout: '', stderr: '' };
  }
  onOutput(greeting);
  const cancelled = new Promise<never>((_, reject) => {
    const abort = (): void => {
      reject(new PlatformError('cancelled', 'cancelled'));
    };
    if (signal?.aborted === true) abort();
    else if (signal !== undefined) onAbort(signal, abort);
  });
  const talk = async (): Promise<RunResult> => {
    let told = '';
    let rest = '';
    for await (const piece of typeof input === 'string' ? [input] : input) {
      const lines = (rest + piece).split(/(?<=\n)/);
      rest = lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
      for (const line of lines) {
        if (line.startsWith(`${mark} clock`)) onOutput(`${mark} clock ${clock}\n`);
        else if (line.startsWith(`${mark} zeros`)) onOutput(zeros());
        else if (!line.startsWith(`${mark} file`)) {
          const answer = reply(told + line);
          told = answer === undefined ? told + line : '';
          if (answer !== undefined) onOutput(answer);
        }
      }
    }
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  return Promise.race([talk(), cancelled]);
}

/** virsh at its prompt, with the output for each command, whose words are in single quotes. */
export function fakeVirshPrompt(answer: (command: string) => string): FakeProgram & { greeting: string } {
  const reply = (line: string): string => {
    const run = (command: string): string =>
      command.startsWith('echo ') ? command.slice('echo '.length).replace(/'/g, '') : answer(command);
    const printed = line.trimEnd().split('; ').map(run).join('');
    return `${line}${printed}virsh # `;
  };
  return { greeting: 'virsh # ', reply };
}

/** A shell with the output of a script, by its text and the words after `set --`. */
export function fakeShell(answer: (script: string, words: string) => string): FakeProgram['reply'] {
  return (text) => {
    const [, begin, words, script, , end] =
      /^printf '%s' '([^']*)'; \( set -- ([^\n]*)\n([^]*)\n\) (<\/dev\/null)?; printf '%s' '([^']*)'\n$/.exec(
        text,
      ) ?? [];
    if (begin === undefined || words === undefined || script === undefined || end === undefined)
      return undefined;
    const printed = answer(script, words);
    // A script that waits for input ends when the input has arrived.
    return script.includes('dd bs=1') ? `${begin}${printed}` : `${begin}${printed}${end}`;
  };
}
