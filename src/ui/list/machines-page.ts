// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../../engine/base/index.ts';
import type { Cockpit } from '../../platform/cockpit-api.ts';

/** cockpit.js of the console; manifests.js, which the page loads beside it, fills in which pages the host has. */
declare const cockpit: Pick<Cockpit, 'manifests' | 'jump'>;

/** True if this host has cockpit-machines, where the VM itself can be seen and changed. */
export function hasMachinesPage(): boolean {
  return cockpit.manifests?.['machines'] !== undefined;
}

/** Goes to the VM in cockpit-machines. */
export function openMachinesPage({ name, connection }: VmIdentity): void {
  const query = new URLSearchParams({ name, connection });
  // It takes its parameters apart with decodeURIComponent, to which a plus sign is no space.
  cockpit.jump(`/machines#vm?${query.toString().replaceAll('+', '%20')}`);
}
