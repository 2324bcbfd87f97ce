// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attribute,
  child,
  children,
  indentedXml,
  parseXml,
  serializeXml,
  textOf,
  type XmlElement,
  XmlError,
  type XmlNode,
} from '../../src/libvirt/xml.ts';

/** Characters that writers and readers get wrong. */
const awkward = ['&', '<', '>', "'", '"', ']', '-', '?', '!', '/', '=', ';', '#', ' ', '\t', '\n', '\r'];

/** What XML 1.0 allows as a character; a lone half of a surrogate pair is none. */
const character = fc
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
const characters = fc.array(character, { maxLength: 12 }).map((each) => each.join(''));
const name = fc.constantFrom(
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

/** Line ends as a reader makes them: a bare carriage return does not survive outside of a reference. */
const plain = (text: string): string => text.replace(/\r/g, '');

const leaf: fc.Arbitrary<XmlNode> = fc.oneof(
  characters.filter((text) => text !== '').map((text) => ({ kind: 'text' as const, text })),
  characters.map((text) => plain(text).replace(/-/g, '')).map((text) => ({ kind: 'comment' as const, text })),
  characters.map((text) => plain(text).replace(/\]/g, '')).map((text) => ({ kind: 'cdata' as const, text })),
  fc.constantFrom('', 'a="b"', 'x > y').map((body) => ({ kind: 'instruction' as const, target: 'pi', body })),
);

const { element } = fc.letrec<{ element: XmlElement; node: XmlNode }>((tie) => ({
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
      // Two texts in a row are one to every reader.
      children: each.children.filter(
        (node, index) => !(node.kind === 'text' && each.children[index - 1]?.kind === 'text'),
      ),
    })),
}));

/** The outcome for any text: an element, or the one error that there is. */
function outcome(text: string): 'element' | 'refused' {
  try {
    parseXml(text);
    return 'element';
  } catch (error) {
    if (error instanceof XmlError) return 'refused';
    throw error;
  }
}

