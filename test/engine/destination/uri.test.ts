// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { type DestinationInput, parseDestination } from '../../../src/engine/destination/uri.ts';

const context = { localNames: ['alpha', 'alpha.lab.example', '10.1.0.1', 'fe80::1'] };
const parse = (text: string): DestinationInput => parseDestination(text, context);

/** The problem of the input, as text. */
function problem(text: string): string {
  const input = parse(text);
  return input.kind === 'invalid' ? plainText(input.problem) : input.kind;
}

describe('parseDestination', () => {
  it.each([
    'qemu+ssh://beta/system',
    'qemu+tls://beta.lab.example/system',
    'qemu://beta/system',
    'qemu+tcp://10.1.0.2/system',
  ])('takes %s', (uri) => {
    expect(parse(`  ${uri}\n`)).toMatchObject({ kind: 'valid', uri, dangerous: [] });
  });

  it('takes a URI apart', () => {
    expect(parse('qemu+libssh2://m%C3%BCller@[2001:db8::1]:2222/system?no_tty=1')).toEqual({
      kind: 'valid',
      uri: 'qemu+libssh2://m%C3%BCller@[2001:db8::1]:2222/system?no_tty=1',
      parts: {
        transport: 'ssh',
        scheme: 'qemu+libssh2',
        user: 'müller',
        host: '2001:db8::1',
        port: 2222,
        path: '/system',
        parameters: [{ name: 'no_tty', value: '1' }],
      },
      dangerous: [],
    });
    expect(parse('qemu://beta/system')).toMatchObject({ parts: { transport: 'tls' } });
  });

  it.each([
    ['beta', 'qemu+ssh://beta/system'],
    ['192.0.2.16', 'qemu+ssh://192.0.2.16/system'],
    ['root@beta:2222', 'qemu+ssh://root@beta:2222/system'],
    ['2001:db8::1', 'qemu+ssh://[2001:db8::1]/system'],
    ['[2001:db8::1]', 'qemu+ssh://[2001:db8::1]/system'],
    ['beta/system', 'qemu+ssh://beta/system'],
    ['qemu+tls://beta', 'qemu+tls://beta/system'],
    ['qemu+ssh://beta/', 'qemu+ssh://beta/system'],
  ])('offers a URI for %s', (typed, uri) => {
    expect(parse(typed)).toMatchObject({ kind: 'suggestion', uri });
    expect(parse(uri)).toMatchObject({ kind: 'valid' });
  });

  it.each(['qemu', 'qemu+', 'qemu+s', 'qemu+ssh:', 'qemu+ssh://', 'QEMU+TLS:/', 'qemu+ssh://beta/sys'])(
    'waits for the rest of %s',
    (typed) => {
      expect(parse(typed).kind).toBe('incomplete');
    },
  );

  it.each([
    ['http://beta:9090', /http:\/\/ does not reach libvirt/],
    ['esx://beta/system', /esx:\/\/ does not reach libvirt/],
    ['ssh://beta', /ssh:\/\/ does not reach libvirt/],
    ['qemu+unix:///system', /this host only/],
    ['qemu+ftp://beta/system', /does not reach another host/],
    ['qemu+ssh:///system', /Without a host/],
    ['qemu+ssh://beta/session', /the libvirt of one user/],
    ['qemu+ssh://beta/nonsense', /Use the path \/system/],
    ['qemu+ssh://be ta/system', /spaces/],
    ['qemu+ssh://localhost/system', /already on this host/],
    ['qemu+ssh://ALPHA/system', /already on this host/],
    ['qemu+ssh://10.1.0.1/system', /already on this host/],
    ['qemu+ssh://[::1]/system', /already on this host/],
    ['127.0.0.1', /already on this host/],
    ['alpha.lab.example.', /already on this host/],
    ['qemu+ssh://2001:db8::1/system', /square brackets/],
    ['qemu+ssh://10.1.0/system', /four numbers/],
    ['qemu+ssh://10.1.0.300/system', /four numbers/],
    ['qemu+ssh://beta:99999/system', /not a port/],
    ['qemu+ssh://-oProxyCommand=x/system', /Not a host name or address/],
    ['qemu+ssh://-x@beta/system', /user name/],
    ['qemu+ssh://$(id)/system', /Not a host name or address/],
    ['qemu+ssh://beta/system#x', /Remove “#”/],
    ['qemu+ssh://beta/system?command=%', /percent escape/],
    ['qemu+ssh:/beta/system', /two slashes/],
    // Names that every JavaScript object has, and that are no transports.
    ['constructor://beta/system', /constructor:\/\/ does not reach libvirt/],
    ['qemu+ssh://beta/system?keyfile=/k%00x', /percent escape/],
    ['qemu+ssh://beta?command=%zz', /percent escape/],
    ['qemu+ssh://be\0ta/system', /spaces/],
    ['?root@beta', /user name/],
  ])('says what is wrong with %s', (typed, words) => {
    expect(problem(typed)).toMatch(words);
  });

  it('suggests the probable URI', () => {
    expect(parse('https://beta:9090/machines')).toMatchObject({ suggestion: 'qemu+ssh://beta/system' });
    // With the escapes as written: decoded, it would be another host.
    expect(parse('http://a%3Fb@beta:80')).toMatchObject({ suggestion: 'qemu+ssh://a%3Fb@beta/system' });
    expect(parse('qemu+ssh://root@beta/session')).toMatchObject({
      suggestion: 'qemu+ssh://root@beta/system',
    });
  });

  it('never repeats a password', () => {
    const text = JSON.stringify(parse('qemu+ssh://root:secret@beta/system'));
    expect(text).toContain('password');
    expect(text).not.toContain('secret');
    expect(JSON.stringify(parse('root:secret@beta'))).not.toContain('secret');
    expect(JSON.stringify(parse('ssh://root:secret@beta'))).not.toContain('secret');
  });

  it('names each dangerous parameter, whatever its case', () => {
    const query =
      'Command=/tmp/x&netcat=nc;socket=/s&no_verify=1&pkipath=/p&known_hosts_verify=auto&keyfile=/k&known_hosts=/h&mystery=1&name=lxc:///';
    const input = parse(`qemu+ssh://beta/system?${query}`);
    expect(input.kind === 'valid' && input.dangerous.map(({ name }) => name)).toEqual([
      'command',
      'netcat',
      'socket',
      'no_verify',
      'pkipath',
      'known_hosts_verify',
      'keyfile',
      'known_hosts',
      'mystery',
      'name',
    ]);
    expect(
      parse('qemu+ssh://beta/system?no_verify=0&mode=direct&proxy=native&sshauth=privkey'),
    ).toMatchObject({
      dangerous: [],
    });
  });

  it('requires /session for a VM of a user', () => {
    expect(parseDestination('beta', { localNames: [], connection: 'session' })).toMatchObject({
      uri: 'qemu+ssh://beta/session',
    });
    expect(parseDestination('qemu+ssh://beta/system', { localNames: [], connection: 'session' }).kind).toBe(
      'invalid',
    );
  });

  it('never throws, and never takes a host that ssh would read as an option', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const typed of [text, `qemu+ssh://${text}/system`, `qemu+ssh://beta/system?${text}`]) {
          const input = parse(typed);
          if (input.kind === 'valid') expect(input.parts.host).toMatch(/^[A-Za-z0-9_:]/);
        }
      }),
    );
  });
});

