// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { ChartBoundary } from './chart-boundary.tsx';
export { ForecastView } from './forecast-view.tsx';
export { PlotFrame } from './plot-frame.tsx';
