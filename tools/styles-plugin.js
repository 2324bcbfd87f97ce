// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { transform } from 'lightningcss';
import { isUnusedClass } from './unused-styles.js';

/**
 * @param {string} css
 * @param {readonly string[]} unused classes and custom properties
 */
function without(css, unused) {
  const { code } = transform({
    filename: 'index.css',
    code: Buffer.from(css),
    minify: true,
    unusedSymbols: [...unused],
    // PatternFly's fonts are Cockpit's: see fonts.css.
    visitor: { Rule: { 'font-face': () => [] } },
  });
  return code.toString();
}

/**
 * @param {string} css
 * @param {RegExp} name with the name as its only group
 */
function namesIn(css, name) {
  return [...new Set([...css.matchAll(name)].map((match) => (match[1] ?? '').replaceAll('\\', '')))];
}

/**
 * Leaves out what is never shown, and then every custom property that nothing reads: most are tokens of such rules.
 * @param {string} css
 * @param {string} scripts which may read custom properties, too
 */
function trimmed(css, scripts) {
  // Lightning CSS writes `2xl` as `\32 xl` where it begins a name, which none of PatternFly's classes does.
  let present = without(css, namesIn(css, /\.((?:[\w-]|\\.)+)/g).filter(isUnusedClass));
  for (;;) {
    const read = new Set([...namesIn(present, /var\((--[\w-]+)/g), ...namesIn(scripts, /(--pf-[\w-]+)/g)]);
    const unread = namesIn(present, /[{;](--[\w-]+):/g).filter((name) => !read.has(name));
    if (unread.length === 0) return present;
    present = without(present, unread);
  }
}

/**
 * Vite plugin: the style sheet holds what the page shows, and the console's fonts. Files that only the rest of it mentioned are not
 * built.
 * @param {string} fonts the sheet that names the fonts
 * @returns {import('vite').Plugin}
 */
export function stylesPlugin(fonts) {
  return {
    name: 'styles',
    enforce: 'post',
    transform(code, id) {
      // The names of classes by what PatternFly's components call them.
      if (!/\/react-styles\/css\/.*\.mjs$/.test(id)) return undefined;
      return code.replace(/^\s*"[^"]+": "([^"]+)",?\n/gm, (line, name) => (isUnusedClass(name) ? '' : line));
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const all = Object.values(bundle);
        const scripts = all.map((each) => (each.type === 'chunk' ? each.code : '')).join('\n');
        let sheets = '';
        for (const each of all) {
          if (each.type !== 'asset' || !each.fileName.endsWith('.css')) continue;
          const faces = transform({
            filename: fonts,
            code: readFileSync(fonts),
            minify: true,
          }).code.toString();
          each.source = faces + trimmed(each.source.toString(), scripts);
          sheets += each.source;
        }
        for (const { fileName } of all)
          if (fileName.startsWith('assets/') && !sheets.includes(fileName) && !scripts.includes(fileName))
            Reflect.deleteProperty(bundle, fileName);
      },
    },
  };
}
