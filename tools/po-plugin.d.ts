// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Plugin } from 'vite';

/** Vite plugin: the catalogues of a directory become the scripts that Cockpit serves as `po.js`. */
export function poPlugin(directory: string): Plugin;
