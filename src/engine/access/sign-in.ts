// SPDX-License-Identifier: LGPL-2.1-or-later
import { PlatformError } from '../../platform/platform.ts';
import { type Message, msg, scriptWords } from '../base/index.ts';
import type { DestinationParts } from '../destination/index.ts';
import script from './authorized-key.sh?raw';
import type { Tools } from './limit.ts';
import { quietOptions, scriptInput } from './probe.ts';
import { type Ask, NoAnswer, type ScriptReply, SshSession, WrongAnswer } from './ssh-session.ts';
import { whereTo } from './ssh-settings.ts';

/** How a person signs in to the destination to change authorized_keys there. */
export interface SignIn extends Tools {
  readonly parts: DestinationParts;
  /** The user on the destination whose authorized_keys is changed. */
  readonly user: string;
  /** The user who signs in: that user, root, or a user who may use sudo. */
  readonly as: string;
  readonly by:
    | { readonly kind: 'password' }
    | { readonly kind: 'agent'; readonly socket: string }
    | { readonly kind: 'root-key' };
  readonly ask: Ask;
}

/** The result of a change of authorized_keys. */
export type AuthorizedKeyResult =
  | { readonly kind: 'added' | 'present' | 'removed' | 'absent'; readonly file: string }
  /** The destination refused the password or the user. */
  | { readonly kind: 'refused'; readonly original: string }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'failed'; readonly why: Message; readonly original: string };

function authentication(by: SignIn['by']): readonly string[] {
  const options = {
    password: ['PubkeyAuthentication=no', 'PreferredAuthentications=keyboard-interactive,password'],
    agent: ['IdentityAgent=SSH_AUTH_SOCK', 'PreferredAuthentications=publickey,keyboard-interactive'],
    'root-key': ['PreferredAuthentications=publickey'],
  }[by.kind];
  return ['BatchMode=no', 'NumberOfPasswordPrompts=1', ...options].flatMap((option) => ['-o', option]);
}

/** The command line of ssh. It contains no secret. */
export function signInArgv({ parts, as, by }: Pick<SignIn, 'parts' | 'as' | 'by'>): readonly string[] {
  const { options, host } = whereTo({ ...parts, user: as });
  const command = ['env', 'LC_ALL=C', 'sh', '-s'];
  return [
    'ssh',
    '-T',
    '-e',
    'none',
    ...authentication(by),
    ...quietOptions,
    ...options,
    '--',
    host,
    ...command,
  ];
}

/** A command that prints a word between marks. */
function sayLine(mark: string, word: string): string {
  return `printf '%s %s %s\\n' ${scriptWords(mark, word, mark)}`;
}

/** Starts a shell of the user whose file is changed: directly, or through root (runuser) or sudo. */
async function becomeUser({ user, as }: SignIn, session: SshSession): Promise<ScriptReply> {
  const { mark } = session;
  const first = await session.exchange(`${sayLine(mark, 'shell')}\n`);
  if (as === user || first.word !== 'shell') return first;
  const shell = ['sh', '-c', 'printf "%s shell %s\\n" "$1" "$1"; exec sh -s', 'sh', mark];
  // The prompt shows when sudo asks. `-k` with a command neither uses nor stores cached credentials (sudo(8)).
  const command =
    as === 'root'
      ? ['runuser', '-u', user, '--', ...shell]
      : ['sudo', '-k', '-S', '-H', '-p', `${mark} sudo ${mark}\n`, '-u', user, '--', ...shell];
  return session.exchange(`${scriptWords(...command)} 2>&1; ${sayLine(mark, 'left')}\n`);
}

/**
 * Signs in, and adds a line to authorized_keys of the user or removes it. Closes the connection.
 *
 * @param key The key itself, in base64, by which a line with other options is found.
 */
export async function changeAuthorizedKeys(
  signIn: SignIn,
  action: 'add' | 'remove',
  line: string,
  key: string,
): Promise<AuthorizedKeyResult> {
  const session = new SshSession(signIn.platform, signInArgv(signIn), {
    ask: signIn.ask,
    signal: signIn.signal,
    ...(signIn.by.kind === 'agent' ? { agentSocket: signIn.by.socket } : {}),
  });
  try {
    const shell = await becomeUser(signIn, session);
    if (shell.word !== 'shell') return notAllowed(signIn, shell);
    return resultOf(await session.exchange(scriptInput(script, [session.mark, action, key, line])));
  } catch (error) {
    return failureOf(error);
  } finally {
    await session.end();
  }
}

function notAllowed({ user, as }: SignIn, { word, printed }: ScriptReply): AuthorizedKeyResult {
  return word === 'nowhere'
    ? {
        kind: 'failed',
        why: msg('Each folder of this host forbids programs (noexec), so ssh cannot ask.'),
        original: '',
      }
    : { kind: 'failed', why: msg('User $0 may not act as $1 there.', as, user), original: printed };
}

function resultOf({ word, rest, printed }: ScriptReply): AuthorizedKeyResult {
  switch (word) {
    case 'added':
    case 'present':
    case 'removed':
    case 'absent':
      return { kind: word, file: rest };
    default:
      return {
        kind: 'failed',
        why: msg('The file authorized_keys could not be changed.'),
        original: word === 'failed' ? rest : printed,
      };
  }
}

function failureOf(error: unknown): AuthorizedKeyResult {
  if (error instanceof NoAnswer) return { kind: 'no-answer' };
  if (error instanceof WrongAnswer) return { kind: 'refused', original: error.message };
  if (!(error instanceof PlatformError)) throw error;
  const original = error.message.trim();
  if (/permission denied|too many authentication failures/i.test(original))
    return { kind: 'refused', original };
  if (error.kind === 'cancelled') return { kind: 'no-answer' };
  return { kind: 'failed', why: msg('This host could not sign in.'), original };
}
