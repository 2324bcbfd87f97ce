// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inventory } from '../../src/engine/inventory/inventory.ts';
import type { Vm } from '../../src/engine/inventory/vm.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import { parseDomain } from '../../src/libvirt/domain-xml.ts';
import type { DomainEvent } from '../../src/libvirt/events.ts';
import { parseXml, serializeXml } from '../../src/libvirt/xml.ts';
import type { DBusCall, Platform } from '../../src/platform/platform.ts';
import { Lab, type LabHost, waitFor } from '../lab/lab.ts';

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ shared: false });
  alpha = lab.host('alpha');
  beta = lab.host('beta');
});

afterAll(async () => {
  await lab.down();
});

/** A platform that records D-Bus calls and programs. */
class Counting {
  readonly calls: DBusCall[] = [];
  readonly programs: string[] = [];
  readonly platform: Platform;

  constructor(platform: Platform) {
    this.platform = {
      ...platform,
      dbus: (bus, name) => {
        const service = platform.dbus(bus, name);
        return {
          call: (call, options) => {
            this.calls.push(call);
            return service.call(call, options);
          },
          subscribe: (match, listener) => service.subscribe(match, listener),
          onOwner: (listener) => service.onOwner(listener),
          onClosed: (listener) => service.onClosed(listener),
          close: () => {
            service.close();
          },
        };
      },
      run: (argv, options) => {
        this.programs.push(argv[0] ?? '');
        return platform.run(argv, options);
      },
    };
  }

  /** The recorded calls, without the check of the daemon every ten seconds. */
  get counts(): { readonly calls: readonly string[]; readonly programs: readonly string[] } {
    return {
      calls: this.calls
        .filter(({ args }) => args[1] !== 'LibVersion')
        .map(({ member }) => member)
        .sort(),
      programs: [...this.programs].sort(),
    };
  }
}

function rows(inventory: Inventory): readonly Vm[] {
  const state = inventory.state.get();
  return state.kind === 'ready' ? state.vms : [];
}

/** Defines VMs up to that number, with difficult names. */
async function define(from: number, to: number): Promise<void> {
  const names = ['a b', '$(x)', "it's", '<b>', '漢字', ' x '];
  for (let number = from; number < to; number += 1) {
    const name = `${names[number % names.length] ?? ''}${number}`
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;');
    // Node uses a socket for standard input, which cannot be opened by that name; a pipe can.
    await alpha.exec(['sh', '-c', 'cat | virsh -q define /dev/stdin'], {
      input: `<domain type='qemu'><name>${name}</name><memory>65536</memory><os><type>hvm</type></os>
        <description>a &amp; b\nerror: no error</description></domain>`,
    });
  }
}

describe('the list of VMs', () => {
  const measure = async (many: number): Promise<Counting['counts']> => {
    const counting = new Counting(alpha.platform());
    const inventory = new Inventory(counting.platform, 'system');
    const undo = inventory.state.subscribe(() => undefined);
    inventory.start();
    try {
      await waitFor('the list', () => inventory.state.get().kind === 'ready');
      expect(rows(inventory)).toHaveLength(many);
      // What the page reads after the list counts, too.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(inventory.state.get().kind).toBe('ready');
      return counting.counts;
    } finally {
      undo();
      inventory.stop();
    }
  };

  it('needs as many calls and programs for 60 VMs as for 5', async () => {
    await define(0, 5);
    const five = await measure(5);
    await define(5, 60);
    const sixty = await measure(60);
    expect(five.calls).toEqual(['GetAllDomainStats', 'GetAllDomainStats']);
    expect(sixty).toEqual(five);
    expect(sixty.programs.length).toBeLessThanOrEqual(3);
  });

  it('reads only the VM of an event', async () => {
    const guest = await alpha.guest('one-of-many', { memory: 128, disk: 'none' });
    const counting = new Counting(alpha.platform());
    const inventory = new Inventory(counting.platform, 'system');
    const undo = inventory.state.subscribe(() => undefined);
    inventory.start();
    try {
      const state = (): string | undefined =>
        rows(inventory).find(({ uuid }) => uuid === guest.uuid)?.state.kind;
      await waitFor('the running VM', () => state() === 'running');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const before = counting.counts;
      counting.calls.length = 0;
      await alpha.virsh('suspend', guest.uuid);
      await waitFor('the paused VM', () => state() === 'paused');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const asked = counting.calls.filter(({ args }) => args[1] !== 'LibVersion');
      expect(new Set(asked.map(({ path }) => path))).toEqual(
        new Set([inventory.connection.domain(guest.uuid).path]),
      );
      expect(asked.length).toBeGreaterThanOrEqual(2);
      expect(asked.length).toBeLessThanOrEqual(6);
      expect(counting.counts.programs).toEqual(before.programs);
      expect(rows(inventory)).toHaveLength(61);
    } finally {
      undo();
      inventory.stop();
      await alpha.virsh('destroy', guest.uuid);
    }
  });

  it('has unchanged names and definitions', async () => {
    const connection = new LibvirtConnection(alpha.platform(), 'system');
    try {
      const list = await connection.list();
      const names = new Set(list.map(({ name }) => name));
      for (const name of ['a b0', '$(x)1', "it's2", '<b>3', '漢字4', ' x 5']) expect(names).toContain(name);
      for (const { name, uuid, path } of list.slice(0, 6)) {
        expect(await connection.read(path)).toMatchObject({ name, uuid, active: false, persistent: true });
        const text = await alpha.virsh('dumpxml', uuid);
        expect(parseDomain(text).name).toBe(name);
        expect(serializeXml(parseXml(text))).toBe(text);
      }
    } finally {
      connection.close();
    }
  });
});

describe('a migration', () => {
  it('is cancelled by virsh while libvirt-dbus does not answer', async () => {
    const guest = await alpha.guest('held', { memory: 192, disk: 'none', dirtyMb: 64, dirtyRate: 50 });
    await alpha.shape('20mbit');
    const counting = new Counting(alpha.platform());
    const connection = new LibvirtConnection(counting.platform, 'system');
    const events: DomainEvent[] = [];
    const unsubscribe = await connection.subscribe((event) => events.push(event));
    const domain = connection.domain(guest.uuid);
    const pid = await alpha.owner('org.libvirt');
    try {
      const migration = domain.migrate(`qemu+ssh://${beta.address}/system`, {}, ['LIVE', 'PEER2PEER']).then(
        () => 'migrated',
        (error: unknown) => error,
      );
      await waitFor(
        'the first iteration',
        () => events.some(({ kind }) => kind === 'migration-iteration'),
        60,
      );
      await alpha.exec(['kill', '-STOP', pid]);
      const begin = performance.now();
      await domain.abort();
      expect(performance.now() - begin).toBeGreaterThan(2900);
      expect(counting.programs).toEqual(['virsh']);
      await waitFor(
        'the job to end',
        async () => (await alpha.virsh('domjobinfo', guest.uuid)).includes('None'),
        30,
      );
      await alpha.exec(['kill', '-CONT', pid]);
      // libvirt randomly reports one of several errors: aborted, the tunnel's end of file, "unexpectedly failed".
      expect(await migration).toMatchObject({ name: 'LibvirtError' });
      expect(await domain.state()).toMatchObject({ state: 1 });
    } finally {
      await alpha.exec(['kill', '-CONT', pid], { check: false });
      unsubscribe();
      connection.close();
      await alpha.shape(undefined);
    }
  });
});
