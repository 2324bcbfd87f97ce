// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Output, stripControlCharacters } from './environment.ts';
import { cutText } from './text-layout.ts';

/** The status at one moment. */
export interface Status {
  readonly text: string;
  /** 0 to 100; absent if unknown. */
  readonly percent?: number;
  /** Without a terminal, each stage gets a new line. */
  readonly stage: string;
}

/** In a pipe, a stage is printed again after this many percent or this much time. */
const plainPercent = 10;
const plainMilliseconds = 10_000;

const barWidth = 24;

/** One line of the terminal's width, with a bar if the percentage is known. */
export function statusLine({ text, percent }: Status, columns: number): string {
  const filled = Math.round((barWidth * (percent ?? 0)) / 100);
  const bar =
    percent === undefined ? '' : `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${percent} %  `;
  // The last column stays free: some terminals wrap there.
  return cutText(stripControlCharacters(`${bar}${text}`), Math.max(columns - 1, 10));
}

/** Shows progress: one line that is rewritten on a terminal, or occasional plain lines in a pipe. */
export class StatusDisplay {
  readonly #screen: Output;
  readonly #now: () => number;
  #shown = '';
  #last: { readonly stage: string; readonly percent: number; readonly at: number } | undefined;

  constructor(screen: Output, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
  }

  show(status: Status): void {
    if (this.#screen.isTerminal) {
      const line = statusLine(status, this.#screen.columns);
      if (line === this.#shown) return;
      this.#shown = line;
      this.#screen.write(`\r${line}\u001b[K`);
      return;
    }
    const percent = status.percent ?? 0;
    const last = this.#last;
    if (
      last?.stage === status.stage &&
      percent < last.percent + plainPercent &&
      this.#now() < last.at + plainMilliseconds
    )
      return;
    this.#last = { stage: status.stage, percent, at: this.#now() };
    this.#screen.write(
      stripControlCharacters(
        status.percent === undefined ? status.text : `${percent} %  ${status.text}`,
      ).concat('\n'),
    );
  }

  /** Clears the line, so that the next output begins on an empty one. */
  clear(): void {
    if (!this.#screen.isTerminal || this.#shown === '') return;
    this.#shown = '';
    this.#screen.write('\r\u001b[K');
  }
}
