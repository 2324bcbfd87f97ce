// SPDX-License-Identifier: LGPL-2.1-or-later
/** True for the name of a rehearsal's stand-in. The list of VMs does not show stand-ins. */
export function isStandInName(name: string): boolean {
  return /^cockpit-migrate-rehearsal-[0-9a-f]{12}$/.test(name);
}
