// SPDX-License-Identifier: LGPL-2.1-or-later
import { lazy, type ReactNode, Suspense } from 'react';
import type { Migration } from '../../engine/migration/index.ts';
import { loadLaterTexts } from '../common/index.ts';
import { ChartBoundary } from '../forecast/index.ts';

/** The charts are as large as the rest of the page, and the list does not need them or their texts. */
const LiveChart = lazy(async () => {
  const texts = loadLaterTexts();
  const { LiveChart: loaded } = await import('./live-chart.tsx');
  await texts;
  return { default: loaded };
});

/** The charts of a running migration; nothing before there are two points. */
export function MigrationCourse({ migration }: { readonly migration: Migration }): ReactNode {
  const { vm, points = [], forecastCourse = [] } = migration;
  if (points.length < 2) return null;
  return (
    <ChartBoundary>
      <Suspense fallback={<div className="migrate-live-chart-room" />}>
        <LiveChart name={vm.name} points={points} course={forecastCourse} />
      </Suspense>
    </ChartBoundary>
  );
}
