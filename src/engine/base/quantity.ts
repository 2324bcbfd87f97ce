// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from './message.ts';

/** At most three digits are worth reading: 1.5, 23.4, 512. */
function short(value: number): number {
  return Number(value.toFixed(value < 100 ? 1 : 0));
}

/** A size in binary units, as libvirt and QEMU count memory. */
export function sizeText(bytes: number): Message {
  const kib = bytes / 1024;
  if (kib < 1) return msg('$0 bytes', Math.round(bytes));
  if (kib < 1024) return msg('$0 KiB', short(kib));
  if (kib < 1024 ** 2) return msg('$0 MiB', short(kib / 1024));
  if (kib < 1024 ** 3) return msg('$0 GiB', short(kib / 1024 ** 2));
  return msg('$0 TiB', short(kib / 1024 ** 3));
}

/** A rate in binary units per second. */
export function rateText(bytesPerSecond: number): Message {
  return msg('$0/s', sizeText(bytesPerSecond));
}

/** A duration with as much detail as helps: 300 ms, 4.2 s, 1 min, 1 min 20 s, 2 h 5 min. */
export function durationText(milliseconds: number): Message {
  if (milliseconds < 1000) return msg('$0 ms', Math.round(milliseconds));
  if (milliseconds < 9950) return msg('$0 s', short(milliseconds / 1000));
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return msg('$0 s', seconds);
  if (seconds < 3600 && seconds % 60 === 0) return msg('$0 min', seconds / 60);
  if (seconds < 3600) return msg('$0 min $1 s', Math.floor(seconds / 60), seconds % 60);
  return msg('$0 h $1 min', Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
}
