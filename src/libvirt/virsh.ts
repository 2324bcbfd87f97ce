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

/**
 * Takes the output apart at the marker. Quiet virsh ends the marker with a line break in some versions only (9.0 does not), so it
 * may begin anywhere. What comes behind the last one is not complete.
 */
function readAnswers(
  output: string,
  mark: string,
  commands: readonly VirshCommand[],
): ReadonlyMap<string, VirshAnswer> {
  // Before the first marker there is nothing but what virsh says about the connection.
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

/** Some versions of virsh connect with the first command only. */
function refusalOf(first: VirshAnswer | undefined): string | undefined {
  return first?.ok === false ? connectionError(first.error) : undefined;
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
  const virsh = ['virsh', '-q', '-c', uri, script];
  // Standard input may be a socket, which cannot be opened by the name /dev/stdin; a pipe can (constant script).
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
