// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArray, decodeString } from '../../src/libvirt/decode.ts';
import { parseDomain } from '../../src/libvirt/domain-xml.ts';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import {
  connectInterface,
  connectMethods,
  connectSignals,
  domainInterface,
  domainMethods,
  domainSignals,
} from '../../src/libvirt/schema.ts';
import { type VirshAnswer, virshSession } from '../../src/libvirt/virsh.ts';
import { attribute, children, parseXml, serializeXml, type XmlElement } from '../../src/libvirt/xml.ts';
import type { DBusService } from '../../src/platform/platform.ts';
import { TestDriver } from './test-driver.ts';

const uri = 'test:///default';
const hostile = [
  'a b',
  ' begins and ends ',
  `it's "quoted"`,
  '$(touch /tmp/never)`id`;echo x; quit',
  'back\\slash\\',
  '<b>&amp;]]>',
  '-c',
  '--help',
  '#',
  '漢字 🙂 é',
  "''",
  "\\'",
  'tab\there',
];

let driver: TestDriver;
let service: DBusService;

beforeAll(async () => {
  driver = await TestDriver.start();
  service = driver.platform.dbus('session', 'org.libvirt');
});

afterAll(async () => {
  service.close();
  await driver.stop();
});

/** Signatures of an interface's methods and signals by name, from D-Bus introspection data. */
function signaturesOf(node: XmlElement, name: string): { methods: object; signals: object } {
  const [found] = children(node, 'interface').filter((each) => attribute(each, 'name') === name);
  if (found === undefined) throw new Error(`No interface ${name}`);
  const read = (kind: 'method' | 'signal'): Record<string, string> =>
    Object.fromEntries(
      children(found, kind).map((each) => [
        attribute(each, 'name') ?? '',
        children(each, 'arg')
          .filter((arg) => attribute(arg, 'direction') !== 'out')
          .map((arg) => attribute(arg, 'type'))
          .join(''),
      ]),
    );
  return { methods: read('method'), signals: read('signal') };
}

async function introspect(path: string): Promise<XmlElement> {
  const [text] = await service.call({
    path,
    interface: 'org.freedesktop.DBus.Introspectable',
    member: 'Introspect',
    signature: '',
    args: [],
  });
  // It begins with D-Bus's document type, which the parser refuses.
  return parseXml(decodeString(text ?? '', 'Introspect[0]').replace(/^<!DOCTYPE[^>]*>\s*/, ''));
}

describe('the methods and signals that are used', () => {
  const connect = { methods: connectMethods, signals: connectSignals };
  const domain = { methods: domainMethods, signals: domainSignals };

  it('are those of the running libvirt-dbus', async () => {
    const root = '/org/libvirt/Test';
    expect(signaturesOf(await introspect(root), connectInterface)).toMatchObject(connect);
    const [paths] = await service.call({
      path: root,
      interface: connectInterface,
      member: 'ListDomains',
      signature: 'u',
      args: [0],
    });
    const [first] = decodeArray(paths, 'ListDomains[0]');
    const path = decodeString(first, 'ListDomains[0][0]');
    expect(signaturesOf(await introspect(path), domainInterface)).toMatchObject(domain);
  });

  it('are those of the files that it was installed with', () => {
    const read = (name: string): XmlElement => {
      const text = readFileSync(`/usr/share/dbus-1/interfaces/${name}.xml`, 'utf8');
      return parseXml(text.replace(/<!DOCTYPE[^>]*>/, ''));
    };
    expect(signaturesOf(read(connectInterface), connectInterface)).toMatchObject(connect);
    expect(signaturesOf(read(domainInterface), domainInterface)).toMatchObject(domain);
  });
});

