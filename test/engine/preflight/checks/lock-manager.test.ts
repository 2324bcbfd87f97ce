// SPDX-License-Identifier: LGPL-2.1-or-later
import { lockManagerCheck } from '../../../../src/engine/preflight/checks/lock-manager.ts';
import { reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const host = (
  manager?: string,
  settingsReadable = true,
  change: Parameters<typeof reading>[1] = {},
): ReturnType<typeof there<ReturnType<typeof reading>>> =>
  there(
    reading(
      {},
      {
        settingsReadable,
        settings: new Map(manager === undefined ? [] : [['lock_manager', manager]]),
        ...change,
      },
    ),
  );

const running = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(names.map((name) => `/run/libvirt/${name}-sock`));

testCheck(lockManagerCheck, [
  { name: 'none', facts: { source: host(), shell: host() }, verdict: 'pass', found: /Neither/ },
  {
    name: 'the same',
    facts: { source: host('lockd'), shell: host('lockd') },
    verdict: 'pass',
    found: /lockd/,
  },
  {
    name: 'lockd on this side only',
    facts: { source: host('lockd'), shell: host() },
    verdict: 'warn',
    found: /lockd on this host, nop on the destination/,
  },
  {
    name: 'lockd on the other side only',
    facts: { source: host(), shell: host('lockd') },
    verdict: 'warn',
    found: /nop on this host, lockd on the destination/,
  },
  {
    name: 'sanlock, whose leases go along, on one side only',
    facts: { source: host(), shell: host('sanlock') },
    verdict: 'block',
    found: /nop on this host, sanlock on the destination/,
  },
  {
    name: 'virtlockd does not run there',
    facts: { source: host('lockd'), shell: host('lockd', true, { listeners: running('virtlogd') }) },
    verdict: 'block',
    found: /does not run virtlockd/,
  },
  {
    name: 'virtlogd does not run there',
    facts: { source: host(), shell: host(undefined, true, { listeners: running() }) },
    verdict: 'block',
    found: /does not run virtlogd/,
  },
  {
    name: 'virtlogd does not run there, and nobody needs it',
    facts: {
      source: host(),
      shell: host(undefined, true, { listeners: running(), settings: new Map([['stdio_handler', 'file']]) }),
    },
    verdict: 'pass',
  },
  {
    name: 'both run there',
    facts: {
      source: host('lockd'),
      shell: host('lockd', true, { listeners: running('virtlogd', 'virtlockd') }),
    },
    verdict: 'pass',
  },
  { name: 'not readable', facts: { source: host(), shell: host(undefined, false) }, verdict: 'unknown' },
  { name: 'not to be seen', facts: { source: host(), shell: missing }, verdict: 'unknown' },
]);
