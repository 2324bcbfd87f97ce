// SPDX-License-Identifier: LGPL-2.1-or-later
import type { CockpitError } from './cockpit-api.ts';
import { toDBusError } from './dbus-error.ts';
import { PlatformError, type PlatformErrorKind } from './platform.ts';

/** Channel problems of Cockpit's protocol, and the error that each means. */
const kinds: Readonly<Record<string, PlatformErrorKind>> = {
  'access-denied': 'access-denied',
  'authentication-failed': 'access-denied',
  'not-found': 'not-found',
  terminated: 'closed',
  disconnected: 'closed',
  cancelled: 'cancelled',
};

/** Converts an error of cockpit.js. `otherwise` is the kind if its problem is not a known one. */
export function toPlatformError(error: unknown, otherwise: PlatformErrorKind): PlatformError {
  if (error instanceof PlatformError) return error;
  const { name, message, problem } = (error ?? {}) as CockpitError;
  const text = message ?? problem ?? String(error);
  if (typeof problem === 'string' && problem !== '')
    return new PlatformError(kinds[problem] ?? otherwise, text, { cause: error });
  if (name?.includes('.') === true) return toDBusError(name, text, error);
  return new PlatformError(otherwise, text, { cause: error });
}
