// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  Chart,
  ChartArea,
  ChartAxis,
  ChartContainer,
  ChartThreshold,
} from '@patternfly/react-charts/victory';
import { getResizeObserver } from '@patternfly/react-core';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { CoursePoint } from '../../engine/forecast/index.ts';
import { formatBytes, formatCount, formatTick } from '../common/index.ts';
import { byteTicks, timeTicks } from './chart-scale.ts';

/** Space for the axis labels, in pixels. */
const padding = { top: 8, right: 24, bottom: 24, left: 72 };

/** The initial size in pixels; the height is that of `.migrate-chart-plot`. */
const firstSize = { width: 480, height: 144 };

/** Below this width in pixels, only a few marks fit on the axis. */
const narrow = 420;

const markStyle = { tickLabels: { fontSize: 12, padding: 4 } };

export interface ForecastPlotProps {
  /** At least two, from zero on, in order. */
  readonly course: readonly CoursePoint[];
  /** How much can be sent within the allowed pause. */
  readonly fitsBytes: number;
  readonly name: string;
  /** The id of the element that describes the chart. */
  readonly describedBy: string;
}

/** How large an element is, in pixels. */
function useSize(place: RefObject<HTMLElement | null>): typeof firstSize {
  const [size, setSize] = useState(firstSize);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const measure = (): void => {
      // Nothing is measured while it is not shown.
      if (element.clientWidth > 0) setSize({ width: element.clientWidth, height: element.clientHeight });
    };
    measure();
    return getResizeObserver(element, measure, true);
  }, [place]);
  return size;
}

/**
 * The curve of the remaining memory, and the line that it has to reach. This file imports the chart library: load it when needed.
 */
export function ForecastPlot({ course, fitsBytes, name, describedBy }: ForecastPlotProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(place);
  const duration = course.at(-1)?.milliseconds ?? 0;
  const most = Math.max(fitsBytes, ...course.map(({ remainingBytes }) => remainingBytes));
  const times = timeTicks(duration, width < narrow ? 3 : 6);
  // Keeps a curve along the upper edge from being cut off.
  const top = most * 1.08;
  const sizes = byteTicks(top);
  return (
    <div ref={place} className="migrate-chart-plot">
      <Chart
        ariaTitle={name}
        containerComponent={
          // Touching it scrolls the dialog, as elsewhere.
          <ChartContainer responsive={false} aria-describedby={describedBy} style={{ touchAction: 'auto' }} />
        }
        width={width}
        height={height}
        padding={padding}
        domain={{ x: [0, duration], y: [0, top] }}
      >
        {/* In drawing order: the grid is behind the curve. */}
        <ChartAxis
          tickValues={[...times.values]}
          tickFormat={(value: number) => (value === 0 ? formatCount(0) : formatTick(value, times.step))}
          style={markStyle}
        />
        <ChartAxis
          dependentAxis
          showGrid
          tickValues={[...sizes.values]}
          tickFormat={(value: number) => (value === 0 ? formatCount(0) : formatBytes(value))}
          style={{ ...markStyle, grid: { stroke: 'var(--pf-t--global--border--color--default)' } }}
        />
        <ChartArea
          data={course.map(({ milliseconds, remainingBytes }) => ({ x: milliseconds, y: remainingBytes }))}
          style={{
            data: {
              fill: 'var(--pf-t--global--color--brand--default)',
              fillOpacity: 0.15,
              stroke: 'var(--pf-t--global--color--brand--default)',
            },
          }}
        />
        <ChartThreshold
          data={[
            { x: 0, y: fitsBytes },
            { x: duration, y: fitsBytes },
          ]}
          style={{ data: { stroke: 'var(--pf-t--global--text--color--regular)' } }}
        />
      </Chart>
    </div>
  );
}
