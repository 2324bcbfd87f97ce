// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../base/index.ts';

/** One parameter of a URI. The name is in lower case, because libvirt ignores case. */
export interface UriParameter {
  readonly name: string;
  readonly value: string;
}

/** A parameter that the admin has to confirm by name before anything is done with the URI. */
export interface DangerousParameter extends UriParameter {
  /** What it does. */
  readonly what: Message;
}

/** What each parameter of libvirt's remote driver does, where it runs programs, weakens checks or reads credentials. */
function dangerOf({ name, value }: UriParameter): Message | undefined {
  switch (name) {
    case 'command':
      // TRANSLATORS: describes a parameter of a URI, as do the texts after it. The name and a colon stand before it.
      return msg('runs the program $0 as root on this host instead of ssh', value);
    case 'netcat':
      return msg('runs the program $0 on the destination', value);
    case 'socket':
      return msg('connects to the socket $0 on the destination', value);
    case 'no_verify':
      return value === '0' || value === ''
        ? undefined
        : msg('turns off the check of the destination’s identity');
    case 'known_hosts_verify':
      return value === 'normal'
        ? undefined
        : msg('weakens the check of the destination’s identity ($0)', value);
    case 'known_hosts':
      return msg('trusts the host keys in the file $0 instead of those of root', value);
    case 'keyfile':
      return msg('signs in with the private key in the file $0', value);
    case 'pkipath':
      return msg('uses the certificates and private key in the folder $0', value);
    case 'tls_priority':
      return msg('changes which encryption is accepted ($0)', value);
    case 'name':
      return msg('opens the connection $0 instead of the one that the rest of the URI names', value);
    // These only set how to ask for passwords (never here: there is no terminal), which authentication methods to try, and which
    // proxy program the destination uses.
    case 'no_tty':
    case 'sshauth':
    case 'proxy':
    case 'mode':
      return undefined;
    default:
      return msg('is unknown to this page; libvirt may pass it on to the destination');
  }
}

/** The parameters that need to be confirmed. */
export function dangerousParameters(parameters: readonly UriParameter[]): readonly DangerousParameter[] {
  return parameters.flatMap((parameter) => {
    const what = dangerOf(parameter);
    return what === undefined ? [] : [{ ...parameter, what }];
  });
}

/** Percent-decoded text. Undefined if it is malformed or contains NUL, at which libvirt would cut the text. */
export function percentDecoded(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return decoded.includes('\0') ? undefined : decoded;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/**
 * The parameters of a query string as libvirt reads it: separated by `&` or `;`, with percent escapes, and `+` is not a space.
 * Undefined if an escape is malformed.
 */
export function parseParameters(query: string): readonly UriParameter[] | undefined {
  const parameters: UriParameter[] = [];
  for (const part of query.split(/[&;]/)) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = percentDecoded(at < 0 ? part : part.slice(0, at));
    const value = percentDecoded(at < 0 ? '' : part.slice(at + 1));
    if (name === undefined || value === undefined) return undefined;
    parameters.push({ name: name.toLowerCase(), value });
  }
  return parameters;
}
