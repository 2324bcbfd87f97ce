// SPDX-License-Identifier: LGPL-2.1-or-later
import { PlatformError, type PlatformErrorKind } from './platform.ts';

/** Names of error replies from the bus, not from the service. */
const kinds: Readonly<Record<string, PlatformErrorKind>> = {
  'org.freedesktop.DBus.Error.ServiceUnknown': 'not-found',
  'org.freedesktop.DBus.Error.NameHasNoOwner': 'not-found',
  'org.freedesktop.DBus.Error.Spawn.ServiceNotFound': 'not-found',
  'org.freedesktop.DBus.Error.AccessDenied': 'access-denied',
  // "Message recipient disconnected from message bus without replying": the service ended during the call.
  'org.freedesktop.DBus.Error.NoReply': 'closed',
  'org.freedesktop.DBus.Error.Disconnected': 'closed',
};

/** The error for an error reply, with its name and text. */
export function toDBusError(errorName: string, text: string, cause: unknown): PlatformError {
  return new PlatformError(kinds[errorName] ?? 'dbus', text, { cause, errorName });
}
