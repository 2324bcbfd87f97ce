// SPDX-License-Identifier: LGPL-2.1-or-later
import { ExpandableSection } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import {
  bandwidthText,
  breakEvenText,
  diskText,
  type Forecast,
  linkText,
  notConvergingText,
  pausedText,
  trackText,
} from '../../engine/forecast/index.ts';
import { _, format, formatBytes, formatDuration, formatRate, Notice, textOf } from '../common/index.ts';
import { ForecastChart } from './forecast-chart.tsx';
import { LeverTable } from './lever-table.tsx';

function duration({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [formatDuration(low), formatDuration(high)];
  return from === to
    ? format(_('It will take about $0.'), from)
    : format(_('It will take between $0 and $1.'), from, to);
}

/** What goes before the memory, what the link carries, and what earlier forecasts for it were worth. */
function conditions(forecast: Exclude<Forecast, { kind: 'unknown' }>): string {
  return [
    ...diskText(forecast),
    bandwidthText(forecast),
    // Of one that does not end it is said below, with what to do.
    ...(forecast.kind === 'converges' && forecast.paused !== true ? [breakEvenText(forecast)] : []),
    ...linkText(forecast),
    ...trackText(forecast),
  ]
    .map(textOf)
    .join(' ');
}

function Body({ forecast }: { readonly forecast: Forecast }): ReactNode {
  switch (forecast.kind) {
    case 'converges':
      if (forecast.paused === true) {
        return (
          <Notice variant="info" title={_('Forecast')}>
            <p>{duration(forecast.totalMilliseconds)}</p>
            <p className="migrate-finding-why">
              {pausedText(forecast).map(textOf).join(' ')} {conditions(forecast)}
            </p>
          </Notice>
        );
      }
      return (
        <Notice variant="info" title={_('Forecast')}>
          <p>
            {duration(forecast.totalMilliseconds)}{' '}
            {format(
              _(
                'At the end the VM will pause: about $0 for the last of its memory, and a moment to switch over.',
              ),
              formatDuration(forecast.downtimeMilliseconds),
            )}
          </p>
          <p className="migrate-finding-why">
            {format(
              _('The VM changes $0 of its memory; about $1 will be sent.'),
              formatRate(forecast.dirtyBytesPerSecond),
              formatBytes(forecast.sentBytes),
            )}{' '}
            {conditions(forecast)}
          </p>
        </Notice>
      );
    case 'does-not-converge':
      return (
        <Notice variant="warning" title={_('Forecast: this migration would not come to an end')}>
          <p>
            {textOf(notConvergingText(forecast))} {conditions(forecast)}
          </p>
          <p>
            {format(
              _(
                'Pause the VM, reduce its load, or do not migrate it live. It would end if the link carried at least $0.',
              ),
              formatRate(forecast.breakEvenBytesPerSecond),
            )}
          </p>
        </Notice>
      );
    case 'unknown':
      return (
        <Notice variant="warning" title={_('Forecast: not known')}>
          {textOf(forecast.why)}
        </Notice>
      );
  }
}

/** How long it will take and how long the VM will pause, or that it will never finish and what would change that. */
export function ForecastView({ forecast }: { readonly forecast: Forecast }): ReactNode {
  return (
    <div className="migrate-forecast" data-forecast={forecast.kind}>
      <Body forecast={forecast} />
      {forecast.kind === 'unknown' ? null : (
        <>
          <ForecastChart forecast={forecast} />
          {forecast.levers.length === 0 ? null : (
            <ExpandableSection toggleText={_('What would change it')}>
              <LeverTable levers={forecast.levers} />
            </ExpandableSection>
          )}
        </>
      )}
    </div>
  );
}
