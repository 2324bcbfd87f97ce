// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml, serializeXml, textOf } from '../../src/libvirt/xml.ts';
import { definition, outcome } from './xml-fixture.ts';

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
