// SPDX-License-Identifier: LGPL-2.1-or-later
import { ChartArea, ChartLine } from '@patternfly/react-charts/victory';
import { type ReactNode, useId } from 'react';
import { type Course, type ProgressPoint, remainingAt, rowsOf } from '../../engine/progress/index.ts';
import { _, format, formatBytes, formatDuration, formatRate } from '../common/index.ts';
import { PlotFrame } from '../forecast/index.ts';

export interface LiveChartProps {
  /** Name of the VM. */
  readonly name: string;
  /** At least two. */
  readonly points: readonly ProgressPoint[];
  /** The forecast from before the start; empty without a forecast. */
  readonly course: Course;
}

/** The number of table rows. More cannot be read while the migration runs. */
const mostRows = 12;

const brand = 'var(--pf-t--global--color--brand--default)';
const text = 'var(--pf-t--global--text--color--regular)';
const warning = 'var(--pf-t--global--icon--color--status--warning--default)';

/** A dashed line, so that the curves differ by more than their colour. */
function dashed(stroke: string): { readonly data: object } {
  return { data: { stroke, strokeDasharray: '4 4' } };
}

function remainingLine(course: Course): { readonly x: number; readonly y: number }[] {
  return course.map(({ milliseconds, remainingBytes }) => ({ x: milliseconds, y: remainingBytes }));
}

/** The smallest scale: single bytes are not useful. */
const leastRate = 1024 ** 2;

/** A curve of libvirt's figures. libvirt has none before the end of the first pass. */
function known(points: readonly { readonly x: number; readonly y: number }[]): { x: number; y: number }[] {
  return points.filter(({ y }) => y > 0).map(({ x, y }) => ({ x, y }));
}

/** A rate as text. libvirt reports 0 if it has none. */
function rateText(bytesPerSecond: number): string {
  return bytesPerSecond === 0 ? _('unknown so far') : formatRate(bytesPerSecond);
}

function most(...values: readonly number[]): number {
  return Math.max(1, ...values);
}

function RemainingPlot({
  points,
  course,
  duration,
  describedBy,
}: Omit<LiveChartProps, 'name'> & { readonly duration: number; readonly describedBy: string }): ReactNode {
  return (
    <>
      <ul className="migrate-chart-legend">
        <li>{_('Remaining data')}</li>
        {course.length === 0 ? null : (
          <li className="migrate-chart-forecast">{_('Forecast before the start')}</li>
        )}
      </ul>
      <PlotFrame
        {...{ duration, describedBy }}
        name={_('Remaining data over time')}
        most={most(...[...points, ...course].map(({ remainingBytes }) => remainingBytes))}
        formatValue={formatBytes}
      >
        {[
          <ChartArea
            key="remaining"
            data={remainingLine(points)}
            style={{ data: { fill: brand, fillOpacity: 0.15, stroke: brand } }}
          />,
          ...(course.length === 0
            ? []
            : [<ChartLine key="forecast" data={remainingLine(course)} style={dashed(text)} />]),
        ]}
      </PlotFrame>
    </>
  );
}

function RatesPlot({
  points,
  duration,
  describedBy,
}: Pick<LiveChartProps, 'points'> & { readonly duration: number; readonly describedBy: string }): ReactNode {
  const throughput = known(
    points.map((each) => ({ x: each.milliseconds, y: each.throughputBytesPerSecond })),
  );
  const dirty = known(points.map((each) => ({ x: each.milliseconds, y: each.dirtyBytesPerSecond })));
  return (
    <>
      <ul className="migrate-chart-legend">
        <li>{_('Throughput')}</li>
        <li className="migrate-chart-dirty">{_('Dirty rate')}</li>
      </ul>
      <PlotFrame
        {...{ duration, describedBy }}
        name={_('Throughput and dirty rate over time')}
        most={most(leastRate, ...[...throughput, ...dirty].map(({ y }) => y))}
        formatValue={formatRate}
      >
        {[
          // Without data, Victory draws a default curve.
          ...(throughput.length < 2
            ? []
            : [<ChartLine key="throughput" data={throughput} style={{ data: { stroke: brand } }} />]),
          ...(dirty.length < 2 ? [] : [<ChartLine key="dirty" data={dirty} style={dashed(warning)} />]),
        ]}
      </PlotFrame>
    </>
  );
}

/** The chart as a table for screen readers. It has few rows, because the figures change every second. */
function PointTable({ name, points, course }: LiveChartProps): ReactNode {
  return (
    <table className="pf-v6-screen-reader" aria-label={format(_('Course of the migration of $0'), name)}>
      <thead>
        <tr>
          <th scope="col">{_('Elapsed')}</th>
          <th scope="col">{_('Remaining data')}</th>
          {course.length === 0 ? null : <th scope="col">{_('Forecast')}</th>}
          <th scope="col">{_('Throughput')}</th>
          <th scope="col">{_('Dirty rate')}</th>
        </tr>
      </thead>
      <tbody>
        {rowsOf(points, mostRows).map((point) => (
          <tr key={point.milliseconds}>
            <th scope="row">{formatDuration(point.milliseconds)}</th>
            <td>{formatBytes(point.remainingBytes)}</td>
            {course.length === 0 ? null : (
              <td>{formatBytes(Math.round(remainingAt(course, point.milliseconds) ?? 0))}</td>
            )}
            <td>{rateText(point.throughputBytesPerSecond)}</td>
            <td>{rateText(point.dirtyBytesPerSecond)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What remains, compared with the forecast for that moment, in one sentence. */
function wordsOf({ points, course }: Pick<LiveChartProps, 'points' | 'course'>): string {
  const last = points.at(-1);
  if (last === undefined) return '';
  const [remaining, after] = [formatBytes(last.remainingBytes), formatDuration(last.milliseconds)];
  const forecast = remainingAt(course, last.milliseconds);
  return forecast === undefined
    ? format(_('$0 remaining after $1.'), remaining, after)
    : format(_('$0 remaining after $1; forecast: $2.'), remaining, after, formatBytes(Math.round(forecast)));
}

/** Charts of a running migration: remaining data and forecast, throughput and dirty rate. Load this file when needed. */
export function LiveChart({ name, points, course }: LiveChartProps): ReactNode {
  const words = useId();
  const duration = most(points.at(-1)?.milliseconds ?? 0, course.at(-1)?.milliseconds ?? 0);
  return (
    <div className="migrate-chart migrate-live-chart">
      <RemainingPlot {...{ points, course, duration }} describedBy={words} />
      <p id={words} className="migrate-finding-why">
        {wordsOf({ points, course })}
      </p>
      <RatesPlot {...{ points, duration }} describedBy={words} />
      <PointTable {...{ name, points, course }} />
    </div>
  );
}
