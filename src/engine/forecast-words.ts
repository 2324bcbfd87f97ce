// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg, plainText } from './message.ts';
import type { Forecast } from './preflight-state.ts';
import { durationWords, rateWords, sizeWords } from './quantity.ts';

function bandwidthWords(forecast: Exclude<Forecast, { kind: 'unknown' }>): Message {
  const rate = rateWords(forecast.bandwidthBytesPerSecond);
  return forecast.bandwidthAssumed
    ? msg('The link is taken to carry $0; that was not measured.', rate)
    : msg('The link between the hosts carries $0, as measured.', rate);
}

function timeWords({ low, high }: { readonly low: number; readonly high: number }): Message {
  const [from, to] = [durationWords(low), durationWords(high)];
  return plainText(from) === plainText(to)
    ? msg('It will take about $0.', from)
    : msg('It will take between $0 and $1.', from, to);
}

/** The forecast as sentences, for where there is no room for a picture: reports and the command line. */
export function forecastWords(forecast: Forecast | undefined): readonly Message[] {
  switch (forecast?.kind) {
    case undefined:
      return [msg('Not known: the checks were ended before.')];
    case 'unknown':
      return [msg('Not known: $0', forecast.why)];
    case 'converges':
      return [
        timeWords(forecast.totalMilliseconds),
        msg(
          'At the end the VM will pause: about $0 for the last of its memory, and a moment to switch over.',
          durationWords(forecast.downtimeMilliseconds),
        ),
        msg(
          'The VM changes $0 of its memory; about $1 will be sent.',
          rateWords(forecast.dirtyBytesPerSecond),
          sizeWords(forecast.sentBytes),
        ),
        bandwidthWords(forecast),
      ];
    case 'does-not-converge':
      return [
        msg('This migration would not come to an end.'),
        msg(
          'The VM changes its memory faster than it can be sent: $0.',
          rateWords(forecast.dirtyBytesPerSecond),
        ),
        bandwidthWords(forecast),
        msg(
          'Pause the VM, reduce its load, or do not migrate it live. It would end if the link carried at least $0.',
          rateWords(forecast.breakEvenBytesPerSecond),
        ),
      ];
  }
}
