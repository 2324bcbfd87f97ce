// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * The properties that many commands of virsh print, one in each line (`Job type:         None`), by name. A name ends at the first
 * colon. Lines without a colon are ignored. If a name occurs twice, the last line counts.
 */
export function parsePropertyList(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.trim(), value.trim()]];
    }),
  );
}
