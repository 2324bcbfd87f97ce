// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `export { a, b as c } from './d'` and `export * from './d'`; types leave nothing behind. */
const reExport = /export\s+(?:\{([^}]*)\}|\*)\s+from\s+['"]([^'"]+)['"]/g;
const ownExport = /export\s+(?:async\s+)?(?:const|let|var|function|class)\s+([\w$]+)/g;

/**
 * @param {string} from the file that imports
 * @param {string} specifier
 */
function fileOf(from, specifier) {
  const path = join(dirname(from), specifier);
  return [path, `${path}.js`, join(path, 'index.js')].find(
    (each) => /\.[jt]sx?$/.test(each) && existsSync(each),
  );
}

/** @type {Map<string, ReadonlyMap<string, readonly [file: string, name: string]>>} */
const known = new Map();

/**
 * The file that defines each name that a file exports, and its name there.
 * @param {string} file
 * @returns {ReadonlyMap<string, readonly [file: string, name: string]>}
 */
function exportsOf(file) {
  const before = known.get(file);
  if (before !== undefined) return before;
  /** @type {Map<string, readonly [string, string]>} */
  const found = new Map();
  known.set(file, found);
  const text = readFileSync(file, 'utf8');
  for (const [, name = ''] of text.matchAll(ownExport)) found.set(name, [file, name]);
  for (const [, names, specifier = ''] of text.matchAll(reExport)) {
    const inner = specifier.startsWith('.') ? fileOf(file, specifier) : undefined;
    if (inner === undefined) continue;
    const theirs = exportsOf(inner);
    if (names === undefined) {
      for (const [name, place] of theirs) if (!found.has(name)) found.set(name, place);
      continue;
    }
    for (const [name, as] of namesOf(names)) {
      const place = theirs.get(name);
      if (place !== undefined) found.set(as, place);
    }
  }
  return found;
}

/**
 * The names between the braces of an import or export, without types.
 * @param {string} list
 * @returns {readonly (readonly [name: string, as: string])[]}
 */
function namesOf(list) {
  return list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => {
      const [name = '', as = name] = each.split(/\s+as\s+/);
      return /** @type {const} */ ([name, as]);
    });
}

/**
 * Vite plugin: in this project's files, replaces an import from a file that only re-exports (the `index.ts` of a room, a package of
 * PatternFly) by imports from the defining files. Otherwise Rolldown would load everything behind such a file at the start, and the
 * list would wait for the checks.
 * @param {Readonly<Record<string, string>>} packages the entry file of each such package
 * @returns {import('vite').Plugin}
 */
export function barrelsPlugin(packages) {
  return {
    name: 'barrels',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/src\/.*\.tsx?$/.test(id)) return undefined;
      return code.replace(
        /^import\s+\{([^}]*)\}\s+from\s+'([^']+)';/gm,
        (whole, /** @type {string} */ list, /** @type {string} */ specifier) => {
          const barrel = specifier.endsWith('/index.ts') ? fileOf(id, specifier) : packages[specifier];
          if (barrel === undefined) return whole;
          const places = exportsOf(barrel);
          return namesOf(list)
            .map(([name, as]) => {
              const [file, exported] = places.get(name) ?? [specifier, name];
              return `import { ${exported} as ${as} } from ${JSON.stringify(file)};`;
            })
            .join(' ');
        },
      );
    },
  };
}
