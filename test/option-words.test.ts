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
  /^\.\.\.(plan\.virsh|connected|virsh|command|argv|units|withoutAgent|options|here|portOption\(destination\))$/;

/** Parameters of a script that reads them by their place (`sh -s`). */
const scripted = /^(mark|\.\.\.parameters|\.\.\.readingParameters\(paths\))$/;

/** Options that take no value: what stands behind them is looked at. */
const switches = /^(-[hilU]|--(inactive|live|eject|system))$/;

/** Keywords of ip that take the next word as it is: `ip link add name -x type bridge` makes `-x`. */
const keywords = /^(dev|name)$/;

/** Helpers that hand on a command line as it is, by the place of that parameter. */
const carriers: ReadonlyMap<string, number> = new Map([
  ['overSsh', 1],
  ['virshOver', 2],
]);

function text(node: ts.Expression): string | undefined {
  return ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** True for a name, and for a pattern that contains it. */
function binds(pattern: ts.BindingName, name: string): boolean {
  return ts.isIdentifier(pattern)
    ? pattern.text === name
    : new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(pattern.getText());
}

/** What stands behind a name that is a `const` of the file; nothing for a parameter, a part of something, and what can change. */
function meaningOf(name: ts.Identifier): ts.Expression | undefined {
  for (let at: ts.Node = name; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isFunctionLike(parent) && parent.parameters.some((each) => binds(each.name, name.text)))
      return undefined;
    const declared =
      ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent)
        ? parent.statements.flatMap((each) => (ts.isVariableStatement(each) ? [each.declarationList] : []))
        : ts.isForOfStatement(parent) && ts.isVariableDeclarationList(parent.initializer)
          ? [parent.initializer]
          : [];
    for (const list of declared)
      for (const each of list.declarations)
        if (binds(each.name, name.text))
          return ts.isIdentifier(each.name) && (list.flags & ts.NodeFlags.Const) !== 0
            ? each.initializer
            : undefined;
  }
  return undefined;
}

/** True for what begins with a known text, or can be nothing but a number or a UUID. */
function isSafe(node: ts.Expression): boolean {
  if (text(node) !== undefined) return true;
  // A template that begins with letters is not an option.
  if (ts.isTemplateExpression(node))
    return node.head.text === ''
      ? node.templateSpans.slice(0, 1).every(({ expression }) => isSafe(expression))
      : !node.head.text.startsWith('-');
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
    return isSafe(node.left) && isSafe(node.right);
  if (ts.isCallExpression(node)) return /^(String|packaged)$/.test(node.expression.getText());
  if (ts.isConditionalExpression(node)) return isSafe(node.whenTrue) && isSafe(node.whenFalse);
  if (ts.isParenthesizedExpression(node)) return isSafe(node.expression);
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isSafe);
  if (ts.isSpreadElement(node))
    return safeLists.test(node.getText()) || scripted.test(node.getText()) || isSafe(node.expression);
  if (ts.isIdentifier(node) && safeNames.test(node.text)) return true;
  const meaning = ts.isIdentifier(node) ? meaningOf(node) : undefined;
  return meaning === undefined
    ? ts.isPropertyAccessExpression(node) && safeNames.test(node.getText())
    : isSafe(meaning);
}

/** The words in their order, with `...[a, b]` and a `const` that is such a list taken apart. */
function wordsOf(elements: readonly ts.Expression[]): readonly ts.Expression[] {
  return elements.flatMap((element) => {
    const list = ts.isSpreadElement(element) ? element.expression : undefined;
    const known = list !== undefined && ts.isIdentifier(list) ? meaningOf(list) : list;
    return known !== undefined && ts.isArrayLiteralExpression(known) ? wordsOf(known.elements) : [element];
  });
}

/**
 * Words of an argument list that could be taken for an option: not known here, and neither behind a `--` nor the value of the option
 * (or of a keyword of ip) before them.
 */
function looseWords(elements: readonly ts.Expression[]): readonly string[] {
  const loose: string[] = [];
  const words = wordsOf(elements);
  const ofIp = words[0] !== undefined && text(words[0]) === 'ip';
  let before: string | undefined;
  let isScript = false;
  for (const word of words) {
    const known = text(word);
    // The shell takes nothing after its script as an option.
    if (known === '--' || isScript) return loose;
    isScript = before === '-c' && words.some((each) => /^(ba)?sh$/.test(text(each) ?? ''));
    if (isScript) continue;
    const isValue =
      before !== undefined &&
      ((/^(-\w|--[\w-]+|-connect)$/.test(before) && !switches.test(before)) ||
        (ofIp && keywords.test(before)));
    if (!isValue && !isSafe(word)) loose.push(word.getText());
    before = known;
  }
  return loose;
}

