// SPDX-License-Identifier: LGPL-2.1-or-later
/** True for a name that only the stand-ins of rehearsals have. The list of VMs leaves them out. */
export function isStandInName(name: string): boolean {
  return /^cockpit-migrate-rehearsal-[0-9a-f]{12}$/.test(name);
}
