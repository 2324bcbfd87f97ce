// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';

/** An idle bus answers in milliseconds; a bus that systemd starts on demand, within a second. */
const answerSeconds = 5;

/**
 * True for a user with a libvirt of their own: a user who is not root, with a session bus that answers.
 *
 * Root has none, because libvirt treats root's `qemu:///session` as `qemu:///system` (its remote driver starts a session daemon
 * only for a user who is not root), so every VM would be listed twice.
 *
 * The bus is asked by `busctl --user`, which finds it as the Python bridge does (`sd_bus_open_user`: the environment's
 * `DBUS_SESSION_BUS_ADDRESS`, else `$XDG_RUNTIME_DIR/bus`). It must be asked first, because the Python bridge does not survive the
 * second channel to a session bus that it cannot reach (seen with Cockpit 337 and 370: an exception in `sd_bus_attach_event` ends
 * it, and the whole console with it). Does not reject: an error means that there is no such bus.
 */
export async function hasSessionBus(platform: Platform): Promise<boolean> {
  try {
    const user = await platform.run(['id', '-u']);
    if (user.exitCode !== 0 || user.stdout.trim() === '0') return false;
    const answer = await platform.run([
      'busctl',
      '--user',
      `--timeout=${answerSeconds}`,
      'call',
      'org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus',
      'GetId',
    ]);
    return answer.exitCode === 0;
  } catch (error) {
    if (error instanceof PlatformError) return false;
    throw error;
  }
}
