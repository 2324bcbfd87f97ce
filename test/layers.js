// SPDX-License-Identifier: LGPL-2.1-or-later
/** The layers from top to bottom. Page and command line are both above the engine. */
export const layers = ['ui', 'cli', 'engine', 'libvirt', 'platform'];

/** For each layer, the layers that it may not import: those above and beside it. */
export const mayNotImport = {
  ui: ['cli'],
  cli: ['ui'],
  engine: ['ui', 'cli'],
  libvirt: ['ui', 'cli', 'engine'],
  platform: ['ui', 'cli', 'engine', 'libvirt'],
};

/**
 * The rooms of the two layers that have some, from the bottom up, each with the rooms of its own layer that it imports. A room is
 * entered by its `index.ts` only. `docs/architecture.md` shows the same table, and `test/layers.test.ts` compares both with the imports.
 */
export const rooms = {
  'engine/base': [],
  'engine/destination': ['base'],
  'engine/plan': ['base'],
  'engine/progress': ['base'],
  'engine/failure': ['base'],
  'engine/access': ['base', 'destination'],
  'engine/store': ['base'],
  'engine/forecast': ['base', 'destination', 'store'],
  'engine/record': ['base', 'destination', 'forecast', 'plan', 'store'],
  'engine/history': ['base', 'store'],
  'engine/inventory': ['base', 'failure', 'progress', 'record'],
  'engine/preflight': ['base', 'destination', 'forecast', 'plan'],
  'engine/rehearsal': ['base', 'destination', 'failure', 'plan', 'preflight'],
  'engine/migration': [
    ...['base', 'destination', 'failure', 'forecast', 'history', 'inventory', 'plan', 'preflight'],
    ...['progress', 'record', 'rehearsal'],
  ],
  'ui/common': [],
  'ui/model': [],
  'ui/location': [],
  'ui/findings': ['common'],
  'ui/forecast': ['common'],
  'ui/history': ['common', 'findings', 'model'],
  'ui/list': ['common', 'location', 'model'],
  'ui/migration': ['common', 'findings', 'forecast', 'model'],
  'ui/dialog': ['common', 'findings', 'forecast', 'location', 'migration', 'model'],
  'ui/vm': ['common', 'migration', 'model'],
  'ui/page': ['common', 'dialog', 'history', 'list', 'location', 'model', 'vm'],
};

/**
 * The packages that each layer may import; a new one is named here first. Neither `engine` nor `libvirt` knows a platform, so their
 * packages run everywhere. `docs/architecture.md` says why each is there.
 */
export const packages = {
  ui: ['@patternfly/*', 'react'],
  cli: ['node:util', 'string-width'],
  engine: ['ipaddr.js'],
  libvirt: ['saxes'],
  platform: ['dbus-next', 'node:*'],
};
