// SPDX-License-Identifier: LGPL-2.1-or-later
import { parseDestination } from '../../engine/destination/index.ts';

/** The part of localStorage that is needed. */
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
}

const storageKey = 'migrate:destinations';
const mostKept = 5;

function isDestination(text: string): boolean {
  return (['system', 'session'] as const).some(
    (connection) => parseDestination(text, { localNames: [], connection }).kind === 'valid',
  );
}

/** The last destinations in this browser, the newest first. Only URIs without parameters are stored. */
export class RecentDestinations {
  readonly #store: TextStore;

  constructor(store: TextStore) {
    this.#store = store;
  }

  list(): readonly string[] {
    let kept: unknown;
    try {
      kept = JSON.parse(this.#store.getItem(storageKey) ?? '[]');
    } catch (error) {
      // Text of another program, or a browser that denies storage: then there are no suggestions.
      if (error instanceof SyntaxError || error instanceof DOMException) return [];
      throw error;
    }
    if (!Array.isArray(kept)) return [];
    // Other pages can write there, too, and all users of the browser share it.
    return kept
      .filter((uri): uri is string => typeof uri === 'string' && !uri.includes('?') && isDestination(uri))
      .slice(0, mostKept);
  }

  /** Puts a destination first. A URI with parameters is not stored, because they may name keys and programs. */
  remember(uri: string): void {
    if (uri.includes('?')) return;
    const uris = [uri, ...this.list().filter((other) => other !== uri)].slice(0, mostKept);
    try {
      this.#store.setItem(storageKey, JSON.stringify(uris));
    } catch (error) {
      // Storage is full or denied. Only a convenience is lost.
      if (!(error instanceof DOMException)) throw error;
    }
  }
}
