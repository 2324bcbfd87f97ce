// SPDX-License-Identifier: LGPL-2.1-or-later
type Style = 'auto' | 'dark' | 'light';

/** The key under which Cockpit's shell stores the admin's choice. */
const storageKey = 'shell:style';

function styleOf(value: unknown): Style {
  return value === 'dark' || value === 'light' ? value : 'auto';
}

/** Follows the shell's theme: its stored choice, its `cockpit-style` event, and the system's preference. */
export function followTheme(page: Window): void {
  const prefersDark = page.matchMedia('(prefers-color-scheme: dark)');
  let style = styleOf(page.localStorage.getItem(storageKey));
  const apply = (): void => {
    const dark = style === 'dark' || (style === 'auto' && prefersDark.matches);
    page.document.documentElement.classList.toggle('pf-v6-theme-dark', dark);
  };
  // The shell of this tab sends an event; other tabs change the storage.
  page.addEventListener('cockpit-style', (event) => {
    if (!(event instanceof CustomEvent)) return;
    const detail: unknown = event.detail;
    if (typeof detail === 'object' && detail !== null && 'style' in detail) style = styleOf(detail.style);
    apply();
  });
  page.addEventListener('storage', (event) => {
    if (event.key !== storageKey) return;
    style = styleOf(event.newValue);
    apply();
  });
  prefersDark.addEventListener('change', apply);
  apply();
}
