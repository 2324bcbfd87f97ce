// SPDX-License-Identifier: LGPL-2.1-or-later

import { wholeNumber } from '../../base/index.ts';
/** The figures of one VM in the output of `virsh domstats`. */
export interface DomainStats {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

/** Parses `Domain: 'name'` blocks with their `key=value` lines. */
export function parseStats(text: string): readonly DomainStats[] {
  const domains: { name: string; values: Map<string, string> }[] = [];
  for (const line of text.split('\n')) {
    // Not the dot of regular expressions: a name may contain any character except a line break.
    const head = /^Domain: '([^]*)'$/.exec(line);
    if (head !== null) {
      domains.push({ name: head[1] ?? '', values: new Map() });
      continue;
    }
    const [, key, value] = /^ +([\w.-]+)=([^]*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) domains.at(-1)?.values.set(key, value);
  }
  return domains;
}

/** A whole number of the figures; undefined for anything else, including an empty value. */
export function statOf(values: DomainStats['values'] | undefined, key: string): number | undefined {
  return wholeNumber(values?.get(key));
}
