// SPDX-License-Identifier: LGPL-2.1-or-later
import type { HostVersions } from './reading.ts';

/**
 * The release of a kernel is what its name begins with, except of Debian: there it is the ABI, and the release is in how the
 * kernel was built, for example `#1 SMP Debian 6.1.106-3 (2024-08-26)`.
 */
function kernelOf(release: string | undefined, build: string): string | undefined {
  const debian = /\bDebian (\d+\.\S+)/.exec(build)?.[1];
  if (debian !== undefined || release === undefined) return debian;
  return /-Ubuntu\b/.test(build) ? `${release} Ubuntu` : release;
}

/** Reads the section with the versions. */
export function parseVersions(text: string): HostVersions {
  const of = (word: string): string | undefined =>
    new RegExp(`^${word} ([\\w.:+~()#, -]{1,200})$`, 'm').exec(text)?.[1];
  const linux = kernelOf(of('kernel'), of('build') ?? '');
  const libtpms = of('libtpms');
  const qemuPackage = of('qemu');
  return {
    ...(linux === undefined ? {} : { linux }),
    ...(libtpms === undefined ? {} : { libtpms }),
    ...(qemuPackage === undefined ? {} : { qemuPackage }),
  };
}
