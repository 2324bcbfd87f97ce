// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { readTrack, routeOf, type TrackRecord, trackRecordOf } from '../../forecast/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';

/** The quality of earlier forecasts for this pair of hosts, if any. */
export const trackRecordFact = defineFact<TrackRecord>({
  name: 'track-record',
  choices: ['vm', 'destination', 'migrationUri'],
  gather: async (_, { platform, choices, signal }) => {
    const entries = await readTrack(platform, choices.vm.connection, signal);
    const record = trackRecordOf(entries, routeOf(choices.destination, choices.migrationUri));
    if (record === undefined)
      throw new FactUnavailable({ why: msg('No migration to this destination has been recorded yet.') });
    return record;
  },
});
