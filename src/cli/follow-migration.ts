// SPDX-License-Identifier: LGPL-2.1-or-later
import { Deferred, type Message, msg } from '../engine/base/index.ts';
import {
  type Migration,
  type MigrationHandle,
  stalledProgress,
  steerResultText,
} from '../engine/migration/index.ts';
import { stallRemedies, stallText } from '../engine/progress/index.ts';
import { remedyLines } from './check-text.ts';
import { type CliEnvironment, messageText, print } from './environment.ts';
import { migrationStatus } from './migration-text.ts';
import { StatusDisplay } from './status-line.ts';

/**
 * How long a program that is told to leave waits for libvirt's answer to the cancel request. If libvirt-dbus does not answer in 3
 * s, virsh is used instead. A program that left before would not have cancelled.
 */
const requestMilliseconds = 10_000;

type Screen = Pick<CliEnvironment, 'err' | 'onSignal'>;

/** Shows the progress on standard error, because standard output is for the result. */
class ProgressDisplay {
  readonly #err: CliEnvironment['err'];
  readonly #quiet: boolean;
  readonly #line: StatusDisplay;
  #cancelError: string | undefined;
  #advised = false;
  #steeringTold = 0;

  constructor(err: CliEnvironment['err'], quiet: boolean) {
    this.#err = err;
    this.#quiet = quiet;
    this.#line = new StatusDisplay(err);
  }

  show(migration: Migration): void {
    this.#showCancelError(migration.cancelError);
    if (this.#quiet) return;
    this.#showSteering(migration);
    this.#advise(migration);
    const status = migrationStatus(migration);
    if (status !== undefined) this.#line.show(status);
  }

  print(message: Message): void {
    this.#line.clear();
    print(this.#err, messageText(message));
  }

  clear(): void {
    this.#line.clear();
  }

  #showCancelError(error: string | undefined): void {
    if (error !== undefined && error !== this.#cancelError)
      this.print(msg('The migration was not cancelled and goes on: $0', error));
    this.#cancelError = error;
  }

  /** Prints the result of each change once. */
  #showSteering({ steering }: Migration): void {
    for (const each of steering.slice(this.#steeringTold)) {
      if (each.state === 'asked') return;
      this.#steeringTold += 1;
      this.print(steerResultText(each));
    }
  }

  /** Prints once what helps a stalled migration. */
  #advise(migration: Migration): void {
    const stalled = stalledProgress(migration);
    if (stalled === undefined || this.#advised) return;
    this.#advised = true;
    this.#line.clear();
    print(
      this.#err,
      ...stallText(stalled, migration.measuredBytesPerSecond).map(messageText),
      messageText(msg('What helps:')),
      // In the width of no terminal: what is to be copied is not broken into lines, and the rest is short.
      ...stallRemedies(migration.vm, stalled, migration.postCopyAllowed).flatMap((remedy) =>
        remedyLines(remedy, Infinity, ''),
      ),
    );
  }
}

/**
 * Waits for a request to leave the migration to libvirt. During a rehearsal, any request ends it; the program leaves after the
 * stand-in is removed, or at the next request. The first Ctrl-C asks libvirt to cancel. The second one leaves after libvirt has
 * answered. A third one, or a request to end the program, leaves at once.
 */
function waitForLeave(
  cancel: () => Promise<void>,
  isRehearsing: () => boolean,
  display: ProgressDisplay,
  onSignal: Screen['onSignal'],
): { readonly left: Promise<undefined>; readonly stop: () => void } {
  const left = new Deferred<undefined>();
  let timer: NodeJS.Timeout | undefined;
  let request: 'none' | 'open' | 'answered' = 'none';
  const leave = (): void => {
    left.resolve(undefined);
  };
  const answered = (): void => {
    request = 'answered';
    if (timer !== undefined) leave();
  };
  const forget = onSignal((wish) => {
    display.clear();
    if (request === 'none' && isRehearsing()) {
      request = 'open';
      display.print(msg('Removing the stand-in of the rehearsal. Press Ctrl-C again to leave sooner.'));
      void cancel();
    } else if (wish === 'interrupt' && request === 'none') {
      request = 'open';
      display.print(msg('Asking libvirt to cancel. Press Ctrl-C again to leave the migration to libvirt.'));
      cancel().then(answered, answered);
    } else if (wish === 'interrupt' && request === 'open' && timer === undefined) {
      timer = setTimeout(leave, requestMilliseconds);
      display.print(msg('Leaving once libvirt has the request. Press Ctrl-C again to leave at once.'));
    } else {
      leave();
    }
  });
  return {
    left: left.promise,
    stop: () => {
      clearTimeout(timer);
      forget();
    },
  };
}

/**
 * Shows the progress until the end. If the migration is left to libvirt, resolves to its last state.
 *
 * @param cancel Asks libvirt to cancel; resolves with libvirt's answer, whatever it is. Does not reject.
 */
export async function followMigration(
  handle: MigrationHandle,
  cancel: () => Promise<void>,
  { quiet }: { readonly quiet: boolean },
  { err, onSignal }: Screen,
): Promise<Migration> {
  const display = new ProgressDisplay(err, quiet);
  const show = (): void => {
    display.show(handle.state.get());
  };
  const undo = handle.state.subscribe(show);
  show();
  const { left, stop } = waitForLeave(
    cancel,
    () => handle.state.get().state.phase === 'rehearsing',
    display,
    onSignal,
  );
  const end = await Promise.race([handle.ended, left]);
  stop();
  undo();
  display.clear();
  if (end !== undefined) return end;
  display.print(
    handle.state.get().state.phase === 'rehearsing'
      ? msg('The next rehearsal removes the stand-in.')
      : msg('The migration goes on in libvirt.'),
  );
  return handle.state.get();
}
