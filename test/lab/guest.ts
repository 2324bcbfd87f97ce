// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync, readFileSync, statSync } from 'node:fs';

/** Waits until a condition holds; the limit is only there to end a test that can no longer pass. */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 60,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A guest, wherever it runs: what it says on its serial line is in one file that all hosts of the lab share. */
export class Guest {
  readonly name: string;
  readonly uuid: string;
  readonly #log: string;
  readonly #state: () => Promise<string>;

  /** @param state What the hosts say of it, for a failure's message. */
  constructor(lab: string, name: string, uuid: string, state: () => Promise<string>) {
    this.name = name;
    this.uuid = uuid;
    this.#state = state;
    this.#log = `/var/tmp/cockpit-migrate-lab/${lab}/serial/${uuid}.log`;
  }

  #lines(): string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').split(/\r?\n/) : [];
  }

  /** The last number that the guest counted to; 0 before it runs. */
  counter(): number {
    const last = this.#lines().findLast((line) => /^tick \d+ \d/.test(line));
    return Number(last?.split(' ')[1] ?? 0);
  }

  /** Waits until the guest counts. */
  async booted(): Promise<void> {
    await waitFor(`guest ${this.name} to boot`, () => this.counter() > 2, 120);
  }

  /** Waits until the guest writes to its memory at its rate. */
  async dirtying(): Promise<void> {
    await waitFor(`guest ${this.name} to dirty its memory`, () => this.#lines().includes('dirty'), 120);
  }

  /** Waits for ticks after this moment: the guest really goes on. */
  async goesOn(): Promise<void> {
    const before = this.counter();
    try {
      await waitFor(`guest ${this.name} to go on`, () => this.counter() > before + 3, 60);
    } catch (cause) {
      const said = this.#lines().slice(-4).join('\n');
      throw new Error(`${String(cause)}\n${said}\n${await this.#state()}`, { cause });
    }
  }

  /**
   * Waits for the guest to run, even if it started anew. QEMU 7.2 without KVM loses writes of a guest now and then where the
   * memory takes several passes over a slow link: of six that plain virsh moved over 200 Mbit/s four came to a kernel panic.
   */
  async runs(): Promise<void> {
    const before = this.#lines().length;
    const ticks = (): number =>
      this.#lines()
        .slice(before)
        .filter((line) => line.startsWith('tick ')).length;
    await waitFor(`guest ${this.name} to run`, () => ticks() > 3, 60);
  }

  /** Waits for the guest's next look at its disk after this moment, and says whether it found what it wrote. */
  async diskIntact(): Promise<boolean> {
    const before = this.counter();
    const line = await waitFor(
      `guest ${this.name} to read its disk`,
      () =>
        this.#lines().find((each) => /^disk (ok|BAD) \d+$/.test(each) && Number(each.split(' ')[2]) > before),
      90,
    );
    return line.startsWith('disk ok') && !this.#lines().some((each) => each.startsWith('disk BAD'));
  }

  /**
   * The longest time in ms that the guest said nothing while something was done, measured here, not by the guest's clock,
   * which stands still with it. It ticks every 250 ms: what is beyond that is the pause that it felt.
   */
  async longestSilence(during: () => Promise<unknown>): Promise<number> {
    let size = statSync(this.#log).size;
    let heard = performance.now();
    let longest = 0;
    const listen = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - heard);
      const { size: current } = statSync(this.#log);
      if (current !== size) {
        size = current;
        heard = now;
      }
    };
    const timer = setInterval(listen, 10);
    try {
      await during();
      await this.goesOn();
    } finally {
      clearInterval(timer);
    }
    return longest;
  }
}
