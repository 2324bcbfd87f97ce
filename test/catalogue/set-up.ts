// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationChoices } from '../../src/engine/choices.ts';
import type { LabHost } from '../lab/lab.ts';
import type { LabVm } from './lab-vm.ts';

/** Two hosts of a lab; the VM leaves the first. */
export interface Hosts {
  readonly source: LabHost;
  readonly destination: LabHost;
}

/** One way in which a migration fails, really made in the lab. */
export interface BrokenSetUp {
  /** The check that has to find it. */
  readonly check: string;
  readonly name: string;
  readonly vm: LabVm;
  /** Makes the cause before the VM is there; what it returns takes it away again. */
  readonly cause?: (hosts: Hosts) => Promise<() => Promise<unknown>>;
  readonly change?: Partial<MigrationChoices>;
  readonly verdict: 'block' | 'warn';
  /** What the finding says. */
  readonly says: RegExp;
  /** What libvirt says when the migration is started nevertheless; absent where that does harm, or it does not refuse. */
  readonly refusal?: RegExp;
}

/** A set-up that is as it should be, however rich: nothing may block, and the VM arrives. */
export interface HealthySetUp {
  readonly name: string;
  readonly vm: LabVm;
  readonly cause?: BrokenSetUp['cause'];
}

/** Runs a line of shell on a host, and another one to undo it. */
export function shell(
  which: keyof Hosts | 'both',
  make: string,
  undo: string,
): (hosts: Hosts) => Promise<() => Promise<unknown>> {
  return async ({ source, destination }) => {
    const hosts = which === 'both' ? [source, destination] : [which === 'source' ? source : destination];
    for (const host of hosts) await host.exec(['sh', '-ec', make]);
    return async () => {
      for (const host of hosts) await host.exec(['sh', '-c', undo]);
    };
  };
}

/** Puts lines at the head of a configuration file of libvirt of the destination (the first of its kind counts), and starts it anew; and back. */
export function configured(file: string, lines: string): (hosts: Hosts) => Promise<() => Promise<unknown>> {
  return async ({ destination }) => {
    const path = `/etc/libvirt/${file}`;
    const before = (await destination.exec(['cat', path])).stdout;
    const write = async (text: string): Promise<void> => {
      await destination.daemon('libvirtd', 'stop');
      await destination.exec(['sh', '-c', 'cat > "$1"', 'sh', path], { input: text });
      await destination.daemon('libvirtd', 'start');
    };
    await write(`${lines}\n${before}`);
    return () => write(before);
  };
}
