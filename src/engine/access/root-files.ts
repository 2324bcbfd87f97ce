// SPDX-License-Identifier: LGPL-2.1-or-later
import { PlatformError } from '../../platform/platform.ts';
import { runAsRoot, type Tools } from './limit.ts';
import script from './root-files.sh?raw';
import type { KnownLine, RootKey } from './state.ts';

type Action = 'keys' | 'make' | 'unmake' | 'known' | 'trust' | 'append' | 'remove';

/** Rejects with PlatformError, with the reason, if the script fails. */
async function run(tools: Tools, action: Action, ...words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await runAsRoot(tools, ['sh', '-c', script, 'sh', action, ...words]);
  if (exitCode !== 0)
    throw new PlatformError('failed', stderr === '' ? `exit status ${exitCode ?? 'none'}` : stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

/** The key itself, in base64, of a line such as `ssh-ed25519 AAAA... root@alpha`. */
export function keyOf(line: string): string {
  return /^\S+ (\S+)/.exec(line)?.[1] ?? '';
}

/** Parses the script's output, which names files by their number. */
export function parseRootKeys(lines: readonly string[], files: readonly string[]): RootKey {
  const numbered = (word: string): readonly (readonly [string, string])[] =>
    lines.flatMap((line) => {
      const [, number, rest = ''] = new RegExp(`^${word} (\\d+)(?: (.*))?$`).exec(line) ?? [];
      const file = number === undefined ? undefined : files[Number(number) - 1];
      return file === undefined ? [] : [[file, rest] as const];
    });
  const host = lines.find((line) => line.startsWith('host '))?.slice('host '.length) ?? '';
  const comment = `root@${host}`;
  const usable = numbered('usable').find(([, line]) =>
    /^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+={0,2}( |$)/.test(line),
  );
  if (usable !== undefined) {
    const [file, line] = usable;
    return { kind: 'usable', file, publicKey: line.split(' ').length > 2 ? line : `${line} ${comment}` };
  }
  const free = numbered('free').map(([file]) => file);
  const ofName = (name: string): string | undefined => free.find((file) => file.endsWith(`/${name}`));
  // A file that the admin configured for this host (IdentityFile) may have any type.
  const own = free.find((file) => !/\/id_\w+$/.test(file));
  const ed25519 = ofName('id_ed25519') ?? own;
  if (ed25519 !== undefined) return { kind: 'to-make', file: ed25519, type: 'ed25519', comment };
  const ecdsa = ofName('id_ecdsa');
  if (ecdsa !== undefined) return { kind: 'to-make', file: ecdsa, type: 'ecdsa', comment };
  return { kind: 'locked', files: numbered('locked').map(([file]) => file) };
}

export async function readRootKeys(tools: Tools, files: readonly string[]): Promise<RootKey> {
  return parseRootKeys(await run(tools, 'keys', ...files), files);
}

/** Resolves to the public key. */
export async function makeRootKey(
  tools: Tools,
  { file, type, comment }: Extract<RootKey, { kind: 'to-make' }>,
): Promise<string> {
  const [line = ''] = await run(tools, 'make', file, type, comment);
  return line.replace(/^usable 1 /, '');
}

export async function removeRootKey(tools: Tools, file: string, publicKey: string): Promise<void> {
  await run(tools, 'unmake', file, keyOf(publicKey));
}

/** The lines of the files that name the host, hashed or not. */
export async function readKnownLines(
  tools: Tools,
  knownAs: string,
  files: readonly string[],
): Promise<readonly KnownLine[]> {
  let file: string | undefined;
  const known: KnownLine[] = [];
  for (const line of await run(tools, 'known', knownAs, ...files)) {
    const number = /^at (\d+) \d+$/.exec(line)?.[1];
    if (number !== undefined) file = files[Number(number) - 1];
    else if (file !== undefined) known.push({ file, line });
  }
  return known;
}

/** Resolves to the lines as they were written. */
export async function addKnownHost(
  tools: Tools,
  {
    file,
    hashesNames,
    knownAs,
  }: { readonly file: string; readonly hashesNames: boolean; readonly knownAs: string },
  keys: readonly string[],
): Promise<readonly string[]> {
  const lines = await run(tools, 'trust', file, hashesNames ? 'yes' : 'no', knownAs, ...keys);
  return lines.map((line) => line.replace(/^added /, ''));
}

export async function appendLines(tools: Tools, file: string, lines: readonly string[]): Promise<void> {
  await run(tools, 'append', file, ...lines);
}

export async function removeLines(tools: Tools, file: string, lines: readonly string[]): Promise<void> {
  await run(tools, 'remove', file, ...lines);
}
