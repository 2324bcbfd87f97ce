// SPDX-License-Identifier: LGPL-2.1-or-later
import { runAsRoot, type Tools } from './limit.ts';
import type { SshSettings } from './ssh-settings.ts';

/** A public key that identifies a host. */
export interface HostKey {
  /** As in known_hosts: `ssh-ed25519 AAAA...`. */
  readonly line: string;
  /** `SHA256:...`, as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** `ED25519`, `ECDSA`, `RSA`. */
  readonly algorithm: string;
}

/** Sorted by how well admins know them. */
const order = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'];

/** Parses lines of ssh-keyscan or known_hosts (name, type, key). Each key is returned once. */
export function parseKeyLines(text: string): readonly string[] {
  const keys = text.split('\n').flatMap((line) => {
    const [, type, key] = /^\S+ ((?:ssh|ecdsa|sk)-[\w@.-]+) ([A-Za-z0-9+/]+={0,2})(?: |$)/.exec(line) ?? [];
    return type === undefined || key === undefined ? [] : [`${type} ${key}`];
  });
  const rank = (key: string): number => {
    const at = order.indexOf(key.split(' ', 1)[0] ?? '');
    return at < 0 ? order.length : at;
  };
  return [...new Set(keys)].sort((a, b) => rank(a) - rank(b));
}

/** Parses the output of `ssh-keygen -lf -`: "256 SHA256:... name (ED25519)". */
export function parseFingerprints(text: string): readonly Pick<HostKey, 'fingerprint' | 'algorithm'>[] {
  return text.split('\n').flatMap((line) => {
    const [, fingerprint, algorithm] = /^\d+ ((?:SHA256|MD5):\S+) .*\(([\w-]+)\)$/.exec(line) ?? [];
    return fingerprint === undefined || algorithm === undefined ? [] : [{ fingerprint, algorithm }];
  });
}

/** The keys with their fingerprints. A key of a type that ssh-keygen does not know is left out. */
export async function withFingerprints(tools: Tools, lines: readonly string[]): Promise<readonly HostKey[]> {
  const keys = await Promise.all(
    lines.map(async (line) => {
      const { stdout } = await runAsRoot(tools, ['ssh-keygen', '-l', '-E', 'sha256', '-f', '-'], {
        input: `${line}\n`,
      });
      const [print] = parseFingerprints(stdout);
      return print === undefined ? [] : [{ line, ...print }];
    }),
  );
  return keys.flat();
}

/**
 * The keys of all types that the host presents now. ssh-keyscan opens one connection for each type. sshd may count these against this
 * host (PerSourcePenalties of sshd 9.8: 1 s for a connection without a sign-in), so no other types are requested.
 */
export async function scanHostKeys(tools: Tools, { host, port }: SshSettings): Promise<readonly HostKey[]> {
  const { stdout } = await runAsRoot(tools, [
    ...['ssh-keyscan', '-T', '5', '-p', String(port), '-t', 'ed25519,ecdsa,rsa'],
    '--',
    host,
  ]);
  return withFingerprints(tools, parseKeyLines(stdout));
}
