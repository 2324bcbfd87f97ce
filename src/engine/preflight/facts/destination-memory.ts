// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, wholeNumber } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';

/** Memory of the destination, in bytes. */
export interface DestinationMemory {
  readonly totalBytes: number;
  /** Free, or used as a cache of files. */
  readonly freeBytes: number;
}

/** Free pages of the destination by size in bytes, summed over all NUMA nodes. */
export type FreePages = ReadonlyMap<number, number>;

/** Parses `virsh nodememstats`; undefined if a value is missing. */
export function parseMemoryStats(text: string): DestinationMemory | undefined {
  const of = (name: string): number | undefined => {
    const kib = wholeNumber(new RegExp(`^${name}\\s*:\\s*(\\d+) KiB\\s*$`, 'm').exec(text)?.[1]);
    return kib === undefined ? undefined : kib * 1024;
  };
  const [total, free, buffers, cached] = ['total', 'free', 'buffers', 'cached'].map(of);
  return total === undefined || free === undefined
    ? undefined
    : { totalBytes: total, freeBytes: Math.min(total, free + (buffers ?? 0) + (cached ?? 0)) };
}

/** Parses `virsh freepages --all`: a heading for each node, then `2048KiB: 12` for each page size. */
export function parseFreePages(text: string): FreePages {
  const pages = new Map<number, number>();
  for (const [, sizeText, countText] of text.matchAll(/^(\d+)KiB:\s*(\d+)\s*$/gm)) {
    const [kib, count] = [wholeNumber(sizeText), wholeNumber(countText)];
    if (kib === undefined || count === undefined) continue;
    const size = kib * 1024;
    pages.set(size, (pages.get(size) ?? 0) + count);
  }
  return pages;
}

/** The destination's memory. */
export const destinationMemoryFact = defineFact<
  DestinationMemory,
  { libvirt: typeof destinationLibvirtFact }
>({
  name: 'destination-memory',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    const answer = await destinationAnswer(libvirt, 'nodememstats');
    const memory = answer.ok ? parseMemoryStats(answer.text) : undefined;
    if (memory === undefined)
      throw new FactUnavailable({
        why: msg('The destination did not say how much memory is free.'),
        original: answer.ok ? answer.text : answer.error,
      });
    return memory;
  },
});

/** The destination's free pages of each size. */
export const freePagesFact = defineFact<FreePages, { libvirt: typeof destinationLibvirtFact }>({
  name: 'free-pages',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    const answer = await destinationAnswer(libvirt, 'freepages');
    const pages = parseFreePages(answer.ok ? answer.text : '');
    if (pages.size === 0)
      throw new FactUnavailable({
        why: msg('The destination did not say how many huge pages are free.'),
        original: answer.ok ? answer.text : answer.error,
      });
    return pages;
  },
});
