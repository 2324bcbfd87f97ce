// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../../engine/base/index.ts';
import type { Cockpit } from '../../platform/cockpit-api.ts';

/** The console's cockpit.js. manifests.js, which the page also loads, adds the host's pages. */
declare const cockpit: Pick<Cockpit, 'manifests' | 'jump'>;

/** True if this host has cockpit-machines, which shows and edits VMs. */
export function hasMachinesPage(): boolean {
  return cockpit.manifests?.['machines'] !== undefined;
}

/** Opens the VM in cockpit-machines. */
export function openMachinesPage({ name, connection }: VmIdentity): void {
  const query = new URLSearchParams({ name, connection });
  // It parses its parameters with decodeURIComponent, for which a plus sign is not a space.
  cockpit.jump(`/machines#vm?${query.toString().replaceAll('+', '%20')}`);
}
