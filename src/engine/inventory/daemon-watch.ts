// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import { type Platform, PlatformError, type Unsubscribe } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';

/** How often the daemon is checked. */
const beatMilliseconds = 10_000;

/** The PID files of the daemons for QEMU. Every user can read them. */
const pidFiles = ['/run/virtqemud.pid', '/run/libvirtd.pid'];

/**
 * Notices that the libvirt daemon ended or was restarted. libvirt-dbus does not report this: its connection breaks, events stop,
 * and it reconnects silently at the next call. Calls `onLost` once.
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
    // If this user cannot read it, a restart is noticed only when a call fails.
    if (error instanceof PlatformError && error.kind === 'access-denied') return '';
    throw error;
  }
}
