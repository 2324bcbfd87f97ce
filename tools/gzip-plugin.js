// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';

/**
 * Vite plugin: scripts and style sheets are there compressed, and only so, as in Cockpit's own pages: its bridges give `index.js.gz` to
 * who asks for `index.js`, and say how it is encoded. They read manifest.json themselves, and index.html is small.
 * @returns {import('vite').Plugin}
 */
export function gzipPlugin() {
  return {
    name: 'gzip',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          if (!/\.(js|css)$/.test(fileName)) continue;
          const text = file.type === 'chunk' ? file.code : file.source;
          // Without a time or name in it: the same bytes from the same source.
          const source = gzipSync(Buffer.from(text), { level: 9 });
          Reflect.deleteProperty(bundle, fileName);
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source });
        }
      },
    },
  };
}
