// SPDX-License-Identifier: LGPL-2.1-or-later
import { _, format, language } from './translate.ts';

function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
}

/** At most three digits are worth reading: 1.5, 23.4, 512. */
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

function unit(value: number, name: 'millisecond' | 'second' | 'minute' | 'hour', digits = 0): string {
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: name,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/** A duration with as much detail as helps: 300 ms, 4.2 sec, 1 min, 1 min 20 sec, 2 hr 5 min. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return unit(Math.round(milliseconds), 'millisecond');
  if (milliseconds < 9950) return unit(milliseconds / 1000, 'second', 1);
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return unit(seconds, 'second');
  const minutes = unit(Math.floor(seconds / 60), 'minute');
  if (seconds < 3600) return seconds % 60 === 0 ? minutes : `${minutes} ${unit(seconds % 60, 'second')}`;
  return `${unit(Math.floor(seconds / 3600), 'hour')} ${unit(Math.floor((seconds % 3600) / 60), 'minute')}`;
}

/** A moment on an axis whose marks are `step` apart, both in milliseconds: all in the same unit. */
export function formatTick(milliseconds: number, step: number): string {
  if (step < 1000) return unit(milliseconds, 'millisecond');
  if (step < 60_000) return unit(milliseconds / 1000, 'second');
  return step < 3_600_000 ? unit(milliseconds / 60_000, 'minute') : unit(milliseconds / 3_600_000, 'hour');
}

/** A whole number in the admin's way of writing. */
export function formatCount(value: number): string {
  return number(value);
}

/** Whole percents, without the sign: the sentence around it has that. */
export function formatPercent(percent: number): string {
  return number(Math.floor(percent));
}

/** A point in time, from ISO 8601. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}
