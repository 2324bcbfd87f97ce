// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStale, temporaryCopyOf } from '../../src/engine/inventory/temporary-copy.ts';
import { type MigrationRecord, parseRecord, recordXml } from '../../src/engine/record/record.ts';
import { type DomainConfig, parseDomain } from '../../src/libvirt/domain-xml.ts';
import { parseXml, serializeXml, type XmlElement, XmlError, type XmlNode } from '../../src/libvirt/xml.ts';
import { anyText, attempt, broken, expectNoHang, hostileName } from './mangled.ts';
import { capabilities, dumpxml, volume } from './samples.ts';

/** Characters that XML 1.0 allows in a text. */
const text = anyText.map((each) =>
  Array.from(each)
    .filter((one) => /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u.test(one))
    .join(''),
);
const name = fc.constantFrom(
  'disk',
  'qemu:arg',
  '__proto__',
  'constructor',
  'toString',
  'x-y.z_1',
  'élément',
  '漢字',
);

const { element } = fc.letrec<{ element: XmlElement; node: XmlNode }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text.filter((each) => each !== '').map((each) => ({ kind: 'text' as const, text: each })),
    // A parser reads a bare carriage return as a line feed. Two hyphens are not allowed in a comment.
    text.map((each) => ({ kind: 'comment' as const, text: each.replace(/[\r-]/g, '') })),
    text.map((each) => ({ kind: 'cdata' as const, text: each.replace(/[\r\]]/g, '') })),
    tie('element'),
  ),
  element: fc
    .record({
      name,
      attributes: fc.dictionary(name, text, { maxKeys: 4, noNullPrototype: true }),
      children: fc.array(tie('node'), { maxLength: 5 }),
    })
    .map((each) => ({
      kind: 'element' as const,
      ...each,
      // A parser reads two adjacent texts as one.
      children: each.children.filter(
        (node, index) => !(node.kind === 'text' && each.children[index - 1]?.kind === 'text'),
      ),
    })),
}));

/** Nested elements. */
const nested = (depth: number, inner = ''): string => '<a>'.repeat(depth) + inner + '</a>'.repeat(depth);

describe('XML', () => {
  it('returns every tree unchanged', () => {
    fc.assert(
      fc.property(element, (tree) => {
        expect(parseXml(serializeXml(tree))).toEqual(tree);
      }),
      { numRuns: 400 },
    );
  });

  it('parses or refuses any text, and what it parsed can be written and parsed again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          broken(dumpxml, capabilities('x'), volume),
          anyText.map((each) => `<a b='${each}'>${each}</a>`),
        ),
        (each) => {
          const outcome = attempt(() => parseXml(each), XmlError);
          if ('read' in outcome) expect(parseXml(serializeXml(outcome.read))).toEqual(outcome.read);
          else expect(outcome.refused.message).not.toBe('');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never accepts truncated XML', () => {
    const whole = dumpxml.trimEnd();
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        expect(attempt(() => parseXml(whole.slice(0, length)), XmlError)).toHaveProperty('refused');
      }),
      { numRuns: 300 },
    );
  });

  it('parses or refuses 5 MB of anything at once', () => {
    const million = 1_000_000;
    const huge: readonly (readonly [string, 'read' | 'refused'])[] = [
      [`<a>${'x'.repeat(5 * million)}</a>`, 'read'],
      [`<a b='${'x'.repeat(5 * million)}'/>`, 'read'],
      [`<a>${'&amp;'.repeat(million / 2)}</a>`, 'read'],
      [`<a ${Array.from({ length: 100_000 }, (_, index) => `b${index}='c'`).join(' ')}/>`, 'read'],
      [`<a><![CDATA[${']] '.repeat(million / 2)}]]></a>`, 'read'],
      ['<'.repeat(5 * million), 'refused'],
      ['<a>'.repeat(2 * million), 'refused'],
      [`<a>${'&'.repeat(5 * million)}</a>`, 'refused'],
      [`<${'a'.repeat(5 * million)}`, 'refused'],
      [`<a>&${'a'.repeat(5 * million)};</a>`, 'refused'],
      ['\ud800'.repeat(5 * million), 'refused'],
    ];
    for (const [each, expected] of huge)
      expect(
        attempt(() => parseXml(each), XmlError),
        each.slice(0, 20),
      ).toHaveProperty(expected);
  }, 20_000);

  it('refuses what is too deep, with its own error, and writes everything that it parses', () => {
    for (const depth of [201, 10_000, 500_000])
      expect(attempt(() => parseXml(nested(depth, 'x')), XmlError)).toHaveProperty('refused');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (depth) => {
        expect(serializeXml(parseXml(nested(depth, 'x')))).toBe(nested(depth, 'x'));
      }),
      { numRuns: 20 },
    );
  });

  it('does not hang', () => {
    expectNoHang((each) => {
      attempt(() => parseXml(each), XmlError);
      attempt(() => parseXml(`<a>${each}</a>`), XmlError);
    });
  }, 30_000);
});

