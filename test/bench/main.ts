// SPDX-License-Identifier: LGPL-2.1-or-later
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { benchForecast } from './forecast.ts';
import { benchList } from './list.ts';
import { benchPreflight } from './preflight.ts';
import { benchRehearsal } from './rehearsal.ts';
import { benchWire } from './wire.ts';

/** A section prints its measurements as it runs. Its result is written to its JSON file. */
const sections: Readonly<Record<string, () => Promise<unknown>>> = {
  forecast: benchForecast,
  list: benchList,
  preflight: benchPreflight,
  wire: benchWire,
  rehearsal: benchRehearsal,
};

const output = join(process.cwd(), '.cache/bench');

/** Runs the named sections, or all. Resolves to the exit status: 0 measured, 1 not, 2 no such section. */
export async function bench(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in sections));
  if (unknown.length > 0) {
    console.error(`No such section: ${unknown.join(', ')}. There are: ${Object.keys(sections).join(', ')}`);
    return 2;
  }
  let status = 0;
  await mkdir(output, { recursive: true });
  for (const [name, run] of Object.entries(sections)) {
    if (names.length > 0 && !names.includes(name)) continue;
    try {
      const figures = await run();
      const file = join(output, `${name}.json`);
      const document = {
        section: name,
        date: new Date().toISOString(),
        processors: availableParallelism(),
        figures,
      };
      await writeFile(file, `${JSON.stringify(document, undefined, 2)}\n`);
      console.log(`Figures: .cache/bench/${name}.json`);
    } catch (error) {
      console.error(`${name}: not measured.`, error);
      status = 1;
    }
  }
  return status;
}
