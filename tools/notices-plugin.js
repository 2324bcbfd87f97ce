// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * The directory of the npm package of a module; undefined for a module of this project.
 * @param {string} id of a module: a path, maybe with a query and a prefix
 */
function packageOf(id) {
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '');
  if (!path.includes(`${sep}node_modules${sep}`)) return undefined;
  let directory = dirname(path);
  // Packages may contain further package.json files without a name.
  while (!(existsSync(join(directory, 'package.json')) && 'name' in manifestOf(directory)))
    directory = dirname(directory);
  return directory;
}

/** @param {string} directory */
function manifestOf(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/**
 * Packages whose package.json has no licence or no SPDX identifier, with the identifier of their licence text.
 * @type {Readonly<Record<string, string>>}
 */
const fromTheText = {
  '@nornagon/put': 'MIT',
  jsbi: 'Apache-2.0',
  'map-stream': 'MIT',
  'pause-stream': 'MIT OR Apache-2.0',
};

/**
 * The notice of a package: name and version, licence identifier, and the text, which MIT and BSD require.
 * @param {string} directory
 */
function notice(directory) {
  const { name, version, license } = manifestOf(directory);
  const identifier = fromTheText[name] ?? license;
  if (typeof identifier !== 'string') throw new Error(`${name}: its package.json names no licence`);
  const file = readdirSync(directory).find((each) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(each));
  const text = file === undefined ? '' : `\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
  return `== ${name} ${version}\nLicense: ${identifier}\n${text}`;
}

/**
 * Vite plugin: `notices.txt` beside the output names the npm packages that are in it, with their licences. tools/make-archive puts
 * them into the packages of Debian and Fedora.
 * @returns {import('vite').Plugin}
 */
export function noticesPlugin() {
  return {
    name: 'notices',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const directories = new Set(modules.map(packageOf));
      const notices = [...directories].filter((each) => each !== undefined).map(notice);
      const source = `This program contains the following npm packages.\n\n${[...new Set(notices)].sort().join('\n')}`;
      this.emitFile({ type: 'asset', fileName: 'notices.txt', source });
    },
  };
}
