// SPDX-License-Identifier: LGPL-2.1-or-later
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandHelpText, commands, helpText, options } from '../../src/cli/options.ts';
import { plainText } from '../../src/engine/base/message.ts';

const file = join(import.meta.dirname, '../../packaging/cockpit-migrate.1');
const source = readFileSync(file, 'utf8');

describe('the man page', () => {
  it('has every option and command of the help, and no other', () => {
    const described = [...source.matchAll(/^\.It .*?Fl Fl ([a-z-]+)/gm)].map(([, name]) => name);
    expect(described).toEqual(options.map(({ name }) => name));
    const help = helpText(plainText);
    for (const { name, short, value } of options) {
      expect(help).toContain(`--${name}${value === undefined ? '' : ` ${value}`} `);
      const item = new RegExp(
        `^\\.It ${short === undefined ? '' : `Fl ${short} , `}Fl Fl ${name}${value === undefined ? '' : ` Ar ${value}`}$`,
        'm',
      );
      expect(source).toMatch(item);
    }
    for (const command of commands) expect(source).toContain(`.It Cm ${command}\n`);
  });

  it('matches a help that fits into 80 columns', () => {
    const lines = helpText(plainText).split('\n');
    const all = [...lines, ...commands.flatMap((command) => commandHelpText(command, plainText).split('\n'))];
    expect(all.filter(({ length }) => length > 80)).toEqual([]);
    const at = lines.find((line) => line.includes('--quiet'))?.indexOf('Print') ?? 0;
    const next = lines[lines.findIndex((line) => line.includes('--temporary')) + 1] ?? '';
    expect(next.search(/\S/)).toBe(at);
  });

  it('is well formed, as groff says', () => {
    const { status, stderr, error } = spawnSync('groff', ['-mdoc', '-Tutf8', '-ww', '-z', file], {
      encoding: 'utf8',
    });
    expect(error).toBeUndefined();
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
