// SPDX-License-Identifier: LGPL-2.1-or-later
import type { XmlElement, XmlNode } from '../../libvirt/xml.ts';

/** A new element. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly XmlNode[] = [],
): XmlElement {
  return { kind: 'element', name, attributes, children };
}

export function textElement(name: string, text: string): XmlElement {
  return element(name, {}, [{ kind: 'text', text }]);
}

/** The element without the children of these names. */
export function withoutChildren(from: XmlElement, ...names: readonly string[]): XmlElement {
  return {
    ...from,
    children: from.children.filter((node) => node.kind !== 'element' || !names.includes(node.name)),
  };
}

/** The element without these attributes. */
export function withoutAttributes(from: XmlElement, ...names: readonly string[]): XmlElement {
  return {
    ...from,
    attributes: Object.fromEntries(Object.entries(from.attributes).filter(([name]) => !names.includes(name))),
  };
}

/** The element with these attributes set. */
export function withAttributes(from: XmlElement, change: Readonly<Record<string, string>>): XmlElement {
  return { ...from, attributes: { ...from.attributes, ...change } };
}

/** The element with each child of that name replaced by the function's result; undefined removes it. */
export function changeChildren(
  from: XmlElement,
  name: string,
  change: (child: XmlElement) => XmlElement | undefined,
): XmlElement {
  return {
    ...from,
    children: from.children.flatMap((node) => {
      if (node.kind !== 'element' || node.name !== name) return [node];
      const changed = change(node);
      return changed === undefined ? [] : [changed];
    }),
  };
}
