// SPDX-License-Identifier: LGPL-2.1-or-later
import { lazy, type ReactNode, Suspense, useId } from 'react';
import { type CoursePoint, courseText, type Forecast } from '../../engine/forecast/index.ts';
import { _, format, formatBytes, textOf } from '../common/index.ts';
import { ChartBoundary } from './chart-boundary.tsx';

/** The chart library is as large as the rest of the page, and only the dialog needs it. */
const ForecastPlot = lazy(async () => ({ default: (await import('./forecast-plot.tsx')).ForecastPlot }));

/** The time begins when the button is pressed. libvirt prepares the migration first, and nothing is sent meanwhile. */
function fromStart(course: readonly CoursePoint[]): readonly CoursePoint[] {
  const [first] = course;
  return first === undefined || first.milliseconds === 0
    ? course
    : [{ ...first, milliseconds: 0 }, ...course];
}

/** The remaining memory over time, compared with what fits into the allowed pause: as chart and as text. */
export function ForecastChart({
  forecast,
}: {
  readonly forecast: Exclude<Forecast, { kind: 'unknown' }>;
}): ReactNode {
  const words = useId();
  const course = fromStart(forecast.course);
  const fitsBytes = (forecast.bandwidthBytesPerSecond * forecast.allowedDowntimeMilliseconds) / 1000;
  return (
    <div className="migrate-chart">
      {course.length < 2 ? null : (
        <ChartBoundary>
          <ul className="migrate-chart-legend">
            <li className="migrate-chart-remaining">{_('Remaining memory')}</li>
            <li className="migrate-chart-fits">
              {format(_('Fits into the allowed pause: $0'), formatBytes(fitsBytes))}
            </li>
          </ul>
          <Suspense fallback={<div className="migrate-chart-plot" />}>
            <ForecastPlot
              course={course}
              fitsBytes={fitsBytes}
              name={_('Remaining memory over time')}
              describedBy={words}
            />
          </Suspense>
        </ChartBoundary>
      )}
      <p id={words} className="migrate-finding-why">
        {textOf(courseText(forecast))}
      </p>
    </div>
  );
}
