// SPDX-License-Identifier: LGPL-2.1-or-later
import { PlatformError, type PlatformErrorKind } from './platform.ts';

/** Names of error replies that come from the bus and not from the service. */
const kinds: Readonly<Record<string, PlatformErrorKind>> = {
  'org.freedesktop.DBus.Error.ServiceUnknown': 'not-found',
  'org.freedesktop.DBus.Error.NameHasNoOwner': 'not-found',
  'org.freedesktop.DBus.Error.Spawn.ServiceNotFound': 'not-found',
  'org.freedesktop.DBus.Error.AccessDenied': 'access-denied',
  // "Message recipient disconnected from message bus without replying": the service died with our call.
  'org.freedesktop.DBus.Error.NoReply': 'closed',
  'org.freedesktop.DBus.Error.Disconnected': 'closed',
};

/** The error for an error reply: its name and text are kept. */
export function toDBusError(errorName: string, text: string, cause: unknown): PlatformError {
  return new PlatformError(kinds[errorName] ?? 'dbus', text, { cause, errorName });
}
