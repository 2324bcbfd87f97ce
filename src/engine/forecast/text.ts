// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg, plainText, rateText, sizeText } from '../base/index.ts';
import type { BandwidthSource, Forecast, LeverEffect } from './result.ts';
import type { Prediction } from './track-record.ts';

/** A part of one in percent, as much of it as says something. */
const percent = (part: number): number => Math.round(part * 100);

/** What was said of the link, and what is made of it because of earlier migrations. */
function learnedWords(source: BandwidthSource, said: Message, share: number, assumed: Message): Message {
  switch (source) {
    case 'measured':
      return msg(
        'The link between the hosts carried $0 when it was measured; earlier migrations to this host reached $1 % of such a figure, so $2 is assumed.',
        said,
        share,
        assumed,
      );
    case 'measured-over-ssh':
      return msg(
        'The link carried $0 when it was measured through ssh; earlier migrations to this host reached $1 % of such a figure, so $2 is assumed.',
        said,
        share,
        assumed,
      );
    case 'given':
      return msg(
        'The link carries $0, as you said; earlier migrations to this host reached $1 % of such a figure, so $2 is assumed.',
        said,
        share,
        assumed,
      );
    case 'nominal':
      return msg(
        'The link is said to carry $0, which was not measured; earlier migrations to this host reached $1 % of such a figure, so $2 is assumed.',
        said,
        share,
        assumed,
      );
  }
}

/** Where the figure of the link comes from. */
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
      return msg('The link between the hosts carries $0, as measured.', rate);
    case 'measured-over-ssh':
      return msg('The link carries $0, as measured through ssh; the data may go faster.', rate);
    case 'given':
      return msg('The link carries $0, as you said.', rate);
    case 'nominal':
      return msg('The link is taken to carry $0; that was not measured.', rate);
  }
}

/** Why nothing is said of pauses, levers and how fast it changes: that is nothing for a VM that is paused. */
export function pausedText({ sentBytes }: Extract<Forecast, { kind: 'converges' }>): readonly Message[] {
  return [
    msg('The VM is paused, so that nothing has to be sent twice.'),
    msg('About $0 will be sent.', sizeText(sentBytes)),
  ];
}

/** The least that the link has to carry. */
export function breakEvenText({ breakEvenBytesPerSecond }: Exclude<Forecast, { kind: 'unknown' }>): Message {
  return msg('The migration ends if the link carries at least $0.', rateText(breakEvenBytesPerSecond));
}

/** What else was measured on the way of the data; nothing where it was not. */
export function linkText({
  roundTripMilliseconds,
  mtu,
}: Exclude<Forecast, { kind: 'unknown' }>): readonly Message[] {
  if (roundTripMilliseconds === undefined || mtu === undefined) return [];
  return [
    msg(
      'A packet and its answer take $0 ms on the way; the largest one has $1 bytes.',
      Number(roundTripMilliseconds.toPrecision(2)),
      mtu,
    ),
  ];
}

/** What is done, without what comes of it. */
export function leverName(effect: LeverEffect): Message {
  switch (effect.lever) {
    case 'auto-converge':
      return (effect.throttlePercent ?? 0) > 0
        ? msg('Slowing the VM (auto-converge), by up to $0 %', effect.throttlePercent ?? 0)
        : msg('Slowing the VM (auto-converge)');
    case 'post-copy':
      return msg('Finishing over there (post-copy)');
    case 'longer-pause':
      return msg('Allowing a pause of $0', durationText(effect.allowedMilliseconds ?? 0));
    case 'bandwidth-limit':
      return msg('Limiting the bandwidth to $0', rateText(effect.limitBytesPerSecond ?? 0));
    case 'pause-vm':
      return msg('Pausing the VM for the whole time');
  }
}

/** What one lever would change, in one sentence. */
export function leverText(effect: LeverEffect): Message {
  const name = leverName(effect);
  const total = durationText(effect.totalMilliseconds ?? 0);
  const pause = durationText(effect.downtimeMilliseconds ?? 0);
  if (!effect.converges) {
    return effect.confidence === 'estimate'
      ? msg('$0: estimated not to come to an end.', name)
      : msg('$0: would not come to an end.', name);
  }
  // How long the VM stands still while it changes hosts is not known beforehand; its first accesses then wait for the network.
  if (effect.lever === 'post-copy')
    return msg('$0: estimated $1, a short pause, and then a slower VM until all is there.', name, total);
  return effect.confidence === 'estimate'
    ? msg('$0: estimated $1, with a pause of $2.', name, total, pause)
    : msg('$0: $1, with a pause of $2.', name, total, pause);
}

