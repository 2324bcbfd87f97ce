// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  type AccessGoal,
  acceptHostKeys,
  type Change,
  changeText,
  knownHostsFile,
  nextStep,
  parseAccessRequest,
  readAccessState,
  readSshSettings,
  type Step,
  undoHere,
  undoRemedy,
  withdrawKey,
} from '../engine/access/index.ts';
import { msg } from '../engine/base/index.ts';
import { readLocalNames } from '../engine/preflight/index.ts';
import { PlatformError } from '../platform/platform.ts';
import { remedyLines } from './check-text.ts';
import { type CliEnvironment, messageText, printProblem } from './environment.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { NotInteractive, Prompt } from './prompt.ts';
import { bringKey, originalLines, signInOf } from './trust-key.ts';
import type { TrustCommand } from './trust-options.ts';
import { hostKeyLines, intentLines } from './trust-text.ts';

/** `cockpit-migrate trust` */
export async function trustCommand(command: TrustCommand, environment: CliEnvironment): Promise<ExitStatus> {
  const { platform, isRoot, err, onSignal } = environment;
  const stop = (status: ExitStatus, ...lines: readonly string[]): ExitStatus => {
    printProblem(err, ...lines);
    return status;
  };
  const request = parseAccessRequest({
    host: command.host,
    localNames: await readLocalNames(platform),
    ...(command.user === undefined ? {} : { user: command.user }),
    ...(command.port === undefined ? {} : { port: command.port }),
  });
  if (request.kind === 'invalid') return stop(exitStatus.usage, messageText(request.problem));
  if (!isRoot)
    return stop(
      exitStatus.unknown,
      messageText(msg('Run this as root: the system libvirt reaches the destination as root.')),
    );
  const ended = new AbortController();
  const forget = onSignal(() => {
    ended.abort();
  });
  try {
    const tools = { platform, signal: ended.signal };
    const settings = await readSshSettings(tools, request.destination.parts);
    const goal = { ...tools, destination: request.destination, settings };
    return await new TrustSession(command, environment, goal).run();
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return ended.signal.aborted
      ? stop(exitStatus.bad, messageText(msg('Stopped.')))
      : stop(exitStatus.unknown, messageText(msg('A command failed.')), error.message);
  } finally {
    forget();
  }
}

/** One run of the command, with the changes that it made. */
class TrustSession {
  readonly #command: TrustCommand;
  readonly #environment: CliEnvironment;
  readonly #goal: AccessGoal;
  readonly #prompt: Prompt;
  readonly #changes: Change[] = [];
  readonly #host: string;
  /** The steps that were done. A step that is needed again did not help. */
  readonly #taken = new Set<Step['kind']>();

  constructor(command: TrustCommand, environment: CliEnvironment, goal: AccessGoal) {
    this.#command = command;
    this.#environment = environment;
    this.#goal = goal;
    this.#prompt = new Prompt(environment, goal.signal);
    this.#host = goal.destination.parts.host;
  }

  async run(): Promise<ExitStatus> {
    let status: ExitStatus = exitStatus.bad;
    try {
      status = await this.#steps();
    } catch (error) {
      if (!(error instanceof NotInteractive)) throw error;
      printProblem(
        this.#environment.err,
        messageText(msg('Standard input is no terminal, and an answer is needed: $0', error.question)),
      );
    } finally {
      await this.#close(status);
    }
    return status;
  }

