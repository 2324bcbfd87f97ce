// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InteractiveProcess } from '../../src/platform/interactive-process.ts';
import {
  type BusName,
  type DBusService,
  type DBusValue,
  type Platform,
  PlatformError,
} from '../../src/platform/platform.ts';
import { TextQueue } from '../../src/platform/text-queue.ts';
import { waitFor } from '../lab/lab.ts';
import { processesWith } from './processes.ts';

/** The environment that the suite needs for a platform. */
export interface ContractEnvironment {
  readonly platform: Platform;
  /** The bus that the echo service is on. */
  readonly bus: BusName;
  /** libvirt-dbus, with its object for the tested connection. */
  readonly libvirt: { readonly bus: BusName; readonly path: string };
  readonly echo: { start(): Promise<void>; kill(): Promise<void> };
  readonly busDaemon: { start(): Promise<void>; kill(): Promise<void> };
  /** The present match rules of all clients for the echo service. */
  matchRules(): Promise<readonly string[]>;
  readonly tcp: Readonly<Record<'connected' | 'refused', readonly [string, number]>> &
    Readonly<Partial<Record<'timeout' | 'prohibited' | 'rejected' | 'noRoute', readonly [string, number]>>>;
  /** A platform without privileges, and a file that it may not read. */
  readonly denied: { readonly platform: Platform; readonly path: string };
  stop(): Promise<void>;
}

const echoName = 'org.cockpit_migrate.Echo';
const echoPath = '/org/cockpit_migrate/Echo';

/** The kind of the error that a promise is rejected with; anything but a PlatformError fails the test. */
async function kindOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).kind;
}

