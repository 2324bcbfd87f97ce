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

/** The destinations that were used last in this browser, the newest first. Only URIs without parameters are kept. */
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
      // Somebody else's text, or a browser that denies storage: then there is nothing to offer.
      if (error instanceof SyntaxError || error instanceof DOMException) return [];
      throw error;
    }
    if (!Array.isArray(kept)) return [];
    // Others can write there too: it is kept for the browser, whoever signs in.
    return kept
      .filter((uri): uri is string => typeof uri === 'string' && !uri.includes('?') && isDestination(uri))
      .slice(0, mostKept);
  }

  /** Puts a destination first. Parameters may name keys and programs: such a URI is to be written again each time. */
  remember(uri: string): void {
    if (uri.includes('?')) return;
    const uris = [uri, ...this.list().filter((other) => other !== uri)].slice(0, mostKept);
    try {
      this.#store.setItem(storageKey, JSON.stringify(uris));
    } catch (error) {
      // Full or denied: a convenience is lost, nothing else.
      if (!(error instanceof DOMException)) throw error;
    }
  }
}
