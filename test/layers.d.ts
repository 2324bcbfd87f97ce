// SPDX-License-Identifier: LGPL-2.1-or-later
export declare const layers: readonly string[];
export declare const mayNotImport: Readonly<Record<string, readonly string[]>>;
export declare const rooms: Readonly<Record<string, readonly string[]>>;
export declare const packages: Readonly<Record<string, readonly string[]>>;
