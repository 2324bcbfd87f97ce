// SPDX-License-Identifier: LGPL-2.1-or-later
import { InteractiveProcess, type InteractiveProcessEnd, marker } from '../platform/interactive-process.ts';
import type { Platform } from '../platform/platform.ts';
import { classifyError, LibvirtError, libvirtErrorOf } from './errors.ts';
import {
  connectionError,
  errorText,
  parseAnswer,
  type VirshAnswer,
  type VirshCommand,
  virshQuote,
  virshScript,
  withoutAgent,
} from './virsh.ts';

/** The word that is replaced by a file with the command's input. */
const standardInput = '/dev/stdin';

/** virsh prints it when it is connected, and whenever it waits for a command. */
const prompt = 'virsh # ';

/** Characters that would end the line anywhere. */
const endsLine = /[\n\r\0]/;

/**
 * A line for virsh's prompt. virsh reads with readline, which interprets control characters (a tab completes). After Ctrl-V, each
 * is literal.
 */
function typed(line: string): string {
  return line.replace(/\p{Cc}/gu, (character) => `\x16${character}`);
}

/**
 * virsh at its prompt, connected to one libvirt, for commands that follow from answers to others, over ONE connection. If all
 * commands are known at the start, {@link virshSession} is simpler.
 *
 * At its prompt, virsh (9.0, without a terminal) prints `virsh # ` and the line that it read, as readline shows it, then the output
 * of the command. So each answer is put between two markers that `echo` prints, written so that the echoed line does not contain
 * them. A third marker follows on a line of its own, because virsh runs nothing of a line with an unknown command or option. virsh
 * flushes its output before each prompt.
 *
 * Connects as libvirtd does for a peer-to-peer migration: without a terminal and without the user's ssh agent.
 */
export class InteractiveVirsh {
  readonly #process: InteractiveProcess;
  readonly #ready: Promise<unknown>;
  readonly #mark = marker();
  #asked = 0;

  constructor(
    platform: Pick<Platform, 'run'>,
    uri: string,
    options: { readonly superuser?: 'require' | 'try'; readonly signal: AbortSignal },
  ) {
    this.#process = new InteractiveProcess(platform, ['virsh', '-q', '-c', uri], {
      ...options,
      stderr: 'merge',
      environment: {
        // In English, but with UTF-8: in the C locale, old versions of readline interpret non-ASCII characters as commands.
        ...{ LC_ALL: '', LANG: 'C', LC_MESSAGES: 'C', LC_CTYPE: 'C.UTF-8' },
        // The user's readline settings may bind any key.
        ...{ TERM: 'dumb', INPUTRC: '/dev/null' },
        ...withoutAgent,
      },
    });
    // If libvirt there requires a name and password, virsh prompts for them, and would read a command as the answer. libvirtd does
    // not prompt.
    this.#ready = this.#process.exchange('', prompt, (text) => {
      if (/:[ \t]*$/.test(text)) this.#process.endInput();
    });
    // It is awaited by each command.
    this.#ready.catch(() => undefined);
  }

  /**
   * Runs a command. `/dev/stdin` among its words stands for a file with the text of `input`. Rejects with {@link LibvirtError} and
   * virsh's own text if virsh could not connect or ended before it answered.
   */
  async ask(command: VirshCommand, input?: string): Promise<VirshAnswer> {
    const { id } = command;
    if (command.argv.some((word) => endsLine.test(word)))
      return { id, ok: false, error: 'A line break in a name cannot be given to virsh.' };
    try {
      await this.#ready;
      const file = input === undefined ? undefined : await this.#process.file(input);
      const argv = command.argv.map((word) => (word === standardInput ? (file ?? word) : word));
      return await this.#answer({ id, argv });
    } catch (error) {
      if (error instanceof LibvirtError) throw error;
      throw reasonOf(await this.#process.ended);
    }
  }

  async #answer(command: VirshCommand): Promise<VirshAnswer> {
    this.#asked += 1;
    const [begin, end, next] = ['begin', 'end', 'next'].map(
      (word) => `${this.#mark}-${this.#asked}-${word}.`,
    );
    if (begin === undefined || end === undefined || next === undefined) throw new RangeError();
    const printed = await this.#process.exchange(
      `${echo(begin)}; ${typed(virshScript(command))}; ${echo(end)}\n${echo(next)}\n`,
      next,
    );
    const [from, to] = [printed.indexOf(begin), printed.indexOf(end)];
    // virsh did not run the line.
    if (from < 0 || to < from) return { id: command.id, ok: false, error: ownWords(printed) };
    const given = parseAnswer(command.id, printed.slice(from + begin.length, to));
    const why = given.ok ? undefined : connectionError(given.error);
    if (why !== undefined) throw new LibvirtError(classifyError(why), why);
    return given;
  }
}

/** A command that prints the word without containing it. */
function echo(word: string): string {
  return `echo ${virshQuote(word.slice(0, 4))}${virshQuote(word.slice(4))}`;
}

/** virsh's errors are at the beginning of a line. The rest is its prompt and the line that it read. */
function ownWords(printed: string): string {
  return errorText(
    printed
      .split('\n')
      .filter((line) => line.startsWith('error: '))
      .join('\n'),
  );
}

function reasonOf({ error, said }: InteractiveProcessEnd): LibvirtError {
  if (error !== undefined) return libvirtErrorOf(error);
  const reason = connectionError(errorText(said)) ?? (ownWords(said) || said.trim());
  return new LibvirtError(classifyError(reason), reason);
}
