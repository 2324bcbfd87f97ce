// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
/**
 * `make check`: static checks, the build, then every test (units, components, real hosts, browser), one after the other, without
 * stopping at a failure. Runs a part of the catalogue of broken cases; with --all (`make check-all`), all of it and the tests of
 * booted hosts. The last line is `N passed, N failed`; the exit status is 1 if anything failed or if no test ran.
 *
 * Usage: node tools/check.js [--no-lab | --all]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'cockpit-migrate-check-'));
process.on('exit', () => {
  rmSync(scratch, { recursive: true, force: true });
});

/**
 * Warnings that Node printed, `(node:123) MaxListenersExceededWarning: ...`: each is a fault of this project without visible effect
 * so far.
 */
const nodeWarning = /^\(node:\d+\) .*/gm;

/** @type {string[]} */
const warnings = [];

/**
 * Runs a program, shows its output, and collects Node's warnings in it.
 * @param {readonly string[]} argv
 * @returns {Promise<boolean>} whether it ended with status 0
 */
function run(argv) {
  const [program = '', ...rest] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, rest, { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (/** @type {string} */ text) => {
      process.stderr.write(text);
      said += text;
    });
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => {
      warnings.push(...(said.match(nodeWarning) ?? []));
      resolve(code === 0);
    });
  });
}

/** The file with the catalogue's result. */
const caught = join(scratch, 'caught');
// A rare warning is hard to find without its stack.
process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --trace-warnings`.trim();
process.env['CKM_CATALOGUE'] = process.argv.includes('--all') ? 'all' : 'part';
process.env['CKM_CATALOGUE_RESULT'] = caught;

let passed = 0;
let failed = 0;
/** @type {string[]} */
const failures = [];

/**
 * @param {string} name
 * @param {boolean} ok
 */
function count(name, ok) {
  if (ok) {
    passed += 1;
  } else {
    failed += 1;
    failures.push(name);
  }
}

/**
 * One step that passes or fails as a whole.
 * @param {string} name
 * @param {readonly string[]} argv
 */
async function step(name, argv) {
  const start = performance.now();
  console.log(`\n== ${name}`);
  const ok = await run(argv);
  console.log(`== ${name}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(0)} s)`);
  count(name, ok);
}

/** The prefix of a program that has to run as root. */
const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-E', 'env', `PATH=${process.env['PATH'] ?? ''}`];

/**
 * One vitest project; its tests are counted from its JSON report.
 * @param {string} project
 * @param {boolean} asRoot
 */
async function tests(project, asRoot) {
  console.log(`\n== tests: ${project}`);
  const report = join(scratch, `${project}.json`);
  const ok = await run([
    ...(asRoot ? sudo : []),
    process.execPath,
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const before = failed;
  let ran = 0;
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    for (const file of result.testResults) {
      if (file.status === 'failed' && file.assertionResults.length === 0)
        count(`${file.name}: ${file.message}`, false);
      for (const test of file.assertionResults) {
        ran += 1;
        // A skipped or pending test proves nothing: it counts as failed.
        count(`${file.name.replace(`${root}/`, '')}: ${test.fullName}`, test.status === 'passed');
      }
    }
  } catch (error) {
    count(`tests: ${project}: no report (${String(error)})`, false);
  }
  if (ran === 0 && failed === before) count(`tests: ${project}: no test ran`, false);
  if (!ok && failed === before) count(`tests: ${project}: errors outside of tests`, false);
}

const withLab = !process.argv.includes('--no-lab');
await step('types', ['npm', 'run', '--silent', 'typecheck']);
await step('lint', ['npm', 'run', '--silent', 'lint']);
await step('format', ['npm', 'run', '--silent', 'format:check']);
await step('unused code (knip)', ['npm', 'run', '--silent', 'knip']);
await step('translations', ['npm', 'run', '--silent', 'po:check']);
await step('build', ['npm', 'run', '--silent', 'build']);
await tests('unit', false);
await tests('component', false);
if (withLab) {
  await tests('lab', true);
  // Only with --all, until it has passed completely several times.
  if (process.argv.includes('--all')) {
    await step('file systems of booted hosts', [
      ...sudo,
      join(root, 'test/lab/lab'),
      'tree',
      '12',
      '13',
      '14',
    ]);
    await tests('booted', true);
  }
}
count(`no warning of Node, but: ${[...new Set(warnings)].join('; ')}`, warnings.length === 0);

if (failures.length > 0) {
  console.log('\nFailed:');
  for (const failure of failures) console.log(`  ${failure}`);
}
if (existsSync(caught)) console.log(`\nCatalogue: ${readFileSync(caught, 'utf8').trim()}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
