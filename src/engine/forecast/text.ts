// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg, plainText, rateText, sizeText } from '../base/index.ts';
import { percent } from './prediction-text.ts';
import type { BandwidthSource, Forecast, LeverEffect } from './result.ts';

/** The bandwidth figure, and how earlier migrations correct it. */
function learnedWords(source: BandwidthSource, said: Message, share: number, assumed: Message): Message {
  switch (source) {
    case 'measured':
      return msg(
        'The link carried $0 when measured. Earlier migrations to this destination reached $1 % of the measured rate: $2 is assumed.',
        said,
        share,
        assumed,
      );
    case 'measured-over-ssh':
      return msg(
        'The link carried $0 when measured through ssh. Earlier migrations to this destination reached $1 % of the measured rate: $2 is assumed.',
        said,
        share,
        assumed,
      );
    case 'given':
      return msg(
        'You entered $0 for the link. Earlier migrations to this destination reached $1 % of the entered rate: $2 is assumed.',
        said,
        share,
        assumed,
      );
    case 'nominal':
      return msg(
        'The link has a nominal rate of $0 (not measured). Earlier migrations to this destination reached $1 % of the nominal rate: $2 is assumed.',
        said,
        share,
        assumed,
      );
  }
}

/** Where the bandwidth figure comes from. */
export function bandwidthText(forecast: Exclude<Forecast, { kind: 'unknown' }>): Message {
  const rate = rateText(forecast.bandwidthBytesPerSecond);
  const { bandwidthShare: share } = forecast;
  if (share !== undefined && share > 0)
    return learnedWords(
      forecast.bandwidthSource,
      rateText(forecast.bandwidthBytesPerSecond / share),
      percent(share),
      rate,
    );
  switch (forecast.bandwidthSource) {
    case 'measured':
      return msg('The link carries $0 (measured).', rate);
    case 'measured-over-ssh':
      return msg('The link carries $0 (measured through ssh; the data may go faster).', rate);
    case 'given':
      return msg('The link carries $0 (as entered).', rate);
    case 'nominal':
      return msg('The link carries $0 (nominal, not measured).', rate);
  }
}

/** Why there is no pause, lever or dirty rate: a paused VM has none. */
export function pausedText({ sentBytes }: Extract<Forecast, { kind: 'converges' }>): readonly Message[] {
  return [msg('The VM is paused, so nothing is sent twice.'), msg('Sends about $0.', sizeText(sentBytes))];
}

/** The bandwidth that the link needs at least. */
export function breakEvenText({ breakEvenBytesPerSecond }: Exclude<Forecast, { kind: 'unknown' }>): Message {
  return msg('The migration finishes if the link carries at least $0.', rateText(breakEvenBytesPerSecond));
}

/** Other measurements on the route of the data; empty if there are none. */
export function linkText({
  roundTripMilliseconds,
  mtu,
}: Exclude<Forecast, { kind: 'unknown' }>): readonly Message[] {
  if (roundTripMilliseconds === undefined || mtu === undefined) return [];
  return [
    msg('Round trip: $0 ms. Largest packet: $1 bytes.', Number(roundTripMilliseconds.toPrecision(2)), mtu),
  ];
}

/** What the lever does, without its effect. */
export function leverName(effect: LeverEffect): Message {
  switch (effect.lever) {
    case 'auto-converge':
      return (effect.throttlePercent ?? 0) > 0
        ? msg('Throttle the VM by up to $0 % (auto-converge)', effect.throttlePercent ?? 0)
        : msg('Throttle the VM (auto-converge)');
    case 'post-copy':
      return msg('Finish on the destination (post-copy)');
    case 'longer-pause':
      return msg('Allow a pause of $0', durationText(effect.allowedMilliseconds ?? 0));
    case 'bandwidth-limit':
      return msg('Limit the bandwidth to $0', rateText(effect.limitBytesPerSecond ?? 0));
    case 'pause-vm':
      return msg('Pause the VM for the whole migration');
  }
}

/** The effect of one lever, in one sentence. */
export function leverText(effect: LeverEffect): Message {
  const name = leverName(effect);
  const total = durationText(effect.totalMilliseconds ?? 0);
  const pause = durationText(effect.downtimeMilliseconds ?? 0);
  if (!effect.converges) {
    return effect.confidence === 'estimate'
      ? msg('$0: will not finish (estimate).', name)
      : msg('$0: will not finish.', name);
  }
  // The pause while the VM changes hosts cannot be predicted. Its first memory accesses then wait for the network.
  if (effect.lever === 'post-copy')
    return msg(
      '$0: $1 (estimate), a short pause, then a slower VM until all of its memory has arrived.',
      name,
      total,
    );
  return effect.confidence === 'estimate'
    ? msg('$0: $1 with a pause of $2 (estimate).', name, total, pause)
    : msg('$0: $1 with a pause of $2.', name, total, pause);
}

