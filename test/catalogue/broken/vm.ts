// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import { waitFor } from '../../lab/lab.ts';
import { type BrokenCase, brokenCases, type Hosts, type Make } from '../case.ts';
import { ownImage, shell } from '../causes.ts';
import type { MadeVm } from '../lab-vm.ts';
import { disk, local, shared } from '../parts.ts';
import type { Undo } from '../undo.ts';

/** An empty image that can contain snapshots. */
const image = (name: string): Make =>
  shell(
    'source',
    `qemu-img create -q -f qcow2 ${shared}/${name} 4M`,
    `rm -f ${shared}/${name} ${shared}/${name}.*`,
  );

const withImage = (name: string): Pick<BrokenCase, 'vm' | 'cause'> => ({
  vm: { name: 'jobs', devices: disk(`${shared}/${name}`, " cache='none'", 'qcow2') },
  cause: image(name),
});

/** Defines a VM on the destination that never runs. */
async function defineThere({ destination }: Hosts, undo: Undo, name: string, uuid: string): Promise<void> {
  undo.add(() => destination.exec(['virsh', '-q', 'undefine', uuid], { check: false }));
  await destination.exec(['sh', '-c', 'cat | virsh -q define /dev/stdin'], {
    input: `<domain type='qemu'><name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>`,
  });
}

const metadata =
  (uri: string, key: string) =>
  async ({ source }: Hosts, _: Undo, { uuid }: MadeVm): Promise<void> => {
    await source.virsh('metadata', uuid, '--uri', uri, '--key', key, '--set', '<vm/>', '--live');
  };

/** Starts a long job, and waits until libvirt reports it. */
async function underWay({ source }: Hosts, undo: Undo, argv: readonly string[], uuid: string): Promise<void> {
  const ended = source.exec(argv, { check: false });
  undo.add(async () => {
    await source.exec(['virsh', 'domjobabort', uuid], { check: false });
    await ended;
  });
  await waitFor(`the job of ${uuid}`, async () =>
    /Unbounded|Bounded/.test((await source.exec(['virsh', 'domjobinfo', uuid], { check: false })).stdout),
  );
}

const slowLink: Make = async ({ destination }, undo) => {
  undo.add(() => destination.shape(undefined));
  await destination.shape('80mbit');
};

