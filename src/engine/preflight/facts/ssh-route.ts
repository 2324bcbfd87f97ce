// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { type DestinationParts, isHostName } from '../../destination/index.ts';
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { destinationFact } from './destination.ts';

/** Environment that is removed for root's ssh, because libvirtd has neither an agent nor prompts. */
const withoutAgent = [
  'env',
  '-u',
  'SSH_AUTH_SOCK',
  '-u',
  'SSH_ASKPASS',
  '-u',
  'DISPLAY',
  'LC_ALL=C',
] as const;

/** The value of a URI parameter. */
export function uriParameter(parts: DestinationParts, name: string): string | undefined {
  return parts.parameters.find((parameter) => parameter.name === name)?.value;
}

/** The arguments that libvirt passes to ssh for this URI: program, port, user, key. */
function connectionArguments(parts: DestinationParts): { program: string; options: readonly string[] } {
  const keyfile = uriParameter(parts, 'keyfile');
  const noVerify = uriParameter(parts, 'no_verify') ?? '0';
  return {
    program: uriParameter(parts, 'command') ?? 'ssh',
    options: [
      ...(parts.port === undefined ? [] : ['-p', String(parts.port)]),
      ...(parts.user === undefined ? [] : ['-l', parts.user]),
      ...(keyfile === undefined || keyfile === '' ? [] : ['-i', keyfile]),
      ...(noVerify === '0' || noVerify === '' ? [] : ['-o', 'StrictHostKeyChecking=no']),
    ],
  };
}

/** ssh to the destination as libvirtd runs it: without prompts, with a time limit for the connection. */
export function sshArgv(parts: DestinationParts, command: readonly string[]): readonly string[] {
  const { program, options } = connectionArguments(parts);
  return [
    ...withoutAgent,
    program,
    ...['-T', '-e', 'none', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5', '-o', 'Compression=no'],
    ...options,
    '--',
    parts.host,
    ...command,
  ];
}

/** The user that libvirt would run it as: root for the host's libvirt, the user for their own. */
export function asLibvirtd({ choices }: Pick<FactContext, 'choices'>): { superuser?: 'require' } {
  return choices.vm.connection === 'system' ? { superuser: 'require' } : {};
}

/** Where the control connection really goes. */
export interface ControlRoute {
  readonly host: string;
  readonly port: number;
  /** ssh uses a jump host or a proxy program, so a direct connection to the port proves nothing. */
  readonly indirect: boolean;
}

const standardPorts = { ssh: 22, tcp: 16509, tls: 16514 } as const;

/** Parses the output of `ssh -G`: one `keyword value` in each line. */
export function parseSshConfiguration(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').map((line) => {
      const at = line.indexOf(' ');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/**
 * Host and port of the control connection. For ssh, root's configuration may change them (an alias, another port, a jump host), so
 * ssh itself is queried.
 */
export const controlRouteFact = defineFact<ControlRoute, { destination: typeof destinationFact }>({
  name: 'control-route',
  needs: { destination: destinationFact },
  timeLimitMilliseconds: 3000,
  gather: async ({ destination: { parts } }, context) => {
    const plain = { host: parts.host, port: parts.port ?? standardPorts[parts.transport], indirect: false };
    // libssh and libssh2 do not read ssh's configuration, and a replacement program for ssh may not support the option.
    if (parts.scheme !== 'qemu+ssh' || uriParameter(parts, 'command') !== undefined) return plain;
    const { options } = connectionArguments(parts);
    const { exitCode, stdout } = await context.platform.run(
      [...withoutAgent, 'ssh', '-G', ...options, '--', parts.host],
      { signal: context.signal, ...asLibvirtd(context) },
    );
    if (exitCode !== 0) return plain;
    const settings = parseSshConfiguration(stdout);
    const host = settings.get('hostname') ?? '';
    const port = /^\d{1,5}$/.test(settings.get('port') ?? '') ? Number(settings.get('port')) : 0;
    // ssh always prints both. Without them, it is unknown where the connection goes.
    if (!isHostName(host) || port < 1 || port > 65535) {
      throw new FactUnavailable({
        why: msg('A command failed.'),
        original: stdout.trim(),
      });
    }
    const via = (name: string): boolean => !['none', '', undefined].includes(settings.get(name));
    return {
      host,
      port,
      indirect: via('proxyjump') || via('proxycommand'),
    };
  },
});
