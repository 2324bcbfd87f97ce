// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { historyLine, parseHistory, parseHistoryLine } from '../../src/engine/history/entry.ts';
import { appendState } from '../../src/engine/store/state-folder.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { later } from '../engine/history/entry-fixture.ts';

/** An event: several processes write at once, or a writer ends in the middle of its line. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((writers) => ({ writers })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 700 }).map((cut) => ({ cut })) },
);

it('loses no line to another writer, and only its own line to a crash during a write', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const home = mkdtempSync(join(tmpdir(), 'cockpit-migrate-history-'));
      const real = nodePlatform();
      const platform: Parameters<typeof appendState>[0] = {
        run: (argv, options) =>
          real.run(argv, { ...options, environment: { HOME: home, XDG_STATE_HOME: home } }),
      };
      const file = join(home, 'cockpit-migrate/history.jsonl');
      try {
        let count = 0;
        let whole: string[] = [];
        for (const each of steps) {
          if ('writers' in each) {
            const lines = Array.from({ length: each.writers }, () => historyLine(later((count += 1))));
            const errors = await Promise.all(
              lines.map((line) => appendState(platform, 'session', 'history.jsonl', line)),
            );
            expect(errors).toEqual(lines.map(() => undefined));
            whole.push(...lines);
          } else if (existsSync(file)) {
            // A crash cuts the last line, and never more than that line.
            const text = readFileSync(file, 'utf8');
            const last = text.trimEnd().split('\n').at(-1) ?? '';
            const cut = Math.min(each.cut, last.length);
            truncateSync(file, Math.max(0, text.length - cut));
            if (parseHistoryLine(last.slice(0, last.length + 1 - cut)) === undefined)
              whole = whole.filter((line) => line !== last);
          }
        }
        const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
        const read = text.split('\n').filter((line) => parseHistoryLine(line) !== undefined);
        expect([...read].sort()).toEqual([...whole].sort());
        expect(parseHistory(text)).toHaveLength(whole.length);
      } finally {
        rmSync(home, { recursive: true });
      }
    }),
    { numRuns: 12 },
  );
}, 60_000);
