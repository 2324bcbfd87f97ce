// SPDX-License-Identifier: LGPL-2.1-or-later
import { ChartArea, ChartThreshold } from '@patternfly/react-charts/victory';
import type { ReactNode } from 'react';
import type { CoursePoint } from '../../engine/forecast/index.ts';
import { formatBytes } from '../common/index.ts';
import { PlotFrame } from './plot-frame.tsx';

export interface ForecastPlotProps {
  /** At least two points, sorted by time, from zero. */
  readonly course: readonly CoursePoint[];
  /** How much can be sent within the allowed pause. */
  readonly fitsBytes: number;
  readonly name: string;
  /** The id of the element that describes the chart. */
  readonly describedBy: string;
}

/** The remaining memory, and the line below which the migration finishes. This file imports the chart library: load it when needed. */
export function ForecastPlot({ course, fitsBytes, name, describedBy }: ForecastPlotProps): ReactNode {
  const duration = course.at(-1)?.milliseconds ?? 0;
  const most = Math.max(fitsBytes, ...course.map(({ remainingBytes }) => remainingBytes));
  return (
    <PlotFrame {...{ name, describedBy, duration, most }} formatValue={formatBytes}>
      {[
        <ChartArea
          key="remaining"
          data={course.map(({ milliseconds, remainingBytes }) => ({ x: milliseconds, y: remainingBytes }))}
          style={{
            data: {
              fill: 'var(--pf-t--global--color--brand--default)',
              fillOpacity: 0.15,
              stroke: 'var(--pf-t--global--color--brand--default)',
            },
          }}
        />,
        <ChartThreshold
          key="fits"
          data={[
            { x: 0, y: fitsBytes },
            { x: duration, y: fitsBytes },
          ]}
          style={{ data: { stroke: 'var(--pf-t--global--text--color--regular)' } }}
        />,
      ]}
    </PlotFrame>
  );
}
