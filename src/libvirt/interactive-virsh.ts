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

/** The word for which a command's file stands: the one with the text that is given with it. */
const standardInput = '/dev/stdin';

/** virsh says it when it is connected, and whenever it waits for a command. */
const prompt = 'virsh # ';

/** Characters that would end the line, wherever they are. */
const endsLine = /[\n\r\0]/;

/**
 * A line for virsh's prompt. It reads with readline, to which a control character is an order (a tab completes): behind
 * Ctrl-V each stands for itself.
 */
function typed(line: string): string {
  return line.replace(/\p{Cc}/gu, (character) => `\x16${character}`);
}

/**
 * virsh that stays at its prompt, connected to one libvirt: commands follow from the answers to others, over ONE connection.
 * Where all is known beforehand {@link virshSession} is simpler.
 *
 * At its prompt virsh (9.0, with input that is no terminal) prints `virsh # ` and the line that it read, as readline would
 * show it, then what the command prints. So each answer is put between two words that the command itself prints (`echo`),
 * written so that the line which asks for them does not hold them, and is followed by a third, on a line of its own: of a
 * line with a command or an option that it does not know, virsh runs nothing. It flushes its output before each prompt.
 *
 * Connects as libvirtd would for a peer-to-peer migration: without a terminal, without the user's ssh agent.
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
        // In English, but with names as they are: in the C locale older readlines take letters beyond ASCII for orders.
        ...{ LC_ALL: '', LANG: 'C', LC_MESSAGES: 'C', LC_CTYPE: 'C.UTF-8' },
        // The user's own settings may give any letter another meaning.
        ...{ TERM: 'dumb', INPUTRC: '/dev/null' },
        ...withoutAgent,
      },
    });
    // Where libvirt there wants a name and a password virsh asks for them, and would take a command for the answer. libvirtd
    // asks nobody.
    this.#ready = this.#process.exchange('', prompt, (text) => {
      if (/:[ \t]*$/.test(text)) this.#process.endInput();
    });
    // It is awaited with each question.
    this.#ready.catch(() => undefined);
  }

  /**
   * Runs a command. `/dev/stdin` among its words stands for a file with the text of `input`. Rejects with
   * {@link LibvirtError} if virsh could not connect or ended before it answered, with its own words.
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

/** A command that prints the word, and does not hold it. */
function echo(word: string): string {
  return `echo ${virshQuote(word.slice(0, 4))}${virshQuote(word.slice(4))}`;
}

/** What virsh has against something is at the beginning of a line; the rest is its prompt and what it read. */
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
