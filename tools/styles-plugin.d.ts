// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Plugin } from 'vite';

/** Vite plugin: the style sheet holds what the page shows, and the fonts that this sheet names. */
export function stylesPlugin(fonts: string): Plugin;
