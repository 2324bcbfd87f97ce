// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type DirtyPoint, dirtyRateOf, pooled, qemuBytesPerSample } from './dirty-curve.ts';
export { breakEvenRange, type ForecastInput, forecastCopy } from './forecast.ts';
export { narrowForecast } from './narrow-forecast.ts';
export { notRecordedText, predictionText } from './prediction-text.ts';
export {
  type BandwidthSource,
  type CoursePoint,
  type Forecast,
  type LeverEffect,
  type LeverName,
} from './result.ts';
export {
  bandwidthText,
  breakEvenText,
  courseText,
  diskText,
  forecastText,
  leverName,
  leversText,
  linkText,
  notConvergingText,
  pausedText,
  trackText,
} from './text.ts';
export {
  appendTrackEntry,
  type ExpectedMigration,
  type Prediction,
  parseExpected,
  predictionOf,
  readTrack,
  routeOf,
  type TrackRecord,
  trackRecordOf,
} from './track-record.ts';
