// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { parseXml, type XmlElement, XmlError, type XmlNode } from '../../src/libvirt/xml.ts';

/** Characters that writers and parsers often handle wrongly. */
export const awkward = [
  '&',
  '<',
  '>',
  "'",
  '"',
  ']',
  '-',
  '?',
  '!',
  '/',
  '=',
  ';',
  '#',
  ' ',
  '\t',
  '\n',
  '\r',
];

/** The characters of XML 1.0. Half of a surrogate pair is not one. */
export const character = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom(...awkward, 'é', '漢', '\u0085', '\u2028', '\ufffd'),
    },
    { weight: 3, arbitrary: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCodePoint(code)) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 0x10000, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    },
  )
  .filter((each) => /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u.test(each));

export const characters = fc.array(character, { maxLength: 12 }).map((each) => each.join(''));

export const name = fc.constantFrom(
  'disk',
  'qemu:commandline',
  'x-y.z_1',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'élément',
  '漢字',
);

/** Line ends as a parser normalises them: a carriage return stays only as a character reference. */
export const plain = (text: string): string => text.replace(/\r/g, '');

export const leaf: fc.Arbitrary<XmlNode> = fc.oneof(
  characters.filter((text) => text !== '').map((text) => ({ kind: 'text' as const, text })),
  characters.map((text) => plain(text).replace(/-/g, '')).map((text) => ({ kind: 'comment' as const, text })),
  characters.map((text) => plain(text).replace(/\]/g, '')).map((text) => ({ kind: 'cdata' as const, text })),
  fc.constantFrom('', 'a="b"', 'x > y').map((body) => ({ kind: 'instruction' as const, target: 'pi', body })),
);

export const { element } = fc.letrec<{ element: XmlElement; node: XmlNode }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('element')),
  element: fc
    .record({
      name,
      attributes: fc.uniqueArray(fc.tuple(name, characters), { maxLength: 4, selector: ([key]) => key }),
      children: fc.array(tie('node'), { maxLength: 4 }),
    })
    .map((each) => ({
      kind: 'element' as const,
      name: each.name,
      attributes: Object.fromEntries(each.attributes),
      // A parser reads two adjacent texts as one.
      children: each.children.filter(
        (node, index) => !(node.kind === 'text' && each.children[index - 1]?.kind === 'text'),
      ),
    })),
}));

/** The result for any text: an element, or XmlError. */
export function outcome(text: string): 'element' | 'refused' {
  try {
    parseXml(text);
    return 'element';
  } catch (error) {
    if (error instanceof XmlError) return 'refused';
    throw error;
  }
}

/** A definition of libvirt 9.0 (`virsh dumpxml`), shortened, with an element that this project does not know. */
export const definition = `<domain type='qemu' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>a &lt;b&gt; &amp; "c"</name>
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
  <metadata>
    <ckm:copy xmlns:ckm='urn:example:x'>é 漢 🙂</ckm:copy>
  </metadata>
  <memory unit='KiB'>131072</memory>
  <!-- kept: by hand -->
  <unheard of='' it='&apos;&quot;&#9;&#10;'><?keep this?><![CDATA[<&]]></unheard>
  <devices>
    <disk type='file' device='disk'>
      <source file='/a &amp; b/&lt;$(x)&gt;.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-s'/>
  </qemu:commandline>
</domain>`;

/** Removes empty texts, because a document cannot contain them. */
export function withoutEmptyTexts(tree: XmlElement): XmlElement {
  return {
    ...tree,
    children: tree.children
      .filter((node) => node.kind !== 'text' || node.text !== '')
      .map((node) => (node.kind === 'element' ? withoutEmptyTexts(node) : node)),
  };
}

export function escapeAll(text: string): string {
  return Array.from(text)
    .map((each) => `&#${each.codePointAt(0) ?? 0};`)
    .join('');
}
