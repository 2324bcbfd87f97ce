// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
/**
 * Makes po/migrate.pot. With --check, checks that po/ is complete: the template has every string of the source, and each catalogue
 * translates all of them.
 *
 * xgettext of the supported distributions does not parse TypeScript, and its JavaScript parser fails on JSX and regular
 * expressions. So TypeScript's parser finds the calls, and xgettext gets files with the same names that contain only these calls,
 * each on its line, and the comments that begin with TRANSLATORS. References, plurals and escapes are still xgettext's work.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { po } from 'gettext-parser';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const template = join(root, 'po/migrate.pot');

/** Functions whose literals are translated, with the number of leading text arguments. */
const keywords = new Map([
  ['_', 1],
  ['gettext', 1],
  ['msg', 1],
  ['ngettext', 2],
  ['nmsg', 2],
]);

/**
 * A C-like file with only the translatable calls of a TypeScript file, on their lines, after the comments for translators.
 * @param {string} name
 * @param {string} text
 */
function onlyCalls(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  /** @type {string[]} */
  const lines = text.split('\n').map(() => '');
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const count = keywords.get(node.expression.text);
      if (count !== undefined) {
        const texts = node.arguments.slice(0, count);
        if (texts.length === count && texts.every((each) => ts.isStringLiteralLike(each))) {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart());
          const literals = texts.map((each) => JSON.stringify(each.text)).join(', ');
          lines[line] += `${node.expression.text}(${literals}); `;
        } else if (!/(^|\/)(message|translate|text)\.tsx?$/.test(name)) {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart());
          throw new Error(
            `${name}:${line + 1}: ${node.expression.text}() needs literal texts, or they cannot be translated`,
          );
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  text.split('\n').forEach((line, above) => {
    const note = /\bTRANSLATORS: .*?(?=\s*(\*\/.*)?$)/.exec(line)?.[0];
    if (note === undefined) return;
    const call = lines.findIndex((calls, index) => index > above && calls !== '');
    if (call < 0) throw new Error(`${name}:${above + 1}: no text follows this note for translators`);
    lines[call] = `/* ${note} */ ${lines[call]}`;
  });
  return lines.join('\n');
}

/** The template's text, from the source as it is. */
function extract() {
  const scratch = mkdtempSync(join(tmpdir(), 'cockpit-migrate-pot-'));
  try {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
      .map((name) => `src/${name}`)
      .sort();
    for (const file of files) {
      mkdirSync(dirname(join(scratch, file)), { recursive: true });
      writeFileSync(join(scratch, file), onlyCalls(file, readFileSync(join(root, file), 'utf8')));
    }
    const manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8'));
    const labels = Object.values({ ...manifest.menu, ...manifest.tools }).flatMap((entry) => [
      entry.label,
      ...(entry.keywords ?? [])
        .filter((/** @type {{translate?: boolean}} */ keyword) => keyword.translate !== false)
        .flatMap((/** @type {{matches: string[]}} */ keyword) => keyword.matches),
    ]);
    writeFileSync(
      join(scratch, 'manifest.json'),
      labels.map((label) => `_(${JSON.stringify(label)});\n`).join(''),
    );
    const output = execFileSync(
      'xgettext',
      [
        '--language=C',
        '--from-code=UTF-8',
        '--keyword=',
        ...['_:1', 'gettext:1', 'msg:1', 'ngettext:1,2', 'nmsg:1,2'].map((keyword) => `--keyword=${keyword}`),
        '--add-comments=TRANSLATORS',
        '--add-location=file',
        '--package-name=cockpit-migrate',
        '--output=-',
        ...files,
        'manifest.json',
      ],
      { cwd: scratch, encoding: 'utf8' },
    );
    return output
      .replace(/^"POT-Creation-Date:.*\n/m, '')
      .replaceAll('charset=CHARSET', 'charset=UTF-8')
      .replaceAll('#, c-format\n', '');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {string} text the keys of a catalogue, without its header */
function keysOf(text) {
  return Object.values(po.parse(text).translations)
    .flatMap((context) => Object.values(context))
    .filter((entry) => entry.msgid !== '');
}

const fresh = extract();
if (!process.argv.includes('--check')) {
  writeFileSync(template, fresh);
  console.log(`${keysOf(fresh).length} texts in po/migrate.pot`);
} else {
  /** @type {string[]} */
  const problems = [];
  const wanted = new Set(keysOf(fresh).map((entry) => entry.msgid));
  /** @param {string} text */
  const texts = (text) =>
    keysOf(text)
      .map((entry) => JSON.stringify([entry.msgid, entry.msgid_plural, entry.comments?.extracted]))
      .sort()
      .join('\n');
  if (texts(fresh) !== texts(readFileSync(template, 'utf8')))
    problems.push('po/migrate.pot is not up to date: npm run pot');
  for (const file of readdirSync(join(root, 'po')).filter((name) => name.endsWith('.po'))) {
    const path = join(root, 'po', file);
    execFileSync('msgfmt', ['--check', '--output-file=/dev/null', path], { stdio: 'inherit' });
    const entries = new Map(keysOf(readFileSync(path, 'utf8')).map((entry) => [entry.msgid, entry]));
    for (const key of wanted) {
      const entry = entries.get(key);
      if (entry === undefined || entry.msgstr.some((text) => text === ''))
        problems.push(`po/${file}: not translated: ${key}`);
      else if (entry.comments?.flag?.includes('fuzzy')) problems.push(`po/${file}: fuzzy: ${key}`);
      else {
        const places = (/** @type {string} */ text) => [...text.matchAll(/\$\d/g)].map(String).sort().join();
        const allowed = new Set([places(key), places(entry.msgid_plural ?? key)]);
        if (entry.msgstr.some((text) => !allowed.has(places(text))))
          problems.push(`po/${file}: $0, $1... differ: ${key}`);
      }
    }
    for (const key of entries.keys())
      if (!wanted.has(key)) problems.push(`po/${file}: no longer used: ${key}`);
  }
  for (const problem of problems) console.log(problem);
  console.log(`${wanted.size} texts, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
