// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../../engine/base/index.ts';

/**
 * Returns the focus to the VM's menu button after its dialog has closed, or to the page's title if the row is gone, too. It waits
 * because the dialog's focus trap first returns the focus to a menu item that no longer exists.
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
