// SPDX-License-Identifier: LGPL-2.1-or-later
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabHost } from '../lab/lab.ts';

/** A generation of Debian, with the versions found. */
export interface TriedSystem {
  readonly debian: string;
  readonly libvirt: string;
  readonly qemu: string;
  readonly cockpit: string;
  readonly bridge: 'C' | 'Python';
  readonly systemd: string;
  /** The machine's kernel, which the hosts share. */
  readonly kernel: string;
}

/** A migration from one generation to another, or to another host of the same. */
export interface TriedPair {
  readonly from: string;
  readonly to: string;
  /** The VM's devices. */
  readonly vm: string;
  readonly preflight: string;
  /** Findings that did not pass. */
  readonly against: readonly string[];
  /** `arrived`, or the phase in which it ended. */
  readonly outcome: string;
  /** The error of the destination's QEMU. */
  readonly refusal?: string;
}

export interface Tried {
  readonly systems: readonly TriedSystem[];
  readonly pairs: readonly TriedPair[];
}

const docs = join(import.meta.dirname, '../../docs');
const output = join(import.meta.dirname, 'output');

/** The versions of a host, from its programs. */
export async function versionsOf(host: LabHost): Promise<TriedSystem> {
  const said = async (pattern: RegExp, ...argv: string[]): Promise<string> => {
    const { stdout } = await host.exec(argv);
    return pattern.exec(stdout)?.[1] ?? `unknown: ${stdout}`;
  };
  const bridge = await said(/([^]{2})/, 'head', '-c', '2', '/usr/bin/cockpit-bridge');
  return {
    debian: String(host.generation),
    libvirt: await said(/^Running against daemon: (\S+)/m, 'virsh', 'version', '--daemon'),
    qemu: await said(/version (\S+)/, 'qemu-system-x86_64', '--version'),
    cockpit: await said(/^(\d[^-]*)/, 'dpkg-query', '--show', '--showformat=${Version}', 'cockpit-ws'),
    bridge: bridge === '#!' ? 'Python' : 'C',
    systemd: await said(/^systemd (\S+)/, 'systemctl', '--version'),
    kernel: await said(/^(\d+\.\d+)/, 'uname', '--kernel-release'),
  };
}

/** Writes the results; with CKM_DOCS=1 also for the documentation. */
export function writeTried(tried: Tried): void {
  mkdirSync(output, { recursive: true });
  for (const directory of process.env['CKM_DOCS'] === '1' ? [output, docs] : [output]) {
    writeFileSync(join(directory, 'tried-systems.json'), `${JSON.stringify(tried, undefined, 2)}\n`);
    writeFileSync(join(directory, 'tried-systems.md'), pageOf(tried));
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The page of the documentation. */
export function pageOf({ systems, pairs }: Tried): string {
  return `<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->
# Systems that were tried

The tests of the project \`booted\` write this page from \`tried-systems.json\` (\`CKM_DOCS=1\`). Each host has booted with systemd as process 1.
All hosts run on one computer and share its kernel. QEMU emulates.

${table(
  ['Debian', 'libvirt', 'QEMU', 'Cockpit', 'bridge', 'systemd', 'kernel'],
  systems.map((each) => [
    each.debian,
    each.libvirt,
    each.qemu,
    each.cockpit,
    each.bridge,
    each.systemd,
    each.kernel,
  ]),
)}

On each of them, with and without a D-Bus session bus, the page was opened by root and by an administrator, and ended no console. Without a
session bus, Cockpit 337 and 370 end the console themselves when somebody becomes an administrator, because of their page of services.

## Migrations

The preflight ran before each migration.

${table(
  ['from', 'to', 'the VM has', 'preflight', 'result', 'QEMU of the destination says'],
  pairs.map((each) => [
    `Debian ${each.from}`,
    `Debian ${each.to}`,
    each.vm,
    [each.preflight, ...each.against].join('; '),
    each.outcome,
    each.refusal === undefined ? '' : `\`${each.refusal}\``,
  ]),
)}

## Not tried

No host with Fedora, RHEL, openSUSE or Ubuntu, with libvirt's modular daemons (virtqemud, virtproxyd) or with SELinux was at hand. The tests
know their systemd units from what others recorded (\`test/engine/libvirt-units.ts\`). The page asks systemd which unit starts libvirt, and
so does each command that it offers.
`;
}
