// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Plugin } from 'vite';

/** Vite plugin: builds scripts and style sheets only in compressed form. */
export function gzipPlugin(): Plugin;
