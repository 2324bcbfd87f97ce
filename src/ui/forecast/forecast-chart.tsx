// SPDX-License-Identifier: LGPL-2.1-or-later
import { Component, lazy, type ReactNode, Suspense, useId } from 'react';
import { type CoursePoint, courseText, type Forecast } from '../../engine/forecast/index.ts';
import { _, format, formatBytes, OriginalText, textOf } from '../common/index.ts';

/** The chart library is as large as the rest of the page, and only the dialog needs it. */
const ForecastPlot = lazy(async () => ({ default: (await import('./forecast-plot.tsx')).ForecastPlot }));

interface Failed {
  readonly error: Error | undefined;
}

/** If the chart cannot be loaded (the host is gone, the page was updated), the text stays, with a message. React logs the error. */
class ChartBoundary extends Component<{ readonly children: ReactNode }, Failed> {
  override state: Failed = { error: undefined };

  static getDerivedStateFromError(error: unknown): Failed {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="migrate-chart-failed">
        <p>{_('The chart could not be loaded. The figures are complete without it.')}</p>
        <OriginalText>{error.message}</OriginalText>
      </div>
    );
  }
}

/** Time counts from the press of the button. At first, libvirt prepares and nothing is sent. */
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