async function errorOf(promise: Promise<unknown>): Promise<PlatformError> {
  const outcome = await promise.then(
    (value) => new Error(`Not rejected but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof PlatformError) return outcome;
  throw outcome instanceof Error ? outcome : new Error(String(outcome));
}

function echoCall(
  service: DBusService,
  member: string,
  signature = '',
  args: readonly DBusValue[] = [],
  signal?: AbortSignal,
): Promise<readonly DBusValue[]> {
  return service.call(
    { path: echoPath, interface: echoName, member, signature, args },
    signal === undefined ? {} : { signal },
  );
}

/** One suite for every implementation of {@link Platform}. */
export function describePlatform(
  name: string,
  surroundings: 'hosts' | 'processes',
  make: () => Promise<ContractEnvironment>,
): void {
  describe(name, () => {
    let around: ContractEnvironment;
    let echo: DBusService;
    /** Match rules on the bus without any subscription. */
    let bareRules = 0;

    beforeAll(async () => {
      around = await make();
      echo = around.platform.dbus(around.bus, echoName);
      await echoCall(echo, 'Echo');
      bareRules = (await around.matchRules()).length;
    });

    afterAll(async () => {
      await around.stop();
    });

    describe('values', () => {
      const values: readonly (readonly [string, string, readonly DBusValue[]])[] = [
        ['basic types', 'sobynqiud', ['é 漢 🙂', '/a/b', true, 255, -32768, 65535, -5, 4294967295, 0.5]],
        ['64 bits', 'xt', [-9007199254740991, 9007199254740991]],
        ['bytes as base64', 'ay', ['AP8Q']],
        [
          'arrays and structs',
          'as(sua(ub))aas',
          [
            ['x', ''],
            ['s', 7, [[1, true]]],
            [[], ['y']],
          ],
        ],
        ['empty arrays', 'asaya{sv}', [[], '', {}]],
        ['dictionaries', 'a{ss}a{sa{su}}', [{ a: 'b', 'ü "': '' }, { k: { n: 1 } }]],
        [
          'variants',
          'vva{sv}',
          [
            { t: 't', v: 9007199254740991 },
            { t: 'ay', v: 'AQI=' },
            { n: { t: 'u', v: 3 }, s: { t: 's', v: 'x' } },
          ],
        ],
        [
          'a variant in a variant',
          'v',
          [{ t: 'v', v: { t: 'a{sv}', v: { deep: { t: '(sx)', v: ['z', -1] } } } }],
        ],
      ];
      for (const [what, signature, args] of values)
        it(`carries ${what} both ways`, async () => {
          expect(await echoCall(echo, 'Echo', signature, args)).toEqual(args);
        });

      it('refuses an integer beyond 2^53, wherever it is', async () => {
        expect(await kindOf(echoCall(echo, 'Big'))).toBe('protocol');
        expect(await kindOf(echoCall(echo, 'BigInside'))).toBe('protocol');
        // The connection goes on.
        expect(await echoCall(echo, 'Echo', 'u', [1])).toEqual([1]);
      });

      it('gives all properties of libvirt alike, which wraps each in a second variant', async () => {
        const libvirt = around.platform.dbus(around.libvirt.bus, 'org.libvirt');
        const [properties] = await libvirt.call({
          path: around.libvirt.path,
          interface: 'org.freedesktop.DBus.Properties',
          member: 'GetAll',
          signature: 's',
          args: ['org.libvirt.Connect'],
        });
        expect(properties).toMatchObject({
          Version: { t: 'v', v: { t: 't', v: expect.any(Number) as number } },
          Hostname: { t: 'v', v: { t: 's', v: expect.any(String) as string } },
        });
        const [one] = await libvirt.call({
          path: around.libvirt.path,
          interface: 'org.freedesktop.DBus.Properties',
          member: 'Get',
          signature: 'ss',
          args: ['org.libvirt.Connect', 'LibVersion'],
        });
        expect(one).toMatchObject({ t: 't', v: expect.any(Number) as number });
        libvirt.close();
      });
    });

    describe('errors', () => {
      it('keeps name and text of an error reply', async () => {
        const error = await errorOf(
          echoCall(echo, 'Fail', 'ss', ['org.example.Error.Odd', 'Pas possible: «é»\n<b>']),
        );
        expect(error).toMatchObject({
          kind: 'dbus',
          errorName: 'org.example.Error.Odd',
          message: 'Pas possible: «é»\n<b>',
        });
      });

      it("gives libvirt's own words", async () => {
        const libvirt = around.platform.dbus(around.libvirt.bus, 'org.libvirt');
        const error = await errorOf(
          libvirt.call({
            path: around.libvirt.path,
            interface: 'org.libvirt.Connect',
            member: 'DomainLookupByName',
            signature: 's',
            args: ['nosuch'],
          }),
        );
        expect(error).toMatchObject({ kind: 'dbus', errorName: 'org.libvirt.Error' });
        expect(error.message).toMatch(/not found/i);
        libvirt.close();
      });

      it('says that a method is not there', async () => {
        expect(await errorOf(echoCall(echo, 'Nothing'))).toMatchObject({
          kind: 'dbus',
          errorName: 'org.freedesktop.DBus.Error.UnknownMethod',
        });
      });

      it('says that a service is not there', async () => {
        const nobody = around.platform.dbus(around.bus, 'org.cockpit_migrate.Nobody');
        expect(await kindOf(echoCall(nobody, 'Echo'))).toBe('not-found');
        nobody.close();
      });

      it('ends waiting when the caller gives up', async () => {
        const controller = new AbortController();
        const open = kindOf(echoCall(echo, 'Hang', '', [], controller.signal));
        controller.abort();
        expect(await open).toBe('cancelled');
        expect(await kindOf(echoCall(echo, 'Hang', '', [], controller.signal))).toBe('cancelled');
        expect(await echoCall(echo, 'Echo', 's', ['after'])).toEqual(['after']);
      });

      it('rejects open calls when it is closed', async () => {
        const other = around.platform.dbus(around.bus, echoName);
        expect(await echoCall(other, 'Echo', 'u', [1])).toEqual([1]);
        const open = kindOf(echoCall(other, 'Hang'));
        other.close();
        other.close();
        expect(await open).toBe('closed');
        expect(await kindOf(echoCall(other, 'Echo'))).toBe('closed');
      });
    });

    describe('signals', () => {
      /** Their number after the previous test has left none: rules are removed in the background. */
      const rulesWithoutSubscription = async (): Promise<number> => {
        await waitFor('no rule to be left', async () => (await around.matchRules()).length === bareRules, 10);
        return bareRules;
      };

      it('hears each signal once, in order, however many listen with whatever match', async () => {
        const exact: DBusValue[] = [];
        const any: DBusValue[] = [];
        const other: DBusValue[] = [];
        const subscriptions = [
          await echo.subscribe({ path: echoPath, interface: echoName, member: 'Tick' }, ({ args }) =>
            exact.push(args),
          ),
          await echo.subscribe({ interface: echoName }, (signal) => any.push(signal as unknown as DBusValue)),
          await echo.subscribe({ member: 'Tock' }, ({ args }) => other.push(args)),
        ];
        await echoCall(echo, 'Emit', 'su', ['Tick', 3]);
        await echoCall(echo, 'Emit', 'su', ['Tock', 1]);
        await waitFor('the last signal', () => other.length > 0 && any.length > 3, 10);
        const variant = { t: 's', v: 'é' };
        expect(exact).toEqual([0, 1, 2].map((number) => [number, variant]));
        expect(any).toHaveLength(4);
        expect(any[0]).toEqual({ path: echoPath, interface: echoName, member: 'Tick', args: [0, variant] });
        expect(other).toEqual([[0, variant]]);
        for (const unsubscribe of subscriptions) unsubscribe();
      });

      it('is in force when subscribe returns, stops with unsubscribe, and takes the rule back with the last', async () => {
        const before = await rulesWithoutSubscription();
        const one: unknown[] = [];
        const two: unknown[] = [];
        const match = { interface: echoName, member: 'Tick' };
        const first = await echo.subscribe(match, (signal) => one.push(signal));
        const rules = (await around.matchRules()).length;
        expect(rules).toBeGreaterThan(before);
        const second = await echo.subscribe(match, (signal) => two.push(signal));
        // The second shares the first one's rule.
        expect(await around.matchRules()).toHaveLength(rules);
        first();
        first();
        expect(await around.matchRules()).toHaveLength(rules);
        await echoCall(echo, 'Emit', 'su', ['Tick', 1]);
        await waitFor('the second listener', () => two.length === 1, 10);
        expect(one).toEqual([]);
        second();
        await waitFor('the rule to go', async () => (await around.matchRules()).length === before, 10);
        await echoCall(echo, 'Emit', 'su', ['Tick', 1]);
        // Again from the start: no signal arrives twice.
        const third = await echo.subscribe(match, (signal) => one.push(signal));
        await echoCall(echo, 'Emit', 'su', ['Tick', 2]);
        await waitFor('the new subscription', () => one.length >= 2, 10);
        await echoCall(echo, 'Echo');
        expect(one).toHaveLength(2);
        expect(two).toHaveLength(1);
        third();
      });

      it('takes all rules back when it is closed', async () => {
        const before = await rulesWithoutSubscription();
        const other = around.platform.dbus(around.bus, echoName);
        await other.subscribe({}, () => undefined);
        await other.subscribe({ member: 'Tick' }, () => undefined);
        expect((await around.matchRules()).length).toBeGreaterThan(before);
        other.close();
        await waitFor('the rules to go', async () => (await around.matchRules()).length === before, 10);
      });
    });

    describe('when the service goes', () => {
      it('rejects an open call, tells the owner, and goes on when the service is back', async () => {
        const present: boolean[] = [];
        const heard: unknown[] = [];
        const stopWatching = echo.onOwner((owner) => present.push(owner));
        await waitFor('the present state', () => present.length > 0, 10);
        const unsubscribe = await echo.subscribe({ member: 'Tick' }, (signal) => heard.push(signal));
        const open = kindOf(echoCall(echo, 'Hang'));
        await echoCall(echo, 'Echo');
        await around.echo.kill();
        expect(await open).toBe('closed');
        await waitFor('the owner to be gone', () => present.at(-1) === false, 10);
        expect(await kindOf(echoCall(echo, 'Echo'))).toBe('not-found');
        await around.echo.start();
        await waitFor('the owner to be back', () => present.at(-1) === true, 10);
        expect(present).toEqual([true, false, true]);
        await echoCall(echo, 'Emit', 'su', ['Tick', 1]);
        await waitFor('a signal of the new one', () => heard.length === 1, 10);
        stopWatching();
        unsubscribe();
        const late: boolean[] = [];
        echo.onOwner((owner) => late.push(owner))();
      });
    });

    describe('programs', () => {
      const nasty = [
        '',
        'a b',
        `'"\\`,
        'line\nbreak',
        '$(touch /tmp/never) `id` ${HOME} *',
        '漢字 🙂 é',
        '-n',
        '--',
      ];

      it('hands each argument over as it is', async () => {
        const { exitCode, stdout } = await around.platform.run(['printf', '<%s>\\n', ...nasty]);
        expect(stdout).toBe(nasty.map((each) => `<${each}>\n`).join(''));
        expect(exitCode).toBe(0);
      });

      it('gives the exit code, and what a failed program said', async () => {
        const result = await around.platform.run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
        expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err' });
      });

      it('says null when a signal ended the program', async () => {
        expect(await around.platform.run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ exitCode: null });
      });

      it('merges the outputs in the order written', async () => {
        const script = 'for n in 1 2 3; do echo o$n; echo e$n >&2; done; exit 4';
        expect(await around.platform.run(['sh', '-c', script], { stderr: 'merge' })).toEqual({
          exitCode: 4,
          stdout: 'o1\ne1\no2\ne2\no3\ne3\n',
          stderr: '',
        });
      });

      it('feeds standard input, also a long one, and closes it', async () => {
        const input = `start ${'漢🙂x'.repeat(60_000)} end`;
        const result = await around.platform.run(['cat'], { input });
        expect(result.stdout === input).toBe(true);
        expect(await around.platform.run(['cat'])).toMatchObject({ exitCode: 0, stdout: '' });
      });

      it('feeds what is written piece by piece, as it comes, to its end', async () => {
        const input = new TextQueue();
        let heard = '';
        const open = around.platform.run(
          ['sh', '-c', 'while IFS= read -r line; do echo "<$line>"; done; echo over'],
          { input, onOutput: (text) => (heard += text) },
        );
        let lines = 0;
        for (const piece of ['one\n', '漢', '🙂é\nlong ', `${'x'.repeat(200_000)}\n`]) {
          input.write(piece);
          if (!piece.includes('\n')) continue;
          lines += 1;
          await waitFor('the answer', () => heard.split('>\n').length > lines, 20);
        }
        input.write('last\n');
        input.end();
        const { exitCode, stdout } = await open;
        expect(exitCode).toBe(0);
        expect(stdout === `<one>\n<漢🙂é>\n<long ${'x'.repeat(200_000)}>\n<last>\nover\n`).toBe(true);
      });

      it('wants no more input when the program has ended, or was cancelled', async () => {
        const endless = (): { input: AsyncIterable<string>; enough: () => boolean } => {
          let enough = false;
          const reader: AsyncIterator<string> = {
            next: () => new Promise(() => undefined),
            return: () => {
              enough = true;
              return Promise.resolve({ done: true, value: undefined });
            },
          };
          return { input: { [Symbol.asyncIterator]: () => reader }, enough: () => enough };
        };
        const first = endless();
        expect(await around.platform.run(['sh', '-c', 'exit 4'], { input: first.input })).toMatchObject({
          exitCode: 4,
        });
        await waitFor('the input to be let go', first.enough, 20);
        const second = endless();
        const controller = new AbortController();
        const open = kindOf(around.platform.run(['cat'], { input: second.input, signal: controller.signal }));
        controller.abort();
        expect(await open).toBe('cancelled');
        await waitFor('the input to be let go', second.enough, 20);
      });

      it('adds to the environment', async () => {
        const { stdout } = await around.platform.run(['sh', '-c', 'echo "$CONTRACT|${PATH:+path}"'], {
          environment: { CONTRACT: 'a b="$(x)"\'é' },
        });
        expect(stdout).toBe('a b="$(x)"\'é|path\n');
      });

      it('says that a program is not there', async () => {
        expect(await kindOf(around.platform.run(['no-such-program-here', 'x']))).toBe('not-found');
        expect(await kindOf(around.platform.run(['no-such-program-here'], { stderr: 'merge' }))).toBe(
          'not-found',
        );
        // A program that exits with 127 is not a missing program.
        expect(await around.platform.run(['sh', '-c', 'no-such-program-here'])).toMatchObject({
          exitCode: 127,
        });
      });

      it('has no controlling terminal, so that nobody can be asked', async () => {
        const { exitCode } = await around.platform.run(['sh', '-c', 'exec 3<>/dev/tty']);
        expect(exitCode).not.toBe(0);
      });

      it('brings 5 MB of text unharmed', async () => {
        const { stdout } = await around.platform.run([
          'sh',
          '-c',
          'i=0; line=$(printf "é漢%.0s" $(seq 200)); while [ $i -lt 5000 ]; do echo "$i $line"; i=$((i+1)); done',
        ]);
        const lines = stdout.trimEnd().split('\n');
        expect(lines).toHaveLength(5000);
        expect(lines.every((line, index) => line === `${index} ${'é漢'.repeat(200)}`)).toBe(true);
      });

      it('tells output as it comes', async () => {
        let heard = '';
        const controller = new AbortController();
        const open = kindOf(
          around.platform.run(['sh', '-c', 'echo one; echo two >&2; exec sleep 60'], {
            stderr: 'merge',
            onOutput: (text) => (heard += text),
            signal: controller.signal,
          }),
        );
        await waitFor('output of a program that still runs', () => heard === 'one\ntwo\n', 20);
        controller.abort();
        expect(await open).toBe('cancelled');
      });

      it('ends a cancelled program', async () => {
        const mark = `contract-${randomUUID()}`;
        const controller = new AbortController();
        const open = kindOf(
          around.platform.run(['sh', '-c', 'sleep 300; :', mark], { signal: controller.signal }),
        );
        await waitFor('the program to run', () => processesWith(mark).length > 0, 20);
        controller.abort();
        expect(await open).toBe('cancelled');
        await waitFor('the program to be gone', () => processesWith(mark).length === 0, 20);
        expect(await kindOf(around.platform.run(['true'], { signal: controller.signal }))).toBe('cancelled');
      });
    });

    describe('an interactive process', () => {
      const reads = 'while IFS= read -r path; do cat -- "$path"; echo end; done; :';
      const exists = async (path: string): Promise<boolean> =>
        (await around.platform.run(['test', '-e', path])).exitCode === 0;

      it('follows up on what a program says, with files for it, and leaves nothing when it is ended', async () => {
        const mark = `contract-${randomUUID()}`;
        const end = new AbortController();
        const interactive = new InteractiveProcess(around.platform, ['sh', '-c', reads, mark], {
          signal: end.signal,
          stderr: 'merge',
        });
        const path = await interactive.file('<é>\n  漢🙂');
        expect(await interactive.exchange(`${path}\n`, 'end\n')).toBe('<é> 漢🙂\n');
        const error = await interactive.exchange(`${path}-not\n`, 'end\n');
        expect(error).toMatch(/No such file/);
        expect(Math.abs((await interactive.clock()) - Date.now() / 1000)).toBeLessThan(60);
        expect(processesWith(mark)).not.toEqual([]);
        end.abort();
        expect((await interactive.ended).error?.kind).toBe('cancelled');
        await waitFor('the program to be gone', () => processesWith(mark).length === 0, 20);
        await waitFor('the file to be gone', async () => !(await exists(path)), 20);
      });

      it('ends with its program, and leaves nothing then either', async () => {
        const interactive = new InteractiveProcess(
          around.platform,
          ['sh', '-c', 'read -r path; cat -- "$path"; echo end; echo sorry; exit 3'],
          { stderr: 'merge' },
        );
        const path = await interactive.file('text');
        expect(await interactive.exchange(`${path}\n`, 'end\n')).toBe('text\n');
        expect(await interactive.ended).toEqual({ said: 'sorry\n' });
        expect(await exists(path)).toBe(false);
      });
    });

    describe('TCP', () => {
      const limit = { timeoutMilliseconds: 1500 };
      const attempt = async (place: readonly [string, number] | undefined): Promise<string> => {
        if (place === undefined) throw new Error('No such place here');
        return (await around.platform.connectTcp(place[0], place[1], limit)).kind;
      };

      it('tells connected from refused', async () => {
        expect(await attempt(around.tcp.connected)).toBe('connected');
        expect(await attempt(around.tcp.refused)).toBe('refused');
      });

      it('says that a name does not resolve', async () => {
        expect(await attempt(['no-such-host.invalid', 22])).toBe('unresolved');
        expect(await attempt(['', 22])).toBe('unresolved');
        expect(await attempt(['a/b', 22])).toBe('unresolved');
      });

      // Without hosts, there is no firewall between them.
      const itWithHosts = surroundings === 'hosts' ? it : undefined;
      itWithHosts?.(
        'tells a silent port, a prohibited one and one rejected by ICMP from a refused one',
        async () => {
          expect(await attempt(around.tcp.timeout)).toBe('timeout');
          expect(await attempt(around.tcp.prohibited)).toBe('unreachable');
          expect(await attempt(around.tcp.rejected)).toBe('unreachable');
          expect(await attempt(around.tcp.noRoute)).toBe('unreachable');
        },
      );

      it('keeps many attempts apart', async () => {
        const { connected, refused, rejected, timeout } = around.tcp;
        const places = Array.from({ length: 12 }, () => [connected, refused, rejected, timeout]).flat();
        const kinds = await Promise.all(
          places.map(async (place) => (place === undefined ? 'none' : await attempt(place))),
        );
        // Under such a load, the kernel sends some ICMP messages late or never. Both mean closed.
        const close = ['timeout', 'unreachable'];
        kinds.forEach((kind, index) => {
          const place = places[index];
          if (place === connected) expect(kind).toBe('connected');
          else if (place === refused) expect(kind).toBe('refused');
          else if (place !== undefined) expect(close).toContain(kind);
        });
      });

      it('ends an attempt that the caller gives up', async () => {
        const controller = new AbortController();
        const [host, port] = around.tcp.timeout ?? around.tcp.connected;
        const open = kindOf(around.platform.connectTcp(host, port, { ...limit, signal: controller.signal }));
        controller.abort();
        expect(await open).toBe('cancelled');
      });
    });

    describe('files', () => {
      it('reads text', async () => {
        const path = `/tmp/contract-${randomUUID()}`;
        await around.platform.run(['tee', '--', path], { input: 'é\n漢' });
        try {
          expect(await around.platform.file.read(path)).toBe('é\n漢');
        } finally {
          await around.platform.run(['rm', '--', path]);
        }
        expect(await around.platform.file.read(path)).toBeUndefined();
        expect(await around.platform.file.read(`${path}/deeper/down`)).toBeUndefined();
      });

      it('says that it may not, or cannot', async () => {
        const { platform, path } = around.denied;
        expect(await kindOf(platform.file.read(path))).toBe('access-denied');
        expect(await kindOf(around.platform.file.read('/etc'))).toBe('failed');
      });
    });

    // The last test, because it ends the other services on that bus.
    describe('when the bus goes', () => {
      it('rejects open calls, tells it once, and works anew when the bus is back', async () => {
        const closed: string[] = [];
        echo.onClosed((error) => closed.push(error.kind));
        const open = kindOf(echoCall(echo, 'Hang'));
        await echoCall(echo, 'Echo');
        await around.busDaemon.kill();
        expect(await open).toBe('closed');
        await waitFor('the end to be told', () => closed.length > 0, 10);
        expect(closed).toEqual(['closed']);
        expect(await kindOf(echoCall(echo, 'Echo'))).toBe('closed');
        expect(await kindOf(echo.subscribe({}, () => undefined))).toBe('closed');
        echo.close();
        await around.busDaemon.start();
        await around.echo.start();
        const again = around.platform.dbus(around.bus, echoName);
        expect(await echoCall(again, 'Echo', 's', ['again'])).toEqual(['again']);
        again.close();
      });
    });
  });
}
