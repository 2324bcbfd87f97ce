// SPDX-License-Identifier: LGPL-2.1-or-later
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { withDebs } from '../packages.ts';
import { Lab, type LabHost } from './lab.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly bootedLab: string;
  }
}

export const generations = ['12', '13', '14'] as const;
export type Generation = (typeof generations)[number];

/** The lab that all tests of booted hosts share: two hosts of each generation. */
export class BootedLab {
  readonly lab: Lab;

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  /** For a test. */
  static async join(): Promise<BootedLab> {
    return new BootedLab(await Lab.join(inject('bootedLab')));
  }

  /** A host where users get a session bus. VMs migrate from here. */
  with(generation: Generation): LabHost {
    return this.lab.host(`debian${generation}`);
  }

  /** A host without session buses. VMs migrate to here. */
  without(generation: Generation): LabHost {
    return this.lab.host(`bare${generation}`);
  }
}

/** Starts it before the first test, and ends it after the last one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // With the page and the command line installed by apt.
  const lab = await withDebs((page) =>
    Lab.start({
      hosts: generations.flatMap((each) => [`debian${each}:${each}`, `bare${each}:${each}:no-session-bus`]),
      page,
    }),
  );
  project.provide('bootedLab', lab.name);
  return () => lab.down();
}
