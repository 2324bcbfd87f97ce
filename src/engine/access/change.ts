// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg, type Remedy, shellCommand } from '../base/index.ts';
import type { AccessGoal } from './read-access-state.ts';
import { addKnownHost, appendLines, keyOf, makeRootKey, removeLines, removeRootKey } from './root-files.ts';
import { type AuthorizedKeyResult, changeAuthorizedKeys, type SignIn } from './sign-in.ts';
import type { AccessState, Change, RootKey } from './state.ts';

/** The file to which ssh itself would add a host key. */
export function knownHostsFile({ settings }: Pick<AccessGoal, 'settings'>): string {
  return settings.knownHostsFiles[0] ?? '/root/.ssh/known_hosts';
}

/**
 * Adds the host keys of the destination to root's known hosts, and removes the old ones. Resolves to the changes. Rejects with
 * PlatformError if a file could not be changed. Then the other files are unchanged.
 */
export async function acceptHostKeys(
  goal: AccessGoal,
  state: Extract<AccessState, { kind: 'unknown-host-key' | 'changed-host-key' }>,
): Promise<readonly Change[]> {
  const file = knownHostsFile(goal);
  const { knownAs, hashesNames } = goal.settings;
  const old = state.kind === 'changed-host-key' ? state.lines : [];
  const lines = await addKnownHost(
    goal,
    { file, hashesNames, knownAs },
    state.keys.map(({ line }) => line),
  );
  const added: Change = { kind: 'host-key-added', file, knownAs, lines };
  if (old.length === 0) return [added];
  try {
    for (const each of new Set(old.map((line) => line.file)))
      await removeLines(goal, each, linesOf(old, each));
  } catch (error) {
    await removeLines(goal, file, lines);
    throw error;
  }
  return [added, { kind: 'host-key-removed', knownAs, lines: old }];
}

function linesOf(
  lines: readonly { readonly file: string; readonly line: string }[],
  file: string,
): readonly string[] {
  return lines.filter((each) => each.file === file).map(({ line }) => line);
}

/** Creates a key without a passphrase for root of this host. */
export async function makeKey(
  goal: AccessGoal,
  key: Extract<RootKey, { kind: 'to-make' }>,
): Promise<Extract<Change, { kind: 'key-made' }>> {
  return { kind: 'key-made', file: key.file, publicKey: await makeRootKey(goal, key) };
}

/** Restrictions of the key on the destination. */
export interface KeyBounds {
  /** The key may only run virt-ssh-helper. */
  readonly restricted: boolean;
  /** The key is accepted only from this address. */
  readonly from?: string;
}

/** True for one address, network or name that `from=` accepts, without characters that would end the option (see sshd(8)). */
export function isSourceAddress(text: string): boolean {
  return text.length < 256 && /^[A-Za-z0-9:][A-Za-z0-9.:-]*(\/\d{1,3})?$/.test(text);
}

/**
 * The line of authorized_keys. A restricted key always runs the command that libvirt runs by default, with proxy=auto
 * (virNetClientSSHHelperCommand in virnetclient.c: `virt-ssh-helper 'qemu:///system'`).
 */
export function authorizedLine(publicKey: string, { restricted, from }: KeyBounds): string {
  const options = [
    ...(from === undefined ? [] : [`from="${from}"`]),
    ...(restricted ? ['restrict', `command="virt-ssh-helper 'qemu:///system'"`] : []),
  ];
  return options.length === 0 ? publicKey : `${options.join(',')} ${publicKey}`;
}

/** Adds the key of root of this host to authorized_keys on the destination. */
export async function authorizeKey(
  signIn: SignIn,
  publicKey: string,
  bounds: KeyBounds,
): Promise<{ readonly result: AuthorizedKeyResult; readonly change?: Change }> {
  const line = authorizedLine(publicKey, bounds);
  const result = await changeAuthorizedKeys(signIn, 'add', line, keyOf(publicKey));
  if (result.kind !== 'added') return { result };
  return {
    result,
    change: { kind: 'key-authorized', user: signIn.user, file: result.file, line, key: keyOf(publicKey) },
  };
}

/** The command that installs the key, for an admin at the destination: as root, or as that user. */
export function byHandCommand(user: string, line: string): string {
  const script = 'umask 077; mkdir -p "$HOME/.ssh" && printf "%s\\n" "$1" >>"$HOME/.ssh/authorized_keys"';
  return shellCommand('sudo', '-H', '-u', user, 'sh', '-c', script, 'sh', line);
}

/** Undoes a change on this host. To remove a key from the destination needs a sign-in there: {@link withdrawKey}. */
export async function undoHere(
  goal: AccessGoal,
  change: Exclude<Change, { kind: 'key-authorized' }>,
): Promise<void> {
  switch (change.kind) {
    case 'host-key-added':
      await removeLines(goal, change.file, change.lines);
      return;
    case 'host-key-removed':
      for (const file of new Set(change.lines.map((line) => line.file)))
        await appendLines(goal, file, linesOf(change.lines, file));
      return;
    case 'key-made':
      await removeRootKey(goal, change.file, change.publicKey);
  }
}

/** Removes the line from authorized_keys on the destination. */
export function withdrawKey(
  signIn: SignIn,
  { line, key }: Extract<Change, { kind: 'key-authorized' }>,
): Promise<AuthorizedKeyResult> {
  return changeAuthorizedKeys(signIn, 'remove', line, key);
}

/** The change in one sentence. */
export function changeText(change: Change, host: string): Message {
  switch (change.kind) {
    case 'host-key-added':
      return msg('This host: host key of $0 added to $1.', change.knownAs, change.file);
    case 'host-key-removed':
      return msg(
        'This host: old host key of $0 removed from $1.',
        change.knownAs,
        [...new Set(change.lines.map(({ file }) => file))].join(', '),
      );
    case 'key-made':
      return msg('This host: ssh key of root made, $0.', change.file);
    case 'key-authorized':
      return msg('$0: key of root of this host added to $1.', host, change.file);
  }
}

/** The command that undoes a change later. */
export function undoRemedy(change: Change, host: string): Remedy {
  switch (change.kind) {
    case 'host-key-added':
      return {
        text: msg('Remove the host keys of $0 again.', change.knownAs),
        command: `sudo ${shellCommand('ssh-keygen', '-f', change.file, '-R', change.knownAs)}`,
        host: 'source',
      };
    case 'host-key-removed':
      return {
        text: msg('Restore the old host keys of $0.', change.knownAs),
        command: [...new Set(change.lines.map(({ file }) => file))]
          .map((file) => {
            const append = 'file=$1; shift; printf "%s\\n" "$@" >>"$file"';
            return `sudo ${shellCommand('sh', '-c', append, 'sh', file, ...linesOf(change.lines, file))}`;
          })
          .join('\n'),
        host: 'source',
      };
    case 'key-made':
      return {
        text: msg('Remove the ssh key of root again. Nothing else may use it by then.'),
        command: `sudo ${shellCommand('rm', '--', change.file, `${change.file}.pub`)}`,
        host: 'source',
      };
    case 'key-authorized':
      return {
        text: msg('Remove the ssh key of root of this host from $0 again.', host),
        // Of the characters of base64, only + and / could be special to sed. In this expression they are not.
        command: `sudo ${shellCommand('sed', '-i', '-e', `\\#${change.key}#d`, '--', change.file)}`,
        host: 'destination',
      };
  }
}
