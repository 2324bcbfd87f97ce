// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterEach, expect, it } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import { rateText, sizeText } from '../../../src/engine/base/quantity.ts';
import { textOf } from '../../../src/ui/common/text.ts';

const console = (globalThis as unknown as { cockpit: { language: string } }).cockpit;

afterEach(() => {
  console.language = 'en';
});

it.each([
  ['en', '1.5 MiB/s', '234 GiB', 'port 49152'],
  ['fr', '1,5 MiB/s', '234 GiB', 'port 49152'],
  ['pt_BR', '1,5 MiB/s', '234 GiB', 'port 49152'],
])('numbers in a sentence are written as %s does, ports in one piece', (language, rate, size, port) => {
  console.language = language;
  expect(textOf(rateText(1.5 * 1024 ** 2))).toBe(rate);
  expect(textOf(sizeText(234 * 1024 ** 3))).toBe(size);
  expect(textOf(msg('port $0', 49152))).toBe(port);
});
