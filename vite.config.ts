// SPDX-License-Identifier: LGPL-2.1-or-later

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { noticesPlugin } from './tools/notices-plugin.js';
import { poPlugin } from './tools/po-plugin.js';

/**
 * The page as Cockpit serves it: one script and one style sheet of fixed names next to index.html, every address relative. The
 * charts are a script of their own, which the dialog loads.
 * `../base1/cockpit.js` and `po.js` are the console's and stay outside of the bundle.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [
    react(),
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
        entryFileNames: 'index.js',
        chunkFileNames: '[name].js',
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith('.css')) ? 'index.css' : 'assets/[name][extname]',
      },
    },
  },
});
