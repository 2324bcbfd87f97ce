// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';

/** True if an ssh agent listens on the socket and has a key. */
export async function hasAgentKeys(platform: Pick<Platform, 'run'>, socket: string): Promise<boolean> {
  try {
    const { exitCode } = await platform.run(['timeout', '5', 'ssh-add', '-l'], {
      environment: { SSH_AUTH_SOCK: socket },
    });
    return exitCode === 0;
  } catch (error) {
    if (error instanceof PlatformError) return false;
    throw error;
  }
}
