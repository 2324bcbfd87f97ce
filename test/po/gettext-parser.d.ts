// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the tests use of gettext-parser, which brings no types. */
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
