// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineConfig } from 'vitest/config';

/** Tests that boot hosts of three generations of Debian. */
const booted = [
  'test/lab/booted.test.ts',
  'test/lab/packages.test.ts',
  'test/e2e/bridge-survives.test.ts',
  'test/e2e/generations.test.ts',
  'test/e2e/pairs.test.ts',
];

/**
 * Four kinds of tests: `unit` needs nothing but Node, `component` renders in jsdom, `lab` brings up real hosts and so
 * runs one file at a time (and makes packages, which wants root to have no network), `booted` does the same with hosts that systemd has booted.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/lab/**',
            'test/catalogue/catalogue.test.ts',
            'test/contract/**',
            'test/e2e/**',
            'test/ui/**',
            'test/packaging.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'component',
          environment: 'jsdom',
          include: ['test/ui/**/*.test.{ts,tsx}'],
          setupFiles: ['test/ui/setup.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          environment: 'node',
          include: [
            'test/lab/**/*.test.ts',
            'test/catalogue/catalogue.test.ts',
            'test/contract/**/*.test.ts',
            'test/e2e/**/*.test.ts',
            'test/packaging.test.ts',
          ],
          exclude: booted,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'booted',
          environment: 'node',
          include: booted,
          globalSetup: 'test/lab/booted-lab.ts',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
