// SPDX-License-Identifier: LGPL-2.1-or-later
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { po } from 'gettext-parser';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../po');

interface Text {
  readonly id: string;
  readonly ids: readonly string[];
  readonly strings: readonly string[];
  readonly fuzzy: boolean;
}

function read(file: string): readonly Text[] {
  const { translations } = po.parse(readFileSync(join(folder, file)));
  return Object.values(translations)
    .flatMap((texts) => Object.values(texts))
    .filter(({ msgid }) => msgid !== '')
    .map(({ msgid, msgid_plural: plural, msgstr, comments }) => ({
      id: msgid,
      ids: plural === undefined ? [msgid] : [msgid, plural],
      strings: msgstr,
      fuzzy: comments?.flag?.includes('fuzzy') === true,
    }));
}

/** The placeholders of a text, without duplicates. */
function values(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => text.match(/\$\d/g) ?? []))].sort();
}

const template = read('migrate.pot');

describe.each(readdirSync(folder).filter((file) => file.endsWith('.po')))('%s', (file) => {
  const catalogue = read(file);

  it('has exactly the texts of the template, complete and not fuzzy', () => {
    const translated = catalogue.filter(
      ({ strings, fuzzy }) => !fuzzy && strings.every((text) => text !== ''),
    );
    expect(translated.map(({ id }) => id).sort()).toEqual(template.map(({ id }) => id).sort());
  });

  it('has the same placeholders', () => {
    for (const { ids, strings } of catalogue) expect([ids, values(strings)]).toEqual([ids, values(ids)]);
  });

  it('does not translate names of libvirt and the shell', () => {
    for (const { id, strings } of catalogue) {
      for (const word of id.match(/qemu\+\w+:\/\/\S+\/system|\/etc\/\w+|\w+\.conf|\bvirsh \S+/g) ?? [])
        expect(strings.join(' ')).toContain(word.replace(/[,.)]+$/, ''));
    }
  });
});

it('the template has the present texts of the source', () => {
  const check = spawnSync(process.execPath, [join(folder, '../tools/pot.js'), '--check'], {
    encoding: 'utf8',
  });
  expect(check.stderr + check.stdout).toMatch(/^\d+ texts, 0 problems\n$/m);
  expect(check.status).toBe(0);
}, 60_000);

it('there are French, German and Spanish', () => {
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['de.po', 'es.po', 'fr.po']));
});
