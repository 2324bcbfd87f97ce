// SPDX-License-Identifier: LGPL-2.1-or-later
import { ExpandableSection } from '@patternfly/react-core';
import { lazy, type ReactNode, Suspense, useId } from 'react';
import {
  bandwidthWords,
  courseWords,
  leverWords,
  pathWords,
  stuckWords,
  trackWords,
} from '../engine/forecast-words.ts';
import type { Forecast } from '../engine/preflight-state.ts';
import { ChartBoundary } from './chart-boundary.tsx';
import { formatBytes, formatDuration, formatRate } from './format.ts';
import { Notice } from './notice.tsx';
import { textOf } from './text.ts';
import { _, format } from './translate.ts';

/** A file of its own: the list of VMs does not wait for what draws charts. */
const ForecastChart = lazy(async () => ({ default: (await import('./forecast-chart.tsx')).ForecastChart }));

function duration({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [formatDuration(low), formatDuration(high)];
  return from === to
    ? format(_('It will take about $0.'), from)
    : format(_('It will take between $0 and $1.'), from, to);
}

function Body({ forecast }: { readonly forecast: Forecast }): ReactNode {
  switch (forecast.kind) {
    case 'converges':
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
            {[bandwidthWords(forecast), ...pathWords(forecast), ...trackWords(forecast)]
              .map(textOf)
              .join(' ')}
          </p>
        </Notice>
      );
    case 'does-not-converge':
      return (
        <Notice variant="warning" title={_('Forecast: this migration would not come to an end')}>
          <p>
            {[stuckWords(forecast), bandwidthWords(forecast), ...pathWords(forecast), ...trackWords(forecast)]
              .map(textOf)
              .join(' ')}
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

type Known = Exclude<Forecast, { kind: 'unknown' }>;

/** What remains over the time, drawn and said. */
function Course({ forecast }: { readonly forecast: Known }): ReactNode {
  const wordsId = useId();
  return (
    <figure className="migrate-chart">
      <div
        role="img"
        aria-label={_('Memory that remains to be sent, over the time')}
        aria-describedby={wordsId}
        className="migrate-chart-place"
      >
        <ChartBoundary>
          <Suspense>
            <ForecastChart forecast={forecast} />
          </Suspense>
        </ChartBoundary>
      </div>
      <figcaption id={wordsId}>
        {textOf(courseWords(forecast))} {_('The dashed line is what fits into the allowed pause.')}
      </figcaption>
    </figure>
  );
}

/** What else could be done; folded away. */
function Levers({ forecast }: { readonly forecast: Known }): ReactNode {
  return (
    <ExpandableSection toggleText={_('What would change it')} isIndented>
      <ul className="migrate-levers">
        {forecast.levers.map((effect) => (
          <li key={effect.lever} data-lever={effect.lever} data-converges={effect.converges}>
            {textOf(leverWords(effect))}
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}

/** How long it will take and how long the VM will pause, or that it will never finish and what would change that. */
export function ForecastView({ forecast }: { readonly forecast: Forecast }): ReactNode {
  return (
    <div className="migrate-forecast" data-forecast={forecast.kind}>
      <Body forecast={forecast} />
      {forecast.kind === 'unknown' ? null : (
        <>
          <Course forecast={forecast} />
          <Levers forecast={forecast} />
        </>
      )}
    </div>
  );
}
