// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';

/**
 * Vite plugin: builds scripts and style sheets only in compressed form, as in Cockpit's own pages: its bridges send `index.js.gz`
 * for `index.js`, with its encoding. They read manifest.json themselves, and index.html is small.
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
          // Without time and name, so that the same source gives the same bytes.
          const source = gzipSync(Buffer.from(text), { level: 9 });
          Reflect.deleteProperty(bundle, fileName);
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source });
        }
      },
    },
  };
}
