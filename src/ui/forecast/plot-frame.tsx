// SPDX-License-Identifier: LGPL-2.1-or-later
import { Chart, ChartAxis, ChartContainer } from '@patternfly/react-charts/victory';
import { getResizeObserver } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { formatCount, formatTick } from '../common/index.ts';
import { byteTicks, timeTicks } from './chart-scale.ts';

/** Room for the marks around the curve, in pixels. */
const padding = { top: 8, right: 24, bottom: 24, left: 72 };

/** Until it is known how large it may be, in pixels; the height is that of `.migrate-chart-plot`. */
const firstSize = { width: 480, height: 144 };

/** Narrower than this only a few marks fit beneath the curve, in pixels. */
const narrow = 420;

const markStyle = { tickLabels: { fontSize: 12, padding: 4 } };

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

export interface PlotFrameProps {
  readonly name: string;
  /** The id of the element that says in words what is drawn. */
  readonly describedBy: string;
  /** From zero to this, in milliseconds. */
  readonly duration: number;
  /** The largest value, in bytes or bytes per second. */
  readonly most: number;
  readonly formatValue: (value: number) => string;
  /** The curves. Victory looks at each of them itself, so that they cannot be in a fragment. */
  readonly children: readonly ReactElement[];
}

/** The axes of sizes or rates over time, and the curves between them; nothing of it moves by itself. This file brings the charts. */
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
  // A curve along the upper edge would be cut in half.
  const top = most * 1.08;
  const values = byteTicks(top);
  return (
    <div ref={place} className="migrate-chart-plot">
      <Chart
        ariaTitle={name}
        containerComponent={
          // A finger on it scrolls the dialog, as anywhere else.
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
