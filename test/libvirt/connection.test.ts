// SPDX-License-Identifier: LGPL-2.1-or-later
import { beforeEach, describe, expect, it } from 'vitest';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import type { DomainEvent } from '../../src/libvirt/events.ts';
import { type DBusValue, PlatformError } from '../../src/platform/platform.ts';
import { FakePlatform } from './fake-platform.ts';

const uuids = ['1', '2', '3'].map((each) => `${each.repeat(8)}-7f5a-4f0c-9d9a-1d2f3a4b5c6d`);
const [one = '', two = '', three = ''] = uuids;
const path = (uuid: string): string => `/org/libvirt/QEMU/domain/_${uuid.replaceAll('-', '_')}`;

/** A value in a dictionary of libvirt-dbus 1.4.1. */
const twice = (t: string, v: DBusValue): DBusValue => ({ t: 'v', v: { t, v } });
const stats = (state: number): DBusValue => ({
  'state.state': twice('i', state),
  'state.reason': twice('i', 1),
  'vcpu.current': twice('u', 2),
  'balloon.current': twice('t', 131072),
});

let platform: FakePlatform;
let connection: LibvirtConnection;

beforeEach(() => {
  platform = new FakePlatform();
  connection = new LibvirtConnection(platform, 'system');
});

describe('the list', () => {
  const odd = [' begins and ends ', `it's "$(x)" <b> 漢字 `, '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d web'];
  const [first = '', second = '', third = ''] = odd;

  beforeEach(() => {
    platform.answer = ({ args: [, flags] }) =>
      // Flag 8 requests only the transient VMs.
      [
        Number(flags) & 8
          ? [[second, stats(1)]]
          : odd.map((name, index) => [name, stats(index === 0 ? 5 : 1)]),
      ];
    platform.virsh = (command) =>
      command.includes('--autostart')
        ? `${one}\n`
        : uuids.map((uuid, index) => `${uuid} ${odd[index] ?? ''}\n`).join('');
  });

  it('has each domain with its state, whatever its name is', async () => {
    const common = { reason: 1, vcpus: 2, memoryBytes: 128 * 2 ** 20 };
    expect(await connection.list()).toEqual([
      {
        ...common,
        name: first,
        uuid: one,
        path: path(one),
        active: false,
        state: 5,
        persistent: true,
        autostart: true,
      },
      {
        ...common,
        name: second,
        uuid: two,
        path: path(two),
        active: true,
        state: 1,
        persistent: false,
        autostart: false,
      },
      {
        ...common,
        name: third,
        uuid: three,
        path: path(three),
        active: true,
        state: 1,
        persistent: true,
        autostart: false,
      },
    ]);
  });

  it('needs two D-Bus calls, which do not wait for jobs, and one virsh', async () => {
    await connection.list();
    expect(
      platform.calls.map(({ member, signature, args }) => [member, signature, Number(args[1]) >= 2 ** 29]),
    ).toEqual([
      ['GetAllDomainStats', 'uu', true],
      ['GetAllDomainStats', 'uu', true],
    ]);
    expect(platform.scripts).toHaveLength(1);
  });

  it('omits domains that appeared or disappeared meanwhile', async () => {
    platform.virsh = () => `${one} ${first}\n${two} gone\n`;
    expect((await connection.list()).map(({ uuid }) => uuid)).toEqual([one]);
  });

  it('does not know autostart if virsh does not report it', async () => {
    const { virsh } = platform;
    platform.virsh = (command) =>
      command.includes('--autostart') ? 'error: not supported\n' : virsh(command);
    expect((await connection.list()).map(({ autostart }) => autostart)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('fails with the reason if a part of it failed', async () => {
    platform.virsh = () =>
      "error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file\n";
    await expect(connection.list()).rejects.toMatchObject({ name: 'LibvirtError', reason: 'daemon-down' });
    platform.virsh = () => '';
    platform.answer = () => new PlatformError('access-denied', 'no');
    await expect(connection.list()).rejects.toMatchObject({ reason: 'access-denied' });
    for (const answer of [[], [5], [[5]], [[['a']]], [[[7, {}]]]]) {
      platform.answer = () => answer;
      await expect(connection.list()).rejects.toMatchObject({ reason: 'protocol' });
    }
  });
});

describe('reading one domain', () => {
  it('needs two calls', async () => {
    platform.answer = ({ member }) =>
      member === 'GetAll'
        ? [
            {
              Name: twice('s', 'web'),
              UUID: twice('s', one),
              Persistent: twice('b', true),
              Autostart: twice('b', false),
            },
          ]
        : [stats(3)];
    expect(await connection.read(path(one))).toMatchObject({
      name: 'web',
      uuid: one,
      active: true,
      state: 3,
      persistent: true,
      autostart: false,
    });
    expect(platform.calls).toHaveLength(2);
  });

  it('gives undefined if it is gone, and throws other errors of libvirt', async () => {
    platform.answer = () => new PlatformError('dbus', 'Domain not found: no domain with matching uuid');
    expect(await connection.read(path(one))).toBeUndefined();
    platform.answer = () => new PlatformError('closed', 'gone');
    await expect(connection.read(path(one))).rejects.toMatchObject({ reason: 'closed' });
  });
});

describe('events', () => {
  const domainInterface = 'org.libvirt.Domain';

  it('are reported by type', async () => {
    const heard: DomainEvent[] = [];
    const stop = await connection.subscribe((event) => heard.push(event));
    platform.emit({
      path: '/org/libvirt/QEMU',
      interface: 'org.libvirt.Connect',
      member: 'DomainEvent',
      args: [path(one), 5, 3],
    });
    const emit = (member: string, args: readonly DBusValue[]): void => {
      platform.emit({ path: path(two), interface: domainInterface, member, args });
    };
    emit('MigrationIteration', [4]);
    emit('JobCompleted', [{ operation: twice('i', 5), downtime: twice('t', 9) }]);
    emit('MetadataChange', [2, 'urn:x']);
    emit('BalloonChange', [131072]);
    expect(heard).toMatchObject([
      { kind: 'lifecycle', path: path(one), event: 5, detail: 3 },
      { kind: 'migration-iteration', path: path(two), iteration: 4 },
      {
        kind: 'job-completed',
        job: { type: 'completed', operation: 'migration-out', downtimeMilliseconds: 9 },
      },
      { kind: 'metadata-changed', path: path(two) },
      { kind: 'balloon-change', path: path(two) },
    ]);
    stop();
    expect(platform.subscriptions.size).toBe(0);
  });

  it('with unexpected values are skipped, and the next are reported', async () => {
    const heard: DomainEvent[] = [];
    await connection.subscribe((event) => heard.push(event));
    for (const args of [[], [7], ['x'], [{}]])
      platform.emit({ path: path(one), interface: domainInterface, member: 'MigrationIteration', args });
    platform.emit({ path: path(one), interface: domainInterface, member: 'JobCompleted', args: ['x'] });
    expect(heard).toEqual([{ kind: 'migration-iteration', path: path(one), iteration: 7 }]);
  });

  it('are all unsubscribed if one subscription fails', async () => {
    platform.refuseSubscription = ({ member }) => member === 'JobCompleted';
    await expect(connection.subscribe(() => undefined)).rejects.toMatchObject({ reason: 'closed' });
    expect(platform.subscriptions.size).toBe(0);
  });
});

describe('details of many domains', () => {
  it('need one virsh, and omit missing domains', async () => {
    platform.virsh = (command) => {
      if (command.startsWith("'domjobinfo'"))
        return command.includes(one)
          ? 'Job type: Unbounded\nOperation: Outgoing migration\n'
          : 'Job type: None\n';
      return command.includes(three) ? "<a xmlns='urn:x'/>\n" : 'error: metadata not found\n';
    };
    const details = await connection.details({ active: [one, two], inactive: [three], metadataUri: 'urn:x' });
    expect(platform.scripts).toHaveLength(1);
    expect(details.get(one)).toMatchObject({ job: { operation: 'migration-out' } });
    expect(details.get(two)).toEqual({});
    expect(details.get(three)).toEqual({ metadata: "<a xmlns='urn:x'/>" });
    expect(platform.calls).toEqual([]);
  });

  it('need no virsh if nothing is asked', async () => {
    expect((await connection.details({ active: [], inactive: [one] })).size).toBe(0);
    expect(platform.scripts).toEqual([]);
  });
});
