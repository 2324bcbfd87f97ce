// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync, readFileSync, statSync } from 'node:fs';

/** Waits until a condition holds. The limit only ends a test that can no longer pass. */
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

/** A guest on any host: all hosts of the lab write its serial output to the same file. */
export class Guest {
  readonly name: string;
  readonly uuid: string;
  readonly #log: string;
  readonly #state: () => Promise<string>;

  /** @param state The hosts' state of the guest, for error messages. */
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

  /** Waits for new ticks, which prove that the guest runs. */
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
   * Waits for the guest to run, even if it has restarted. QEMU 7.2 without KVM sometimes loses writes of a guest if the memory
   * takes several passes over a slow link: of six guests that plain virsh moved over 200 Mbit/s, four ended in a kernel panic.
   */
  async runs(): Promise<void> {
    const before = this.#lines().length;
    const ticks = (): number =>
      this.#lines()
        .slice(before)
        .filter((line) => line.startsWith('tick ')).length;
    await waitFor(`guest ${this.name} to run`, () => ticks() > 3, 60);
  }

  /** Waits for the guest's next check of its disk. Resolves to whether the disk has what the guest wrote. */
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
   * The longest time in ms without output of the guest during an action. Measured here, because the guest's clock pauses with it.
   * The guest ticks every 250 ms; the rest is its pause.
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
