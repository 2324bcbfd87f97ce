// SPDX-License-Identifier: LGPL-2.1-or-later
import { Variant as WireVariant } from 'dbus-next';
import { type DBusValue, PlatformError, type Variant } from './platform.ts';

/**
 * Converts canonical values to those of dbus-next (0.10.2): BigInt for `x` and `t`, Buffer for `ay`, its own class for `v`. Throws
 * a {@link PlatformError}, kind `protocol`, if the values do not fit the signature.
 */
export function toWire(signature: string, args: readonly DBusValue[]): unknown[] {
  const types = typesOf(signature);
  if (types.length !== args.length)
    throw new PlatformError('protocol', `${args.length} values for the signature ${signature}`);
  return types.map((type, index) => valueToWire(type, args[index]));
}

/** Converts the values of a dbus-next message to canonical form. Throws like {@link toWire}. */
export function fromWire(signature: string, body: readonly unknown[]): readonly DBusValue[] {
  return typesOf(signature).map((type, index) => valueFromWire(type, body[index]));
}

type Type =
  | { readonly kind: 'basic'; readonly letter: string }
  | { readonly kind: 'variant' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'array'; readonly item: Type }
  | { readonly kind: 'dictionary'; readonly value: Type }
  | { readonly kind: 'struct'; readonly fields: readonly Type[] };

/** The complete types of a signature: `sa{sv}` has two, `s` and `a{sv}`. */
function typesOf(signature: string): readonly Type[] {
  let at = 0;
  const bad = (): PlatformError => new PlatformError('protocol', `Not a D-Bus signature: ${signature}`);
  const until = (end: string): readonly Type[] => {
    const types: Type[] = [];
    while (signature.charAt(at) !== end) types.push(next());
    at += 1;
    return types;
  };
  const next = (): Type => {
    const letter = signature.charAt(at);
    at += 1;
    switch (letter) {
      case 'v':
        return { kind: 'variant' };
      case '(':
        return { kind: 'struct', fields: until(')') };
      case 'a': {
        const following = signature.charAt(at);
        if (following === 'y') {
          at += 1;
          return { kind: 'bytes' };
        }
        if (following !== '{') return { kind: 'array', item: next() };
        at += 1;
        const [, value] = until('}');
        if (value === undefined) throw bad();
        return { kind: 'dictionary', value };
      }
      default:
        if (letter === '' || !'ybnqiuxtdsogh'.includes(letter)) throw bad();
        return { kind: 'basic', letter };
    }
  };
  const types: Type[] = [];
  while (at < signature.length) types.push(next());
  return types;
}

function mismatch(type: Type, value: unknown): PlatformError {
  const wanted = type.kind === 'basic' ? type.letter : type.kind;
  return new PlatformError('protocol', `D-Bus type ${wanted} does not take ${JSON.stringify(value)}`);
}

function valueToWire(type: Type, value: DBusValue | undefined): unknown {
  switch (type.kind) {
    case 'basic':
      if (type.letter !== 'x' && type.letter !== 't') return value;
      if (!Number.isSafeInteger(value)) throw mismatch(type, value);
      return BigInt(value as number);
    case 'bytes':
      if (typeof value !== 'string') throw mismatch(type, value);
      return Buffer.from(value, 'base64');
    case 'variant': {
      const { t, v } = (value ?? {}) as Partial<Variant>;
      if (t === undefined || v === undefined) throw mismatch(type, value);
      return new WireVariant(t, toWire(t, [v])[0]);
    }
    case 'array':
      if (!Array.isArray(value)) throw mismatch(type, value);
      return (value as readonly DBusValue[]).map((each) => valueToWire(type.item, each));
    case 'struct': {
      const fields = Array.isArray(value) ? (value as readonly DBusValue[]) : [];
      if (fields.length !== type.fields.length) throw mismatch(type, value);
      return type.fields.map((field, index) => valueToWire(field, fields[index]));
    }
    case 'dictionary':
      if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(type, value);
      return Object.fromEntries(
        Object.entries(value as Readonly<Record<string, DBusValue>>).map(([key, each]) => [
          key,
          valueToWire(type.value, each),
        ]),
      );
  }
}

function valueFromWire(type: Type, value: unknown): DBusValue {
  switch (type.kind) {
    case 'basic': {
      if (type.letter !== 'x' && type.letter !== 't') return value as string | number | boolean;
      const number = Number(value);
      if (!Number.isSafeInteger(number))
        throw new PlatformError('protocol', `${String(value)} is too large for a number`);
      return number;
    }
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'variant': {
      const { signature, value: inner } = value as { readonly signature: string; readonly value: unknown };
      const [only] = fromWire(signature, [inner]);
      if (only === undefined) throw new PlatformError('protocol', 'An empty variant');
      return { t: signature, v: only };
    }
    case 'array':
      return (value as readonly unknown[]).map((each) => valueFromWire(type.item, each));
    case 'struct':
      return type.fields.map((field, index) => valueFromWire(field, (value as readonly unknown[])[index]));
    case 'dictionary':
      return Object.fromEntries(
        Object.entries(value as Readonly<Record<string, unknown>>).map(([key, each]) => [
          key,
          valueFromWire(type.value, each),
        ]),
      );
  }
}
