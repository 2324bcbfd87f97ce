// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { domainStateText } from '../../../src/engine/inventory/state-text.ts';
import { fileKindText } from '../../../src/engine/preflight/judging/file-kind-text.ts';

/** A catalogue in which every text is reversed. */
const translated = (text: string): string =>
  text.startsWith('$') ? text : text.split(/(?:)/u).reverse().join('');
const translator = { gettext: translated, ngettext: translated, number: String };

describe('the state of a VM, as virsh prints it', () => {
  it.each([
    ['running (migrated)', 'running (migrated)', 'gninnur (detargim)'],
    ['paused (user)', 'paused (by an administrator)', 'desuap (rotartsinimda na yb)'],
    ['paused (I/O error)', 'paused (I/O error)', 'desuap (rorre O/I)'],
    ['shut off (destroyed)', 'shut off (forced off)', 'ffo tuhs (ffo decrof)'],
    ['in shutdown', 'shutting down', 'nwod gnittuhs'],
    // Text of no known version is not changed.
    ['running (by magic)', 'running (by magic)', 'gninnur (by magic)'],
    ['hovering (user)', 'hovering (by an administrator)', 'hovering (rotartsinimda na yb)'],
    ['en cours (migré) (2)', 'en cours (migré) (2)', 'en cours (migré) (2)'],
    ['', '', ''],
  ])('%s', (line, english, other) => {
    expect(plainText(domainStateText(line))).toBe(english);
    expect(plainText(domainStateText(line), translator)).toBe(other);
  });
});

describe('file types, as stat prints them', () => {
  it.each([
    ['regular file', 'file', 'elif'],
    ['regular empty file', 'empty file', 'elif ytpme'],
    ['block special file', 'block device', 'ecived kcolb'],
    ['character special file', 'character device', 'ecived retcarahc'],
    ['weird file', 'weird file', 'weird file'],
  ])('%s', (kind, english, other) => {
    expect(plainText(fileKindText(kind))).toBe(english);
    expect(plainText(fileKindText(kind), translator)).toBe(other);
  });
});
