// SPDX-License-Identifier: LGPL-2.1-or-later
import { Deferred, msg } from '../engine/base/index.ts';
import { type Migration, type MigrationHandle, stalledProgress } from '../engine/migration/index.ts';
import { stallRemedies, stallText } from '../engine/progress/index.ts';
import { remedyLines } from './check-text.ts';
import { type CliEnvironment, messageText, print } from './environment.ts';
import { migrationStatus } from './migration-text.ts';
import { StatusDisplay } from './status-line.ts';

/**
 * How long a program that is told to leave waits for libvirt's answer to the request to cancel. libvirt-dbus may need it: where
 * it does not answer in 3 s, virsh is asked in its place, and a program that had left by then would never have cancelled.
 */
const requestMilliseconds = 10_000;

/**
 * Shows the progress until the end, on standard error: standard output is for what came of it. The first Ctrl-C asks libvirt to cancel and waits for what comes of it. The second one leaves
 * the migration to libvirt, once libvirt has answered the request; a third one, and the wish that the program ends, leave it at
 * once. The answer is then where it was.
 *
 * @param cancel Asks libvirt to cancel; resolves with libvirt's answer, whatever it is. Does not reject.
 */
export async function followMigration(
  handle: MigrationHandle,
  cancel: () => Promise<void>,
  { quiet }: { readonly quiet: boolean },
  { err, onSignal }: Pick<CliEnvironment, 'err' | 'onSignal'>,
): Promise<Migration> {
  const display = new StatusDisplay(err);
  let cancelError: string | undefined;
  let advised = false;
  const look = (): void => {
    const migration = handle.state.get();
    if (migration.cancelError !== undefined && migration.cancelError !== cancelError) {
      display.clear();
      print(err, messageText(msg('It could not be cancelled, and goes on: $0', migration.cancelError)));
    }
    ({ cancelError } = migration);
    const stuck = stalledProgress(migration);
    if (stuck !== undefined && !advised && !quiet) {
      advised = true;
      display.clear();
      print(
        err,
        ...stallText(stuck).map(messageText),
        messageText(msg('What helps:')),
        // In the width of no terminal: what is to be copied is not broken into lines, and the rest is short.
        ...stallRemedies(migration.vm, stuck).flatMap((remedy) => remedyLines(remedy, Infinity, '')),
      );
    }
    const status = migrationStatus(migration);
    if (!quiet && status !== undefined) display.show(status);
  };
  const undo = handle.state.subscribe(look);
  look();
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
    if (wish === 'interrupt' && request === 'none') {
      request = 'open';
      print(err, messageText(msg('Asking libvirt to cancel. Press Ctrl-C again to leave it to libvirt.')));
      cancel().then(answered, answered);
    } else if (wish === 'interrupt' && request === 'open' && timer === undefined) {
      timer = setTimeout(leave, requestMilliseconds);
      print(
        err,
        messageText(msg('Leaving once libvirt has the request. Press Ctrl-C again to leave at once.')),
      );
    } else {
      leave();
    }
  });
  const end = await Promise.race([handle.ended, left.promise]);
  clearTimeout(timer);
  forget();
  undo();
  display.clear();
  if (end !== undefined) return end;
  print(err, messageText(msg('The migration is left in the hands of libvirt.')));
  return handle.state.get();
}
