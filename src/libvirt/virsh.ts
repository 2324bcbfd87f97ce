// SPDX-License-Identifier: LGPL-2.1-or-later
import { marker, markLength } from '../platform/interactive-process.ts';
import type { Platform } from '../platform/platform.ts';
import { classifyError, LibvirtError, libvirtErrorOf } from './errors.ts';

/** One command for virsh; `argv` are its words as they are, quoting is done here. */
export interface VirshCommand {
  /** Names the answer; each command of a session has its own. */
  readonly id: string;
  readonly argv: readonly string[];
}

/** What a command printed, without the line breaks around it, or the error that it ended with. */
export type VirshAnswer =
  | { readonly id: string; readonly ok: true; readonly text: string }
  | { readonly id: string; readonly ok: false; readonly error: string };

export interface VirshOptions {
  /** As root; without it, as the user. */
  readonly superuser?: 'require' | 'try';
  /** Text for `/dev/stdin` as an argument of a command. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Each answer as soon as it is complete. */
  readonly onAnswer?: (answer: VirshAnswer) => void;
  readonly signal?: AbortSignal;
}

/**
 * A word in virsh's own syntax. Its parser (vshCommandStringGetArg) takes everything between single quotes literally, and
 * a backslash outside of them for the next character.
 */
export function virshQuote(word: string): string {
  return `'${word.replace(/'/g, `'\\''`)}'`;
}

/** Where a line of virsh's own begins. The name of a VM may hold anything else that ends a line for JavaScript's `^`. */
const errorWord = /(^|\n)error: /;

/** `error: ` lines as virsh prints them, without the word. */
export function errorText(text: string): string {
  return text.replace(new RegExp(errorWord, 'g'), '$1').trim();
}

/**
 * virsh prints its errors into the same stream, each line with the word before it, and a command that fails may have printed
 * something already. XML comes whole or not at all, and a description within it may have lines that look like an error.
 */
export function parseAnswer(id: string, printed: string): VirshAnswer {
  const text = printed.replace(/^\n+|\n+$/g, '');
  const failed = text.startsWith('<') ? false : errorWord.test(text);
  return failed ? { id, ok: false, error: errorText(text) } : { id, ok: true, text };
}

/** What virsh gives as the reason when it says that it could not connect; undefined if it says something else. */
export function connectionError(error: string): string | undefined {
  return /^failed to connect to the hypervisor\n?([^]*)$/.exec(error)?.[1];
}

/** Takes the output apart as it comes; whatever was read is not looked at again. */
class AnswerReader {
  readonly answers = new Map<string, VirshAnswer>();
  readonly #mark: string;
  readonly #commands: readonly VirshCommand[];
  readonly #onAnswer: (answer: VirshAnswer) => void;
  /** What came behind the last marker. */
  #rest = '';
  #marks = 0;

  constructor(mark: string, commands: readonly VirshCommand[], onAnswer: (answer: VirshAnswer) => void) {
    this.#mark = mark;
    this.#commands = commands;
    this.#onAnswer = onAnswer;
  }

  read(output: string): void {
    // Quiet virsh ends the marker with a line break in some versions only (9.0 does not), so it may begin anywhere.
    const from = Math.max(0, this.#rest.length - this.#mark.length);
    this.#rest += output;
    let begin = 0;
    let at = this.#rest.indexOf(this.#mark, from);
    while (at >= 0) {
      if (this.#marks > 0) this.#complete(this.#rest.slice(begin, at));
      // Before the first marker there is nothing but what virsh says about the connection.
      this.#marks += 1;
      begin = at + this.#mark.length;
      at = this.#rest.indexOf(this.#mark, begin);
    }
    this.#rest = this.#rest.slice(begin);
  }

  /** The words of virsh if it ran nothing or could not connect, at its start or (some versions) with the first command. */
  get refusal(): string | undefined {
    const [first] = this.#commands;
    const answer = first === undefined ? undefined : this.answers.get(first.id);
    if (this.#marks === 0) return connectionError(errorText(this.#rest)) ?? errorText(this.#rest);
    return answer?.ok === false ? connectionError(answer.error) : undefined;
  }

  #complete(printed: string): void {
    const command = this.#commands[this.#marks - 1];
    if (command === undefined) return;
    const answer = parseAnswer(command.id, printed);
    this.answers.set(command.id, answer);
    this.#onAnswer(answer);
  }
}

/** The ssh that libvirt starts has nobody to ask: libvirtd's has no agent and no screen either. */
export const withoutAgent = { SSH_AUTH_SOCK: '', SSH_ASKPASS: '', DISPLAY: '' } as const;

/** In code units of at most three bytes each: less than Linux takes for one argument (MAX_ARG_STRLEN, 128 KiB). */
const longestScript = 40_000;

/** The commands in as few portions as one argument each can hold. */
function portionsOf(commands: readonly VirshCommand[]): readonly (readonly VirshCommand[])[] {
  const portions: VirshCommand[][] = [[]];
  let length = 0;
  for (const command of commands) {
    const more = virshScript(command).length + markLength;
    if (length > 0 && length + more > longestScript) {
      portions.push([]);
      length = 0;
    }
    portions.at(-1)?.push(command);
    length += more;
  }
  return portions;
}

/** The command as virsh reads it. */
export function virshScript({ argv }: VirshCommand): string {
  return argv.map(virshQuote).join(' ');
}

/**
 * Runs commands in ONE `virsh -c URI`, and with it one connection; only when there are hundreds, more than an argument of a
 * program may hold, in another one after it. The commands are separated by `echo` of a marker; virsh flushes its output
 * before each error, so that merged streams keep their order. A command that fails does not keep the next ones from running.
 * A command that virsh did not come to, since it ended, has no answer. virsh reads all commands before it runs the first:
 * one that it does not know, or an option, and it runs none.
 *
 * Connects as libvirtd would for a peer-to-peer migration: without a terminal, without the user's ssh agent. Throws
 * {@link LibvirtError} when the connection cannot be made or no command was run, with virsh's own words.
 */
export async function virshSession(
  platform: Platform,
  uri: string,
  commands: readonly VirshCommand[],
  options: VirshOptions = {},
): Promise<ReadonlyMap<string, VirshAnswer>> {
  const answers = new Map<string, VirshAnswer>();
  for (const portion of portionsOf(commands))
    for (const [id, answer] of await runPortion(platform, uri, portion, options)) answers.set(id, answer);
  return answers;
}

async function runPortion(
  platform: Platform,
  uri: string,
  commands: readonly VirshCommand[],
  options: VirshOptions,
): Promise<ReadonlyMap<string, VirshAnswer>> {
  const mark = marker();
  const script = [`echo ${mark}`, ...commands.map((each) => `${virshScript(each)}; echo ${mark}`)].join('; ');
  const reader = new AnswerReader(mark, commands, (answer) => options.onAnswer?.(answer));
  const virsh = ['virsh', '-q', '-c', uri, script];
  // Standard input may be a socket, which cannot be opened by the name /dev/stdin; a pipe can (constant script).
  const argv = options.input === undefined ? virsh : ['sh', '-c', 'cat | "$@"', 'sh', ...virsh];
  try {
    await platform.run(argv, {
      stderr: 'merge',
      environment: { LC_ALL: 'C', ...withoutAgent, ...options.environment },
      onOutput: (output) => {
        reader.read(output);
      },
      ...(options.superuser === undefined ? {} : { superuser: options.superuser }),
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    throw libvirtErrorOf(error);
  }
  const { refusal } = reader;
  if (refusal !== undefined) throw new LibvirtError(classifyError(refusal), refusal);
  return reader.answers;
}
