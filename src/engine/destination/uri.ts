// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ConnectionName, type Message, msg } from '../base/index.ts';
import {
  type DangerousParameter,
  dangerousParameters,
  parseParameters,
  percentDecoded,
  type UriParameter,
} from './uri-parameters.ts';

/** How the control connection is made. */
export type Transport = 'ssh' | 'tcp' | 'tls';

/** The parts of a destination URI. */
export interface DestinationParts {
  readonly transport: Transport;
  /** As written: `qemu+ssh`, `qemu+libssh`, `qemu+libssh2`, `qemu+tcp`, `qemu+tls` or `qemu`. */
  readonly scheme: string;
  readonly user?: string;
  /** Name or address; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port?: number;
  readonly path: string;
  readonly parameters: readonly UriParameter[];
}

/** A URI that can be used after its dangerous parameters are confirmed. */
export interface ValidDestination {
  readonly kind: 'valid';
  readonly uri: string;
  readonly parts: DestinationParts;
  readonly dangerous: readonly DangerousParameter[];
}

/** What the text in the destination field is. */
export type DestinationInput =
  | { readonly kind: 'empty' }
  /** The beginning of a URI; `hint` says what comes next. */
  | { readonly kind: 'incomplete'; readonly hint: Message }
  /** Not a URI. This one is probably meant. */
  | { readonly kind: 'suggestion'; readonly uri: string; readonly message: Message }
  | { readonly kind: 'invalid'; readonly problem: Message; readonly suggestion?: string }
  | ValidDestination;

/** What the parser has to know about this host and the VM. */
export interface DestinationContext {
  /** Names and addresses of this very host. */
  readonly localNames: readonly string[];
  /** The VM's connection, which the path has to name. If absent: the system connection. */
  readonly connection?: ConnectionName;
}

const transports: ReadonlyMap<string, Transport> = new Map([
  ['qemu+ssh', 'ssh'],
  ['qemu+libssh', 'ssh'],
  ['qemu+libssh2', 'ssh'],
  ['qemu+tcp', 'tcp'],
  ['qemu+tls', 'tls'],
  ['qemu', 'tls'],
]);

const loopback =
  /^(localhost(\.localdomain)?|.*\.localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3}|0\.0\.0\.0|::)$/i;
const hostName = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
const ipv6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]+(%[A-Za-z0-9_.-]+)?$/;

/** The regular expression backtracks, which is slow on long texts. */
function isIpv6(text: string): boolean {
  return text.length < 100 && ipv6.test(text);
}

function invalid(problem: Message, suggestion?: string): DestinationInput {
  return suggestion === undefined ? { kind: 'invalid', problem } : { kind: 'invalid', problem, suggestion };
}

const needsBrackets = msg('Put the IPv6 address in square brackets, for example [2001:db8::1].');

/**
 * Refuses the users that OpenSSH refuses on its command line (`valid_ruser` in ssh.c, since 9.6): ssh's configuration may pass the
 * user to a shell (`%r` in ProxyCommand or Match exec, CVE-2023-51385), and older versions of ssh do not check it.
 */
