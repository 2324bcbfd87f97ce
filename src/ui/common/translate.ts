// SPDX-License-Identifier: LGPL-2.1-or-later
import { visibleText } from '../../engine/base/index.ts';
import type { Cockpit } from '../../platform/cockpit-api.ts';

/** The console's cockpit.js. po.js has loaded its catalogue before the page starts. */
declare const cockpit: Pick<Cockpit, 'gettext' | 'ngettext' | 'language'>;

declare global {
  interface Window {
    /** Set by po.js: the script with the other texts of the language. Without po.js, the page is English. */
    readonly laterTexts?: string;
  }
}

/** Loads the texts of the parts that are loaded later. */
export async function loadLaterTexts(): Promise<void> {
  const { laterTexts } = window;
  if (laterTexts !== undefined) await import(/* @vite-ignore */ new URL(laterTexts, document.baseURI).href);
}

/** The text in the admin's language. `text` must be a literal, so that xgettext finds it. */
export function _(text: string): string {
  return cockpit.gettext(text);
}

/** The text for a number in the admin's language. Both texts must be literals. */
export function ngettext(singular: string, plural: string, count: number): string {
  return cockpit.ngettext(singular, plural, count);
}

/** The language of the page as a BCP 47 tag, for Intl: Cockpit writes `pt_BR`. */
export function language(): string {
  const tag = cockpit.language.replaceAll('_', '-');
  return tag === '' ? 'en' : tag;
}

/** Replaces `$0`, `$1`... by values, with invisible characters written as escapes. */
export function format(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\$(\d)/g, (whole, digit: string) => {
    const value = values[Number(digit)];
    return value === undefined ? whole : visibleText(String(value));
  });
}
