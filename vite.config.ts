// SPDX-License-Identifier: LGPL-2.1-or-later

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { barrelsPlugin } from './tools/barrels-plugin.js';
import { gzipPlugin } from './tools/gzip-plugin.js';
import { noticesPlugin } from './tools/notices-plugin.js';
import { poPlugin } from './tools/po-plugin.js';
import { stylesPlugin } from './tools/styles-plugin.js';

/** The entry file of a package of PatternFly, which only passes on what its other files make. */
function patternFly(name: string): string {
  return join(import.meta.dirname, 'node_modules/@patternfly', name, 'dist/esm/index.js');
}

/**
 * The page as Cockpit serves it: next to index.html the script of the list and one style sheet, every address relative. The dialog, the
 * checks and the chart are scripts of their own. The names of scripts hold a hash of their content: a page that was open while it was
 * updated never gets a part of another build, but none.
 * `../base1/cockpit.js` and `po.js` are the console's and stay outside of the bundle.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [
    react(),
    barrelsPlugin({
      '@patternfly/react-core': patternFly('react-core'),
      '@patternfly/react-table': patternFly('react-table'),
    }),
    poPlugin(join(import.meta.dirname, 'po')),
    noticesPlugin(),
    {
      // It stands at the top of the repository, where packagers look for it.
      name: 'manifest',
      generateBundle() {
        const source = readFileSync(join(import.meta.dirname, 'manifest.json'), 'utf8');
        this.emitFile({ type: 'asset', fileName: 'manifest.json', source });
      },
    },
    stylesPlugin(join(import.meta.dirname, 'src/ui/fonts.css')),
    // The last one: it takes what the others made.
    gzipPlugin(),
  ],
  build: {
    target: 'es2022',
    outDir: 'dist',
    modulePreload: false,
    cssCodeSplit: false,
    // Cockpit caches nothing for long and the page is few files: a data: font would only be loaded by everybody.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        entryFileNames: 'index-[hash].js',
        chunkFileNames: ({ name, facadeModuleId }) =>
          // A room's script is named for the room.
          `${name === 'index' ? basename(dirname(facadeModuleId ?? name)) : name}-[hash].js`,
        hashCharacters: 'hex',
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith('.css')) ? 'index.css' : 'assets/[name][extname]',
      },
    },
  },
});