function isUserName(text: string): boolean {
  return /^[^\s\-/][^\s/]*$/.test(text) && !/[\p{Cc}\p{Cf}\p{Surrogate}'`"$;&<>|(){}]|\\$/u.test(text);
}

/** Host, port and user of an authority such as `root@beta:2222` or `[2001:db8::1]`, or what is wrong with it. */
function parseAuthority(
  authority: string,
): { host: string; port?: number; user?: string } | { problem: Message } {
  const at = authority.lastIndexOf('@');
  const userText = at < 0 ? undefined : authority.slice(0, at);
  const rest = authority.slice(at + 1);
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(rest);
  if (match === null) {
    return rest.includes(':')
      ? { problem: needsBrackets }
      : { problem: msg('Not a host name or address: $0', rest) };
  }
  if (userText?.includes(':') === true) {
    return {
      problem: msg('Remove the password (it is not stored), and use an ssh key of root instead.'),
    };
  }
  const user = userText === undefined ? undefined : percentDecoded(userText);
  if (
    userText !== undefined &&
    // An unescaped ? or # would start another part of the URI.
    (user === undefined || !isUserName(user) || /[?#]/.test(userText))
  ) {
    return { problem: msg('Not a valid user name: $0', userText) };
  }
  const [, bracketed, named, portText] = match;
  if (bracketed === undefined && portText?.includes(':') === true) return { problem: needsBrackets };
  const host = bracketed === undefined ? (named ?? '') : (percentDecoded(bracketed) ?? '');
  if (host === '' && bracketed === undefined) return { host: '' };
  if (bracketed === undefined ? !hostName.test(host) : !isIpv6(host)) {
    return { problem: msg('Not a host name or address: $0', bracketed ?? host) };
  }
  // Text that looks like an IPv4 address has to be one: the resolver accepts unusual forms (010.1 is 8.0.0.1).
  if (/^[\d.]+$/.test(host) && !isIpv4(host)) {
    return { problem: msg('$0 is not an IPv4 address: use four numbers from 0 to 255.', host) };
  }
  if (portText === undefined) return { host, ...(user === undefined ? {} : { user }) };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65535)
    return { problem: msg('$0 is not a port: use a number from 1 to 65535.', portText) };
  return { host, port, ...(user === undefined ? {} : { user }) };
}

function isIpv4(text: string): boolean {
  return (
    /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text) && text.split('.').every((n) => Number(n) < 256)
  );
}

/** True if a host name or address (without brackets) is one of this host's own. */
export function isThisHost(host: string, localNames: readonly string[]): boolean {
  const plain = host.toLowerCase().replace(/\.$/, '');
  return loopback.test(plain) || localNames.some((name) => name.toLowerCase().replace(/\.$/, '') === plain);
}

const thisHost = msg('The VM is already on this host. Enter another host.');

/** Text without a scheme: a host name, an address, `user@host`, `host:port`. */
function parseBareHost(text: string, context: DestinationContext, path: string): DestinationInput {
  const [authorityText = ''] = text.split('/');
  const authority = isIpv6(authorityText) ? `[${authorityText.replace('%', '%25')}]` : authorityText;
  const parsed = parseAuthority(authority);
  if ('problem' in parsed) return invalid(parsed.problem);
  if (parsed.host === '') return invalid(msg('Add a host, for example $0', `qemu+ssh://beta${path}`));
  if (isThisHost(parsed.host, context.localNames)) return invalid(thisHost);
  const uri = `qemu+ssh://${authority}${path}`;
  return {
    kind: 'suggestion',
    uri,
    message: msg('Use $0: libvirt on that host, over ssh as root.', uri),
  };
}

/** A scheme that does not lead to a libvirt daemon for QEMU on another host. */
function unknownScheme(scheme: string, rest: string, path: string): DestinationInput {
  const [authority = ''] = rest.split(/[/?#]/);
  const host = parseAuthority(authority);
  const suggestion =
    'problem' in host || host.host === ''
      ? undefined
      : // As written, with its escapes, but without the port: that belongs to another service.
        `qemu+ssh://${/^(?:[^@]*@)*(?:\[[^\]]*\]|[^:]*)/.exec(authority)?.[0] ?? ''}${path}`;
  if (/^qemu\+(unix|ext)$/.test(scheme)) {
    return invalid(msg('$0 reaches this host only. Enter another host.', `${scheme}://`), suggestion);
  }
  if (scheme.startsWith('qemu+')) {
    return invalid(
      msg('$0 does not reach another host. Use qemu+ssh, qemu+tls or qemu+tcp.', `${scheme}://`),
      suggestion,
    );
  }
  return invalid(
    msg('$0 does not reach libvirt with QEMU. Use qemu+ssh, qemu+tls or qemu+tcp.', `${scheme}://`),
    suggestion,
  );
}

/** The first letters of a scheme that is still being typed. */
function isBeginningOfUri(text: string): boolean {
  return (
    /^qemu(\+[a-z0-9]*)?(:\/{0,2})?$/.test(text) &&
    (text === 'qemu' ||
      text.startsWith('qemu:') ||
      [...transports.keys()].some((scheme) => `${scheme}://`.startsWith(text)))
  );
}

/**
 * Parses the destination that the admin typed: trims it, suggests a URI for a bare host, and says what is wrong otherwise. Sends
 * nothing to the destination.
 */
export function parseDestination(typed: string, context: DestinationContext): DestinationInput {
  const text = typed.trim();
  const path = `/${context.connection ?? 'system'}`;
  if (text === '') return { kind: 'empty' };
  const lower = text.toLowerCase();
  if (isBeginningOfUri(lower)) {
    return { kind: 'incomplete', hint: msg('Continue, for example: $0', `qemu+ssh://beta${path}`) };
  }
  // The same for other text that nobody types and that programs may not get unchanged.
  if (/[\s\p{Cc}\p{Cf}\p{Surrogate}]/u.test(text))
    return invalid(msg('Remove the spaces and control characters.'));
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/.exec(text);
  if (match === null) {
    if (/^qemu(\+[a-z0-9]+)?:/.test(lower)) {
      return invalid(
        msg('Add two slashes and the host after the colon, for example $0', `qemu+ssh://beta${path}`),
      );
    }
    return parseBareHost(text, context, path);
  }
  const scheme = (match[1] ?? '').toLowerCase();
  const rest = match[2] ?? '';
  const transport = transports.get(scheme);
  return transport === undefined
    ? unknownScheme(scheme, rest, path)
    : parseUri(text, scheme, transport, rest, context, path);
}

function parseUri(
  text: string,
  scheme: string,
  transport: Transport,
  rest: string,
  context: DestinationContext,
  wantedPath: string,
): DestinationInput {
  if (rest.includes('#')) return invalid(msg('Remove “#” and what follows.'));
  const [, authority = '', path = '', query = ''] = /^([^/?]*)([^?]*)(?:\?(.*))?$/.exec(rest) ?? [];
  const parsed = parseAuthority(authority);
  if ('problem' in parsed) return invalid(parsed.problem);
  if (parsed.host === '') {
    return invalid(msg('Without a host, this URI means this host. Add a host before $0.', wantedPath));
  }
  if (isThisHost(parsed.host, context.localNames)) return invalid(thisHost);
  const parameters = parseParameters(query);
  if (parameters === undefined) return invalid(msg('Correct the percent escape after “?”.'));
  const withPath = `${scheme}://${authority}${wantedPath}${query === '' ? '' : `?${query}`}`;
  if (path === '' || path === '/') {
    return {
      kind: 'suggestion',
      uri: withPath,
      message: msg('The path $0 is missing: $1', wantedPath, withPath),
    };
  }
  if (path !== wantedPath) return wrongPath(path, wantedPath, withPath);
  return {
    kind: 'valid',
    uri: text,
    parts: { transport, scheme, ...parsed, path, parameters },
    dangerous: dangerousParameters(parameters),
  };
}

function wrongPath(path: string, wantedPath: string, withPath: string): DestinationInput {
  if (wantedPath.startsWith(path))
    return { kind: 'incomplete', hint: msg('Continue, for example: $0', withPath) };
  if (path === '/session') {
    return invalid(
      msg('Use /system: this VM belongs to the libvirt of the host. /session is the libvirt of one user.'),
      withPath,
    );
  }
  if (path === '/system') {
    return invalid(
      msg('Use /session: this VM belongs to the libvirt of one user. /system is the libvirt of the host.'),
      withPath,
    );
  }
  return invalid(msg('Use the path $0.', wantedPath), withPath);
}
