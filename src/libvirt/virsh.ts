// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../platform/platform.ts';
import { classify, LibvirtError, libvirtErrorOf } from './errors.ts';

/** One command for virsh; `argv` are its words as they are, quoting is done here. */
export interface VirshCommand {
  readonly id: string;
  readonly argv: readonly string[];
}

export type VirshAnswer =
  | { readonly id: string; readonly ok: true; readonly text: string }
  | { readonly id: string; readonly ok: false; readonly error: string };

export interface VirshOptions {
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

let sessions = 0;

/** A line that no answer holds: unique in this process and in time. */
function marker(): string {
  sessions += 1;
  return `ckm-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}-${sessions}`;
}

/** `error: ` lines as virsh prints them, without the word. */
function errorText(text: string): string {
  return text.replace(/^error: /gm, '').trim();
}

/** virsh prints its errors into the same stream; a command failed if a line begins so. */
function answerOf(id: string, text: string): VirshAnswer {
  const trimmed = text.replace(/^\n+|\s+$/g, '');
  return /^error: /m.test(trimmed)
    ? { id, ok: false, error: errorText(trimmed) }
    : { id, ok: true, text: trimmed };
}

/**
 * Runs commands in ONE `virsh -c URI`, and with it one connection. The commands are separated by `echo` of a marker;
 * virsh flushes its output before each error, so that merged streams keep their order. A command that fails does not keep
 * the next ones from running. Connects as libvirtd would for a peer-to-peer migration: without a terminal, without the
 * user's ssh agent. Throws {@link LibvirtError} when the connection cannot be made.
 */
export async function virshSession(
  platform: Platform,
  uri: string,
  commands: readonly VirshCommand[],
  options: VirshOptions = {},
): Promise<ReadonlyMap<string, VirshAnswer>> {
  const mark = marker();
  const script = [
    `echo ${mark}`,
    ...commands.map(({ argv }) => `${argv.map(virshQuote).join(' ')}; echo ${mark}`),
  ].join('; ');
  const answers = new Map<string, VirshAnswer>();
  let text = '';
  const read = (): void => {
    // Quiet virsh ends the marker with a line break in some versions only (9.0 does not).
    const parts = text.split(mark);
    // Before the first marker there is nothing but what virsh says about the connection.
    for (const [index, part] of parts.slice(1, -1).entries()) {
      const command = commands[index];
      if (command === undefined || answers.has(command.id)) continue;
      const answer = answerOf(command.id, part);
      answers.set(command.id, answer);
      options.onAnswer?.(answer);
    }
  };
  try {
    // `connect` comes with -c: virsh connects when the first command that needs it runs.
    const virsh = ['virsh', '-q', '-c', uri, script];
    // Standard input may be a socket, which cannot be opened by the name /dev/stdin; a pipe can (constant script).
    const argv = options.input === undefined ? virsh : ['sh', '-c', 'cat | "$@"', 'sh', ...virsh];
    const result = await platform.run(argv, {
      stderr: 'merge',
      environment: { LC_ALL: 'C', SSH_AUTH_SOCK: '', SSH_ASKPASS: '', DISPLAY: '', ...options.environment },
      onOutput: (output) => {
        text += output;
        read();
      },
      ...(options.superuser === undefined ? {} : { superuser: options.superuser }),
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    text = result.stdout;
    read();
  } catch (error) {
    throw libvirtErrorOf(error);
  }
  if (!text.includes(mark) || /^error: failed to connect to the hypervisor/m.test(text)) {
    const original = errorText(
      text.replaceAll(mark, '').replace(/^error: failed to connect to the hypervisor\n?/gm, ''),
    );
    throw new LibvirtError(classify(original), original);
  }
  return answers;
}
