// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../base/index.ts';
import { parseDestination, type ValidDestination } from '../destination/index.ts';

/** The input of the admin: the host, and the user as whom libvirt of this host signs in there. */
export interface AccessInput {
  /** A host, with or without user and port, or a URI of libvirt over ssh. */
  readonly host: string;
  /** Overrides the user in `host`. Without both: the user of root's ssh configuration, by default root. */
  readonly user?: string;
  readonly port?: string;
  /** Names and addresses of this host. */
  readonly localNames: readonly string[];
}

export type AccessRequest =
  | { readonly kind: 'valid'; readonly destination: ValidDestination }
  | { readonly kind: 'invalid'; readonly problem: Message };

function authority(host: string, user: string | undefined, port: string | undefined): string {
  const name = host.includes(':') ? `[${host.replace('%', '%25')}]` : host;
  return `${user === undefined ? '' : `${encodeURIComponent(user)}@`}${name}${port === undefined ? '' : `:${port}`}`;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Parses the input. Contacts no host. Refuses what ssh could take for an option, or a shell for a command. */
export function parseAccessRequest({ host, user, port, localNames }: AccessInput): AccessRequest {
  const context = { localNames };
  const typed = parseDestination(host, context);
  const first = typed.kind === 'suggestion' ? parseDestination(typed.uri, context) : typed;
  if (first.kind === 'empty') return { kind: 'invalid', problem: msg('Enter a host.') };
  if (first.kind === 'incomplete') return { kind: 'invalid', problem: first.hint };
  if (first.kind === 'suggestion') return { kind: 'invalid', problem: first.message };
  if (first.kind === 'invalid') return { kind: 'invalid', problem: first.problem };
  const { parts } = first;
  // Other parameters of a URI (another program, another key) are not set up here.
  if (parts.scheme !== 'qemu+ssh' || parts.parameters.length > 0)
    return {
      kind: 'invalid',
      problem: msg(
        'Access is set up for ssh only. Enter a host, or a URI such as $0.',
        'qemu+ssh://beta/system',
      ),
    };
  if (user !== undefined && (user === '' || !isWellFormed(user)))
    return { kind: 'invalid', problem: msg('Not a valid user name: $0', user) };
  const whole = `qemu+ssh://${authority(parts.host, user ?? parts.user, port ?? (parts.port === undefined ? undefined : String(parts.port)))}/system`;
  const destination = parseDestination(whole, context);
  if (destination.kind === 'valid') return { kind: 'valid', destination };
  return {
    kind: 'invalid',
    problem:
      destination.kind === 'invalid' ? destination.problem : msg('Not a host name or address: $0', host),
  };
}
