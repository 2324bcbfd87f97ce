// SPDX-License-Identifier: LGPL-2.1-or-later
import { marker } from '../../../platform/interactive-process.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationSessionFact } from './destination-session.ts';
import { diskFilesFact } from './disk-files.ts';
import { type HostReading, parseReading, readingParameters, readingScript } from './host-reading/index.ts';
import { destinationStorageFact, pathOnDestination } from './volumes.ts';

/**
 * The files of volumes whose path on the destination differs from this host's, by that path. The destination's libvirt opens the
 * path of its own pool.
 */
export const destinationVolumeFilesFact = defineFact<
  HostReading['files'],
  {
    storage: typeof destinationStorageFact;
    disks: typeof diskFilesFact;
    session: typeof destinationSessionFact;
  }
>({
  name: 'destination-volume-files',
  needs: { storage: destinationStorageFact, disks: diskFilesFact, session: destinationSessionFact },
  gather: async ({ storage, disks, session: { shell } }) => {
    const elsewhere = disks.flatMap((file) => {
      const there = pathOnDestination(file, storage);
      return there === undefined || there === file.path || !there.startsWith('/') ? [] : [there];
    });
    if (elsewhere.length === 0) return new Map();
    const paths = { careful: [...new Set(elsewhere)], once: [] };
    const mark = marker();
    const answer = await shell.run(readingScript, [mark, ...readingParameters(paths)]);
    const reading = parseReading(answer, mark, paths);
    if (reading !== undefined) return reading.files;
    throw new FactUnavailable({
      why: msg('Not checked: the shell of the host did not answer as expected.'),
      original: answer.trim(),
    });
  },
});