  async #steps(): Promise<ExitStatus> {
    const { settings } = this.#goal;
    const context = {
      host: this.#host,
      user: settings.user,
      knownAs: settings.knownAs,
      knownHostsFile: knownHostsFile(this.#goal),
    };
    for (;;) {
      const state = await readAccessState(this.#goal);
      const step = nextStep(state, context);
      if (step.kind === 'done') return this.#done(step);
      if (step.kind === 'stopped') {
        this.#stopped(step);
        return state.kind === 'unreachable' ? exitStatus.unknown : exitStatus.bad;
      }
      if (this.#taken.has(step.kind)) {
        this.#didNotHelp(step);
        return exitStatus.bad;
      }
      this.#taken.add(step.kind);
      const goesOn =
        step.kind === 'authorize-key'
          ? await bringKey(step, {
              goal: this.#goal,
              command: this.#command,
              agentSocket: this.#environment.agentSocket,
              prompt: this.#prompt,
              changed: (change) => {
                this.#changed(change);
              },
            })
          : await this.#hostKey(step);
      if (!goesOn) {
        this.#prompt.say(msg('Access to $0 is not set up.', this.#host));
        return exitStatus.bad;
      }
    }
  }

  async #hostKey(step: Extract<Step, { kind: 'accept-host-key' | 'replace-host-key' }>): Promise<boolean> {
    const prompt = this.#prompt;
    prompt.lines([
      ...hostKeyLines(step.state, this.#host, prompt.columns),
      ...intentLines(step.will, this.#host, prompt.columns),
    ]);
    const accepted =
      step.kind === 'accept-host-key'
        ? await prompt.confirm(msg('Are the fingerprints the same?'))
        : await prompt.askForWord(
            msg(
              'If you know why the key changed, type the last $0 characters of its new $1 fingerprint, as the console of $2 shows it:',
              step.word.length,
              step.state.keys[0].algorithm,
              this.#host,
            ),
            step.word,
          );
    if (!accepted) {
      prompt.say(msg('The host key was not accepted.'));
      return false;
    }
    for (const change of await acceptHostKeys(this.#goal, step.state)) this.#changed(change);
    return true;
  }

  #changed(change: Change): void {
    this.#changes.push(change);
    this.#prompt.say(msg('Done. $0', changeText(change, this.#host)));
  }

  #done({ state }: Extract<Step, { kind: 'done' }>): ExitStatus {
    this.#prompt.say(
      msg('Libvirt of this host signs in to $0 ($1) without a question.', this.#host, state.hostname),
      ...(state.hasShell
        ? []
        : [msg('The key gives no shell there. Checks that need one are unknown; a rehearsal shows more.')]),
      msg('URI: $0', state.uri),
    );
    return exitStatus.good;
  }

  #stopped({ found, original, remedies }: Extract<Step, { kind: 'stopped' }>): void {
    this.#prompt.say(found);
    this.#prompt.lines([
      ...originalLines(original),
      ...remedies.flatMap((remedy) => remedyLines(remedy, Math.min(this.#prompt.columns, 100), '')),
    ]);
  }

  #didNotHelp({ kind }: Step): void {
    if (kind !== 'authorize-key') {
      this.#prompt.say(msg('$0 shows another host key again.', this.#host));
      return;
    }
    this.#stopped({
      kind: 'stopped',
      found: msg('The key is still not accepted by ssh on $0.', this.#host),
      original: '',
      remedies: [
        {
          text: msg('Show what ssh on $0 allows.', this.#host),
          command:
            "sshd -T | grep -Ei '^(permitrootlogin|pubkeyauthentication|allow|deny|authorizedkeysfile)'",
          host: 'destination',
        },
      ],
    });
  }

  /** Prints how to undo the changes. If access was not set up, offers to undo them now. */
  async #close(status: ExitStatus): Promise<void> {
    if (this.#changes.length === 0) return;
    const prompt = this.#prompt;
    const isOpen = prompt.isInteractive && !this.#goal.signal.aborted;
    if (status !== exitStatus.good && isOpen && (await prompt.confirm(msg('Take back what was changed?')))) {
      await this.#undo();
      return;
    }
    prompt.say(msg('To take back what was changed:'));
    prompt.lines(
      [...this.#changes]
        .reverse()
        .flatMap((change) => remedyLines(undoRemedy(change, this.#host), Math.min(prompt.columns, 100), '')),
    );
  }

  async #undo(): Promise<void> {
    for (let change = this.#changes.pop(); change !== undefined; change = this.#changes.pop()) {
      if (change.kind === 'key-authorized') {
        if (!(await this.#withdraw(change))) {
          this.#prompt.lines(remedyLines(undoRemedy(change, this.#host), 100, ''));
          continue;
        }
      } else {
        await undoHere(this.#goal, change);
      }
      this.#prompt.say(msg('Taken back: $0', changeText(change, this.#host)));
    }
  }

  /** Signs in with the key itself, which works unless it is restricted; then with a password. */
  async #withdraw(change: Extract<Change, { kind: 'key-authorized' }>): Promise<boolean> {
    const context = { ...this.#environment, goal: this.#goal, prompt: this.#prompt };
    const as = this.#command.signInAs ?? change.user;
    for (const signIn of [signInOf(context, 'root-key', change.user), signInOf(context, 'password', as)]) {
      const { kind } = await withdrawKey(signIn, change);
      if (kind === 'removed' || kind === 'absent') return true;
    }
    return false;
  }
}
