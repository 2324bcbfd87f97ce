// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
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
 * The files whose texts are needed at the start: the entry and its static imports.
 * @param {import('rolldown').OutputBundle} bundle
 * @param {string} root
 * @returns {ReadonlySet<string>}
 */
function initialFiles(bundle, root) {
  /** @type {Set<string>} */
  const found = new Set();
  const chunks = Object.values(bundle).flatMap((each) => (each.type === 'chunk' ? [each] : []));
  const waiting = chunks.filter(({ isEntry }) => isEntry);
  for (const chunk of waiting) {
    for (const id of chunk.moduleIds) found.add(relative(root, id));
    waiting.push(
      ...chunks.filter((each) => chunk.imports.includes(each.fileName) && !waiting.includes(each)),
    );
  }
  return found;
}

/**
 * Vite plugin, for the texts of the files that the page consists of: po/LANG.po becomes dist/po.LANG.js (the texts of the list), dist/later.LANG-HASH.js (those of the scripts that are loaded
 * later; po.LANG.js names it) and dist/po.manifest.LANG.js (the menu entry, which newer Cockpit versions look up apart).
 * @param {string} directory of the catalogues
 * @returns {import('vite').Plugin}
 */
export function poPlugin(directory) {
  const root = dirname(directory);
  return {
    name: 'po',
    generateBundle(_options, bundle) {
      const initial = initialFiles(bundle, root);
      const all = new Set(
        Object.values(bundle).flatMap((each) =>
          each.type === 'chunk' ? each.moduleIds.map((id) => relative(root, id)) : [],
        ),
      );
      /** @type {(references: string) => boolean} */
      const atOnce = (references) =>
        references.split(/\s+/).some((file) => file === 'manifest.json' || initial.has(file));
      /** @type {(references: string) => boolean} */
      const later = (references) =>
        !atOnce(references) && references.split(/\s+/).some((file) => all.has(file));
      for (const file of readdirSync(directory).filter((name) => name.endsWith('.po'))) {
        const language = file.slice(0, -'.po'.length);
        const text = readFileSync(join(directory, file), 'utf8');
        const rest = script(language, text, later);
        const restName = `later.${language}-${createHash('sha256').update(rest).digest('hex').slice(0, 8)}.js`;
        this.emitFile({ type: 'asset', fileName: restName, source: rest });
        this.emitFile({
          type: 'asset',
          fileName: `po.${language}.js`,
          source: `${script(language, text, atOnce)}window.laterTexts = ${JSON.stringify(`./${restName}`)};\n`,
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
