// SPDX-License-Identifier: LGPL-2.1-or-later
import { Chart, ChartAxis, ChartContainer } from '@patternfly/react-charts/victory';
import { getResizeObserver } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { formatCount, formatTick } from '../common/index.ts';
import { byteTicks, timeTicks } from './chart-scale.ts';

/** The space for the axis labels, in pixels. */
const padding = { top: 8, right: 24, bottom: 24, left: 72 };

/** The size in pixels before the element is measured. The height is that of `.migrate-chart-plot`. */
const firstSize = { width: 480, height: 144 };

/** Below this width, in pixels, the axis of time has fewer labels. */
const narrow = 420;

const markStyle = { tickLabels: { fontSize: 12, padding: 4 } };

/** The size of an element, in pixels. */
function useSize(place: RefObject<HTMLElement | null>): typeof firstSize {
  const [size, setSize] = useState(firstSize);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const measure = (): void => {
      // A hidden element has no size.
      if (element.clientWidth > 0) setSize({ width: element.clientWidth, height: element.clientHeight });
    };
    measure();
    return getResizeObserver(element, measure, true);
  }, [place]);
  return size;
}

export interface PlotFrameProps {
  readonly name: string;
  /** The id of the element that describes the chart. */
  readonly describedBy: string;
  /** From zero to this, in milliseconds. */
  readonly duration: number;
  /** The largest value, in bytes or bytes per second. */
  readonly most: number;
  readonly formatValue: (value: number) => string;
  /** The curves. Not in a fragment, because Victory inspects each child. */
  readonly children: readonly ReactElement[];
}

/** A chart of sizes or rates over time, without animation. This file imports the chart library. */
export function PlotFrame({
  name,
  describedBy,
  duration,
  most,
  formatValue,
  children,
}: PlotFrameProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(place);
  const times = timeTicks(duration, width < narrow ? 3 : 6);
  // Space for a curve along the upper edge, which would be cut in half.
  const top = most * 1.08;
  const values = byteTicks(top);
  return (
    <div ref={place} className="migrate-chart-plot">
      <Chart
        ariaTitle={name}
        containerComponent={
          // A touch on the chart scrolls the dialog, as elsewhere.
          <ChartContainer responsive={false} aria-describedby={describedBy} style={{ touchAction: 'auto' }} />
        }
        width={width}
        height={height}
        padding={padding}
        domain={{ x: [0, duration], y: [0, top] }}
      >
        {/* In the order in which they are drawn: the lines of the grid lie beneath the curve. */}
        <ChartAxis
          tickValues={[...times.values]}
          tickFormat={(value: number) => (value === 0 ? formatCount(0) : formatTick(value, times.step))}
          style={markStyle}
        />
        <ChartAxis
          dependentAxis
          showGrid
          tickValues={[...values.values]}
          tickFormat={(value: number) => (value === 0 ? formatCount(0) : formatValue(value))}
          style={{ ...markStyle, grid: { stroke: 'var(--pf-t--global--border--color--default)' } }}
        />
        {children}
      </Chart>
    </div>
  );
}
