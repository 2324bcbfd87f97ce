// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText } from '../../engine/base/index.ts';
import { textOf } from './text.ts';
import { _, format, language } from './translate.ts';

function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
}

/** At most three significant digits: 1.5, 23.4, 512. */
function short(value: number): string {
  return number(value, value < 100 ? 1 : 0);
}

/** A size in binary units, as libvirt and QEMU count memory. */
export function formatBytes(bytes: number): string {
  const kib = bytes / 1024;
  if (kib < 1) return format(_('$0 bytes'), number(bytes));
  if (kib < 1024) return format(_('$0 KiB'), short(kib));
  if (kib < 1024 ** 2) return format(_('$0 MiB'), short(kib / 1024));
  if (kib < 1024 ** 3) return format(_('$0 GiB'), short(kib / 1024 ** 2));
  return format(_('$0 TiB'), short(kib / 1024 ** 3));
}

/** A rate in binary units per second. */
export function formatRate(bytesPerSecond: number): string {
  return format(_('$0/s'), formatBytes(bytesPerSecond));
}

/** A duration, in the same form as in the engine's sentences. */
export function formatDuration(milliseconds: number): string {
  return textOf(durationText(milliseconds));
}

/** A time on an axis with marks every `step`, both in milliseconds. All marks have the same unit. */
export function formatTick(milliseconds: number, step: number): string {
  if (step < 1000) return format(_('$0 ms'), number(milliseconds));
  if (step < 60_000) return format(_('$0 s'), number(milliseconds / 1000));
  return step < 3_600_000
    ? format(_('$0 min'), number(milliseconds / 60_000))
    : format(_('$0 h'), number(milliseconds / 3_600_000));
}

/** A whole number, formatted for the language. */
export function formatCount(value: number): string {
  return number(value);
}

/** Whole percent, without the sign, which is in the sentence. */
export function formatPercent(percent: number): string {
  return number(Math.floor(percent));
}

/** A point in time, from ISO 8601. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}