describe('virsh', () => {
  const session = (
    commands: readonly (readonly string[])[],
    input?: string,
  ): Promise<ReadonlyMap<string, VirshAnswer>> =>
    virshSession(
      driver.platform,
      uri,
      commands.map((argv, index) => ({ id: String(index), argv })),
      input === undefined ? {} : { input },
    );

  it('takes each word as it is', async () => {
    const words = [
      ...hostile,
      ...fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), { numRuns: 200, seed: 1 }),
      ...fc
        .sample(fc.array(fc.constantFrom("'", '\\', '"', ' ', ';', '-', '$', 'x'), { minLength: 1 }), {
          numRuns: 200,
          seed: 2,
        })
        .map((each) => each.join('')),
      // Characters that no program argument can contain, and those lost at the edges of answers.
    ].filter((word) => !word.includes('\0') && !/\p{Surrogate}/u.test(word) && !/^\n|\n$/.test(word));
    const answers = await session(words.map((word) => ['echo', '--', word]));
    for (const [index, word] of words.entries())
      expect(answers.get(String(index))).toEqual({ id: String(index), ok: true, text: word });
  });

  it('answers each command separately, also after one that fails or does not exist', async () => {
    const answers = await session([
      ['dumpxml', 'test'],
      ['domstate', 'no such'],
      ['domstate', 'test'],
    ]);
    expect(answers.get('0')).toMatchObject({
      ok: true,
      text: expect.stringMatching(/^<domain[^]*<\/domain>$/) as string,
    });
    expect(answers.get('1')).toMatchObject({ ok: false, error: "failed to get domain 'no such'" });
    expect(answers.get('2')).toEqual({ id: '2', ok: true, text: 'running' });
  });

  it('runs nothing if it does not know a command', async () => {
    await expect(session([['domstate', 'test'], ['nonsense']])).rejects.toMatchObject({
      name: 'LibvirtError',
      message: "unknown command: 'nonsense'",
    });
  });

  it('reads its input, from which a VM of any name is made and read back the same', async () => {
    for (const name of hostile.filter((each) => !/[\t/]/.test(each))) {
      const definition = serializeXml({
        kind: 'element',
        name: 'domain',
        attributes: { type: 'test' },
        children: [
          { kind: 'element', name: 'name', attributes: {}, children: [{ kind: 'text', text: name }] },
          { kind: 'element', name: 'memory', attributes: {}, children: [{ kind: 'text', text: '1024' }] },
          {
            kind: 'element',
            name: 'description',
            attributes: {},
            children: [{ kind: 'text', text: `${name}\nerror: ${name}` }],
          },
          {
            kind: 'element',
            name: 'os',
            attributes: {},
            children: [
              { kind: 'element', name: 'type', attributes: {}, children: [{ kind: 'text', text: 'hvm' }] },
            ],
          },
        ],
      });
      const answers = await session(
        [
          ['define', '/dev/stdin'],
          ['dumpxml', '--domain', name],
        ],
        definition,
      );
      const dump = answers.get('1');
      expect(dump, name).toMatchObject({ ok: true });
      if (dump?.ok === true) expect(parseDomain(dump.text).name).toBe(name);
    }
  });

  it('prints documents that survive parsing and serializing unchanged', async () => {
    const answers = await session([['dumpxml', 'test'], ['capabilities'], ['net-dumpxml', 'default']]);
    expect(answers.size).toBe(3);
    for (const answer of answers.values()) {
      const text = answer.ok ? answer.text : answer.error;
      // libvirt rarely writes an empty element in the long form.
      expect(serializeXml(parseXml(text))).toBe(text.replace(/<(\w+)><\/\1>/g, '<$1/>'));
    }
  });

  it('that cannot connect is an error with its original text', async () => {
    const failure = await virshSession(driver.platform, 'qemu+unix:///system?socket=/nonexistent/socket', [
      { id: 'x', argv: ['list'] },
    ]).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(LibvirtError);
    expect(failure).toMatchObject({
      reason: 'daemon-down',
      message: "Failed to connect socket to '/nonexistent/socket': No such file or directory",
    });
  });
});
