// SPDX-License-Identifier: LGPL-2.1-or-later
import { SaxesParser } from 'saxes';

/** A node of an XML document. What this project does not use is kept unchanged. */
export type XmlNode =
  | XmlElement
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'cdata'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly body: string };

export interface XmlElement {
  readonly kind: 'element';
  /** With its prefix, for example `qemu:commandline`. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

/** The text is not well-formed XML, or exceeds what libvirt's documents contain. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** libvirt's documents nest about twelve levels. Deeper ones would exhaust the stack. */
const deepest = 200;

interface OpenElement {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
}

/**
 * The root element of a document. Strict: unknown entities, unclosed elements and repeated attributes are an {@link XmlError},
 * whose text begins with line and column. A document type is refused, and with it all custom entities. What is outside of the root
 * element (declaration, comments) is not kept.
 */
export function parseXml(text: string): XmlElement {
  // saxes 6.0.0 joins half of a surrogate pair with the next character, even with a "<".
  if (/\p{Surrogate}/u.test(text)) throw new XmlError('Half of a character');
  // libvirt writes only XML 1.0. XML 1.1 allows control characters that could not be written again.
  const parser = new SaxesParser({
    xmlns: false,
    position: true,
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
  });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  const add = (node: XmlNode): void => {
    open.at(-1)?.children.push(node);
  };
  parser.on('error', (error) => {
    throw new XmlError(error.message);
  });
  parser.on('doctype', () => {
    throw new XmlError('A document type is not expected here');
  });
  parser.on('opentag', (tag) => {
    if (open.length >= deepest) throw new XmlError(`More than ${deepest} levels deep`);
    open.push({ kind: 'element', name: tag.name, attributes: { ...tag.attributes }, children: [] });
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element === undefined) return;
    if (open.length === 0) root = element;
    else add(element);
  });
  parser.on('text', (each) => {
    add({ kind: 'text', text: each });
  });
  parser.on('cdata', (each) => {
    add({ kind: 'cdata', text: each });
  });
  parser.on('comment', (each) => {
    add({ kind: 'comment', text: each });
  });
  parser.on('processinginstruction', ({ target, body }) => {
    add({ kind: 'instruction', target, body });
  });
  parser.write(text).close();
  if (root === undefined) throw new XmlError('No element');
  return root;
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;');
}

function escapeAttribute(text: string): string {
  return escapeText(text)
    .replace(/'/g, '&apos;')
    .replace(/"/g, '&quot;')
    .replace(/\t/g, '&#9;')
    .replace(/\n/g, '&#10;');
}

/**
 * A node as text, in the style of libvirt (virBufferEscapeString): single quotes, empty elements closed at once. Quotes in text are
 * not escaped, unlike in libvirt's output. Every parser reads both the same way.
 */
export function serializeXml(node: XmlNode): string {
  switch (node.kind) {
    case 'text':
      return escapeText(node.text);
    case 'comment':
      return `<!--${node.text}-->`;
    case 'cdata':
      return `<![CDATA[${node.text}]]>`;
    case 'instruction':
      return `<?${node.target}${node.body === '' ? '' : ` ${node.body}`}?>`;
    case 'element': {
      const attributes = Object.entries(node.attributes)
        .map(([name, value]) => ` ${name}='${escapeAttribute(value)}'`)
        .join('');
      if (node.children.length === 0) return `<${node.name}${attributes}/>`;
      return `<${node.name}${attributes}>${node.children.map(serializeXml).join('')}</${node.name}>`;
    }
  }
}

/**
 * An element in lines, with two spaces of indentation per level, for people to read and copy. Space between elements is not kept;
 * an element with text stays on one line.
 */
export function indentedXml(element: XmlElement, indent = ''): string {
  const inner = element.children.filter((node) => node.kind !== 'text' || node.text.trim() !== '');
  if (inner.length === 0 || inner.some(({ kind }) => kind !== 'element')) {
    return indent + serializeXml({ ...element, children: inner });
  }
  const [begin = ''] = serializeXml({ ...element, children: [] }).split(/\/>$/);
  const lines = inner.flatMap((node) => (node.kind === 'element' ? [indentedXml(node, `${indent}  `)] : []));
  return [`${indent}${begin}>`, ...lines, `${indent}</${element.name}>`].join('\n');
}

/** The children with that name, including a prefix. */
export function children(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((node): node is XmlElement => node.kind === 'element' && node.name === name);
}

/** The first element down a path of names. */
export function child(element: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = element;
  for (const name of path) at = at === undefined ? undefined : children(at, name)[0];
  return at;
}

/** The attribute's value; undefined if it or the element is missing. */
export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  return element !== undefined && Object.hasOwn(element.attributes, name)
    ? element.attributes[name]
    : undefined;
}

/** The text in an element, without that of its children. */
export function textOf(element: XmlElement): string {
  return element.children
    .map((node) => (node.kind === 'text' || node.kind === 'cdata' ? node.text : ''))
    .join('');
}
