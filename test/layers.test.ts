// SPDX-License-Identifier: LGPL-2.1-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layers, mayNotImport } from './layers.js';

const source = resolve(import.meta.dirname, '../src');

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.tsx?$/.test(name),
);

/** The layer of a file under src/, or undefined for the roots that wire the layers. */
function layerOf(file: string): string | undefined {
  const [first = ''] = file.split('/');
  return layers.includes(first) ? first : undefined;
}

/** Relative imports of a source text, with `import type`, re-exports and `import()` among them. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
}

/** Each import that goes up, as `file -> imported`. */
function upwardImports(file: string, text: string): string[] {
  const layer = layerOf(file);
  if (layer === undefined) return [];
  const forbidden = mayNotImport[layer] ?? [];
  return importsOf(text)
    .map((imported) => relative(source, resolve(source, dirname(file), imported)))
    .filter((imported) => {
      const other = layerOf(imported);
      return other === undefined ? !imported.startsWith('platform.d') : forbidden.includes(other);
    })
    .map((imported) => `${file} -> ${imported}`);
}

describe('layers', () => {
  it('are imported downwards only, and nothing imports a root', () => {
    expect(files.length).toBeGreaterThan(10);
    const wrong = files.flatMap((file) => upwardImports(file, readFileSync(join(source, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('are found out by this test when an import goes up', () => {
    expect(upwardImports('engine/x.ts', `import { a } from '../ui/app.tsx';`)).toEqual([
      'engine/x.ts -> ui/app.tsx',
    ]);
    expect(upwardImports('libvirt/x.ts', `export * from '../main.node.ts';`)).toEqual([
      'libvirt/x.ts -> main.node.ts',
    ]);
    expect(upwardImports('cli/x.ts', `import { a } from '../ui/a.ts';`)).toEqual(['cli/x.ts -> ui/a.ts']);
    expect(upwardImports('ui/x.ts', `import { a } from '../engine/a.ts';`)).toEqual([]);
    expect(upwardImports('cli/x.ts', `import { a } from '../engine/a.ts';`)).toEqual([]);
  });

  it('have every file in a known folder or among the roots', () => {
    const strays = files.filter(
      (file) => layerOf(file) === undefined && !/^(main\.(browser|node)\.tsx?|platform\.d\.ts)$/.test(file),
    );
    expect(strays).toEqual([]);
  });

  it('keep D-Bus, cockpit and Node out of the engine', () => {
    const wrong = files
      .filter((file) => file.startsWith('engine/') || file.startsWith('libvirt/'))
      .filter((file) =>
        /from '(?!\.|saxes')[^']+'|\bcockpit\.(dbus|spawn|file|channel)/.test(
          readFileSync(join(source, file), 'utf8'),
        ),
      );
    expect(wrong).toEqual([]);
  });
});