/** Why it does not end. */
export function notConvergingText({
  dirtyBytesPerSecond,
  bandwidthBytesPerSecond,
}: Extract<Forecast, { kind: 'does-not-converge' }>): Message {
  const rate = rateText(dirtyBytesPerSecond);
  return dirtyBytesPerSecond >= bandwidthBytesPerSecond
    ? msg('The VM changes its memory faster than it can be sent: $0.', rate)
    : msg(
        'The VM changes $0 of its memory. What it changes while that is sent never fits into the allowed pause.',
        rate,
      );
}

/** How what remains comes down, or not. */
export function courseText(forecast: Exclude<Forecast, { kind: 'unknown' }>): Message {
  const first = sizeText(forecast.course[0]?.remainingBytes ?? 0);
  const fits = sizeText((forecast.bandwidthBytesPerSecond * forecast.allowedDowntimeMilliseconds) / 1000);
  return forecast.kind === 'converges'
    ? msg(
        'At first $0 remain; after $1 passes what remains is less than $2, which fits into the allowed pause of $3.',
        first,
        forecast.passes,
        fits,
        durationText(forecast.allowedDowntimeMilliseconds),
      )
    : msg(
        'At first $0 remain; it never comes down to $1, which would fit into the allowed pause of $2.',
        first,
        fits,
        durationText(forecast.allowedDowntimeMilliseconds),
      );
}

/** What of it is disks; nothing where none is copied. */
export function diskText({
  diskBytes,
}: Pick<Exclude<Forecast, { kind: 'unknown' }>, 'diskBytes'>): readonly Message[] {
  return diskBytes === undefined
    ? []
    : [msg('Before the memory the disks are copied: $0.', sizeText(diskBytes))];
}

/** How good the forecasts for these hosts were; nothing where there were none. */
export function trackText({
  track,
}: Pick<Exclude<Forecast, { kind: 'unknown' }>, 'track'>): readonly Message[] {
  if (track?.medianError === undefined) return [];
  const error = percent(track.medianError);
  return [
    track.migrations === 1
      ? msg('The forecast of the last migration to this host was $0 % off.', error)
      : msg(
          'The forecasts of the last $0 migrations to this host were $1 % off (median).',
          track.migrations,
          error,
        ),
  ];
}

/** What was forecast, beside what came; nothing where nothing was forecast, or what came is not known. */
export function predictionText({
  predicted,
  elapsedMilliseconds,
  paused,
}: {
  readonly predicted?: Prediction;
  readonly elapsedMilliseconds?: number;
  readonly paused?: true;
}): Message | undefined {
  if (predicted === undefined || elapsedMilliseconds === undefined) return undefined;
  if (predicted.kind === 'does-not-converge') {
    return msg('The forecast was that it would not come to an end: it was wrong, or the load fell.');
  }
  const off = percent(Math.abs(predicted.totalMilliseconds / elapsedMilliseconds - 1));
  const [total, pause] = [
    durationText(predicted.totalMilliseconds),
    durationText(predicted.downtimeMilliseconds),
  ];
  if (paused === true) return msg('The forecast was $0: $1 % off.', total, off);
  return msg('The forecast was $0, with a pause of $1: $2 % off.', total, pause, off);
}

/** Why what came could not be kept. */
export function notRecordedText(why: string): Message {
  return msg('That could not be recorded for the next forecast: $0', why);
}

function timeWords({ low, high }: { readonly low: number; readonly high: number }): Message {
  const [from, to] = [durationText(low), durationText(high)];
  return plainText(from) === plainText(to)
    ? msg('It will take about $0.', from)
    : msg('It will take between $0 and $1.', from, to);
}

function runningWords({
  downtimeMilliseconds,
  dirtyBytesPerSecond,
  sentBytes,
}: Extract<Forecast, { kind: 'converges' }>): readonly Message[] {
  return [
    msg(
      'At the end the VM will pause: about $0 for the last of its memory, and a moment to switch over.',
      durationText(downtimeMilliseconds),
    ),
    msg(
      'The VM changes $0 of its memory; about $1 will be sent.',
      rateText(dirtyBytesPerSecond),
      sizeText(sentBytes),
    ),
  ];
}

/** What each lever would change; nothing where there is no forecast. */
export function leversText(forecast: Forecast | undefined): readonly Message[] {
  return forecast === undefined || forecast.kind === 'unknown' ? [] : forecast.levers.map(leverText);
}

/** The forecast as sentences, for where there is no room for a picture: reports and the command line. */
export function forecastText(forecast: Forecast | undefined): readonly Message[] {
  switch (forecast?.kind) {
    case undefined:
      return [msg('Not known: the checks were ended before.')];
    case 'unknown':
      return [msg('Not known: $0', forecast.why)];
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
        msg('This migration would not come to an end.'),
        notConvergingText(forecast),
        ...diskText(forecast),
        bandwidthText(forecast),
        ...linkText(forecast),
        msg(
          'Pause the VM, reduce its load, or do not migrate it live. It would end if the link carried at least $0.',
          rateText(forecast.breakEvenBytesPerSecond),
        ),
        ...trackText(forecast),
      ];
  }
}
