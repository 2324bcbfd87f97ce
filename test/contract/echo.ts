// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { nodePlatform } from '../../src/platform/node.ts';

const program = join(import.meta.dirname, 'echo-service.js');

/** The echo service as a process that is started and killed, on the bus at that address, if need be inside a lab host. */
export class Echo {
  readonly #argv: readonly string[];
  #child: ChildProcess | undefined;

  constructor(busAddress: string, prefix: readonly string[] = []) {
    this.#argv = [...prefix, process.execPath, program, busAddress];
  }

  start(): Promise<void> {
    const [first = '', ...rest] = this.#argv;
    const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    this.#child = child;
    return new Promise((resolve, reject) => {
      child.stdout.once('data', () => {
        resolve();
      });
      child.once('exit', (code) => {
        reject(new Error(`The echo service ended with ${code ?? 'a signal'}`));
      });
    });
  }

  /** Kills it, like a crash. */
  kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null)
      return Promise.resolve();
    const { pid } = child;
    return new Promise((resolve) => {
      child.once('exit', () => {
        resolve();
      });
      process.kill(-pid, 'SIGKILL');
    });
  }
}

/**
 * All clients' match rules for signals of the echo service. The bus reports them only to root or its own user. Excludes rules that
 * clients always need: for the owner of the name, and the C bridge's two for its property cache, which it adds once per service and
 * keeps until the session ends.
 */
export async function matchRules(busAddress: string): Promise<readonly string[]> {
  const daemon = nodePlatform({ systemBusAddress: busAddress }).dbus('system', 'org.freedesktop.DBus');
  const [rules] = await daemon.call({
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus.Debug.Stats',
    member: 'GetAllMatchRules',
    signature: '',
    args: [],
  });
  daemon.close();
  return Object.values(rules as Readonly<Record<string, readonly string[]>>)
    .flat()
    .filter(
      (rule) =>
        rule.includes('org.cockpit_migrate.Echo') &&
        !/NameOwnerChanged|interface='org\.freedesktop\.DBus\.(ObjectManager|Properties)'/.test(rule),
    );
}
