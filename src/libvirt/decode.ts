// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DBusValue, Variant } from '../platform/platform.ts';
import { LibvirtError } from './errors.ts';

/** A value for an error message, shortened. */
const mostShown = 200;

function shown(value: unknown): string {
  try {
    // Undefined if JSON cannot represent it.
    const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
    return text.length > mostShown ? `${text.slice(0, mostShown)}...` : text;
  } catch {
    // It is too deep, or JSON cannot represent it. Its type is enough for the message.
    return typeof value;
  }
}

function fail(where: string, expected: string, value: unknown): never {
  throw new LibvirtError('protocol', `${where}: expected ${expected}, got ${shown(value)}`);
}

/** A dictionary of variants may also have these keys, but then `t` is not a text. */
function isVariant(value: unknown): value is Variant {
  return (
    typeof value === 'object' && value !== null && 't' in value && 'v' in value && typeof value.t === 'string'
  );
}

/*
 * Each decoder unwraps a value from its variants. It throws a LibvirtError with reason `protocol` and the position if the value has
 * another type.
 */

/** Unwraps a value: libvirt-dbus wraps the values of its dictionaries in two variants (1.4.1: `"operation" v i 5`). */
export function unwrap(value: DBusValue | undefined): DBusValue | undefined {
  let inner = value;
  while (isVariant(inner)) inner = inner.v;
  return inner;
}

/** A number of any of D-Bus's types. */
export function decodeNumber(value: DBusValue | undefined, where: string): number {
  const inner = unwrap(value);
  return typeof inner === 'number' ? inner : fail(where, 'a number', value);
}

/** A string or an object path. */
export function decodeString(value: DBusValue | undefined, where: string): string {
  const inner = unwrap(value);
  return typeof inner === 'string' ? inner : fail(where, 'a string', value);
}

/** An array or struct; its values stay wrapped. */
export function decodeArray(value: DBusValue | undefined, where: string): readonly DBusValue[] {
  const inner = unwrap(value);
  return Array.isArray(inner) ? (inner as readonly DBusValue[]) : fail(where, 'an array', value);
}

/** A dictionary `a{sv}` with unwrapped values. */
export function decodeDictionary(
  value: DBusValue | undefined,
  where: string,
): ReadonlyMap<string, DBusValue> {
  const inner: unknown = unwrap(value);
  // Other JSON could contain null.
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner))
    return fail(where, 'a dictionary', value);
  return new Map(
    Object.entries(inner).flatMap(([key, each]: [string, DBusValue]) => {
      const found = unwrap(each);
      return found === undefined ? [] : [[key, found] as const];
    }),
  );
}
