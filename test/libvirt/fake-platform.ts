// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../src/platform/on-abort.ts';
import {
  type BusName,
  type DBusCall,
  type DBusMatch,
  type DBusService,
  type DBusSignal,
  type DBusValue,
  type Platform,
  PlatformError,
} from '../../src/platform/platform.ts';

/** A platform whose libvirt answers as the test says, and that records the calls. */
export class FakePlatform implements Platform {
  readonly calls: DBusCall[] = [];
  readonly scripts: string[] = [];
  readonly subscriptions = new Set<{ match: DBusMatch; listener: (signal: DBusSignal) => void }>();
  /** The reply to a call; undefined if the call is never answered. */
  answer: (call: DBusCall) => readonly DBusValue[] | PlatformError | undefined = () => [];
  /** The output of virsh for a command. The command's words are in single quotes. */
  virsh: (command: string) => string | PlatformError = () => '';
  refuseSubscription: (match: DBusMatch) => boolean = () => false;

  /** The buses that were opened, one entry for each connection. */
  readonly opened: BusName[] = [];

  dbus(bus: BusName): DBusService {
    this.opened.push(bus);
    return {
      call: (call, { signal } = {}) =>
        new Promise((resolve, reject) => {
          this.calls.push(call);
          if (signal !== undefined)
            onAbort(signal, () => {
              reject(new PlatformError('cancelled', 'The call was cancelled'));
            });
          const answer = this.answer(call);
          if (answer instanceof PlatformError) reject(answer);
          else if (answer !== undefined) resolve(answer);
        }),
      subscribe: (match, listener) => {
        if (this.refuseSubscription(match)) return Promise.reject(new PlatformError('closed', 'gone'));
        const subscription = { match, listener };
        this.subscriptions.add(subscription);
        return Promise.resolve(() => this.subscriptions.delete(subscription));
      },
      onOwner: () => () => undefined,
      onClosed: () => () => undefined,
      close: () => undefined,
    };
  }

  /** Sends a signal to its listeners. */
  emit(signal: DBusSignal): void {
    for (const { match, listener } of [...this.subscriptions])
      if (match.interface === signal.interface && match.member === signal.member) listener(signal);
  }

  run: Platform['run'] = (argv, options = {}) => {
    const script = argv.at(-1) ?? '';
    this.scripts.push(script);
    let stdout = '';
    for (const command of script.split('; ')) {
      const said = command.startsWith('echo ') ? command.slice(5) : this.virsh(command);
      if (said instanceof PlatformError) return Promise.reject(said);
      stdout += said;
    }
    options.onOutput?.(stdout);
    return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
  };

  connectTcp: Platform['connectTcp'] = () => Promise.resolve({ kind: 'refused' });

  readonly file = { read: (): Promise<undefined> => Promise.resolve(undefined) };
}
