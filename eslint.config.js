// SPDX-License-Identifier: LGPL-2.1-or-later
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import nodePlugin from 'eslint-plugin-n';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { mayNotImport } from './test/layers.js';

/** One `no-restricted-imports` block for each layer, from the table that test/layers.test.ts holds too. */
const layers = Object.entries(mayNotImport).map(([layer, forbidden]) => ({
  files: [`src/${layer}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: forbidden.map((other) => `**/${other}/**`),
            message: `src/${layer} may not import ${forbidden.join(', ')}: imports go ui -> engine -> libvirt -> platform.`,
          },
        ],
      },
    ],
  },
}));

export default defineConfig(
  {
    ignores: [
      'dist/',
      'dist-cli/',
      'build/',
      'node_modules/',
      '.cache/',
      'test/e2e/output/',
      'src/platform.d.ts',
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // What is taken apart only to be left out begins with an underscore.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // Does not see that ??= reads.
      'no-unused-private-class-members': 'off',
      // More than ten listeners on one signal are a leak to Node, which says so on standard error.
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='addEventListener'][arguments.0.value='abort']",
          message: 'Use onAbort() of src/platform/on-abort.ts, which shares one listener.',
        },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.tsx', 'test/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  {
    // The command line runs on the Node of Debian 12; the types are those of the Node that builds it.
    files: ['src/main.node.ts', 'src/cli/**/*.ts', 'src/platform/**/*.ts'],
    plugins: { n: nodePlugin },
    rules: {
      'n/no-unsupported-features/node-builtins': [
        'error',
        // Node 18 calls parseArgs experimental, and has it as it became.
        { version: '>=18.3.0', allowExperimental: true },
      ],
    },
  },
  {
    // Tools run by node as they are; what they print is their purpose.
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', performance: 'readonly' } },
    rules: { 'no-console': 'off', '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    // What a bench prints is its purpose.
    files: ['test/bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // A file is one idea: what is longer holds several.
    files: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}'],
    ignores: [
      // Data: cases of the catalogue, one after the other.
      'test/catalogue/**',
      // One file for one lab, whose start costs more than its tests.
      'test/lab/**',
      // One suite for every platform, in the order in which the bus survives it.
      'test/contract/platform-contract.ts',
      // Texts that programs print, and what is made of them: one property for each parser.
      'test/properties/**',
      // One table of cases for one check.
      'test/engine/preflight/checks/**',
    ],
    rules: { 'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  ...layers,
);
