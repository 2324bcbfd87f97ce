// SPDX-License-Identifier: LGPL-2.1-or-later
import { Skeleton } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
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
import { _, format, formatRate, Notice, textOf } from '../common/index.ts';
import { ForecastChart } from './forecast-chart.tsx';
import { ForecastFigures } from './forecast-figures.tsx';
import { type LeverChoice, LeverTable } from './lever-table.tsx';

type KnownForecast = Exclude<Forecast, { kind: 'unknown' }>;

/** The basis of the figures, their limits, and the quality of earlier forecasts for this link. */
function conditions(forecast: KnownForecast): string {
  return [
    ...(forecast.kind === 'converges' && forecast.paused === true ? pausedText(forecast) : []),
    ...diskText(forecast),
    bandwidthText(forecast),
    // If it does not finish, this is shown above, with what to do.
    ...(forecast.kind === 'converges' && forecast.paused !== true ? [breakEvenText(forecast)] : []),
    ...linkText(forecast),
    ...trackText(forecast),
  ]
    .map(textOf)
    .join(' ');
}

/** Why it does not finish, and what to do. */
function NotConverging({
  forecast,
}: {
  readonly forecast: Extract<Forecast, { kind: 'does-not-converge' }>;
}): ReactNode {
  return (
    <Notice variant="warning" title={_('This migration will not finish')}>
      <p>{textOf(notConvergingText(forecast))}</p>
      <p>
        {format(
          _('Pause the VM, reduce its load, or give it a link that carries at least $0.'),
          formatRate(forecast.breakEvenBytesPerSecond),
        )}
      </p>
    </Notice>
  );
}

function KnownView({
  forecast,
  refining,
  choice,
}: {
  readonly forecast: KnownForecast;
  readonly refining: boolean;
  readonly choice: LeverChoice;
}): ReactNode {
  return (
    <>
      {forecast.kind === 'does-not-converge' ? <NotConverging forecast={forecast} /> : null}
      <ForecastFigures forecast={forecast} refining={refining} />
      <ForecastChart forecast={forecast} />
      <p className="migrate-finding-why">{conditions(forecast)}</p>
      {forecast.levers.length === 0 ? null : <LeverTable levers={forecast.levers} choice={choice} />}
    </>
  );
}

/** A placeholder for the forecast while it is not known. */
function Pending({ running }: { readonly running: boolean }): ReactNode {
  return (
    <div className="migrate-forecast">
      <p className="migrate-finding-why">
        {running
          ? _('Measuring the dirty rate of the VM and the bandwidth of the link.')
          : _('The checks measure how long the migration takes and how long the VM pauses.')}
      </p>
      {running ? (
        <div aria-hidden="true" className="migrate-forecast-skeleton">
          <Skeleton width="70%" />
          <Skeleton width="50%" />
          <Skeleton width="60%" />
          <Skeleton height="9rem" />
        </div>
      ) : null}
    </div>
  );
}

export interface ForecastViewProps {
  /** Undefined before it is computed. */
  readonly forecast: Forecast | undefined;
  /** Checks are running and measure. */
  readonly running?: boolean;
  /** Longer windows are still being measured. */
  readonly refining?: boolean;
  readonly choice: LeverChoice;
}

/** How long it takes and how long the VM pauses, or that it never finishes and what would change that. */
export function ForecastView({
  forecast,
  running = false,
  refining = false,
  choice,
}: ForecastViewProps): ReactNode {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId}>
      <h2 id={titleId} className="migrate-section-title">
        {_('Forecast')}
      </h2>
      {forecast === undefined ? (
        <Pending running={running} />
      ) : (
        <div className="migrate-forecast" data-forecast={forecast.kind}>
          {forecast.kind === 'unknown' ? (
            <Notice variant="warning" title={_('The forecast is unknown')}>
              {textOf(forecast.why)}
            </Notice>
          ) : (
            <KnownView forecast={forecast} refining={refining} choice={choice} />
          )}
        </div>
      )}
    </section>
  );
}
