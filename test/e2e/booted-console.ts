// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Guest, LabHost } from '../lab/lab.ts';

/** A bridge: a process that acts for a user of the console. */
export interface Bridge {
  readonly pid: number;
  readonly user: string;
  /** Started by sudo, as root. */
  readonly privileged: boolean;
}

/** The bridges of a host: C's up to Cockpit 287, Python's in newer ones. One ends with its session, or by a fault. */
export async function bridges(host: LabHost): Promise<readonly Bridge[]> {
  const { stdout } = await host.exec(['ps', '-e', '-o', 'pid=,user:32=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const found = /^ *(\d+) (\S+) +(?:\S*python\S* )?(?:\S*\/)?cockpit-bridge( --privileged)?$/.exec(line);
    if (found === null) return [];
    const [, pid, user = '', privileged] = found;
    return [{ pid: Number(pid), user, privileged: privileged !== undefined }];
  });
}

/** Users with a libvirt-dbus of their own besides the system's (`libvirt-dbus --session`). */
export async function sessionLibvirts(host: LabHost): Promise<readonly string[]> {
  const argv = ['sh', '-c', 'ps -e -o user:32=,args= | grep "libvirt-dbus --session" | grep -v grep || true'];
  const { stdout } = await host.exec(argv);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')[0] ?? '']));
}

/** Whether a host has a VM, and its state there. */
export async function knownTo(host: LabHost, { uuid }: Guest): Promise<string> {
  const { exitCode, stdout } = await host.exec(['virsh', '-q', 'dominfo', uuid], { check: false });
  if (exitCode !== 0) return 'unknown';
  const said = (key: string): string => new RegExp(`^${key}: +(.*?) *$`, 'm').exec(stdout)?.[1] ?? '';
  return `${said('State')}, ${said('Persistent') === 'yes' ? 'persistent' : 'transient'}`;
}

/**
 * Waits for a guest to continue after its migration. From Debian 12, whose QEMU 7.2 without KVM sometimes loses writes, it only has
 * to run.
 */
export function survives(guest: Guest, from: string): Promise<void> {
  return from === '12' ? guest.runs() : guest.goesOn();
}
