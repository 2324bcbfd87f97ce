// SPDX-License-Identifier: LGPL-2.1-or-later
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { noticesPlugin } from './tools/notices-plugin.js';

/**
 * The command line tool as one file that needs Node and nothing else. It is CommonJS: a program has no suffix in its name, and
 * every Node takes such a file for CommonJS. It stands apart from dist/, which the console serves to everybody.
 */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: 'src/main.node.ts',
    // The Node of Debian 12.
    target: 'node18',
    outDir: 'dist-cli',
    minify: false,
    rolldownOptions: {
      // Optional natives of dbus-next: without usocket it takes Node's own sockets, x11 is only for finding a session bus.
      external: ['usocket', 'x11'],
      output: {
        format: 'cjs',
        codeSplitting: false,
        entryFileNames: 'cockpit-migrate',
        banner: '#!/usr/bin/env node',
      },
    },
  },
  plugins: [
    noticesPlugin(),
    {
      name: 'program',
      writeBundle: ({ dir = '' }) => {
        chmodSync(join(dir, 'cockpit-migrate'), 0o755);
        // Here, beneath a package.json that says "module", Node would not take it for CommonJS.
        writeFileSync(join(dir, 'package.json'), '{ "type": "commonjs" }\n');
      },
    },
  ],
});
