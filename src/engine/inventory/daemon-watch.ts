// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import { type Platform, PlatformError, type Unsubscribe } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';

/** How often the daemon is looked at. */
const beatMilliseconds = 10_000;

/** Where the daemons for QEMU write their process ids; readable by everybody. */
const pidFiles = ['/run/virtqemud.pid', '/run/libvirtd.pid'];

/**
 * Notices that the libvirt daemon ended or was started anew. libvirt-dbus does not tell: its connection to the daemon
 * breaks, it sends no event any more, and makes a new one silently when it is called again. Calls `onLost` once.
 */
export function watchDaemon(
  platform: Platform,
  connection: LibvirtConnection,
  name: ConnectionName,
  onLost: (error: unknown) => void,
): Unsubscribe {
  const ended = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let known: string | undefined;
  const lost = (error: unknown): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    onLost(error);
  };
  const beat = async (): Promise<void> => {
    try {
      const [, ...pids] = await Promise.all([
        connection.version(ended.signal),
        ...(name === 'system' ? pidFiles.map((path) => readPid(platform, path)) : []),
      ]);
      const now = pids.join(' ');
      if (known !== undefined && known !== now) lost(new Error('The libvirt daemon was started anew'));
      known = now;
    } catch (error) {
      lost(error);
    }
    if (!ended.signal.aborted) timer = setTimeout(() => void beat(), beatMilliseconds);
  };
  void beat();
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}

async function readPid(platform: Platform, path: string): Promise<string> {
  try {
    return (await platform.file.read(path)) ?? '';
  } catch (error) {
    // Not for this user to read: then a restart goes unnoticed unless a call fails.
    if (error instanceof PlatformError && error.kind === 'access-denied') return '';
    throw error;
  }
}
