// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../src');

const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
const scripts = files.filter((name) => /\.(sh|py|pl)$/.test(name));

function textOf(file: string): string {
  return readFileSync(join(source, file), 'utf8');
}

/** What a checker of programs has to say; nothing if all is well. */
function complaints(argv: readonly string[], input: string): string {
  const [program = '', ...rest] = argv;
  try {
    execFileSync(program, rest, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
    return '';
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error) || !('stderr' in error)) throw error;
    return `${String(error.stdout)}${String(error.stderr)}` || error.message;
  }
}

/** Python 3.6 is the one of RHEL 8. Newer ones know which of their syntax it does not have. */
const parsePython = `
import ast, sys
text = sys.stdin.read()
compile(text, "script", "exec", dont_inherit=True)
if sys.version_info >= (3, 8):
    ast.parse(text, feature_version=(3, 6))
`;

const checkers = {
  sh: ['shellcheck', '-'],
  py: ['python3', '-W', 'error', '-c', parsePython],
  pl: ['perl', '-Mwarnings=FATAL,all', '-c', '-'],
};

function check(file: string, text = textOf(file)): string {
  const [, suffix] = /\.(sh|py|pl)$/.exec(file) ?? [];
  const checker = checkers[suffix as keyof typeof checkers];
  const said = complaints(checker, text);
  return said === '' ? '' : `${file}: ${said}`;
}

describe('programs that run elsewhere', { timeout: 60_000 }, () => {
  it.each(scripts)('%s has nothing that a linter would complain about', (file) => {
    expect(check(file)).toBe('');
  });

  it('are found out by this test when they are wrong', () => {
    expect(check('x.sh', '#!/bin/sh\nrm $1\n')).toMatch(/SC2086/);
    expect(check('x.sh', '#!/bin/sh\n[[ a == b ]]\n')).toMatch(/SC3010/);
    expect(check('x.py', 'print(\n')).toMatch(/SyntaxError/);
    expect(check('x.py', 'print("\\d")\n')).toMatch(/\\d/);
    expect(check('x.pl', 'use strict; $x = 1;\n')).toMatch(/Global symbol/);
    expect(check('x.py', 'f"{1}"\n')).toBe('');
    if (complaints(['python3', '-c', 'import sys; sys.exit(sys.version_info < (3, 8))'], '') === '')
      expect(check('x.py', 'if (x := 1): pass\n')).toMatch(/SyntaxError/);
  });

  it.each(scripts)('%s says what it takes, what it prints and where it runs', (file) => {
    const [head = ''] = /^(?:#.*\n)+(?:"""[^]*?""")?/.exec(textOf(file)) ?? [];
    for (const word of ['Arguments:', 'Prints:', 'Runs on:']) {
      if (/The same as \S+, with the same arguments and output/.test(head)) continue;
      expect(head).toContain(word);
    }
  });

  it('are plain ASCII, for they run in the C locale', () => {
    expect(scripts.filter((file) => !/^[\n\x20-\x7e]*$/.test(textOf(file)))).toEqual([]);
  });

  it('are all used, and only by their own layer', () => {
    const importers = files.filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'));
    const used = importers.flatMap((file) =>
      [...textOf(file).matchAll(/'(\.[^']+)\?raw'/g)].map(([, path = '']) =>
        join(file, '..', path).replaceAll('\\', '/'),
      ),
    );
    expect([...new Set(used)].sort()).toEqual([...scripts].sort());
  });

  it('are not written into TypeScript', () => {
    const hidden = files
      .filter((name) => /\.tsx?$/.test(name))
      .filter((file) =>
        /(?:`|`[^`]*\n)(?:#!|import (?:os|sys|socket)|set -e|while (?:IFS=|read)|case \$|for \w+ in )/.test(
          textOf(file),
        ),
      )
      .map((file) => basename(file));
    expect(hidden).toEqual([]);
  });
});
