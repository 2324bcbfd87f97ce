// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Plugin } from 'vite';

/** Vite plugin: imports from files that only pass on what others make become imports from those; with the entry file of each such package. */
export function barrelsPlugin(packages: Readonly<Record<string, string>>): Plugin;
