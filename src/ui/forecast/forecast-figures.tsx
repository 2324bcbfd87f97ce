// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import type { BandwidthSource, Forecast } from '../../engine/forecast/index.ts';
import { _, format, formatBytes, formatDuration, formatRate } from '../common/index.ts';

type KnownForecast = Exclude<Forecast, { kind: 'unknown' }>;

interface Figure {
  readonly name: string;
  readonly value: string;
  /** Where the value comes from, or what it does not include. */
  readonly note?: string;
}

function sourceNote(source: BandwidthSource): string {
  switch (source) {
    case 'measured':
      return _('measured');
    case 'measured-over-ssh':
      return _('measured through ssh');
    case 'given':
      return _('entered by you');
    case 'nominal':
      return _('assumed, not measured');
  }
}

/** The total time; a range if both ends differ. */
function spanText({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [formatDuration(low), formatDuration(high)];
  // TRANSLATORS: a span of time, such as “20 s to 34 s”.
  return from === to ? format(_('About $0'), from) : format(_('$0 to $1'), from, to);
}

function figuresOf(forecast: KnownForecast, refining: boolean): readonly Figure[] {
  const moving = forecast.paused !== true;
  const converges = forecast.kind === 'converges';
  return [
    {
      name: _('Total time'),
      value: converges ? spanText(forecast.totalMilliseconds) : _('Never finishes'),
      // TRANSLATORS: beside a span of time that gets narrower.
      ...(refining && converges ? { note: _('still measuring') } : {}),
    },
    ...(converges && moving
      ? [
          {
            name: _('Pause time'),
            value: format(_('About $0'), formatDuration(forecast.downtimeMilliseconds)),
            note: _('and a moment to switch over'),
          },
        ]
      : []),
    ...(moving ? [{ name: _('Dirty rate'), value: formatRate(forecast.dirtyBytesPerSecond) }] : []),
    {
      name: _('Bandwidth'),
      value: formatRate(forecast.bandwidthBytesPerSecond),
      note: sourceNote(forecast.bandwidthSource),
    },
    ...(converges ? [{ name: _('Data to send'), value: formatBytes(forecast.sentBytes) }] : []),
    ...(forecast.diskBytes === undefined
      ? []
      : [{ name: _('Disks to copy first'), value: formatBytes(forecast.diskBytes) }]),
  ];
}

/** The figures of a forecast, each with its name. */
export function ForecastFigures({
  forecast,
  refining,
}: {
  readonly forecast: KnownForecast;
  /** Longer windows are still being measured. */
  readonly refining: boolean;
}): ReactNode {
  return (
    <dl className="migrate-forecast-figures">
      {figuresOf(forecast, refining).map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note === undefined ? null : <span className="migrate-figure-note"> {note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
