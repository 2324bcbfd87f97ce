// SPDX-License-Identifier: LGPL-2.1-or-later
import { marker, markLength } from '../platform/interactive-process.ts';
import type { Platform } from '../platform/platform.ts';
import { classifyError, LibvirtError, libvirtErrorOf } from './errors.ts';

/** One command for virsh. `argv` are its words, which are quoted here. */
export interface VirshCommand {
  /** The id of the answer, unique in a session. */
  readonly id: string;
  readonly argv: readonly string[];
}

/** The output of a command, without line breaks around it, or its error. */
export type VirshAnswer =
  | { readonly id: string; readonly ok: true; readonly text: string }
  | { readonly id: string; readonly ok: false; readonly error: string };

export interface VirshOptions {
  /** As root; without it, as the user. */
  readonly superuser?: 'require' | 'try';
  /** Text for `/dev/stdin` as an argument of a command. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/**
 * A word in virsh's syntax. Its parser (vshCommandStringGetArg) takes everything in single quotes literally; outside, a backslash
 * escapes the next character.
 */
export function virshQuote(word: string): string {
  return `'${word.replace(/'/g, `'\\''`)}'`;
}

/** The beginning of a line of virsh. The name of a VM may contain other characters that JavaScript's `^` treats as line breaks. */
const errorWord = /(^|\n)error: /;

/** virsh's `error: ` lines, without that prefix. */
export function errorText(text: string): string {
  return text.replace(new RegExp(errorWord, 'g'), '$1').trim();
}

/**
 * virsh prints its errors into the same stream, each line with that prefix, and a failing command may have printed something
 * before. XML is printed completely or not at all, and a description in it may contain lines that look like an error.
 */
export function parseAnswer(id: string, printed: string): VirshAnswer {
  const text = printed.replace(/^\n+|\n+$/g, '');
  const failed = text.startsWith('<') ? false : errorWord.test(text);
  return failed ? { id, ok: false, error: errorText(text) } : { id, ok: true, text };
}

/** The reason of virsh's connection error; undefined for other output. */
export function connectionError(error: string): string | undefined {
  return /^failed to connect to the hypervisor\n?([^]*)$/.exec(error)?.[1];
}

/**
 * Splits the output at the marker. With --quiet, only some versions of virsh end the marker with a line break (9.0 does not), so it
 * may begin anywhere. The part after the last marker is incomplete.
 */
function readAnswers(
  output: string,
  mark: string,
  commands: readonly VirshCommand[],
): ReadonlyMap<string, VirshAnswer> {
  // Before the first marker, virsh only reports on the connection.
  const [said = '', ...printed] = output.split(mark);
  const answers = new Map(
    commands
      .slice(0, Math.max(0, printed.length - 1))
      .map(({ id }, index) => [id, parseAnswer(id, printed[index] ?? '')]),
  );
  const refusal =
    printed.length === 0
      ? (connectionError(errorText(said)) ?? errorText(said))
      : refusalOf(answers.get(commands[0]?.id ?? ''));
  if (refusal !== undefined) throw new LibvirtError(classifyError(refusal), refusal);
  return answers;
}

/** Some versions of virsh connect only with the first command. */
function refusalOf(first: VirshAnswer | undefined): string | undefined {
  return first?.ok === false ? connectionError(first.error) : undefined;
}

/** libvirt's ssh must not prompt: libvirtd's has neither an agent nor a display. */
export const withoutAgent = { SSH_AUTH_SOCK: '', SSH_ASKPASS: '', DISPLAY: '' } as const;

/** In UTF-16 code units, of at most three bytes each: below Linux's limit for one argument (MAX_ARG_STRLEN, 128 KiB). */
const longestScript = 40_000;

/** Splits the commands into as few arguments as possible. */
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

/** The command in virsh's syntax. */
export function virshScript({ argv }: VirshCommand): string {
  return argv.map(virshQuote).join(' ');
}

/**
 * Runs commands in ONE `virsh -c URI`, over one connection. Only if hundreds of commands exceed the limit of an argument, another
 * one follows. `echo` of a marker separates the commands. virsh flushes its output before each error, so merged streams keep their
 * order. A failing command does not prevent the next ones. A command that virsh did not reach before it ended has no answer. virsh
 * parses all commands first: if it does not know a command or option, it runs none.
 *
 * Connects as libvirtd does for a peer-to-peer migration: without a terminal and without the user's ssh agent. Throws {@link
 * LibvirtError} with virsh's own text if the connection fails or no command was run.
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
  const virsh = ['virsh', '-q', '-c', uri, script];
  // Standard input may be a socket, which cannot be opened as /dev/stdin, but a pipe can (constant script).
  const argv = options.input === undefined ? virsh : ['sh', '-c', 'cat | "$@"', 'sh', ...virsh];
  let output: string;
  try {
    ({ stdout: output } = await platform.run(argv, {
      stderr: 'merge',
      environment: { LC_ALL: 'C', ...withoutAgent },
      ...(options.superuser === undefined ? {} : { superuser: options.superuser }),
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }));
  } catch (error) {
    throw libvirtErrorOf(error);
  }
  return readAnswers(output, mark, commands);
}
