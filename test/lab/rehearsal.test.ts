// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Inventory } from '../../src/engine/inventory/inventory.ts';
import { Migrations } from '../../src/engine/migration/queue.ts';
import type { Migration } from '../../src/engine/migration/state.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import { rehearse } from '../../src/engine/rehearsal/rehearsal.ts';
import type { Rehearsal } from '../../src/engine/rehearsal/result.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import { type MadeVm, makeVm } from '../catalogue/lab-vm.ts';
import { type BuiltProgram, buildProgram } from './built-program.ts';
import { type Guest, Lab, type LabHost, waitFor } from './lab.ts';

const toBeta = 'qemu+ssh://beta/system';

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;
/** A running VM. Its serial output shows that it keeps running. */
let guest: Guest;
/** A paused VM with everything that libvirt stores files for: firmware, TPM, channel, network interface, graphics. */
let rich: MadeVm;

/** Started and killed by one test. */
let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram();
  lab = await Lab.start();
  alpha = lab.host('alpha');
  beta = lab.host('beta');
  guest = await alpha.guest('rehearsed', { memory: 192, disk: 'shared' });
  await alpha.exec(['truncate', '-s', '4M', '/var/lib/libvirt/shared/rich.img']);
  rich = await makeVm(alpha, {
    name: 'rich',
    firmware: 'efi',
    usual: true,
    devices:
      `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='/var/lib/libvirt/shared/rich.img'/><target dev='vda' bus='virtio'/></disk>` +
      `<disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk>` +
      `<interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>` +
      `<interface type='ethernet'><mac address='52:54:00:12:34:57'/><model type='virtio'/></interface>` +
      `<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>` +
      `<graphics type='vnc' port='5911' autoport='no' listen='127.0.0.1'/><video><model type='virtio'/></video>` +
      `<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng><watchdog model='i6300esb' action='reset'/>` +
      `<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm><serial type='pty'/><console type='pty'/>`,
  });
  await guest.booted();
  // Folders that libvirt creates for the first TPM stay.
  await rehearsal();
}, 180_000);

afterAll(async () => {
  await (rich as MadeVm | undefined)?.remove(alpha, beta);
  await lab.down();
  program.remove();
});

/** Everything that a stand-in could leave on a host. */
const look = `
virsh -q list --all --name | sort
for folder in /var/log/libvirt/qemu /var/log/swtpm/libvirt/qemu /var/lib/libvirt/swtpm /var/lib/libvirt/qemu \
  /run/libvirt/qemu /etc/libvirt/qemu /var/lib/libvirt/images /dev/shm /dev/hugepages; do
  # The monitor's folder of a VM has its number, and each start has another one.
  [ -d "$folder" ] && find "$folder" -path "*/domain-[0-9]*" -prune -printf '%h/domain\\n' -o -printf '%p\\n' | sort
done
ip -o link | sed 's/^[0-9]*: //; s/[:@].*//' | sort
pgrep -c -f '^/usr/bin/(qemu-system|swtpm)'
stat -c '%n %U %G %a' /dev/full /dev/null
`;

async function stateOf(host: LabHost): Promise<string> {
  return (await host.exec(['sh', '-c', look], { check: false })).stdout;
}

async function bothStates(): Promise<{ alpha: string; beta: string }> {
  return { alpha: await stateOf(alpha), beta: await stateOf(beta) };
}

interface Wish {
  readonly vm?: { readonly name: string; readonly uuid: string };
  readonly destination?: string;
  readonly evenWithHooks?: boolean;
  readonly signal?: AbortSignal;
}

function choicesFor({ vm = rich, destination = toBeta }: Wish): MigrationChoices {
  return {
    vm: { connection: 'system', name: vm.name, uuid: vm.uuid },
    destination,
    temporary: false,
    confirmedUriParameters: [],
  };
}

async function rehearsal(wish: Wish = {}): Promise<Rehearsal> {
  const platform = alpha.platform();
  const connection = new LibvirtConnection(platform, 'system');
  const choices = choicesFor(wish);
  const { evenWithHooks = false, signal = new AbortController().signal } = wish;
  try {
    return await rehearse({ platform, connection, choices, plan: planFor(choices), evenWithHooks, signal });
  } finally {
    connection.close();
  }
}

