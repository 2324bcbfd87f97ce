// SPDX-License-Identifier: LGPL-2.1-or-later
/** How many domains are read at the same time. libvirt-dbus has only four worker threads, for all its clients. */
const readersAtOnce = 2;

/** A queue of domains to read again. A domain that is added several times before its turn is read once. */
export class ReadQueue {
  readonly #read: (path: string) => Promise<void>;
  readonly #dirty = new Set<string>();
  readonly #reading = new Set<string>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #closed = false;

  /** `read` does not reject. */
  constructor(read: (path: string) => Promise<void>) {
    this.#read = read;
  }

  add(path: string): void {
    if (this.#closed) return;
    this.#dirty.add(path);
    this.#pump();
  }

  addLater(path: string, milliseconds: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.add(path);
    }, milliseconds);
    this.#timers.add(timer);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #pump(): void {
    for (const path of this.#dirty) {
      if (this.#reading.size >= readersAtOnce) return;
      if (this.#reading.has(path)) continue;
      this.#dirty.delete(path);
      this.#reading.add(path);
      void this.#read(path).finally(() => {
        this.#reading.delete(path);
        this.#pump();
      });
    }
  }
}
