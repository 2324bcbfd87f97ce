// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const document = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** The lines of its tables, without the headings. */
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (what was tried|---) \|/.test(line));

/** The test that a line names: `file`: "name". */
function namedBy(row: string): { readonly file: string; readonly name: string } | undefined {
  const [, file, name] = /\| `(test\/[\w./-]+)`: "([^"]+)" \|$/.exec(row) ?? [];
  return file === undefined || name === undefined ? undefined : { file, name };
}

describe('docs/security.md', () => {
  it('names a test in each line, and each of them exists', () => {
    expect(rows.length).toBeGreaterThan(40);
    const wrong = rows.filter((row) => {
      const named = namedBy(row);
      if (named === undefined || !existsSync(join(root, named.file))) return true;
      const content = readFileSync(join(root, named.file), 'utf8');
      return !["'", '"', '`'].some((quote) => content.includes(`${quote}${named.name}${quote}`));
    });
    expect(wrong).toEqual([]);
  });

  it('speaks of each kind of attacker', () => {
    for (const heading of [
      'The link of another person',
      'The owner of a VM who is no admin',
      'A hostile destination',
      'A hostile guest',
      'A local user, and another user of the same browser',
    ])
      expect(document).toContain(`\n## ${heading}\n`);
  });
});

describe('the program', () => {
  it('asks no guest agent', () => {
    const source = join(root, 'src');
    const asking = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        /\.tsx?$/.test(name) &&
        /qemu-agent-command|guestinfo|domfsinfo|guestvcpus|domhostname|--source agent|AgentCommand|GetGuestInfo|GetGuestVcpus|GetFSInfo/.test(
          readFileSync(join(source, name), 'utf8'),
        ),
    );
    expect(asking).toEqual([]);
  });
});
