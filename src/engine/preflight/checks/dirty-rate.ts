// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy } from '../../base/index.ts';
import { breakEvenRange, forecastCopy } from '../../forecast/index.ts';
import { type MigrationTuning, stallStepsText } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { type Bandwidth, bandwidthFact } from '../facts/bandwidth.ts';
import { type DirtyRate, dirtyRateFact } from '../facts/dirty-rate.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { memorySampleFact } from '../facts/memory-sample.ts';
import { trackRecordFact } from '../facts/track-record.ts';
import type { Judgement } from '../finding.ts';
import { type ForecastFacts, forecastInputFrom } from '../forecast-from-facts.ts';

const mebibyte = 1024 * 1024;

/** Above this share of the bandwidth, the last pass comes late, and a little more load prevents it. */
const close = 0.7;

/**
 * Up to this multiple of the bandwidth, a migration may finish despite the forecast: near the end, a tenth of a second with little
 * load is enough. In `make bench`, one finished whose break-even was 11 % above the link.
 */
const mayEnd = 1.25;

/** What was measured for a short time settles the verdict only if the link carries so many times what is needed, or so many times less. */
const far = 2;

/** MiB/s, with a decimal only below 10. */
function rate(bytesPerSecond: number): Message {
  const mebibytes = bytesPerSecond / mebibyte;
  const digits = mebibytes >= 10 || mebibytes === 0 ? 0 : 1;
  return msg('$0/s', msg('$0 MiB', Number(mebibytes.toFixed(digits))));
}

const advice: readonly [Remedy, ...Remedy[]] = [
  {
    text: msg('Pause the VM during the migration. A paused VM writes nothing, so the migration finishes.'),
    action: { kind: 'pause-vm' },
  },
  { text: msg('Reduce the load of the VM until the migration is finished.') },
  { text: msg('Shut the VM off, and start it on the destination.') },
];

function bandwidthSentence({ source }: Bandwidth, link: Message): Message {
  switch (source) {
    case 'measured':
      return msg('The link carries $0, measured on the path of the data.', link);
    case 'measured-over-ssh':
      return msg('The link carries $0, measured over ssh.', link);
    case 'given':
      return msg('The link carries $0, as you entered.', link);
    case 'nominal':
      return msg('The link carries $0 according to the network device. This was not measured.', link);
  }
}

function dirtyRateSentence({ measured, seconds }: DirtyRate, dirty: Message): Message {
  return measured
    ? msg('The VM writes $0, measured for $1 s.', dirty, seconds)
    : msg('The VM is paused, so it writes nothing.');
}

/** The figures in all sentences. */
interface Figures {
  readonly dirtyRate: DirtyRate;
  readonly bandwidth: Bandwidth;
  readonly dirty: Message;
  readonly link: Message;
  readonly details: readonly Message[];
}

function figuresOf(dirtyRate: DirtyRate, bandwidth: Bandwidth): Figures {
  const [dirty, link] = [rate(dirtyRate.bytesPerSecond), rate(bandwidth.bytesPerSecond)];
  const details = [dirtyRateSentence(dirtyRate, dirty), bandwidthSentence(bandwidth, link)];
  return { dirtyRate, bandwidth, dirty, link, details };
}