/** A QEMU on beta whose devices differ from those on alpha. */
async function otherQemu(): Promise<() => Promise<void>> {
  const qemu = '/usr/bin/qemu-system-x86_64';
  await beta.exec(['cp', '--reflink=auto', qemu, '/root/qemu']);
  const data = ['/usr/share/qemu', '/usr/share/seabios', '/usr/lib/ipxe/qemu'].map((each) => `-L ${each}`);
  await beta.exec(
    ['sh', '-c', 'cat > /root/wrapper; chmod 755 /root/wrapper; mount --bind /root/wrapper "$1"', 'sh', qemu],
    {
      input: `#!/bin/sh\nexec /root/qemu ${data.join(' ')} "$@" -global virtio-blk-pci.vectors=9\n`,
    },
  );
  return async () => {
    await beta.exec(['umount', qemu]);
  };
}

let before: { alpha: string; beta: string };
beforeEach(async () => {
  before = await bothStates();
});

describe('a stand-in', () => {
  test('arrives over ssh, and leaves nothing behind', async () => {
    const { outcome, remains } = await rehearsal();
    expect(outcome).toMatchObject({ kind: 'arrived' });
    expect(remains).toEqual([]);
    expect(await bothStates()).toEqual(before);
    expect(await alpha.virsh('domstate', rich.uuid)).toBe('paused');
  });

  test.each([
    ['tcp', 2],
    ['tls', 1],
  ])(
    'arrives over %s; the log of QEMU stays on the destination, one for each VM',
    async (transport, rounds) => {
      const destination = `qemu+${transport}://beta/system`;
      for (let round = 0; round < rounds; round += 1) {
        const { outcome, remains, hasShell } = await rehearsal({ destination });
        expect([outcome.kind, remains, hasShell]).toEqual(['arrived', [], false]);
      }
      const after = await bothStates();
      const log = `cockpit-migrate-rehearsal-${rich.uuid.slice(-12)}`;
      expect(after.alpha).toBe(before.alpha);
      const lines = after.beta.split('\n').filter((line) => !before.beta.split('\n').includes(line));
      expect(lines).toEqual([
        `/var/log/libvirt/qemu/${log}.log`,
        `/var/log/swtpm/libvirt/qemu/${log}-swtpm.log`,
      ]);
      await beta.exec([
        'sh',
        '-c',
        'rm -f /var/log/libvirt/qemu/cockpit-* /var/log/swtpm/libvirt/qemu/cockpit-*',
      ]);
    },
  );

  test('that QEMU refuses shows QEMU’s text, and the VM keeps running', async () => {
    const undo = await otherQemu();
    try {
      const { outcome, remains } = await rehearsal({ vm: guest });
      expect(outcome).toMatchObject({
        kind: 'refused',
        reason: expect.stringMatching(/Bad config data/) as string,
      });
      expect(remains).toEqual([]);
      expect(await bothStates()).toEqual(before);
      await guest.goesOn();
    } finally {
      await undo();
    }
  });

  test('that cannot reach a port fails with the network’s error', async () => {
    await beta.firewall('closed', '49152-49215');
    try {
      const { outcome } = await rehearsal();
      expect(outcome.kind).toBe('refused');
      expect(await bothStates()).toEqual(before);
    } finally {
      await beta.firewall('open', '49152-49215');
    }
  });

  test('does not collide with another one of the same VM', async () => {
    const both = await Promise.all([rehearsal(), rehearsal()]);
    expect(both.map(({ outcome }) => outcome.kind)).toEqual(['arrived', 'arrived']);
    expect(await bothStates()).toEqual(before);
  });

  test('is removed when the rehearsal is cancelled', async () => {
    const cancelled = new AbortController();
    const over = rehearsal({ signal: cancelled.signal });
    await waitFor('a stand-in', async () =>
      /cockpit-migrate-rehearsal-/.exec(await alpha.virsh('list', '--all', '--name')),
    );
    cancelled.abort();
    expect((await over).outcome.kind).toBe('cancelled');
    expect(await bothStates()).toEqual(before);
  });
});