/** Properties on which every reader of a definition relies. */
function expectSoundDefinition(config: DomainConfig): void {
  expect(config.name).not.toBe('');
  expect(config.uuid).not.toBe('');
  for (const bytes of [config.memoryBytes, config.currentMemoryBytes])
    expect(Number.isSafeInteger(bytes) && bytes >= 0, String(bytes)).toBe(true);
}

describe("a VM's definition", () => {
  it('is parsed or refused, with sizes that are numbers', () => {
    fc.assert(
      fc.property(broken(dumpxml), (text) => {
        const outcome = attempt(() => parseDomain(text), XmlError);
        if ('read' in outcome) expectSoundDefinition(outcome.read);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused with an invalid size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('9'.repeat(400), '99999999999999999999', '', 'NaN', '-1', '1e3', '٣'),
        (size) => {
          for (const name of ['memory', 'currentMemory']) {
            const text = dumpxml.replace(`<${name} unit='KiB'>1048576`, `<${name} unit='KiB'>${size}`);
            expect(text).not.toBe(dumpxml);
            expect(attempt(() => parseDomain(text), XmlError)).toHaveProperty('refused');
          }
        },
      ),
      { numRuns: 20 },
    );
    expect(attempt(() => parseDomain(dumpxml.replace(/<memory .*\n/, '')), XmlError)).toHaveProperty(
      'refused',
    );
  });

  it('keeps hostile names and paths as they are', () => {
    const whole = /^[\t\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;
    fc.assert(
      fc.property(
        hostileName.filter((name) => whole.test(name)),
        (hostile) => {
          const text = serializeXml({ kind: 'text', text: hostile });
          const path = text.replace(/'/g, '&apos;').replace(/\t/g, '&#9;');
          const config = parseDomain(
            dumpxml.replace('<name>web', () => `<name>${text}`).replace('/images/web.qcow2', () => path),
          );
          expect(config.name).toBe(hostile);
          expect(config.disks[0]?.source?.path).toBe(hostile);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not hang, with any number of disks or backing images', () => {
    const disk = "<disk type='file'><source file='/a'/><target dev='vda'/></disk>";
    const store = (depth: number): string =>
      `<disk>${'<backingStore>'.repeat(depth)}${'</backingStore>'.repeat(depth)}</disk>`;
    expectNoHang((text) => {
      attempt(() => parseDomain(dumpxml.replace('<devices>', () => `<devices>${text}`)), XmlError);
    }, disk);
    expect(
      attempt(() => parseDomain(dumpxml.replace('<devices>', `<devices>${store(190)}`)), XmlError),
    ).toHaveProperty('read');
    expect(
      attempt(() => parseDomain(dumpxml.replace('<devices>', `<devices>${store(10_000)}`)), XmlError),
    ).toHaveProperty('refused');
  }, 30_000);
});

const record: MigrationRecord = {
  destination: 'qemu+ssh://beta/system',
  temporary: true,
  stage: 'left',
  since: '2026-11-23T11:00:00.000Z',
};

describe('the record of a migration', () => {
  it('is parsed as it was written, whatever the destination', () => {
    const records = fc.record({
      // A record without a valid destination is no record. The value of a parameter may be anything but a blank.
      destination: anyText.map(
        (text) => `qemu+ssh://beta/system?keyfile=${text.replace(/[^\u0021-\u007e\u00c0-\u024f]|[#%]/g, '')}`,
      ),
      temporary: fc.boolean(),
      stage: fc.constantFrom('leaving' as const, 'left' as const),
      since: fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
        .map((date) => date.toISOString()),
    });
    fc.assert(
      fc.property(records, (each) => {
        expect(parseRecord(recordXml(each))).toEqual(each);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused if damaged, and a parsed one is valid', () => {
    fc.assert(
      fc.property(broken(recordXml(record)), (xml) => {
        const read = parseRecord(xml);
        if (read === undefined) return;
        expect(Number.isNaN(Date.parse(read.since))).toBe(false);
        expect(isStale(read, { kind: 'running' }, false, false, Date.now())).toBe(true);
        temporaryCopyOf(read, { kind: 'shut-off', migratedAway: true }, false);
      }),
      { numRuns: 500 },
    );
    for (const since of ['', 'yesterday', 'NaN', '2026-99-99'])
      expect(parseRecord(recordXml({ ...record, since }))).toBeUndefined();
  });

  it('does not hang', () => {
    expectNoHang(parseRecord, recordXml(record));
  }, 30_000);
});
