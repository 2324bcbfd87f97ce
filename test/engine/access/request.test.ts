// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSourceAddress } from '../../../src/engine/access/change.ts';
import { type AccessRequest, parseAccessRequest } from '../../../src/engine/access/request.ts';
import { signInArgv } from '../../../src/engine/access/sign-in.ts';

type Given = readonly [host: string, user?: string | undefined, port?: string];

function requestOf([host, user, port]: Given): AccessRequest {
  return parseAccessRequest({
    host,
    localNames: ['alpha'],
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
  });
}

function uriOf(given: Given): string | undefined {
  const request = requestOf(given);
  return request.kind === 'valid' ? request.destination.uri : undefined;
}

describe('what access is asked for', () => {
  it.each([
    [['beta'], 'qemu+ssh://beta/system'],
    [['beta', 'admin'], 'qemu+ssh://admin@beta/system'],
    [['admin@beta', 'vmuser', '2222'], 'qemu+ssh://vmuser@beta:2222/system'],
    [['2001:db8::1', undefined, '2222'], 'qemu+ssh://[2001:db8::1]:2222/system'],
    [['fe80::1%eth0'], 'qemu+ssh://[fe80::1%25eth0]/system'],
    [['qemu+ssh://root@beta:22/system'], 'qemu+ssh://root@beta:22/system'],
    [['beta', 'EXAMPLE\\admin'], 'qemu+ssh://EXAMPLE%5Cadmin@beta/system'],
  ] satisfies [Given, string][])('%j is %s', (given, uri) => {
    expect(uriOf(given)).toBe(uri);
  });

  it.each([
    [['-oProxyCommand=x']],
    [['beta -v']],
    [['$(id)']],
    [['alpha']],
    [['localhost']],
    [['']],
    [['qemu+tls://beta/system']],
    [['qemu+ssh://beta/system?command=/tmp/x']],
    [['beta', '-l']],
    [['beta', '']],
    [['beta', 'a b']],
    [['beta', 'x;id']],
    [['beta', '$(id)']],
    [['beta', '\ud800']],
    [['beta', 'root', '0']],
    [['beta', 'root', '-p']],
    [['beta', 'root', '22 -v']],
  ] satisfies [Given][])('%j is refused, with the reason', (given) => {
    const request = requestOf(given);
    expect(request.kind === 'invalid' ? request.problem.text : '').toMatch(/^\S/);
  });

  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc
      .array(
        fc.constantFrom(
          '-',
          "'",
          '"',
          '$(x)',
          '`',
          ' ',
          '\n',
          '%',
          '@',
          ':',
          '[',
          ']',
          'é',
          '語',
          'a',
          '0',
          '\\',
        ),
        {
          maxLength: 12,
        },
      )
      .map((parts) => parts.join('')),
  );

  it('never becomes an option or a command of ssh', () => {
    fc.assert(
      fc.property(piece, fc.option(piece, { nil: undefined }), piece, (host, user, as) => {
        const request = parseAccessRequest({ host, localNames: [], ...(user === undefined ? {} : { user }) });
        if (request.kind === 'invalid') return;
        const { parts } = request.destination;
        const argv = signInArgv({ parts, as, by: { kind: 'password' } });
        const end = argv.indexOf('--');
        expect(argv.slice(end + 1)).toEqual([parts.host, 'env', 'LC_ALL=C', 'sh', '-s']);
        expect(parts.host).toMatch(/^[\w:][\w.:%-]*$/);
        expect(parts.user ?? 'root').toMatch(/^[^\s\-/'`"$;&<>|(){}][^\s/'`"$;&<>|(){}]*$/u);
        // The value of its option, whatever it is.
        expect(argv[argv.lastIndexOf('-l') + 1]).toBe(as);
      }),
      { numRuns: 10_000 },
    );
  });

  it('binds a key only to what ends no option of authorized_keys', () => {
    expect(['10.0.0.1', '10.0.0.0/8', '2001:db8::1', 'alpha.example.com'].every(isSourceAddress)).toBe(true);
    fc.assert(
      fc.property(piece, (text) => {
        if (isSourceAddress(text)) expect(text).toMatch(/^[A-Za-z0-9.:/-]+$/);
      }),
    );
  });
});
