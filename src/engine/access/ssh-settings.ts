// SPDX-License-Identifier: LGPL-2.1-or-later
import { PlatformError } from '../../platform/platform.ts';
import { type DestinationParts, isHostName } from '../destination/index.ts';
import { runAsRoot, type Tools } from './limit.ts';

/** root's ssh configuration for a host. */
export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The name under which ssh looks for the host's key. */
  readonly knownAs: string;
  /** Where ssh adds host keys first. */
  readonly knownHostsFiles: readonly string[];
  readonly systemKnownHostsFiles: readonly string[];
  readonly hashesNames: boolean;
  readonly identityFiles: readonly string[];
  /** Through a jump host or a proxy program: only ssh reaches the host, ssh-keyscan does not. */
  readonly indirect: boolean;
}

/** The files of a list. `none` means no file. Only some versions of ssh expand `~`. */
function files(names: readonly string[], home: string): readonly string[] {
  return names
    .filter((file) => file !== '' && file !== 'none')
    .map((file) => (file.startsWith('~/') ? `${home}${file.slice(1)}` : file));
}

/**
 * Parses the output of `ssh -G`. The name in known_hosts follows ssh (get_hostfile_hostname_ipaddr in sshconnect.c): the alias, or the
 * host name, with the port unless that is 22. Undefined if host or port is missing.
 *
 * @param home Root's home folder.
 */
export function parseSshSettings(text: string, home: string): SshSettings | undefined {
  const lines = text.split('\n').map((line) => {
    const at = line.indexOf(' ');
    return at < 0 ? ([line, ''] as const) : ([line.slice(0, at), line.slice(at + 1)] as const);
  });
  const all = (name: string): readonly string[] =>
    lines.filter(([key]) => key === name).map(([, value]) => value);
  const one = (name: string): string | undefined => all(name)[0];
  const host = (one('hostname') ?? '').toLowerCase();
  const port = /^\d{1,5}$/.test(one('port') ?? '') ? Number(one('port')) : 0;
  if (!isHostName(host) || port < 1 || port > 65535) return undefined;
  const alias = one('hostkeyalias');
  const isSet = (name: string): boolean => !['none', '', undefined].includes(one(name));
  return {
    host,
    port,
    user: one('user') ?? 'root',
    knownAs: alias === undefined || alias === 'none' ? knownName(host, port) : alias.toLowerCase(),
    knownHostsFiles: files((one('userknownhostsfile') ?? '').split(' '), home),
    systemKnownHostsFiles: files((one('globalknownhostsfile') ?? '').split(' '), home),
    hashesNames: one('hashknownhosts') === 'yes',
    identityFiles: files(all('identityfile'), home),
    indirect: isSet('proxyjump') || isSet('proxycommand'),
  };
}

function knownName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** ssh's arguments for the destination, as libvirt passes them for the URI. */
export function whereTo({ host, port, user }: DestinationParts): {
  readonly options: readonly string[];
  readonly host: string;
} {
  return {
    options: [
      ...(port === undefined ? [] : ['-p', String(port)]),
      ...(user === undefined ? [] : ['-l', user]),
    ],
    host,
  };
}

/** Reads root's settings from ssh. Rejects with PlatformError if ssh is missing or fails. */
export async function readSshSettings(tools: Tools, parts: DestinationParts): Promise<SshSettings> {
  const { options, host } = whereTo(parts);
  const [result, entry] = await Promise.all([
    runAsRoot(tools, ['ssh', '-G', ...options, '--', host]),
    runAsRoot(tools, ['getent', 'passwd', '0']),
  ]);
  const home = entry.stdout.trim().split(':')[5] ?? '/root';
  const settings = result.exitCode === 0 ? parseSshSettings(result.stdout, home) : undefined;
  if (settings === undefined)
    throw new PlatformError('failed', result.stderr === '' ? result.stdout.trim() : result.stderr);
  return settings;
}
