// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { planFor } from '../../../src/engine/plan/plan.ts';
import { choices, uuid } from '../fixtures.ts';

describe('planFor', () => {
  it('moves the definition with a permanent migration', () => {
    const plan = planFor(choices);
    expect(plan).toMatchObject({ flags: 27, parameters: {} });
    expect(plan.flagNames).toEqual(['LIVE', 'PEER2PEER', 'PERSIST_DEST', 'UNDEFINE_SOURCE']);
    expect(plan.sentences.map((each) => plainText(each)).join(' ')).toContain(
      'This host keeps no definition',
    );
    expect(plan.virsh).toEqual([
      ...['virsh', '-c', 'qemu:///system', 'migrate', '--live', '--p2p', '--persistent', '--undefinesource'],
      ...['--domain', uuid, '--desturi', 'qemu+ssh://beta/system'],
    ]);
  });

  it('leaves the definition with a temporary one', () => {
    const plan = planFor({ ...choices, temporary: true, migrationUri: 'tcp://10.0.0.2' });
    expect(plan).toMatchObject({ flags: 3, parameters: { migrateUri: 'tcp://10.0.0.2' } });
    expect(plan.sentences.map((each) => plainText(each)).join(' ')).toContain(
      'The definition stays on this host',
    );
    expect(plan.virsh).not.toContain('--persistent');
    expect(plan.virsh.slice(-2)).toEqual(['--migrateuri', 'tcp://10.0.0.2']);
  });

  it('names the disks that are copied, so that libvirt copies no other', () => {
    const plan = planFor({ ...choices, copyDisks: ['vda', 'vdb'] });
    expect(plan).toMatchObject({ flags: 91, parameters: { migrateDisks: ['vda', 'vdb'] } });
    expect(plan.virsh).toContain('--copy-storage-all');
    expect(plan.virsh.slice(-2)).toEqual(['--migrate-disks', 'vda,vdb']);
    expect(plan.sentences.map((each) => plainText(each)).join(' ')).toContain(
      'Disks copied to the destination: vda, vdb.',
    );
  });
});
