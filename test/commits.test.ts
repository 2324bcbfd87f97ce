// SPDX-License-Identifier: LGPL-2.1-or-later
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** A merge before this rule has a path in its subject, as git proposes. */
const older = '0e671e0';

/** A path of the machine on which the commit was made. */
const machinePath = /(^|[\s'"(])(\/(tmp|work|home|root|farm|mnt|opt)\/\S+|~\/\S+)/;

function subjects(): readonly (readonly [string, string])[] {
  const log = spawnSync('git', ['log', '--format=%h %s'], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  });
  // An archive without history has no subjects to check.
  if (log.status !== 0) return [];
  return log.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}

it('no commit’s subject holds a path of a machine', () => {
  const wrong = subjects().filter(([hash, subject]) => machinePath.test(subject) && !hash.startsWith(older));
  expect(wrong).toEqual([]);
  expect("Merge branch 'causes' of /tmp/helper-causes").toMatch(machinePath);
});