/** Why it does not converge. */
export function notConvergingText({
  dirtyBytesPerSecond,
  bandwidthBytesPerSecond,
}: Extract<Forecast, { kind: 'does-not-converge' }>): Message {
  const rate = rateText(dirtyBytesPerSecond);
  return dirtyBytesPerSecond >= bandwidthBytesPerSecond
    ? msg('The VM writes $0 of memory, more than the link carries.', rate)
    : msg(
        'The VM writes $0 of memory. What it writes during a pass never fits into the allowed pause.',
        rate,
      );
}

/** How the remaining memory decreases, or not. */
export function courseText(forecast: Exclude<Forecast, { kind: 'unknown' }>): Message {
  const first = sizeText(forecast.course[0]?.remainingBytes ?? 0);
  const fits = sizeText((forecast.bandwidthBytesPerSecond * forecast.allowedDowntimeMilliseconds) / 1000);
  return forecast.kind === 'converges'
    ? msg(
        'At first $0 remain; after $1 passes less than $2, which fits into the allowed pause of $3.',
        first,
        forecast.passes,
        fits,
        durationText(forecast.allowedDowntimeMilliseconds),
      )
    : msg(
        'At first $0 remain; never as little as $1, which fits into the allowed pause of $2.',
        first,
        fits,
        durationText(forecast.allowedDowntimeMilliseconds),
      );
}

/** The amount of disk data; empty if no disk is copied. */
export function diskText({
  diskBytes,
}: Pick<Exclude<Forecast, { kind: 'unknown' }>, 'diskBytes'>): readonly Message[] {
  return diskBytes === undefined ? [] : [msg('Disks to copy before the memory: $0.', sizeText(diskBytes))];
}

/** How good earlier forecasts for these hosts were; empty if there were none. */
export function trackText({
  track,
}: Pick<Exclude<Forecast, { kind: 'unknown' }>, 'track'>): readonly Message[] {
  if (track?.medianError === undefined) return [];
  const error = percent(track.medianError);
  return [
    track.migrations === 1
      ? msg('The last forecast for this destination was $0 % off.', error)
      : msg('The last $0 forecasts for this destination were $1 % off (median).', track.migrations, error),
  ];
}

function timeWords({ low, high }: { readonly low: number; readonly high: number }): Message {
  const [from, to] = [durationText(low), durationText(high)];
  return plainText(from) === plainText(to)
    ? msg('Takes about $0.', from)
    : msg('Takes between $0 and $1.', from, to);
}

function runningWords({
  downtimeMilliseconds,
  dirtyBytesPerSecond,
  sentBytes,
}: Extract<Forecast, { kind: 'converges' }>): readonly Message[] {
  return [
    msg(
      'The VM pauses at the end: about $0 for the last of its memory, and a moment to switch over.',
      durationText(downtimeMilliseconds),
    ),
    msg(
      'The VM writes $0 of memory; the migration sends about $1.',
      rateText(dirtyBytesPerSecond),
      sizeText(sentBytes),
    ),
  ];
}

/** The effect of each lever; empty if there is no forecast. */
export function leversText(forecast: Forecast | undefined): readonly Message[] {
  return forecast === undefined || forecast.kind === 'unknown' ? [] : forecast.levers.map(leverText);
}

/** The forecast as sentences, for output without a chart: reports and the command line. */
export function forecastText(forecast: Forecast | undefined): readonly Message[] {
  switch (forecast?.kind) {
    case undefined:
      return [msg('Unknown: the checks were stopped.')];
    case 'unknown':
      return [msg('Unknown: $0', forecast.why)];
    case 'converges':
      return [
        timeWords(forecast.totalMilliseconds),
        ...(forecast.paused === true ? pausedText(forecast) : runningWords(forecast)),
        ...diskText(forecast),
        bandwidthText(forecast),
        ...(forecast.paused === true ? [] : [breakEvenText(forecast)]),
        ...linkText(forecast),
        ...trackText(forecast),
      ];
    case 'does-not-converge':
      return [
        msg('This migration will not finish.'),
        notConvergingText(forecast),
        ...diskText(forecast),
        bandwidthText(forecast),
        ...linkText(forecast),
        msg(
          'Pause the VM, or reduce its load. The migration finishes if the link carries at least $0.',
          rateText(forecast.breakEvenBytesPerSecond),
        ),
        ...trackText(forecast),
      ];
  }
}
