// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
/**
 * `make demo`: two real libvirt hosts on this machine, VMs to try, and the web console with this page. Runs until Ctrl-C.
 * Everything is removed, however it ends: the lab watches this process.
 *
 * Usage: node tools/demo.js
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { URL } from 'node:url';

const root = join(import.meta.dirname, '..');
const lab = `demo-${process.pid}`;
const iso = '/var/lib/libvirt/images/only-on-alpha.iso';

/** @type {import('node:child_process').ChildProcess | undefined} */
let present;
let ending = false;

/**
 * Runs a program without the terminal, so that Ctrl-C only reaches this process.
 * @param {readonly string[]} argv
 * @returns {Promise<string>} what it printed
 */
function run(argv) {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    present = child;
    let printed = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (present === child) present = undefined;
      if (code === 0) resolve(printed.trim());
      else reject(new Error(`${argv.join(' ')}\n${complaint.trim()}`));
    });
  });
}

/** @param {readonly string[]} argv */
function inLab(...argv) {
  return run([join(root, 'test/lab/lab'), '--lab', lab, ...argv]);
}

/**
 * One line for each step, with the time that it took.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(what, work) {
  process.stdout.write(`  ${what} ... `);
  const start = performance.now();
  const value = await work();
  process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return value;
}

/** @param {number} status */
async function end(status) {
  if (ending) return;
  ending = true;
  console.log('\nTaking everything down ...');
  if (present?.pid !== undefined) {
    try {
      process.kill(-present.pid, 'SIGTERM');
    } catch (error) {
      // It has ended by itself meanwhile.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
  try {
    await inLab('down');
    console.log('Nothing is left.');
    process.exit(status);
  } catch (error) {
    console.error(`The lab did not end well. By hand: test/lab/lab --lab ${lab} down\n${String(error)}`);
    process.exit(1);
  }
}

async function main() {
  if (process.getuid?.() !== 0) {
    console.log('Namespaces and networks need root: starting again through sudo.');
    const child = spawn(
      'sudo',
      ['env', `PATH=${process.env['PATH'] ?? ''}`, process.execPath, import.meta.filename],
      { cwd: root, stdio: 'inherit' },
    );
    // Both processes get Ctrl-C; only the child has something to do.
    process.on('SIGINT', () => undefined);
    child.on('error', (error) => {
      console.error(`sudo: ${error.message}`);
      process.exit(1);
    });
    child.on('exit', (code) => {
      process.exit(code ?? 1);
    });
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (ending) console.log('Already at it; a few seconds more.');
      else void end(0);
    });
  }
  console.log('Two hosts, alpha and beta, each with its own libvirt, ssh and web console:');
  await step('starting the hosts', () => inLab('up', '--owner', String(process.pid), 'alpha', 'beta'));
  await step('a link of 200 Mbit/s between them', () => inLab('shape', 'beta', '200mbit'));
  await step('an idle VM', () => inLab('guest', 'alpha', 'idle', '--memory', '256'));
  await step('a busy VM, which writes 60 MB/s', () =>
    inLab('guest', 'alpha', 'busy', '--memory', '384', '--dirty-mb', '128', '--dirty-rate', '60'),
  );
  await step('a VM whose disk only alpha has', () =>
    inLab('guest', 'alpha', 'local-disk', '--memory', '128', '--disk', 'local'),
  );
  await step('a VM with an ISO that only alpha has', async () => {
    await inLab('exec', 'alpha', 'truncate', '-s', '1M', iso);
    await inLab('guest', 'alpha', 'with-iso', '--memory', '128', '--iso', iso);
  });
  await step('a VM that is shut off', () => inLab('guest', 'alpha', 'archive', '--off'));
  const [alpha, beta] = await step('the web consoles', async () => [
    await inLab('console', 'alpha'),
    await inLab('console', 'beta'),
  ]);
  const host = new URL(alpha).host;
  console.log(`
Open       ${alpha}/migrate
Sign in    user admin, password lab; then "Limited access" at the top, password lab again: migrating needs it
From afar  ssh -L 9090:${host} THIS-MACHINE, then http://localhost:9090/migrate

Three things to try
  1. idle: menu (three dots) > Migrate, type beta and take the offered URI. When all checks have passed, press Migrate: the
     VM moves while it runs, and beta is asked whether it is there. Its page: ${beta}/migrate
  2. busy: the same. It writes faster than the link carries, so the forecast says that it will never end, and what helps.
     Let the dialog pause it, and it can go.
  3. local-disk and with-iso: the checks name the file that beta does not have, and what to do. Then try idle with
     "Temporary migration" ticked: its row here tells where its copy runs.

Ctrl-C ends it all.`);
  // The lab's own processes do not keep this one alive.
  setInterval(() => undefined, 2 ** 30);
}

main().catch((error) => {
  if (ending) return;
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  void end(1);
});
