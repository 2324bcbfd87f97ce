// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type Bandwidth, bandwidthFact } from '../facts/bandwidth.ts';
import { dirtyRateFact } from '../facts/dirty-rate.ts';
import { domainFact } from '../facts/domain.ts';
import { memorySampleFact } from '../facts/memory-sample.ts';
import { trackRecordFact } from '../facts/track-record.ts';
import type { Judgement } from '../finding.ts';
import { forecastFrom } from '../forecast-from-facts.ts';

const mebibyte = 1024 * 1024;

/** Above this part of the bandwidth the last pass comes late and little more load keeps it from coming. */
const close = 0.7;

/**
 * Up to so much more than the link carries, a migration that is not forecast to end may end nevertheless: near the end a quiet moment of a
 * tenth of a second is enough. Seen in `make bench`: one ended whose break-even was 11 % above the link.
 */
const mayEnd = 1.25;

/** MiB/s with as many digits as say something. */
function rate(bytesPerSecond: number): Message {
  const mebibytes = bytesPerSecond / mebibyte;
  const digits = mebibytes >= 10 || mebibytes === 0 ? 0 : 1;
  return msg('$0/s', msg('$0 MiB', Number(mebibytes.toFixed(digits))));
}

const advice: readonly [Remedy, ...Remedy[]] = [
  {
    text: msg('Pause the VM for the time of the migration: then it writes nothing, and is sure to arrive.'),
    action: { kind: 'pause-vm' },
  },
  { text: msg('Reduce its load until it has arrived.') },
  { text: msg('Do not migrate it live: shut it off, and start it on the destination.') },
];

function bandwidthSentence({ source }: Bandwidth, link: Message): Message {
  switch (source) {
    case 'measured':
      return msg('The link carries $0, measured on the way that the data will take.', link);
    case 'measured-over-ssh':
      return msg('The link carries $0, measured over ssh.', link);
    case 'given':
      return msg('The link carries $0, as you said.', link);
    case 'nominal':
      return msg('The link is taken for $0. That was not measured.', link);
  }
}

/** Does the link carry more than the VM writes? */
export const dirtyRateCheck = defineCheck({
  id: 'dirty-rate',
  title: msg('Dirty rate'),
  group: 'cpu-memory',
  why: msg(
    'While the memory is sent, the VM writes to it. What it wrote has to be sent again. If it writes faster than the link carries, this never ends.',
  ),
  needs: { domain: domainFact, dirtyRate: dirtyRateFact, bandwidth: bandwidthFact },
  wants: { memory: memorySampleFact, track: trackRecordFact },
  judge: ({ domain, dirtyRate, bandwidth, memory, track }): Judgement => {
    const dirty = rate(dirtyRate.bytesPerSecond);
    const link = rate(bandwidth.bytesPerSecond);
    const details = [
      dirtyRate.measured
        ? msg('The VM writes to $0 of its memory, measured for $1 s.', dirty, dirtyRate.seconds)
        : msg('The VM is paused, so it writes nothing.'),
      bandwidthSentence(bandwidth, link),
    ];
    const forecast = forecastFrom(
      { available: true, value: domain },
      { available: true, value: dirtyRate },
      { available: true, value: bandwidth },
      memory,
      track,
      // Disks are copied before the memory: they cost time, and change nothing about whether it ends.
      { available: true, value: { disks: [], unfit: [], asRoot: true } },
    );
    if (
      forecast.kind === 'does-not-converge' &&
      forecast.breakEvenBytesPerSecond <= mayEnd * bandwidth.bytesPerSecond
    ) {
      return {
        verdict: 'warn',
        found: msg(
          'The VM writes $0, the link carries $1. Whether the migration comes to an end depends on a quiet moment of the VM.',
          dirty,
          link,
        ),
        details,
        remedies: advice,
      };
    }
    if (forecast.kind === 'does-not-converge') {
      return {
        verdict: 'block',
        found:
          dirtyRate.bytesPerSecond >= bandwidth.bytesPerSecond
            ? msg(
                'The VM writes $0, the link carries $1. The migration would not come to an end.',
                dirty,
                link,
              )
            : msg(
                'The VM writes $0, the link carries $1, but what it writes while that is sent never fits into the allowed pause. The migration would not come to an end.',
                dirty,
                link,
              ),
        details: [
          ...details,
          msg('The link would have to carry $0.', rate(forecast.breakEvenBytesPerSecond)),
        ],
        remedies: advice,
        override: {
          risk: msg(
            'Unless its load falls, the migration goes on until it is cancelled, and slows the VM and the network meanwhile.',
          ),
        },
      };
    }
    if (
      forecast.kind === 'converges' &&
      forecast.breakEvenBytesPerSecond > close * bandwidth.bytesPerSecond
    ) {
      return {
        verdict: 'warn',
        found: msg(
          'The VM writes $0, the link carries $1. That is close: a little more load, and the migration does not end.',
          dirty,
          link,
        ),
        details,
        remedies: advice,
      };
    }
    return {
      verdict: 'pass',
      found: msg('The VM writes $0, the link carries $1.', dirty, link),
      details,
    };
  },
});
