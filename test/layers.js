// SPDX-License-Identifier: LGPL-2.1-or-later
/** The layers from the top down. The page and the command line stand side by side on the engine. */
export const layers = ['ui', 'cli', 'engine', 'libvirt', 'platform'];

/** For each layer, the layers above and beside it, which it may not import. */
export const mayNotImport = {
  ui: ['cli'],
  cli: ['ui'],
  engine: ['ui', 'cli'],
  libvirt: ['ui', 'cli', 'engine'],
  platform: ['ui', 'cli', 'engine', 'libvirt'],
};
