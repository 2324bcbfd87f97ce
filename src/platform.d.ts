// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * The few globals that browsers and Node share and that the portable layers (engine, libvirt) may use. Those layers can use nothing
 * else.
 */

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  throwIfAborted(): void;
}

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const AbortController: { new (): AbortController };

declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare function clearTimeout(handle: unknown): void;
declare const performance: { now(): number };

interface URLSearchParams {
  get(name: string): string | null;
  has(name: string): boolean;
  keys(): IterableIterator<string>;
  entries(): IterableIterator<[string, string]>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
}
declare const URLSearchParams: { new (text?: string): URLSearchParams };
declare function decodeURIComponent(text: string): string;
declare function encodeURIComponent(text: string): string;
