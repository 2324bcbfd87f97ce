// SPDX-License-Identifier: LGPL-2.1-or-later

/** A value in libvirt's configuration files: a text, a number in decimal digits, or a list of them. */
export type ConfValue = string | readonly string[];

/** A parsed configuration file of libvirt. */
export interface Conf {
  /** By name. If a name is set twice, the first one counts (virConfGetValue). */
  readonly settings: ReadonlyMap<string, ConfValue>;
  /** The line with a syntax error. Then libvirt uses nothing of the file, and its daemon does not start. */
  readonly badLine?: number;
}

/** The setting, if it is a text or a number. */
export function confText(settings: Conf['settings'], name: string): string | undefined {
  const value = settings.get(name);
  return typeof value === 'string' ? value : undefined;
}

/** A host name or an address; libvirt takes an IPv6 address with and without brackets (virStringStripIPv6Brackets). */
export function confHost(settings: Conf['settings'], name: string): string | undefined {
  return confText(settings, name)?.replace(/^\[(.*:.*)\]$/, '$1');
}

/** The setting, if it is a list. libvirt accepts a single text as a list of one (virConfGetValueStringList). */
export function confList(settings: Conf['settings'], name: string): readonly string[] {
  const value = settings.get(name) ?? [];
  return typeof value === 'string' ? [value] : value;
}

class ConfSyntaxError extends Error {
  override readonly name = 'ConfSyntaxError';
}

const blanks = /[ \t]*/y;
const blanksAndLines = /[ \t\r\n]*/y;
const restOfLine = /[^\r\n]*/y;
const settingName = /[A-Za-z][A-Za-z0-9_]*/y;
const number = /[+-]?[0-9]+/y;
/** A text in triple quotes may span several lines, without escapes. */
const quoted = /"""([^]*?)"""|"([^"\r\n]*)"|'([^'\r\n]*)'/y;

/** Reads a text from its beginning, token by token. */
class ConfReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get line(): number {
    return this.#text.slice(0, this.#at).split('\n').length;
  }

  ended(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Consumes what matches the pattern at the present position. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  takes(letter: string): boolean {
    if (this.#text[this.#at] !== letter) return false;
    this.#at += 1;
    return true;
  }
}

function readScalar(reader: ConfReader): string {
  const text = reader.match(quoted);
  if (text !== undefined) return text[1] ?? text[2] ?? text[3] ?? '';
  const digits = reader.match(number)?.[0];
  if (digits !== undefined) return BigInt(digits.replace('+', '')).toString();
  throw new ConfSyntaxError('a value expected');
}

/** No setting of libvirt has nested lists. Their parts count as parts of the outer list. */
function readValue(reader: ConfReader): ConfValue {
  reader.match(blanks);
  if (!reader.takes('[')) return readScalar(reader);
  const list: string[] = [];
  for (;;) {
    reader.match(blanksAndLines);
    if (reader.takes(']')) return list;
    list.push(...[readValue(reader)].flat());
    reader.match(blanksAndLines);
    if (reader.takes(']')) return list;
    if (!reader.takes(',')) throw new ConfSyntaxError('a comma or the end of the list expected');
  }
}

function readComment(reader: ConfReader): boolean {
  if (!reader.takes('#')) return false;
  reader.match(restOfLine);
  return true;
}

function readStatement(reader: ConfReader, settings: Map<string, ConfValue>): void {
  reader.match(blanksAndLines);
  if (reader.ended() || readComment(reader)) return;
  const name = reader.match(settingName)?.[0];
  reader.match(blanks);
  if (name === undefined || !reader.takes('=')) throw new ConfSyntaxError('NAME = VALUE expected');
  const value = readValue(reader);
  if (!settings.has(name)) settings.set(name, value);
  reader.match(blanks);
  readComment(reader);
  reader.match(blanks);
  if (!reader.ended() && !reader.takes(';') && !reader.takes('\n') && !reader.takes('\r'))
    throw new ConfSyntaxError('the end of the line expected');
}

/**
 * Parses qemu.conf, libvirtd.conf and similar files as libvirt does (src/util/virconf.c): comments after values, both kinds of
 * quotes, lists over several lines, several settings in one line, separated by semicolons. Settings before a syntax error are kept.
 */
export function parseConf(text: string): Conf {
  const reader = new ConfReader(text);
  const settings = new Map<string, ConfValue>();
  try {
    while (!reader.ended()) readStatement(reader, settings);
    return { settings };
  } catch (error) {
    if (!(error instanceof ConfSyntaxError)) throw error;
    return { settings, badLine: reader.line };
  }
}
