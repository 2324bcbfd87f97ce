// SPDX-License-Identifier: LGPL-2.1-or-later
/** The layers from the top down. A folder imports itself and the ones after it, never one before it. */
export const layers = ['ui', 'engine', 'libvirt', 'platform'];

/** For each layer, the layers above it, which it may not import. */
export const mayNotImport = Object.fromEntries(
  layers.slice(1).map((layer, index) => [layer, layers.slice(0, index + 1)]),
);