describe('a destination from a hostile hand', () => {
  const kindOf = (uri: string): string => parseDestination(uri, { localNames: [] }).kind;

  it('has no user or host that a program takes for an option', () => {
    for (const uri of [
      'qemu+ssh://-oProxyCommand=evil/system',
      'qemu+ssh://-oProxyCommand=evil@beta/system',
      'qemu+ssh://%2doProxyCommand=evil@beta/system',
      'qemu+ssh://[-oProxyCommand=evil]/system',
      'qemu+ssh://[%2d1::1]/system',
      '-oProxyCommand=evil',
      '--help',
    ])
      expect(kindOf(uri), uri).toBe('invalid');
  });

  it('has no user that OpenSSH refuses, since a shell may be handed it', () => {
    for (const user of ['$(reboot)', '`reboot`', "o'", 'a"b', 'a;b', 'a&b', 'a|b', 'a<b', '{a}', 'a\\'])
      for (const written of [user, encodeURIComponent(user)])
        expect(kindOf(`qemu+ssh://${written}@beta/system`), written).toBe('invalid');
    for (const user of ['root', 'joe.doe', 'EXAMPLE\\joe', 'joe@example.org', 'büro'])
      expect(kindOf(`qemu+ssh://${user}@beta/system`), user).toBe('valid');
  });

  it('has no invisible characters', () => {
    for (const hidden of [
      '\u202e',
      '\u2066',
      '\u200b',
      '\ufeff',
      '\u001b[2J',
      '\u0000',
      '\n',
      '\u2028',
      '\ud800',
    ]) {
      expect(kindOf(`qemu+ssh://be${hidden}ta/system`)).toBe('invalid');
      expect(kindOf(`qemu+ssh://ro${hidden}ot@beta/system`)).toBe('invalid');
      expect(kindOf(`qemu+ssh://beta/system?keyfile=/a${hidden}b`)).toBe('invalid');
    }
    expect(kindOf('qemu+ssh://ro%E2%80%AEot@beta/system')).toBe('invalid');
    expect(kindOf('qemu+ssh://ro%1bot@beta/system')).toBe('invalid');
  });

  it('is parsed quickly, however long it is', () => {
    const begun = performance.now();
    for (const part of ['a', '-', ':', '@', '[', '%', '.', '/'])
      for (const uri of [part.repeat(200_000), `qemu+ssh://${part.repeat(200_000)}/system`]) kindOf(uri);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
