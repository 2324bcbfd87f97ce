// SPDX-License-Identifier: LGPL-2.1-or-later
import { Chart, ChartArea, ChartAxis, ChartThreshold } from '@patternfly/react-charts/victory';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Forecast } from '../engine/preflight-state.ts';
import { formatBytes, formatDuration } from './format.ts';

/** In pixels; the place is kept free in page.css while this file is loaded. */
const height = 140;

/** Where there is no layout to ask, as in tests. */
const widthWithoutLayout = 480;

/** Narrower than this, two marks on the axis of time are enough. */
const narrow = 420;

const font = {
  fontFamily: 'var(--pf-t--global--font--family--body)',
  fontSize: 12,
  fill: 'var(--pf-t--global--text--color--subtle)',
};
const hidden = { stroke: 'none' };
const grid = { stroke: 'var(--pf-t--global--border--color--default)', strokeOpacity: 0.5 };

/** The width that the page gives to an element, followed as it changes. */
function useWidth(): readonly [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(widthWithoutLayout);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null || !('ResizeObserver' in window)) return undefined;
    const observer = new ResizeObserver(() => {
      setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return [ref, width];
}

/**
 * What remains of the memory over the time, against what fits into the allowed pause. It is drawn for the eye alone: whoever
 * shows it gives the image its name, and the words are beside it.
 */
export function ForecastChart({
  forecast,
}: {
  readonly forecast: Exclude<Forecast, { kind: 'unknown' }>;
}): ReactNode {
  const [ref, width] = useWidth();
  const { course, bandwidthBytesPerSecond, allowedDowntimeMilliseconds } = forecast;
  const fits = (bandwidthBytesPerSecond * allowedDowntimeMilliseconds) / 1000;
  const end = course.at(-1)?.milliseconds ?? 0;
  const most = Math.max(...course.map(({ remainingBytes }) => remainingBytes), fits);
  // Ticks are round in the unit in which they are written.
  const byteUnit = 1024 ** Math.min(4, Math.floor(Math.log(Math.max(most, 1)) / Math.log(1024)));
  const timeUnit = end < 120_000 ? 1000 : 60_000;
  const color =
    forecast.kind === 'converges'
      ? 'var(--pf-t--global--color--brand--default)'
      : 'var(--pf-t--global--color--status--warning--default)';
  const line = { stroke: color, strokeWidth: 2, fill: color, fillOpacity: 0.2 };
  return (
    <div ref={ref} aria-hidden className="migrate-chart-drawing">
      <Chart
        width={width}
        height={height}
        padding={{ top: 10, right: 40, bottom: 28, left: 72 }}
        domain={{ x: [0, end / timeUnit], y: [0, (most / byteUnit) * 1.05] }}
      >
        <ChartAxis
          tickCount={width < narrow ? 2 : 4}
          tickFormat={(tick: number) => formatDuration(tick * timeUnit)}
          style={{ axis: grid, ticks: hidden, tickLabels: font }}
        />
        <ChartAxis
          dependentAxis
          tickCount={3}
          tickFormat={(tick: number) => formatBytes(tick * byteUnit)}
          style={{ axis: hidden, ticks: hidden, grid, tickLabels: font }}
        />
        <ChartArea
          data={course.map(({ milliseconds, remainingBytes }) => ({
            x: milliseconds / timeUnit,
            y: remainingBytes / byteUnit,
          }))}
          style={{ data: line }}
        />
        <ChartThreshold
          data={[
            { x: 0, y: fits / byteUnit },
            { x: end / timeUnit, y: fits / byteUnit },
          ]}
          style={{
            data: {
              stroke: 'var(--pf-t--global--text--color--regular)',
              strokeWidth: 1.5,
              strokeDasharray: '5,4',
            },
          }}
        />
      </Chart>
    </div>
  );
}
