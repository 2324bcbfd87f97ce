// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Plugin } from 'vite';

/** Vite plugin: `notices.txt` beside the output names the npm packages that are in it, with their licences. */
export function noticesPlugin(): Plugin;
