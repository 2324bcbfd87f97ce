// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { confHost, confList, confText, parseConf } from '../../src/libvirt/vir-conf.ts';

describe('parseConf', () => {
  it.each([
    ['a comment behind a number', 'migrate_tls_force = 1  # security', { migrate_tls_force: '1' }],
    ['a comment close behind a number', 'dynamic_ownership = 0# NFS', { dynamic_ownership: '0' }],
    ['single quotes', "lock_manager = 'lockd'", { lock_manager: 'lockd' }],
    ['a hash in a text', 'user = "a#b" # c', { user: 'a#b' }],
    ['the other quotes in a text', `a = '"' ; b = "'"`, { a: '"', b: "'" }],
    ['three quotes', 'a = """one "of"\n# two"""\nb = 2', { a: 'one "of"\n# two', b: '2' }],
    ['an empty text', 'a = ""\nb = \'\'', { a: '', b: '' }],
    ['comments alone', '# a = 1\n   # b = 2\n', {}],
    ['no blanks', 'a=1\n\tb\t=\t2', { a: '1', b: '2' }],
    ['numbers with a sign and with zeros', 'a = -007\nb = +2', { a: '-7', b: '2' }],
    ['a file of Windows', 'a = 1\r\nb = "x"\r\n', { a: '1', b: 'x' }],
    ['a list', 'a = [ "x", 1, \'y\' ]', { a: ['x', '1', 'y'] }],
    ['an empty list', 'a = []\nb = [\n]', { a: [], b: [] }],
    [
      'a list over several lines, with a comma at its end',
      'shared_filesystems = [\n  "/path/to/images",\n  "/path/to/nvram",\n]  # both\nz = 1',
      { shared_filesystems: ['/path/to/images', '/path/to/nvram'], z: '1' },
    ],
    ['a list in a list', 'a = [ [ 1, 2 ], 3 ]', { a: ['1', '2', '3'] }],
    ['the same name twice: the first counts', 'a = 1\na = 2', { a: '1' }],
    ['nothing', '', {}],
    ['only blanks', ' \n\t\n', {}],
  ])('reads %s', (_, text, settings) => {
    const conf = parseConf(text);
    expect(conf.badLine).toBeUndefined();
    expect(Object.fromEntries(conf.settings)).toEqual(settings);
  });

  it.each([
    ['a word without quotes', 'b = yes'],
    ['a text that goes on', 'b = "yes'],
    ['a list without an end', 'b = [ "yes",'],
    ['a list without commas', 'b = [ 1 2 ]'],
    ['a comment in a list', 'b = [ 1, # one\n 2 ]'],
    ['no value', 'b =\nc = 1'],
    ['no equals sign', 'b: 1'],
    ['another value behind it', 'b = 1 2'],
    ['a name that begins with a digit', '1b = 1'],
  ])('says where libvirt gives up: %s', (_, text) => {
    const { settings, badLine = 0 } = parseConf(`a = 1\n${text}`);
    expect(settings.get('a')).toBe('1');
    expect(badLine).toBeGreaterThanOrEqual(2);
  });
});

describe('a setting', () => {
  const { settings } = parseConf('a = "x"\nb = [ "y", "z" ]\nc = "[2001:db8::1]"\nd = "[x]"');

  it('is a text or a list', () => {
    expect(['a', 'b', 'no'].map((name) => confText(settings, name))).toEqual(['x', undefined, undefined]);
    expect(['a', 'b', 'no'].map((name) => confList(settings, name))).toEqual([['x'], ['y', 'z'], []]);
  });

  it('of a host loses the brackets of an IPv6 address', () => {
    expect(['a', 'c', 'd'].map((name) => confHost(settings, name))).toEqual(['x', '2001:db8::1', '[x]']);
  });
});
