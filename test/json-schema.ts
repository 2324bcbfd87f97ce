// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of JSON Schema 2020-12 that the schema uses. Any other keyword is an error, so that none is ignored. */
const keywords = new Set([
  ...['$schema', '$defs', '$ref', 'title', 'description', 'type', 'const', 'enum', 'oneOf'],
  ...['required', 'properties', 'items', 'minItems', 'pattern', 'minLength', 'minimum', 'maximum'],
]);

type Schema = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: unknown, what: string): Schema {
  if (!isObject(value)) throw new Error(`${what} is not an object`);
  return value;
}

/** docs/report.schema.json */
export const reportSchema = object(
  JSON.parse(readFileSync(join(import.meta.dirname, '../docs/report.schema.json'), 'utf8')),
  'the schema',
);

function hasType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'string':
    case 'boolean':
      return typeof value === type;
    default:
      throw new Error(`The schema has the type ${String(type)}`);
  }
}

/**
 * The errors of a document, as lines `where: what`. For compatibility, the schema allows additional properties. Here they are
 * errors, so that the schema describes everything that is written.
 */
export function schemaProblems(document: unknown, name = 'report'): readonly string[] {
  const definitions = object(reportSchema['$defs'], '$defs');
  const check = (schema: Schema, value: unknown, at: string): readonly string[] => {
    const stranger = Object.keys(schema).find((keyword) => !keywords.has(keyword));
    if (stranger !== undefined)
      throw new Error(`The schema has ${stranger}, which this validator does not know`);
    const problems: string[] = [];
    const expect = (holds: boolean, what: string): void => {
      if (!holds) problems.push(`${at}: ${what}`);
    };
    const { $ref, type, const: constant, enum: values, oneOf } = schema;
    if (typeof $ref === 'string')
      problems.push(...check(object(definitions[$ref.replace('#/$defs/', '')], $ref), value, at));
    if (type !== undefined && !hasType(type, value))
      return [...problems, `${at}: is no ${JSON.stringify(type)}`];
    if (constant !== undefined) expect(value === constant, `is not ${JSON.stringify(constant)}`);
    if (Array.isArray(values)) expect(values.includes(value), `${String(value)} is not allowed`);
    if (Array.isArray(oneOf)) {
      const fitting = oneOf.filter((each) => check(object(each, 'oneOf'), value, at).length === 0);
      expect(fitting.length === 1, `fits ${fitting.length} of its forms`);
    }
    if (typeof value === 'string') {
      if (typeof schema['pattern'] === 'string')
        expect(new RegExp(schema['pattern'], 'u').test(value), 'pattern');
      if (typeof schema['minLength'] === 'number') expect(value.length >= schema['minLength'], 'too short');
    }
    if (typeof value === 'number') {
      if (typeof schema['minimum'] === 'number') expect(value >= schema['minimum'], 'too small');
      if (typeof schema['maximum'] === 'number') expect(value <= schema['maximum'], 'too large');
    }
    if (Array.isArray(value)) {
      if (typeof schema['minItems'] === 'number') expect(value.length >= schema['minItems'], 'too few');
      const { items } = schema;
      if (isObject(items))
        problems.push(...value.flatMap((each, index) => check(items, each, `${at}[${index}]`)));
    }
    if (isObject(value) && isObject(schema['properties'])) {
      const { properties, required } = schema;
      const known = object(properties, 'properties');
      if (Array.isArray(required))
        for (const key of required) expect(Object.hasOwn(value, String(key)), `has no ${String(key)}`);
      for (const [key, each] of Object.entries(value)) {
        if (known[key] === undefined) problems.push(`${at}.${key}: is not in the schema`);
        else problems.push(...check(object(known[key], key), each, `${at}.${key}`));
      }
    }
    return problems;
  };
  return check(object(definitions[name], name), document, '$');
}