/** A migration that is not forecast to finish. */
function judgeEndless(
  breakEvenBytesPerSecond: number,
  { dirtyRate, bandwidth, dirty, link, details }: Figures,
  { onStall = [] }: MigrationTuning,
): Judgement {
  const [step] = onStall;
  if (step !== undefined)
    return {
      verdict: 'warn',
      found: msg('Writes $0; the link carries $1. This migration will not finish by itself.', dirty, link),
      details: [...details, stallStepsText(onStall)],
      remedies: advice,
    };
  if (breakEvenBytesPerSecond <= mayEnd * bandwidth.bytesPerSecond)
    return {
      verdict: 'warn',
      found: msg(
        'Writes $0; the link carries $1. This migration finishes only in a quiet moment of the VM.',
        dirty,
        link,
      ),
      details,
      remedies: advice,
    };
  return {
    verdict: 'block',
    found:
      dirtyRate.bytesPerSecond >= bandwidth.bytesPerSecond
        ? msg('Writes $0; the link carries $1. This migration will not finish.', dirty, link)
        : msg(
            'Writes $0; the link carries $1. This migration will not finish: what the VM writes never fits into the allowed pause.',
            dirty,
            link,
          ),
    details: [...details, msg('For this migration the link has to carry $0.', rate(breakEvenBytesPerSecond))],
    remedies: advice,
    override: {
      risk: msg(
        'The migration runs until you cancel, unless the load of the VM falls. Meanwhile the VM and the network are slower.',
      ),
    },
  };
}

function judgeEnding(breakEvenBytesPerSecond: number, figures: Figures): Judgement {
  const { bandwidth, dirty, link, details } = figures;
  if (breakEvenBytesPerSecond > close * bandwidth.bytesPerSecond)
    return {
      verdict: 'warn',
      found: msg(
        'Writes $0; the link carries $1. With a little more load this migration will not finish.',
        dirty,
        link,
      ),
      details,
      remedies: advice,
    };
  return passed(figures);
}

function passed({ dirty, link, details }: Figures): Judgement {
  return { verdict: 'pass', found: msg('Writes $0; the link carries $1.', dirty, link), details };
}

/** What the check is given. */
interface Rates {
  readonly domain: SourceDomain;
  readonly dirtyRate: DirtyRate;
  readonly bandwidth: Bandwidth;
  readonly memory: ForecastFacts['memory'];
  readonly track: ForecastFacts['track'];
}

function inputOf(
  { domain, dirtyRate, bandwidth, memory, track }: Rates,
  tuning: MigrationTuning,
): ReturnType<typeof forecastInputFrom> {
  return forecastInputFrom(
    {
      domain: { available: true, value: domain },
      dirtyRate: { available: true, value: dirtyRate },
      bandwidth: { available: true, value: bandwidth },
      memory,
      track,
      // Disks are copied before the memory. They cost time, but do not decide whether the migration finishes.
      copies: { available: true, value: { disks: [], unfit: [], asRoot: true } },
    },
    tuning,
  );
}

function judgeRates(rates: Rates, tuning: MigrationTuning): Judgement {
  const figures = figuresOf(rates.dirtyRate, rates.bandwidth);
  const input = inputOf(rates, tuning);
  if ('why' in input) throw new FactUnavailable({ why: input.why });
  const forecast = forecastCopy(input);
  return forecast.kind === 'converges'
    ? judgeEnding(forecast.breakEvenBytesPerSecond, figures)
    : judgeEndless(forecast.breakEvenBytesPerSecond, figures, tuning);
}

/** Does the link carry more than the VM writes? */
export const dirtyRateCheck = defineCheck({
  id: 'dirty-rate',
  title: msg('Dirty rate'),
  group: 'cpu-memory',
  why: msg(
    'What the VM writes while its memory is sent has to be sent again. If the VM writes faster than the link carries, the migration never finishes.',
  ),
  needs: { domain: domainFact, dirtyRate: dirtyRateFact, bandwidth: bandwidthFact },
  wants: { memory: memorySampleFact, track: trackRecordFact },
  judge: (facts, { tuning }): Judgement => judgeRates(facts, tuning),
  settle: (facts, { tuning }): Judgement | undefined => {
    const { dirtyRate, bandwidth } = facts;
    const input = inputOf(facts, tuning);
    if ('why' in input) return undefined;
    if (dirtyRate.more !== true) return judgeRates(facts, tuning);
    const { low, high } = breakEvenRange(input);
    const isFar =
      high * far <= close * bandwidth.bytesPerSecond || low >= far * mayEnd * bandwidth.bytesPerSecond;
    return isFar ? judgeRates(facts, tuning) : undefined;
  },
});
