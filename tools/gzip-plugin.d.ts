// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Plugin } from 'vite';

/** Vite plugin: scripts and style sheets are built compressed, and only so. */
export function gzipPlugin(): Plugin;
