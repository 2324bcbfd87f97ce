// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Domain } from '../../src/libvirt/domain.ts';
import { PlatformError } from '../../src/platform/platform.ts';
import { FakePlatform } from './fake-platform.ts';

const uuid = '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d';
const libvirtError = (text: string): PlatformError =>
  new PlatformError('dbus', text, { errorName: 'org.libvirt.Error' });

let platform: FakePlatform;
let domain: Domain;

beforeEach(() => {
  platform = new FakePlatform();
  domain = new Domain(platform, platform.dbus('system'), 'qemu:///system', uuid);
});

describe('cancelling a job', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is one call if D-Bus answers', async () => {
    await domain.abort();
    expect(platform.calls).toMatchObject([{ member: 'AbortJob', signature: '', args: [] }]);
    expect(platform.scripts).toEqual([]);
  });

  it('uses virsh if D-Bus does not answer within three seconds', async () => {
    platform.answer = () => undefined;
    const done = vi.fn();
    const aborting = domain.abort().then(done);
    await vi.advanceTimersByTimeAsync(2900);
    expect(platform.scripts).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    await aborting;
    expect(done).toHaveBeenCalledOnce();
    expect(platform.scripts).toHaveLength(1);
    expect(platform.scripts[0]).toContain(`; 'domjobabort' '${uuid}'; `);
  });

  it('uses virsh at once if libvirt-dbus is gone', async () => {
    for (const kind of ['closed', 'not-found'] as const) {
      platform.answer = () => new PlatformError(kind, 'gone');
      await domain.abort();
    }
    expect(platform.scripts).toHaveLength(2);
  });

  it('is refused with libvirt’s text, without a second attempt by virsh', async () => {
    platform.answer = () => libvirtError('Requested operation is not valid: no job is active on the domain');
    await expect(domain.abort()).rejects.toMatchObject({ name: 'LibvirtError', message: /no job is active/ });
    expect(platform.scripts).toEqual([]);
  });

  it('is refused with virsh’s text if virsh was used', async () => {
    platform.answer = () => new PlatformError('closed', 'gone');
    platform.virsh = () => `error: failed to get domain '${uuid}'\n`;
    await expect(domain.abort()).rejects.toMatchObject({ reason: 'no-such-domain' });
    platform.virsh = () => new PlatformError('not-found', 'virsh: not found');
    await expect(domain.abort()).rejects.toMatchObject({ name: 'LibvirtError' });
  });
});

describe('a domain', () => {
  it('has its path from its UUID', () => {
    expect(domain.path).toBe('/org/libvirt/QEMU/domain/_8c2a5e0e_7f5a_4f0c_9d9a_1d2f3a4b5c6d');
  });

  it('has its state and its job', async () => {
    platform.answer = ({ member }) => (member === 'GetState' ? [[1, 5]] : [[0, {}]]);
    expect(await domain.state()).toEqual({ state: 1, reason: 5 });
    expect(await domain.jobStats()).toBeUndefined();
    platform.answer = () => [[2, { operation: { t: 'v', v: { t: 'i', v: 5 } } }]];
    expect(await domain.jobStats()).toMatchObject({ type: 'unbounded', operation: 'migration-out' });
  });

  it('throws a typed error for an answer of another type', async () => {
    for (const answer of [[], [7], [['1', 2]], [[]], [{ a: 1 }]]) {
      platform.answer = () => answer;
      await expect(domain.state()).rejects.toMatchObject({ name: 'LibvirtError', reason: 'protocol' });
      await expect(domain.jobStats()).rejects.toMatchObject({ name: 'LibvirtError', reason: 'protocol' });
    }
  });

  it('reads its state and metadata with virsh if libvirt-dbus is gone', async () => {
    platform.answer = () => new PlatformError('closed', 'gone');
    platform.virsh = (command) => {
      if (command.startsWith("'domstats'")) return `Domain: 'a b'\n  state.state=3\n  state.reason=1\n\n`;
      return command.includes('--set') ? 'Metadata modified\n' : '<x/>\n\n';
    };
    const asked = await Promise.all([
      domain.state(),
      domain.metadata('urn:x'),
      domain.setMetadata('urn:x', 'x', "<it's/>"),
    ]);
    expect(asked).toEqual([{ state: 3, reason: 1 }, '<x/>', undefined]);
    expect(platform.scripts.join()).toContain(
      `'metadata' '${uuid}' '--uri' 'urn:x' '--key' 'x' '--set' '<it'\\''s/>' '--config'`,
    );
    platform.virsh = () => 'error: metadata not found: Requested metadata element is not present\n';
    expect(await domain.metadata('urn:x')).toBeUndefined();
    platform.virsh = () => 'Domain\n';
    await expect(domain.state()).rejects.toMatchObject({ name: 'LibvirtError' });
  });

  it('migrates with exactly the given parameters', async () => {
    await domain.migrate('qemu+ssh://beta/system', {}, [
      'LIVE',
      'PEER2PEER',
      'PERSIST_DEST',
      'UNDEFINE_SOURCE',
    ]);
    await domain.migrate('qemu+tcp://beta/system', { migrateUri: 'tcp://10.0.0.2' }, ['LIVE', 'PEER2PEER']);
    await domain.migrate('qemu+ssh://beta/system', { migrateDisks: ['vda'] }, [
      ...(['LIVE', 'PEER2PEER', 'NON_SHARED_DISK'] as const),
    ]);
    expect(platform.calls.map(({ args }) => args)).toEqual([
      ['qemu+ssh://beta/system', {}, 27],
      ['qemu+tcp://beta/system', { migrate_uri: { t: 's', v: 'tcp://10.0.0.2' } }, 3],
      ['qemu+ssh://beta/system', { migrate_disks: { t: 's', v: 'vda' } }, 67],
    ]);
  });

  it('migrates with several disks by virsh, because an object holds a name once', async () => {
    platform.virsh = () => '\n';
    await domain.migrate('qemu+ssh://beta/system', { migrateDisks: ['vda', 'vdb'] }, [
      ...(['LIVE', 'PEER2PEER', 'NON_SHARED_DISK'] as const),
    ]);
    expect(platform.calls).toEqual([]);
    expect(platform.scripts.join()).toContain(
      `'migrate' '--live' '--p2p' '--copy-storage-all' '--domain' '${uuid}' '--desturi' 'qemu+ssh://beta/system' '--migrate-disks' 'vda,vdb'`,
    );
    platform.virsh = () =>
      'error: operation failed: migration of disk vda failed: Source and target image have different sizes\n';
    await expect(
      domain.migrate('qemu+ssh://beta/system', { migrateDisks: ['vda', 'vdb'] }, ['LIVE']),
    ).rejects.toMatchObject({ reason: 'image-size' });
  });

  it('has no metadata if libvirt says so, and throws other errors', async () => {
    platform.answer = () => libvirtError('metadata not found: Requested metadata element is not present');
    expect(await domain.metadata('urn:x')).toBeUndefined();
    platform.answer = () => libvirtError("Domain not found: no domain with matching uuid 'x' (metadata)");
    await expect(domain.metadata('urn:x')).rejects.toMatchObject({ reason: 'no-such-domain' });
    platform.answer = () => ['<x/>'];
    expect(await domain.metadata('urn:x')).toBe('<x/>');
  });
});
