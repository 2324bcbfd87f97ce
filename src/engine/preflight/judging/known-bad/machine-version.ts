// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Condition } from './condition.ts';
import { isInRange } from './package-version.ts';

/** QEMU's release that a machine type of Ubuntu is made after: the one that Ubuntu's release has. */
const ubuntuReleases: ReadonlyMap<string, string> = new Map([
  ['focal', '4.2'],
  ['jammy', '6.2'],
  ['noble', '8.2'],
]);

/** The release of QEMU that a machine type imitates; undefined for one whose name does not tell, such as `pc-q35-rhel9.4.0`. */
function releaseOf(machine: string): string | undefined {
  const release = /-(\d+\.\d+)$/.exec(machine)?.[1];
  if (release !== undefined) return release;
  for (const [name, of] of ubuntuReleases) if (machine.includes(`-${name}`)) return of;
  return undefined;
}

function familyOf(machine: string): 'q35' | 'i440fx' | undefined {
  if (/^(?:pc-)?q35(?:-|$)/.test(machine)) return 'q35';
  return /^pc(?:-i440fx)?(?:-|$)/.test(machine) ? 'i440fx' : undefined;
}

/** Whether a machine type is one of those that a condition names; undefined if its name does not tell. */
export function machineVersionMatches(
  machine: string,
  { family, before, endings }: Extract<Condition, { kind: 'machine' }>,
): boolean | undefined {
  if (family !== undefined && familyOf(machine) !== family) return false;
  if (endings !== undefined && !endings.some((ending) => machine.endsWith(ending))) return false;
  if (before === undefined) return true;
  const release = releaseOf(machine);
  return release === undefined ? undefined : isInRange(release, { before });
}
