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
} from '../../src/libvirt/xml.ts';
import { characters, definition, element, escapeAll, name, withoutEmptyTexts } from './xml-fixture.ts';

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
    // Only the first <b> is searched, and it has no <c>.
    expect(child(read, 'b', 'c')).toBeUndefined();
    expect(child(read)).toBe(read);
    expect(textOf(read)).toBe('tu<');
  });
});

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
