// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DBusValue, Variant } from '../platform/platform.ts';
import { LibvirtError } from './errors.ts';

function fail(where: string, expected: string, value: unknown): never {
  throw new LibvirtError('protocol', `${where}: expected ${expected}, got ${JSON.stringify(value)}`);
}

function isVariant(value: unknown): value is Variant {
  return typeof value === 'object' && value !== null && 't' in value && 'v' in value;
}

/** What is inside: libvirt-dbus wraps the values of its dictionaries in two variants (1.4.1: `"operation" v i 5`). */
export function unwrap(value: DBusValue | undefined): DBusValue | undefined {
  let inner = value;
  while (isVariant(inner)) inner = inner.v;
  return inner;
}

export function decodeNumber(value: DBusValue | undefined, where: string): number {
  const inner = unwrap(value);
  return typeof inner === 'number' ? inner : fail(where, 'a number', value);
}

export function decodeString(value: DBusValue | undefined, where: string): string {
  const inner = unwrap(value);
  return typeof inner === 'string' ? inner : fail(where, 'a string', value);
}

export function decodeArray(value: DBusValue | undefined, where: string): readonly DBusValue[] {
  const inner = unwrap(value);
  return Array.isArray(inner) ? (inner as readonly DBusValue[]) : fail(where, 'an array', value);
}

/** A dictionary `a{sv}`, its values without their variants. */
export function decodeDictionary(
  value: DBusValue | undefined,
  where: string,
): ReadonlyMap<string, DBusValue> {
  const inner = unwrap(value);
  if (typeof inner !== 'object' || Array.isArray(inner)) return fail(where, 'a dictionary', value);
  return new Map(
    Object.entries(inner).flatMap(([key, each]: [string, DBusValue]) => {
      const found = unwrap(each);
      return found === undefined ? [] : [[key, found] as const];
    }),
  );
}
