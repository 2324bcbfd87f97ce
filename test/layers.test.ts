// SPDX-License-Identifier: LGPL-2.1-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layers, mayNotImport, packages, rooms } from './layers.js';

const source = resolve(import.meta.dirname, '../src');

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.tsx?$/.test(name),
);

/** The layer of a file under src/; undefined for the roots that connect the layers. */
function layerOf(file: string): string | undefined {
  const [first = ''] = file.split('/');
  return layers.includes(first) ? first : undefined;
}

/** Relative imports of a source text, including `import type`, re-exports and `import()`. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?<!')(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
}

/** Imports of packages and of Node's modules. */
function packagesOf(text: string): string[] {
  return [...text.matchAll(/(?<!')(?:from|import)\s*\(?\s*'([^'.][^']*)'/g)].map((match) => match[1] ?? '');
}

/** Whether an entry of the table of packages covers that import. */
function covers(entry: string, imported: string): boolean {
  return entry.endsWith('*')
    ? imported.startsWith(entry.slice(0, -1))
    : imported === entry || imported.startsWith(`${entry}/`);
}

/** Each import from an upper layer, as `file -> imported`. */
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

/** Imports of programs as text from another layer. */
function foreignScripts(file: string, text: string): string[] {
  return importsOf(text)
    .map((imported) => relative(source, resolve(source, dirname(file), imported)))
    .filter((imported) => imported.endsWith('?raw'))
    .filter((imported) => roomOf(imported) !== roomOf(file) || layerOf(imported) !== layerOf(file))
    .map((imported) => `${file} -> ${imported}`);
}

describe('layers', () => {
  it('are imported downwards only, and nothing imports a root', () => {
    expect(files.length).toBeGreaterThan(10);
    const wrong = files.flatMap((file) => upwardImports(file, readFileSync(join(source, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('are reported if an import goes up', () => {
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
      (file) =>
        layerOf(file) === undefined &&
        !/^(main\.(browser|node)\.tsx?|(platform|raw-text)\.d\.ts)$/.test(file),
    );
    expect(strays).toEqual([]);
  });

  it('import the packages that the table names, and no others', () => {
    const found = new Map(layers.map((layer) => [layer, new Set<string>()]));
    for (const file of files)
      for (const name of packagesOf(readFileSync(join(source, file), 'utf8')))
        found
          .get(layerOf(file) ?? '')
          ?.add(packages[layerOf(file) ?? '']?.find((each) => covers(each, name)) ?? name);
    expect(Object.fromEntries([...found].map(([layer, names]) => [layer, [...names].sort()]))).toEqual(
      packages,
    );
    expect(packagesOf(`import { a } from 'node:fs';\nimport '@a/b/c.css';\nimport x from './x.ts';`)).toEqual(
      ['node:fs', '@a/b/c.css'],
    );
    expect(covers('node:*', 'node:fs')).toBe(true);
    expect(covers('saxes', 'saxes/x')).toBe(true);
    expect(covers('react', 'react-dom')).toBe(false);
  });

  it('keep D-Bus, cockpit and Node out of the engine', () => {
    const wrong = files
      .filter((file) => file.startsWith('engine/') || file.startsWith('libvirt/'))
      .filter((file) =>
        // A program that runs elsewhere is imported as text (`?raw`), and is in the same folder as the TypeScript that runs it.
        /from '[^']+\?(?!raw')|\bcockpit\.(dbus|spawn|file|channel)/.test(
          readFileSync(join(source, file), 'utf8'),
        ),
      );
    expect(wrong).toEqual([]);
  });

  it('have the programs that they run elsewhere among their own files', () => {
    const wrong = files.flatMap((file) => foreignScripts(file, readFileSync(join(source, file), 'utf8')));
    expect(wrong).toEqual([]);
    expect(foreignScripts('libvirt/x.ts', `import x from '../platform/x.sh?raw';`)).toEqual([
      'libvirt/x.ts -> platform/x.sh?raw',
    ]);
    expect(foreignScripts('engine/a/x.ts', `import x from './y/x.py?raw';`)).toEqual([]);
  });
});

/** The room of a file under src/ (`engine/inventory`); undefined for a file in none. */
function roomOf(file: string): string | undefined {
  const [layer = '', room = '', ...rest] = file.split('/');
  return rest.length > 0 && (layer === 'engine' || layer === 'ui') ? `${layer}/${room}` : undefined;
}

/** A file's imports from other rooms, as paths under src/. */
function foreignImports(file: string, text: string): string[] {
  return importsOf(text)
    .map((imported) => relative(source, resolve(source, dirname(file), imported)))
    .filter((imported) => roomOf(imported) !== undefined && roomOf(imported) !== roomOf(file));
}

describe('rooms', () => {
  const imports = files.flatMap((file) =>
    foreignImports(file, readFileSync(join(source, file), 'utf8')).map((imported) => ({ file, imported })),
  );

  it('are entered by their index.ts only', () => {
    const wrong = imports
      .filter(({ imported }) => !/^[^/]+\/[^/]+\/index\.ts$/.test(imported))
      .map(({ file, imported }) => `${file} -> ${imported}`);
    expect(wrong).toEqual([]);
    expect(foreignImports('ui/list/x.ts', "import { a } from '../dialog/a.ts';")).toEqual(['ui/dialog/a.ts']);
    expect(foreignImports('ui/list/x.ts', "import { a } from './a.ts';")).toEqual([]);
  });

  it('import exactly the rooms of their layer that the table names', () => {
    const found = new Map(Object.keys(rooms).map((room) => [room, new Set<string>()]));
    for (const { file, imported } of imports) {
      const [layer, room = ''] = imported.split('/');
      const from = roomOf(file);
      if (from?.startsWith(`${layer ?? ''}/`) !== true) continue;
      expect(found.has(from), from).toBe(true);
      found.get(from)?.add(room);
    }
    expect(Object.fromEntries([...found].map(([room, others]) => [room, [...others].sort()]))).toEqual(rooms);
  });

  it('come after those that they import, so that there is no cycle', () => {
    const order = Object.keys(rooms);
    const upward = Object.entries(rooms).flatMap(([room, others]) =>
      others
        .map((other) => `${room.split('/')[0] ?? ''}/${other}`)
        .filter((other) => order.indexOf(other) >= order.indexOf(room))
        .map((other) => `${room} -> ${other}`),
    );
    expect(upward).toEqual([]);
  });

  it('contain every file of the engine, and of the page all but its root', () => {
    const strays = files.filter((file) => /^(engine|ui)\/[^/]+$/.test(file));
    expect(strays).toEqual(['ui/app.tsx']);
  });

  it('match docs/architecture.md', () => {
    const document = readFileSync(join(source, '../docs/architecture.md'), 'utf8');
    const drawn = [...document.matchAll(/^\| `((?:engine|ui)\/[a-z]+)` \| [^|]+ \|([^|]*)\|$/gm)].map(
      ([, room = '', others = '']) => [room, [...others.matchAll(/`([a-z]+)`/g)].map(([, other]) => other)],
    );
    expect(Object.fromEntries(drawn)).toEqual(rooms);
  });
});
