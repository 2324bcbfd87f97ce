// SPDX-License-Identifier: LGPL-2.1-or-later
import { loadLaterTexts } from '../common/index.ts';
import { Later } from '../model/index.ts';

/** A part of the page in a script of its own. Its texts are loaded with it. */
export function laterPart<T>(load: () => Promise<T>): Later<T> {
  return new Later(async () => {
    const [part] = await Promise.all([load(), loadLaterTexts()]);
    return part;
  });
}
