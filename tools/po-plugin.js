// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { po } from 'gettext-parser';

/**
 * The catalogue as the script that Cockpit serves as `po.js` to a browser of that language. The form is that of
 * `cockpit.locale()`: a header under the empty key, then `[null, translation, plural...]` for each text.
 * @param {string} language
 * @param {string} text of the .po file
 * @param {(references: string) => boolean} wanted
 */
function script(language, text, wanted) {
  const catalogue = po.parse(text);
  const plural = /plural=([^;]+);?/.exec(catalogue.headers['Plural-Forms'] ?? '')?.[1] ?? 'n != 1';
  if (!/^[n0-9\s()?:<>=!&|%]+$/.test(plural))
    throw new Error(`po/${language}.po: strange plural formula: ${plural}`);
  const entries = Object.values(catalogue.translations[''] ?? {})
    .filter((entry) => entry.msgid !== '' && wanted(entry.comments?.reference ?? ''))
    .map((entry) => `${JSON.stringify(entry.msgid)}: ${JSON.stringify([null, ...entry.msgstr])}`);
  const header = `"": {"plural-forms": (n) => ${plural}, "language": ${JSON.stringify(language)}, "language-direction": "ltr"}`;
  return `cockpit.locale({\n${[header, ...entries].join(',\n')}\n});\n`;
}

/**
 * Vite plugin: po/LANG.po becomes dist/po.LANG.js (the page) and dist/po.manifest.LANG.js (the menu entry, which newer
 * Cockpit versions look up apart).
 * @param {string} directory of the catalogues
 * @returns {import('vite').Plugin}
 */
export function poPlugin(directory) {
  return {
    name: 'po',
    generateBundle() {
      for (const file of readdirSync(directory).filter((name) => name.endsWith('.po'))) {
        const language = file.slice(0, -'.po'.length);
        const text = readFileSync(join(directory, file), 'utf8');
        this.emitFile({
          type: 'asset',
          fileName: `po.${language}.js`,
          source: script(language, text, () => true),
        });
        this.emitFile({
          type: 'asset',
          fileName: `po.manifest.${language}.js`,
          source: script(language, text, (references) => references.includes('manifest.json')),
        });
      }
    },
  };
}
