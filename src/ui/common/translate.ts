// SPDX-License-Identifier: LGPL-2.1-or-later
import { visibleText } from '../../engine/base/index.ts';
import type { Cockpit } from '../../platform/cockpit-api.ts';

/** cockpit.js of the console; po.js has filled its catalogue before the page begins. */
declare const cockpit: Pick<Cockpit, 'gettext' | 'ngettext' | 'language'>;

declare global {
  interface Window {
    /** Set by po.js: the script with the other texts of that language. Without a po.js the page is English. */
    readonly laterTexts?: string;
  }
}

/** Loads the texts of what is not there at the start. */
export async function loadLaterTexts(): Promise<void> {
  const { laterTexts } = window;
  if (laterTexts !== undefined) await import(/* @vite-ignore */ new URL(laterTexts, document.baseURI).href);
}

/** The text in the admin's language. Give it a literal, so that it is found for the catalogue. */
export function _(text: string): string {
  return cockpit.gettext(text);
}

/** The text for a number in the admin's language. Give it literals. */
export function ngettext(singular: string, plural: string, count: number): string {
  return cockpit.ngettext(singular, plural, count);
}

/** The language of the page as a BCP 47 tag, for Intl: Cockpit writes `pt_BR`. */
export function language(): string {
  const tag = cockpit.language.replaceAll('_', '-');
  return tag === '' ? 'en' : tag;
}

/** Puts values in for `$0`, `$1`..., so that nothing in them is hidden. */
export function format(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\$(\d)/g, (whole, digit: string) => {
    const value = values[Number(digit)];
    return value === undefined ? whole : visibleText(String(value));
  });
}
