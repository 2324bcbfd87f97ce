// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  type AccessGoal,
  type AuthorizedKeyResult,
  authorizedLine,
  authorizeKey,
  byHandCommand,
  type Change,
  hasAgentKeys,
  makeKey,
  parseAccessRequest,
  type SignIn,
  type Step,
} from '../engine/access/index.ts';
import { type Message, msg } from '../engine/base/index.ts';
import { messageText } from './environment.ts';
import type { Prompt } from './prompt.ts';
import type { TrustCommand } from './trust-options.ts';
import { intentLines } from './trust-text.ts';

type KeyStep = Extract<Step, { kind: 'authorize-key' }>;
type Way = 'password' | 'agent' | 'by-hand';

/** What the installation of a key needs. */
export interface KeyContext {
  readonly goal: AccessGoal;
  readonly command: TrustCommand;
  readonly agentSocket: string | undefined;
  readonly prompt: Prompt;
  /** Called after each change. */
  readonly changed: (change: Change) => void;
}

/** sshd from 9.8 refuses connections for a while after several failed sign-ins (PerSourcePenalties). */
const mostAttempts = 2;

async function chooseWay({ prompt, command, agentSocket, goal }: KeyContext): Promise<Way | undefined> {
  const hasAgent = agentSocket !== undefined && (await hasAgentKeys(goal.platform, agentSocket));
  if (command.signInAs !== undefined && !hasAgent) return 'password';
  const ways: readonly (readonly [Way, Message])[] = [
    ['password', msg('Sign in there with a password.')],
    ...(hasAgent ? [['agent', msg('Sign in there with a key of your ssh agent.')] as const] : []),
    ['by-hand', msg('By hand: show the command to run there.')],
  ];
  prompt.say(msg('How does the key get there?'));
  prompt.lines(ways.map(([, text], at) => `  ${at + 1}  ${messageText(text)}`));
  const answer = (await prompt.ask(msg('Number (1):')))?.trim();
  if (answer === undefined) return undefined;
  return ways[answer === '' ? 0 : Number(answer) - 1]?.[0];
}

/** The user who signs in; undefined without an answer. Prints why a name is not valid. */
async function chooseUser({ prompt, command, goal }: KeyContext): Promise<string | undefined> {
  const { host } = goal.destination.parts;
  let name = command.signInAs;
  for (;;) {
    name ??= (
      await prompt.ask(msg('User to sign in as on $0, root or one who may use sudo ($1):', host, 'root'))
    )?.trim();
    if (name === undefined) return undefined;
    const user = name === '' ? 'root' : name;
    const request = parseAccessRequest({ host, user, localNames: [] });
    if (request.kind === 'valid') return user;
    prompt.say(request.problem);
    if (command.signInAs !== undefined) return undefined;
    name = undefined;
  }
}

/** Installs root's key on the destination. True if it may be installed; the next step checks that. */
export async function bringKey(step: KeyStep, context: KeyContext): Promise<boolean> {
  const { goal, command, prompt, changed } = context;
  const { host } = goal.destination.parts;
  const { user } = goal.settings;
  prompt.say(msg('$0 does not accept an ssh key of root of this host for user $1.', host, user));
  prompt.lines(intentLines(step.will, host, prompt.columns));
  if (command.restricted) prompt.say(msg('The key is bound to libvirt (virt-ssh-helper): no shell.'));
  if (command.from !== undefined) prompt.say(msg('The key is bound to the address $0.', command.from));
  if (!command.yes && !(await prompt.confirm(msg('Make these changes?')))) return false;
  let { key } = step;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const way = await chooseWay(context);
    if (way === undefined) return false;
    const as = way === 'by-hand' ? user : await chooseUser(context);
    if (as === undefined) return false;
    if (key.kind === 'to-make') {
      const made = await makeKey(goal, key);
      changed(made);
      key = { kind: 'usable', file: made.file, publicKey: made.publicKey };
    }
    if (way === 'by-hand') return byHand(key.publicKey, context);
    const { result, change } = await authorizeKey(
      signInOf(context, way, as),
      key.publicKey,
      boundsOf(command),
    );
    if (change !== undefined) changed(change);
    if (!('original' in result)) return result.kind !== 'no-answer';
    sayFailure(result, as, context);
  }
  return false;
}

function boundsOf({ restricted, from }: TrustCommand): Parameters<typeof authorizeKey>[2] {
  return { restricted, ...(from === undefined ? {} : { from }) };
}

async function byHand(publicKey: string, { goal, command, prompt }: KeyContext): Promise<boolean> {
  const { host } = goal.destination.parts;
  prompt.say(msg('Run on $0:', host));
  prompt.lines([`    ${byHandCommand(goal.settings.user, authorizedLine(publicKey, boundsOf(command)))}`]);
  return (await prompt.ask(msg('Press Enter when this is done.'))) !== undefined;
}

/** A sign-in that asks its questions on the terminal. */
export function signInOf(
  { goal, agentSocket, prompt }: Pick<KeyContext, 'goal' | 'agentSocket' | 'prompt'>,
  way: SignIn['by']['kind'],
  as: string,
): SignIn {
  const { host } = goal.destination.parts;
  return {
    platform: goal.platform,
    signal: goal.signal,
    parts: goal.destination.parts,
    user: goal.settings.user,
    as,
    by:
      way !== 'agent'
        ? { kind: way }
        : agentSocket === undefined
          ? { kind: 'password' }
          : { kind: way, socket: agentSocket },
    ask: ({ text, from }) =>
      prompt.ask(
        from === 'sudo' ? msg('Password of $0 for sudo on $1:', as, host) : msg('$0', text.trimEnd()),
        { hidden: true },
      ),
  };
}

function sayFailure(
  result: Extract<AuthorizedKeyResult, { original: string }>,
  as: string,
  { goal, prompt }: KeyContext,
): void {
  const { host } = goal.destination.parts;
  prompt.say(result.kind === 'refused' ? msg('$0 did not let user $1 in.', host, as) : result.why);
  prompt.lines(originalLines(result.original));
}

/** The original text of ssh, sudo or libvirt. */
export function originalLines(original: string): readonly string[] {
  return original
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `    | ${line}`);
}
