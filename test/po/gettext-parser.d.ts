// SPDX-License-Identifier: LGPL-2.1-or-later
/** The parts of gettext-parser that the tests use. It has no types. */
declare module 'gettext-parser' {
  export interface GetTextTranslation {
    readonly msgid: string;
    readonly msgid_plural?: string;
    readonly msgstr: readonly string[];
    readonly comments?: { readonly flag?: string; readonly reference?: string };
  }
  export const po: {
    parse(text: Buffer): {
      readonly translations: Readonly<Record<string, Readonly<Record<string, GetTextTranslation>>>>;
    };
  };
}