test('if a hook would run, no stand-in is created unless requested', async () => {
  const hook = '/etc/libvirt/hooks/qemu';
  await beta.exec(['sh', '-c', 'printf "#!/bin/sh\\n" > "$1"; chmod 755 "$1"', 'sh', hook]);
  try {
    expect((await rehearsal()).outcome).toEqual({ kind: 'hooks', source: [], destination: [hook] });
    expect(await bothStates()).toEqual(before);
    expect((await rehearsal({ evenWithHooks: true })).outcome.kind).toBe('arrived');
  } finally {
    await beta.exec(['rm', hook]);
  }
});

test.each(['alpha', 'beta'])(
  'what a program has left that was killed when the stand-in was on %s is removed by the next rehearsal',
  async (place) => {
    const ended = alpha.exec(program.argv('check', 'rich', toBeta, '--rehearse', '--quiet', '--period=1'), {
      check: false,
    });
    const names = (host: LabHost): Promise<string> => host.virsh('list', '--all', '--name');
    const name = await waitFor(
      'a stand-in',
      async () => /cockpit-migrate-rehearsal-\w+/.exec(await names(lab.host(place)))?.[0],
    );
    await alpha.exec(['pkill', '-KILL', '-f', './cockpit-migrate check rich']);
    await ended;
    expect(`${await names(alpha)} ${await names(beta)}`).toContain(name);
    expect((await rehearsal()).outcome.kind).toBe('arrived');
    expect(`${await names(alpha)} ${await names(beta)}`).not.toContain('cockpit-migrate');
    expect(await bothStates()).toEqual(before);
  },
);

describe('a migration with a rehearsal', () => {
  /** What a page does, and the phases that it shows. */
  async function migrate(
    wish: Wish,
    onState: (state: Migration, migrations: Migrations) => void = () => undefined,
  ): Promise<{ end: Migration; phases: readonly string[]; listed: ReadonlySet<string> }> {
    const platform = alpha.platform();
    const inventory = new Inventory(platform, 'system');
    const migrations = new Migrations(platform, [inventory]);
    const listed = new Set<string>();
    const undo = inventory.state.subscribe(() => {
      const state = inventory.state.get();
      if (state.kind === 'ready') for (const { name } of state.vms) listed.add(name);
    });
    inventory.start();
    migrations.watch();
    try {
      const { uuid } = wish.vm ?? rich;
      await waitFor('the VM in the list', () => inventory.entry(uuid));
      const choices = { ...choicesFor(wish), rehearse: true };
      const phases: string[] = [];
      const handle = migrations.start(choices, planFor(choices));
      const note = (): void => {
        const { phase } = handle.state.get().state;
        if (phases.at(-1) !== phase) phases.push(phase);
        onState(handle.state.get(), migrations);
      };
      handle.state.subscribe(note);
      note();
      return { end: await handle.ended, phases, listed };
    } finally {
      undo();
      migrations.stop();
      inventory.stop();
    }
  }

  test('that fails does not touch the VM', async () => {
    const undo = await otherQemu();
    try {
      const { end, phases } = await migrate({ vm: guest });
      expect(phases).toEqual(['rehearsing', 'failed']);
      expect(end.state).toMatchObject({ phase: 'failed', notBegun: true });
      expect(end.rehearsal?.outcome.kind).toBe('refused');
      await guest.goesOn();
      expect(await alpha.virsh('dumpxml', '--inactive', guest.uuid)).not.toContain('cockpit-migrate');
      expect(await bothStates()).toEqual(before);
    } finally {
      await undo();
    }
  });

  test('can be cancelled during the rehearsal', async () => {
    const { end } = await migrate({ vm: guest }, ({ state, vm }, migrations) => {
      if (state.phase === 'rehearsing') void migrations.cancel(vm);
    });
    expect(end.state.phase).toBe('cancelled');
    await guest.goesOn();
    expect(await bothStates()).toEqual(before);
  });

  test('migrates the VM after the stand-in has arrived, and no list shows the stand-in', async () => {
    const { end, phases, listed } = await migrate({ vm: guest });
    expect(phases.slice(0, 2)).toEqual(['rehearsing', 'preparing']);
    expect(end.state).toMatchObject({ phase: 'done', verification: 'confirmed' });
    expect(end.rehearsal?.outcome.kind).toBe('arrived');
    expect([...listed].filter((name) => name.startsWith('cockpit-migrate'))).toEqual([]);
    await guest.goesOn();
  });
});
