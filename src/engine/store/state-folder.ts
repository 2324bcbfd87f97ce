// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';

/** A file of this program's own state: lines of JSON. */
export type StateFile = 'forecasts.jsonl' | 'departures.jsonl';

/** Lines of a file that are kept; the oldest go. */
const mostLines = 1000;

/**
 * Goes into the folder, for the host's own libvirt or the user's ($1), and trusts nothing that another user could have put there:
 * root writes here, and a link would lead it to any file of the host. The folder must be a real one (`stat` does not follow a link),
 * the one that was entered, and of the user who runs this. No name in it is looked at before only they can write there.
 */
const enter = `set -eu
case $1 in
system) dir=/var/lib/cockpit-migrate;;
*) dir=\${XDG_STATE_HOME:-\${HOME:?}/.local/state}/cockpit-migrate;;
esac
file=$2
umask 077
refuse() { printf '%s\\n' "$1 Nothing was read from it or written to it." >&2; exit 1; }
enter() {
  if [ -L "$dir" ]; then refuse "$dir is a link."; fi
  cd -P -- "$dir"
  if [ "$(stat -c %d:%i -- "$dir")" != "$(stat -c %d:%i .)" ]; then refuse "$dir is a link."; fi
  if [ "$(stat -c %u .)" != "$(id -u)" ]; then refuse "$dir belongs to another user."; fi
}
check() {
  if [ -L "$1" ]; then refuse "$dir/$1 is a link."; fi
  [ -e "$1" ] || return 0
  if ! [ -f "$1" ]; then refuse "$dir/$1 is no file."; fi
  if [ "$(stat -c %u -- "$1")" != "$(id -u)" ]; then refuse "$dir/$1 belongs to another user."; fi
  if [ "$(stat -c %h -- "$1")" != 1 ]; then refuse "$dir/$1 has a second name elsewhere."; fi
}
`;

/** Changes nothing: what was written with looser rights is put right by the next writer. */
const reader = `${enter}
{ [ -e "$dir" ] || [ -L "$dir" ]; } || exit 0
enter
case $(stat -c %A .) in
?????w????|????????w?) refuse "$dir can be written by others.";;
esac
check "$file"
[ ! -e "$file" ] || tail -n ${mostLines} -- "$file"
`;

/**
 * One line, whole, whoever else writes; the file is cut when it has grown to twice what is kept. Versions before wrote the file for
 * everybody to read: it is closed here.
 */
const writer = `${enter}
[ -L "$dir" ] || mkdir -p -- "$dir"
enter
chmod 0700 .
check lock
check "$file"
exec 9>>lock
flock 9
cat >>"$file"
chmod 0600 lock "$file"
if [ "$(wc -l <"$file")" -gt ${2 * mostLines} ]; then
  rm -f -- "$file.new"
  tail -n ${mostLines} -- "$file" >"$file.new"
  mv -f -- "$file.new" "$file"
fi
`;

function asOwner(connection: ConnectionName): { readonly superuser?: 'require' | 'try' } {
  return connection === 'system' ? { superuser: 'try' } : {};
}

/** The file's last lines; none if there is no file. Rejects with PlatformError, with the reason if the folder is not trusted. */
export async function readState(
  platform: Pick<Platform, 'run'>,
  connection: ConnectionName,
  file: StateFile,
  signal?: AbortSignal,
): Promise<string> {
  const { exitCode, stdout, stderr } = await platform.run(['sh', '-c', reader, 'sh', connection, file], {
    ...asOwner(connection),
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode !== 0) throw new PlatformError('failed', stderr.trim());
  return stdout;
}

/** Adds a line; the answer is why that could not be done. Does not reject. */
export async function appendState(
  platform: Pick<Platform, 'run'>,
  connection: ConnectionName,
  file: StateFile,
  line: string,
): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await platform.run(['sh', '-c', writer, 'sh', connection, file], {
      input: `${line}\n`,
      stderr: 'merge',
      ...asOwner(connection),
    });
    return exitCode === 0 ? undefined : stdout.trim() || `exit status ${exitCode}`;
  } catch (error) {
    if (error instanceof PlatformError) return error.message;
    throw error;
  }
}