/** As libvirt 9.0 prints a definition (with `virsh dumpxml`), cut down, with an element that this project does not know. */
const definition = `<domain type='qemu' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
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

describe('reading and writing', () => {
  it("gives a definition of libvirt's back byte for byte", () => {
    expect(serializeXml(parseXml(definition))).toBe(definition);
    expect(serializeXml(parseXml(`<?xml version='1.0' encoding='UTF-8'?>\n${definition}\n`))).toBe(
      definition,
    );
  });

  it('gives whatever it may hold back unchanged', () => {
    fc.assert(
      fc.property(element, (tree) => {
        const text = serializeXml(tree);
        const again = parseXml(text);
        expect(again).toEqual(withoutEmptyTexts(tree));
        expect(serializeXml(again)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('gives each attribute and text back, whatever the name', () => {
    fc.assert(
      fc.property(name, characters, (key, value) => {
        const read = parseXml(`<a ${key}='${escapeAll(value)}'>${escapeAll(value)}</a>`);
        expect(attribute(read, key)).toBe(value);
        expect(textOf(read)).toBe(value);
      }),
    );
  });

  it('does not take what an object has by birth for an attribute', () => {
    const read = parseXml('<a/>');
    for (const key of ['constructor', 'toString', '__proto__']) expect(attribute(read, key)).toBeUndefined();
    expect(attribute(undefined, 'x')).toBeUndefined();
  });

  it('finds elements by name and path, the first of several', () => {
    const read = parseXml("<a>t<b n='1'/>u<b n='2'><c>v<d/>w</c></b><![CDATA[<]]></a>");
    expect(children(read, 'b').map((each) => attribute(each, 'n'))).toEqual(['1', '2']);
    expect(attribute(child(read, 'b'), 'n')).toBe('1');
    // The first <b> has no <c>, and only the first is looked at.
    expect(child(read, 'b', 'c')).toBeUndefined();
    expect(child(read)).toBe(read);
    expect(textOf(read)).toBe('tu<');
  });
});

describe('what is no XML of libvirt', () => {
  const refused: Readonly<Record<string, string>> = {
    nothing: '',
    'blanks only': ' \n ',
    'no element': 'text',
    'a comment only': '<!-- x -->',
    'two roots': '<a/><b/>',
    'text behind the root': '<a/>b',
    'an unclosed element': '<a><b></a>',
    'an attribute twice': "<a x='1' x='2'/>",
    'an attribute without quotes': '<a x=1/>',
    'an attribute without a value': '<a x/>',
    '< in an attribute': "<a x='<'/>",
    'a bare ampersand': '<a>b & c</a>',
    'an entity of HTML': '<a>&nbsp;</a>',
    'an entity without an end': '<a>&lt</a>',
    'a reference to NUL': '<a>&#0;</a>',
    'a reference beyond Unicode': '<a>&#x110000;</a>',
    'a reference to half a character': '<a>&#xd800;</a>',
    'half a character': '<a>\ud800</a>',
    'half a character before a tag': '<a>\ud800<b/></a>',
    'the other half': "<a x='\udc00'/>",
    'a control character': '<a>\u0001</a>',
    ']]> in text': '<a>]]></a>',
    '-- in a comment': '<a><!-- -- --></a>',
    'an instruction named xml': '<a><?xml version="1.0"?></a>',
    'a space before the declaration': ' <?xml version="1.0"?><a/>',
    'a document type': '<!DOCTYPE a><a/>',
    'a document type with an entity': '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    'an entity of a file': '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    'entities that multiply': '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>',
    'control characters of XML 1.1': '<?xml version="1.1"?><a>&#1;</a>',
    JSON: '{"a": 1}',
    "virsh's error": 'error: failed to get domain',
  };
  for (const [what, text] of Object.entries(refused))
    it(`refuses ${what}`, () => {
      expect(outcome(text)).toBe('refused');
    });

  it('says where it stopped', () => {
    expect(() => parseXml('<a>\n  <b x=1/>\n</a>')).toThrow(/^2:\d+: /);
  });

  it('refuses every piece that is cut off', () => {
    for (let length = 0; length < definition.length; length += 1)
      expect(outcome(definition.slice(0, length))).toBe('refused');
  });

  it('raises nothing but its own error for any text', () => {
    const fragment = fc.constantFrom(
      ...[
        '<',
        '</',
        '>',
        '/>',
        '&',
        ';',
        '#x',
        '<!',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<?',
        '?>',
        '=',
        "'",
        '"',
      ],
      ...[
        'a',
        'xml',
        ' ',
        '\n',
        '\ud800',
        '\udc00',
        '\0',
        '\uffff',
        'DOCTYPE',
        '[',
        ']',
        '<a>',
        '</a>',
        "<a b='c'>",
      ],
    );
    const soup = fc.array(fragment, { maxLength: 30 }).map((each) => each.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        outcome(text);
        outcome(`<a>${text}</a>`);
        outcome(`<a b='${text}'/>`);
      }),
      { numRuns: 500 },
    );
  });

  it('raises nothing but its own error for a definition that is damaged anywhere', () => {
    const place = fc.nat({ max: definition.length - 1 });
    fc.assert(
      fc.property(place, place, fc.string({ unit: 'binary', maxLength: 3 }), (from, to, put) => {
        outcome(definition.slice(0, Math.min(from, to)) + put + definition.slice(Math.max(from, to)));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what is nested beyond all reason, and reads what is merely long', () => {
    expect(outcome('<a>'.repeat(100_000))).toBe('refused');
    expect(outcome('<a>'.repeat(201) + '</a>'.repeat(201))).toBe('refused');
    const deep = '<a>'.repeat(200) + 'x' + '</a>'.repeat(200);
    expect(serializeXml(parseXml(deep))).toBe(deep);
    const long = `<a>${"<b c='d'>e</b>".repeat(50_000)}</a>`;
    expect(parseXml(long).children).toHaveLength(50_000);
    expect(textOf(parseXml(`<a>${'x'.repeat(5_000_000)}</a>`))).toHaveLength(5_000_000);
  });
});

/** A text of no length is nothing in a document; nor is there an element with nothing but it. */
function withoutEmptyTexts(tree: XmlElement): XmlElement {
  return {
    ...tree,
    children: tree.children
      .filter((node) => node.kind !== 'text' || node.text !== '')
      .map((node) => (node.kind === 'element' ? withoutEmptyTexts(node) : node)),
  };
}

function escapeAll(text: string): string {
  return Array.from(text)
    .map((each) => `&#${each.codePointAt(0) ?? 0};`)
    .join('');
}

describe('an element in lines', () => {
  it('is indented, and means the same', () => {
    const text =
      "<cpu mode='custom'><model>EPYC</model>\n<topology a='1'/><numa>\n<cell id='0'/></numa><x>a<y/></x></cpu>";
    const lines = indentedXml(parseXml(text));
    expect(lines).toBe(
      [
        "<cpu mode='custom'>",
        '  <model>EPYC</model>',
        "  <topology a='1'/>",
        '  <numa>',
        "    <cell id='0'/>",
        '  </numa>',
        '  <x>a<y/></x>',
        '</cpu>',
      ].join('\n'),
    );
    expect(indentedXml(parseXml(lines))).toBe(lines);
  });
});
