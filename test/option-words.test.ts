// SPDX-License-Identifier: LGPL-2.1-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../src');

/** What cannot begin with a `-`, by its end: UUIDs, words of our own, what only addresses pass (`parseAddressesOf`). */
const safeNames = /(^|\.)(uuid|mark|word|address|connection\.uri)$/;

/** Lists that are put in as they are: they begin with a word of our own, and are looked at where they are made. */
const safeLists =
  /^\.\.\.(plan\.virsh|connected|virsh|command|argv|units|withoutAgent|options|portOption\(destination\))$/;

/** Parameters of a script that reads them by their place (`sh -s`). */
const scripted = /^(mark|\.\.\.parameters|\.\.\.readingParameters\(paths\))$/;

function text(node: ts.Expression): string | undefined {
  return ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** True for what begins with a known text, or can be nothing but a number or a UUID. */
function isSafe(node: ts.Expression): boolean {
  if (text(node) !== undefined) return true;
  // `${name}.socket` of a table of our own; a template that begins with letters is no option.
  if (ts.isTemplateExpression(node)) return node.head.text !== '' && !node.head.text.startsWith('-');
  if (ts.isCallExpression(node)) return /^(String|packaged)$/.test(node.expression.getText());
  if (ts.isConditionalExpression(node)) return isSafe(node.whenTrue) && isSafe(node.whenFalse);
  if (ts.isParenthesizedExpression(node)) return isSafe(node.expression);
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isSafe);
  if (ts.isSpreadElement(node))
    return safeLists.test(node.getText()) || scripted.test(node.getText()) || isSafe(node.expression);
  return (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) && safeNames.test(node.getText());
}

/** The words in their order, with `...[a, b]` taken apart. */
function wordsOf(elements: readonly ts.Expression[]): readonly ts.Expression[] {
  return elements.flatMap((element) =>
    ts.isSpreadElement(element) && ts.isArrayLiteralExpression(element.expression)
      ? wordsOf(element.expression.elements)
      : [element],
  );
}

/**
 * Words of an argument list that could be taken for an option: not known here, and neither behind a `--` nor the value of the option
 * (or of the keyword `dev` of ip) before them.
 */
function looseWords(elements: readonly ts.Expression[]): readonly string[] {
  const loose: string[] = [];
  let before: string | undefined;
  let isScript = false;
  for (const word of wordsOf(elements)) {
    const known = text(word);
    // The shell takes nothing behind its script for an option.
    if (known === '--' || isScript) return loose;
    isScript = before === '-c' && wordsOf(elements).some((each) => /^(ba)?sh$/.test(text(each) ?? ''));
    if (isScript) continue;
    const isValue = before !== undefined && /^(-\w|--[\w-]+|-connect|dev)$/.test(before);
    if (!isValue && !isSafe(word)) loose.push(word.getText());
    before = known;
  }
  return loose;
}

/** Argument lists: of `shellCommand`, of what stands for it in a file, of `run([`, and `argv: [`. */
function argumentLists(file: ts.SourceFile): readonly (readonly ts.Expression[])[] {
  const lists: (readonly ts.Expression[])[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText();
      const [first] = node.arguments;
      if (/^(shellCommand|scriptWords|virsh)$/.test(called)) lists.push(node.arguments);
      else if (/(^|\.)run$/.test(called) && first !== undefined && ts.isArrayLiteralExpression(first))
        lists.push(first.elements);
    }
    if (
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'argv' &&
      ts.isArrayLiteralExpression(node.initializer)
    )
      lists.push(node.initializer.elements);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lists;
}

/** Command lines that are put together as text, and what is put in that is neither quoted for the shell nor known here. */
function looseParts(name: string, content: string): readonly string[] {
  const loose: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'command') {
      const look = (inner: ts.Node): void => {
        if (ts.isCallExpression(inner) && /^(shellCommand|virsh)$/.test(inner.expression.getText())) return;
        if (ts.isTemplateSpan(inner) && !isQuoted(inner.expression))
          loose.push(`${name}: ${inner.expression.getText()}`);
        ts.forEachChild(inner, look);
      };
      look(node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(name, content));
  return loose;
}

/** Quoted, a number, or one of a few words of our own. */
function isQuoted(node: ts.Expression): boolean {
  return /^(shellCommand\(|Number\(|libvirtFolders\.join\(|(port|other\.port|first|last|opened|what|problem\.unit|size \/ 1024|count - free)$|endpoint\.protocol === 'tcp' \?)/.test(
    node.getText(),
  );
}

function parse(name: string, content: string): ts.SourceFile {
  return ts.createSourceFile(name, content, ts.ScriptTarget.Latest, true);
}

function looseIn(name: string, content: string): readonly string[] {
  return argumentLists(parse(name, content)).flatMap((words) =>
    looseWords(words).map((word) => `${name}: ${word} in ${words.map((each) => each.getText()).join(' ')}`),
  );
}

describe('an argument list', () => {
  it('has nothing that could be an option but what is written in the program', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((name) => looseIn(name, readFileSync(join(source, name), 'utf8')))).toEqual([]);
  }, 60_000);

  it('as text has nothing that is not quoted', () => {
    const files = readdirSync(join(source, 'engine'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(
      files.flatMap((name) => looseParts(name, readFileSync(join(source, 'engine', name), 'utf8'))),
    ).toEqual([]);
    expect(looseParts('x', 'const remedy = { command: `df -i ${folder}` }')).toEqual(['x: folder']);
  }, 60_000);

  it('is found out by this test where it has', () => {
    expect(looseIn('x', `shellCommand('virsh', 'net-start', source)`)).toHaveLength(1);
    expect(looseIn('x', `platform.run(['getent', 'ahosts', host], {})`)).toHaveLength(1);
    expect(looseIn('x', `const command = { argv: ['domuuid', vm.name] }`)).toHaveLength(1);
    expect(looseIn('x', `shellCommand('ls', ...paths)`)).toHaveLength(1);
    expect(looseIn('x', `shellCommand('ls', '-l', '--', path, other, ...paths)`)).toEqual([]);
    expect(looseIn('x', `shellCommand('virsh', 'vol-path', '--pool', pool, '--vol', volume)`)).toEqual([]);
    expect(looseIn('x', `shellCommand('virsh', 'dominfo', vm.uuid)`)).toEqual([]);
  });
});
