// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Answer, every, holds, type Situation, some } from './condition.ts';
import { isInRange, isPackagedBy, type VersionRange } from './package-version.ts';
import type { KnownBadPair, Program } from './pair.ts';

/** Versions of a host's programs, as far as they are known. */
export interface HostPrograms {
  readonly versions: Readonly<Partial<Record<Program, string>>>;
  /** Version of the package that holds QEMU. */
  readonly qemuPackage?: string;
}

/** A program whose version on a host is not known. */
export interface UnknownProgram {
  readonly program: Program;
  readonly host: 'source' | 'destination';
}

/** A pair that fits, or that may fit. */
export interface Match {
  readonly pair: KnownBadPair;
  /** What would have to be known to decide; empty if the versions fit. */
  readonly unknown: readonly UnknownProgram[];
  /** It is not known whether the VM has what the pair is about. */
  readonly vmUnknown: boolean;
}

/** True if nothing is open. */
export function isDecided({ unknown, vmUnknown }: Match): boolean {
  return unknown.length === 0 && !vmUnknown;
}

/** The text that tells who packaged the program. */
function packageOf(program: Program, { versions, qemuPackage }: HostPrograms): string | undefined {
  return program === 'qemu' ? qemuPackage : versions[program];
}

function rangeFits(program: Program, range: VersionRange, host: HostPrograms): Answer {
  const version = host.versions[program];
  if (version === undefined) return undefined;
  const numbers = isInRange(version, { ...range });
  if (range.packagedBy === undefined || numbers === false) return numbers;
  const text = packageOf(program, host);
  return text === undefined ? undefined : isPackagedBy(text, range.packagedBy) && isInRange(text, range);
}

function rangesFit(
  program: Program,
  ranges: readonly VersionRange[] | undefined,
  host: HostPrograms,
): Answer {
  return ranges === undefined ? true : some(ranges.map((range) => rangeFits(program, range, host)));
}

/** The pairs that fit, and those that may fit, as far as is known. */
export function matchPairs(
  pairs: readonly KnownBadPair[],
  situation: Situation,
  source: HostPrograms,
  destination: HostPrograms,
): readonly Match[] {
  return pairs.flatMap((pair) => {
    const hosts = { source, destination };
    const answers = pair.versions.flatMap((versions) =>
      (['source', 'destination'] as const).map((host) => ({
        host,
        program: versions.program,
        answer: rangesFit(versions.program, versions[host], hosts[host]),
      })),
    );
    const condition = holds(pair.condition, situation);
    if (every([condition, ...answers.map(({ answer }) => answer)]) === false) return [];
    const unknown = answers.flatMap(({ answer, program, host }) =>
      answer === undefined ? [{ program, host }] : [],
    );
    return [{ pair, unknown, vmUnknown: condition === undefined }];
  });
}
