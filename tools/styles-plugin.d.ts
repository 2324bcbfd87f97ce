// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Plugin } from 'vite';

/** Vite plugin: the style sheet contains only what the page shows, with the fonts of the given sheet. */
export function stylesPlugin(fonts: string): Plugin;