/** The VM's state and jobs. */
export const vm = brokenCases([
  {
    check: 'vm-state',
    name: 'shut off',
    vm: { name: 'off' },
    then: async ({ source }, _, { uuid }) => {
      await source.virsh('destroy', uuid);
    },
    verdict: 'block',
    says: /shut off/,
    refusal: /not running/,
  },
  {
    check: 'vm-state',
    name: 'on its way already',
    // Its memory is full, so that the job takes longer than the test.
    vm: { name: 'leaving', guest: { memory: 256, dirtyMb: 96, dirtyRate: 40, disk: 'none' } },
    cause: slowLink,
    then: async (hosts, undo, { uuid }) => {
      await underWay(
        hosts,
        undo,
        ['virsh', 'migrate', '--live', '--p2p', uuid, 'qemu+ssh://beta/system'],
        uuid,
      );
    },
    verdict: 'block',
    says: /being migrated already/,
    refusal: /another migration job is already running|state change lock/,
  },
  {
    check: 'vm-state',
    name: 'a backup under way',
    ...withImage('backup.img'),
    then: async ({ source }, undo, { uuid }) => {
      // libvirt waits for a client that reads the backup.
      const input = `<domainbackup mode='pull'><server transport='unix' socket='/run/backup.sock'/><disks><disk name='vda' backup='yes' type='file'><scratch file='${shared}/backup.img.scratch'/></disk></disks></domainbackup>`;
      undo.add(() => source.exec(['virsh', 'domjobabort', uuid], { check: false }));
      await source.exec(['sh', '-c', `cat | virsh -q backup-begin ${uuid} /dev/stdin`], { input });
    },
    verdict: 'block',
    says: /busy with another job.*[Bb]ackup/,
    // After 30 s.
    refusal: /state change lock/,
  },
  {
    check: 'active-job',
    name: 'a disk that is being copied',
    ...withImage('copied.img'),
    then: async ({ source }, _, { uuid }) => {
      await source.virsh(
        ...['blockcopy', uuid, 'vda', `${shared}/copied.img.copy`, '--transient-job', '--bandwidth', '1'],
      );
    },
    verdict: 'block',
    says: /Disk vda is busy with a job: .*copy/,
    refusal: /block job/,
    cure: 1,
  },
  {
    check: 'active-job',
    name: 'a disk that is being committed',
    ...withImage('base.img'),
    then: async ({ source }, _, { uuid }) => {
      const spec = `vda,file=${shared}/base.img.top`;
      await source.virsh('snapshot-create-as', uuid, '--disk-only', '--no-metadata', '--diskspec', spec);
      await source.virsh('blockcommit', uuid, 'vda', '--active');
    },
    verdict: 'block',
    says: /Disk vda is busy with a job: .*commit/,
    refusal: /block job/,
    cure: 1,
  },
  {
    check: 'snapshots',
    name: 'a snapshot, whatever it is called',
    ...withImage('snapshots.img'),
    then: async ({ source }, _, { uuid }) => {
      await source.virsh('snapshot-create-as', uuid, "before $(the) 'update'");
    },
    verdict: 'block',
    says: /snapshots \(1\).*before \$\(the\) 'update'/s,
    refusal: /cannot migrate domain with 1 snapshots/,
    cure: 0,
  },
  {
    check: 'snapshots',
    name: 'a checkpoint',
    ...withImage('checkpoints.img'),
    then: async ({ source }, _, { uuid }) => {
      await source.virsh('checkpoint-create-as', uuid, 'monday', '--diskspec', 'vda,checkpoint=bitmap');
    },
    verdict: 'warn',
    says: /checkpoints \(1\), which libvirt forgets.*monday/s,
    cure: 0,
  },
  {
    check: 'qemu-blockers',
    name: 'shared memory with a peer',
    vm: {
      name: 'peer',
      devices: "<shmem name='peer' role='peer'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>",
    },
    verdict: 'block',
    says: /refuses.*peer mode/s,
    refusal: /peer mode/,
  },
  {
    check: 'qemu-blockers',
    name: 'a device that QEMU cannot send, unknown to libvirt',
    vm: {
      name: 'nvme',
      more: `<qemu:commandline>${[
        ...['-drive', 'if=none,id=nvme,driver=null-co,size=1048576'],
        ...['-device', 'nvme,drive=nvme,serial=1,bus=pcie.0,addr=0x10'],
      ]
        .map((value) => `<qemu:arg value='${value}'/>`)
        .join('')}</qemu:commandline>`,
    },
    verdict: 'block',
    says: /refuses.*non-migratable device.*nvme/s,
    refusal: /non-migratable device/,
  },
  {
    check: 'other-manager',
    name: 'oVirt',
    vm: { name: 'managed' },
    then: metadata('http://ovirt.org/vm/1.0', 'ovirt-vm'),
    verdict: 'block',
    says: /oVirt manages this VM/,
  },
  {
    check: 'other-manager',
    name: 'OpenStack',
    vm: { name: 'managed' },
    then: metadata('http://openstack.org/xmlns/libvirt/nova/1.1', 'nova'),
    verdict: 'block',
    says: /OpenStack manages this VM/,
  },
  {
    check: 'temporary-rules',
    name: 'a VM that starts with the host',
    vm: { name: 'starting' },
    then: async ({ source }, undo, { uuid }) => {
      undo.add(() => source.exec(['virsh', '-q', 'autostart', '--disable', uuid], { check: false }));
      await source.virsh('autostart', uuid);
    },
    change: { temporary: true },
    verdict: 'warn',
    says: /starts with this host/,
    cure: 0,
  },
  {
    check: 'temporary-rules',
    name: 'a disk that is copied, and stays behind',
    vm: { name: 'behind', devices: disk(`${local}/behind.img`, " cache='none'") },
    cause: ownImage('behind.img', '2M'),
    change: { temporary: true, copyDisks: ['vda'] },
    verdict: 'warn',
    says: /What the VM writes to vda while its copy runs is only on the destination/,
  },
  {
    check: 'temporary-rules',
    name: 'a VM without a definition',
    vm: { name: 'transient', transient: true },
    change: { temporary: true },
    verdict: 'warn',
    says: /is transient/,
  },
  {
    check: 'name-collision',
    name: 'another VM of that name',
    vm: { name: 'twice' },
    cause: (hosts, undo) => defineThere(hosts, undo, 'twice', randomUUID()),
    verdict: 'block',
    says: /is already called twice/,
    refusal: /already exists/,
    cure: 0,
  },
  {
    check: 'name-collision',
    name: 'this VM under another name',
    vm: { name: 'twice' },
    then: (hosts, undo, { uuid }) => defineThere(hosts, undo, 'once', uuid),
    verdict: 'block',
    says: /under another name, once/,
    refusal: /already/,
  },
  {
    check: 'name-collision',
    name: 'this VM, running there already',
    vm: { name: 'twice' },
    then: async (hosts, undo, { uuid }) => {
      await defineThere(hosts, undo, 'twice', uuid);
      undo.add(() => hosts.destination.exec(['virsh', '-q', 'destroy', uuid], { check: false }));
      await hosts.destination.virsh('start', uuid, '--paused');
    },
    verdict: 'block',
    says: /with the UUID of this VM is active on beta/,
    refusal: /already/,
  },
  {
    check: 'name-collision',
    name: 'a copy of this VM that a temporary migration left',
    vm: { name: 'twice' },
    then: async (hosts, undo, { uuid }) => {
      await defineThere(hosts, undo, 'twice', uuid);
      undo.add(() => hosts.destination.exec(['virsh', '-q', 'destroy', uuid], { check: false }));
      await hosts.destination.virsh('start', uuid, '--paused');
      await hosts.destination.virsh('undefine', uuid);
    },
    verdict: 'block',
    says: /A copy of this VM runs on beta, left by a temporary migration/,
    refusal: /already|End of file/,
    cure: 0,
  },
  {
    check: 'name-collision',
    name: 'an older definition of this VM',
    vm: { name: 'twice' },
    then: (hosts, undo, { uuid }) => defineThere(hosts, undo, 'twice', uuid),
    verdict: 'warn',
    says: /The migration replaces it/,
  },
  {
    check: 'name-collision',
    name: 'an older definition of this VM, with its memory',
    vm: { name: 'twice' },
    then: async (hosts, undo, { uuid }) => {
      await defineThere(hosts, undo, 'twice', uuid);
      undo.add(() => hosts.destination.exec(['virsh', '-q', 'managedsave-remove', uuid], { check: false }));
      await hosts.destination.virsh('start', uuid, '--paused');
      await hosts.destination.virsh('managedsave', uuid);
    },
    verdict: 'block',
    says: /has an old saved state of this VM/,
    // libvirt accepts it, and damages its disks at the next start there. The remedy leaves a warning.
  },
  {
    check: 'downtime-sensitive',
    name: 'a watchdog',
    vm: { name: 'watchdog', devices: "<watchdog model='i6300esb' action='reset'/>" },
    verdict: 'warn',
    says: /watchdog: i6300esb/,
  },
  {
    check: 'downtime-sensitive',
    name: 'a disk that the members of a cluster share',
    vm: {
      name: 'member',
      devices: disk(`${shared}/cluster.img`, " cache='none'").replace('</disk>', '<shareable/></disk>'),
    },
    cause: shell('source', `truncate -s 1M ${shared}/cluster.img`, `rm -f ${shared}/cluster.img`),
    verdict: 'warn',
    says: /Other VMs may write to the same disks \(vda\)/,
  },
  {
    check: 'dirty-rate',
    name: 'it writes faster than the link carries',
    vm: { name: 'busy', guest: { memory: 256, dirtyMb: 96, dirtyRate: 40, disk: 'none' } },
    cause: slowLink,
    verdict: 'block',
    says: /This migration will not finish/,
    cure: 0,
  },
]);