/** Argument lists: of `shellCommand`, of what stands for it in a file, of `virshOver`, of `run([`, and `argv: [`. */
function argumentLists(file: ts.SourceFile): readonly (readonly ts.Expression[])[] {
  const lists: (readonly ts.Expression[])[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText();
      const [first, second] = node.arguments;
      if (called === 'virshOver' && second !== undefined)
        lists.push(ts.isArrayLiteralExpression(second) ? second.elements : [second]);
      else if (/^(shellCommand|scriptWords|virsh)$/.test(called)) lists.push(node.arguments);
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
    const carried = ts.isCallExpression(node) ? carriedBy(node) : undefined;
    if (carried !== undefined && !isQuoted(carried)) loose.push(`${name}: ${carried.getText()}`);
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'command') {
      const look = (inner: ts.Node): void => {
        if (ts.isCallExpression(inner) && (quoting.test(inner.expression.getText()) || carriedBy(inner)))
          return;
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

/** `shellCommand`, and what only calls it. */
const quoting = /^(shellCommand|virsh|commentOut)$/;

/** The command line that a call hands on as it is. */
function carriedBy({ expression, arguments: given }: ts.CallExpression): ts.Expression | undefined {
  const place = carriers.get(expression.getText());
  return place === undefined ? undefined : given[place];
}

/** In a helper that hands on a command line: that one, which is looked at where the helper is called. */
function isCarried(name: ts.Identifier): boolean {
  for (let at: ts.Node = name; !ts.isSourceFile(at); at = at.parent)
    if (ts.isFunctionDeclaration(at)) {
      const place = carriers.get(at.name?.text ?? '');
      return place !== undefined && at.parameters[place]?.name.getText() === name.text;
    }
  return false;
}

/** True for a call of a function of the file that returns nothing but what is quoted. */
function returnsQuoted(call: ts.CallExpression): boolean {
  const made = call
    .getSourceFile()
    .statements.filter(ts.isFunctionDeclaration)
    .find((each) => each.name?.text === call.expression.getText());
  return (
    made?.body?.statements.every(
      (each) => ts.isReturnStatement(each) && each.expression !== undefined && isQuoted(each.expression),
    ) ?? false
  );
}

/** Written in the program, quoted, made of such parts, a number, or one of a few words of our own. */
function isQuoted(node: ts.Expression): boolean {
  if (text(node) !== undefined) return true;
  if (ts.isTemplateExpression(node))
    return node.templateSpans.every(({ expression }) => isQuoted(expression));
  if (ts.isConditionalExpression(node)) return isQuoted(node.whenTrue) && isQuoted(node.whenFalse);
  if (ts.isCallExpression(node) && quoting.test(node.expression.getText())) return true;
  const carried = ts.isCallExpression(node) ? carriedBy(node) : undefined;
  if (carried !== undefined) return isQuoted(carried);
  if (ts.isCallExpression(node) && returnsQuoted(node)) return true;
  const meaning = ts.isIdentifier(node) ? meaningOf(node) : undefined;
  if (meaning !== undefined && isQuoted(meaning)) return true;
  if (ts.isIdentifier(node) && isCarried(node)) return true;
  return /^(Number\(|libvirtFolders\.join\(|(port|other\.port|first|last|problem\.unit|size \/ 1024|count - free|restartLibvirt)$)/.test(
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
    expect(looseParts('x', "const there = { command: overSsh(to, 'df -i ' + folder) }")).toHaveLength(1);
    expect(looseParts('x', 'const there = { command: virshOver(to, [], `df ${folder}`) }')).toHaveLength(1);
    expect(
      looseParts('x', 'const at = name; function f(name) { return { command: `df ${at} ${name}` } }'),
    ).toHaveLength(2);
    expect(
      looseParts(
        'x',
        "const look = shellCommand('df'); const remedy = { command: overSsh(to, `${look}; w`) }",
      ),
    ).toEqual([]);
  }, 60_000);

  it('is reported if it is unsafe', () => {
    expect(looseIn('x', `shellCommand('virsh', 'net-start', source)`)).toHaveLength(1);
    expect(looseIn('x', `platform.run(['getent', 'ahosts', host], {})`)).toHaveLength(1);
    expect(looseIn('x', `const command = { argv: ['domuuid', vm.name] }`)).toHaveLength(1);
    expect(looseIn('x', `shellCommand('ls', ...paths)`)).toHaveLength(1);
    expect(looseIn('x', `shellCommand('df', '-i', folder)`)).toHaveLength(1);
    expect(looseIn('x', `shellCommand('ip', 'link', 'set', device, 'up')`)).toHaveLength(1);
    expect(looseIn('x', `shellCommand('other', 'name', device)`)).toHaveLength(1);
    expect(looseIn('x', `virshOver(to, ['net-dumpxml', '--inactive', network], '')`)).toHaveLength(1);
    expect(looseIn('x', `const list = ['--pool', pool, name]; shellCommand('virsh', ...list)`)).toHaveLength(
      1,
    );
    expect(looseIn('x', `for (const name of names) shellCommand('ls', name)`)).toHaveLength(1);
    expect(looseIn('x', `shellCommand('ip', 'link', 'add', 'name', bridge, 'type', 'bridge')`)).toEqual([]);
    expect(looseIn('x', `shellCommand('ls', '-l', '--', path, other, ...paths)`)).toEqual([]);
    expect(looseIn('x', `shellCommand('virsh', 'vol-path', '--pool', pool, '--vol', volume)`)).toEqual([]);
    expect(looseIn('x', `shellCommand('virsh', 'dominfo', vm.uuid)`)).toEqual([]);
  });
});
