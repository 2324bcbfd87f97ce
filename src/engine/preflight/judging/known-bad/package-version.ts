// SPDX-License-Identifier: LGPL-2.1-or-later

/** A version as a program or its package says it, taken apart. */
interface Version {
  /** The numbers of upstream's release, for example 10, 0, 13. */
  readonly numbers: readonly number[];
  /** What follows them, for example `+ds-0+deb13u1`, `-15.el9` or `~rc1`. */
  readonly rest: string;
}

/** Takes a version apart. The epoch of a package says nothing of the release. Undefined for a text without a number. */
function parseVersion(text: string): Version | undefined {
  const [, release, rest = ''] = /^(?:\d+:)?v?(\d+(?:\.\d+)*)(.*)$/s.exec(text.trim()) ?? [];
  return release === undefined ? undefined : { numbers: release.split('.').map(Number), rest };
}

/** Debian's order of characters: a tilde before the end, the end before letters, letters before all else (deb-version(7)). */
function orderOf(character: string): number {
  if (character === '~') return -1;
  if (character === '') return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

/** Compares two texts without a digit in them. */
function compareWords(one: string, other: string): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = orderOf(one.charAt(at)) - orderOf(other.charAt(at));
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Compares revisions of packages as dpkg does: words and numbers by turns (verrevcmp). */
function compareRests(one: string, other: string): number {
  const [first, second] = [one, other].map((rest) => [...rest.matchAll(/(\D*)(\d*)/g)]);
  for (let at = 0; at < Math.max(first?.length ?? 0, second?.length ?? 0); at++) {
    const [, word = '', digits = ''] = first?.[at] ?? [];
    const [, otherWord = '', otherDigits = ''] = second?.[at] ?? [];
    const difference = compareWords(word, otherWord) || Number(digits) - Number(otherDigits);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A candidate of a release comes before it. */
const candidate = /^[~-]?rc\d/;

/** Compares a version with a bound. A bound without a revision is upstream's: every package of that release is the release. */
function compareWithBound(version: Version, bound: Version): number {
  for (let at = 0; at < Math.max(version.numbers.length, bound.numbers.length); at++) {
    const difference = (version.numbers[at] ?? 0) - (bound.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  if (bound.rest !== '') return compareRests(version.rest, bound.rest);
  return candidate.test(version.rest) ? -1 : 0;
}

/** Versions from one on, and before another; either end may be open. */
export interface VersionRange {
  readonly from?: string;
  readonly before?: string;
  /** Only packages of these distributions: the others did not change the same, or not at the same version. */
  readonly packagedBy?: 'rhel' | 'ubuntu';
}

/** Whether a version is in a range; undefined if the text has no version. */
export function isInRange(text: string, { from, before }: VersionRange): boolean | undefined {
  const version = parseVersion(text);
  if (version === undefined) return undefined;
  const compare = (bound: string): number | undefined => {
    const parsed = parseVersion(bound);
    return parsed === undefined ? undefined : compareWithBound(version, parsed);
  };
  const low = from === undefined ? 0 : compare(from);
  const high = before === undefined ? -1 : compare(before);
  return low === undefined || high === undefined ? undefined : low >= 0 && high < 0;
}

/** How packages of a distribution show in their version. */
const packagings = { rhel: /\.el\d/, ubuntu: /ubuntu/i } as const;

/** Whether a version is that of a package of the distribution. */
export function isPackagedBy(text: string, distribution: NonNullable<VersionRange['packagedBy']>): boolean {
  return packagings[distribution].test(text);
}

/** Whether two bounds are versions, and the lower one is lower. */
export function isRange({ from, before }: VersionRange): boolean {
  if (from === undefined && before === undefined) return false;
  const ends = [from, before].filter((end) => end !== undefined);
  return (
    ends.every((end) => parseVersion(end) !== undefined) &&
    isInRange(from ?? '0', { ...(before === undefined ? {} : { before }) }) === true
  );
}
