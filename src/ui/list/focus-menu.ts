// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../../engine/base/index.ts';

/**
 * Puts the focus back on the VM's menu button after its dialog has gone, or on the page's title if the row has gone too.
 * The dialog's focus trap gives the focus back first, to an item of the menu that is no longer there; hence the wait.
 */
export function focusMenu(vm: VmIdentity): void {
  setTimeout(() => {
    const row = [...document.querySelectorAll<HTMLElement>('tr[data-vm]')].find(
      ({ dataset }) => dataset['vm'] === vm.name && dataset['connection'] === vm.connection,
    );
    const place =
      row?.querySelector<HTMLElement>('.pf-v6-c-menu-toggle') ??
      document.querySelector<HTMLElement>('.migrate-title');
    place?.focus();
  }, 50);
}
