// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { NodeTerminal, type TerminalInput } from '../../src/platform/node-terminal.ts';

/** A terminal at which someone types. */
class Typist implements TerminalInput {
  readonly isTTY = true;
  raw = false;
  screen = '';
  readonly #listeners = new Map<string, (text: string) => void>();

  setRawMode(mode: boolean): never {
    this.raw = mode;
    return this as never;
  }
  setEncoding(): void {
    // Texts come decoded.
  }
  on(event: string, listener: (text: string) => void): void {
    this.#listeners.set(event, listener);
  }
  resume(): void {
    // Always on.
  }
  pause(): void {
    // Always on.
  }
  write(text: string): boolean {
    this.screen += text;
    return true;
  }
  type(text: string): void {
    this.#listeners.get('data')?.(text);
  }
  hangUp(): void {
    this.#listeners.get('end')?.('');
  }
}

function start(): {
  typist: Typist;
  terminal: NodeTerminal;
  signal: AbortSignal;
  controller: AbortController;
} {
  const typist = new Typist();
  const controller = new AbortController();
  return { typist, terminal: new NodeTerminal(typist, typist), signal: controller.signal, controller };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a question on the terminal', () => {
  it('that is hidden shows nothing of the answer, and is read key by key', async () => {
    const { typist, terminal, signal } = start();
    const answer = terminal.ask('Password: ', { hidden: true, signal });
    await tick();
    expect(typist.raw).toBe(true);
    typist.type('wro');
    typist.type('\u0015 pä');
    typist.type('x\u007f🔑\u001b[D');
    typist.type('\rrest');
    expect(await answer).toBe(' pä🔑');
    expect([typist.raw, typist.screen]).toEqual([false, 'Password: \n']);
  });

  it('keeps what was typed ahead for the next one', async () => {
    const { typist, terminal, signal } = start();
    const first = terminal.ask('1 ', { hidden: false, signal });
    await tick();
    typist.type('yes\nsecret\nno\n');
    expect(await first).toBe('yes');
    expect(await terminal.ask('2 ', { hidden: true, signal })).toBe('secret');
    expect(await terminal.ask('3 ', { hidden: false, signal })).toBe('no');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('has no answer after %s', async (_, key) => {
    const { typist, terminal, signal } = start();
    const answer = terminal.ask('? ', { hidden: true, signal });
    await tick();
    typist.type(key);
    expect(await answer).toBeUndefined();
    expect(typist.raw).toBe(false);
  });

  it.each([true, false])('has none when the terminal goes or it is stopped (hidden: %s)', async (hidden) => {
    const gone = start();
    const answer = gone.terminal.ask('? ', { hidden, signal: gone.signal });
    await tick();
    gone.typist.hangUp();
    expect(await answer).toBeUndefined();
    const stopped = start();
    const other = stopped.terminal.ask('? ', { hidden, signal: stopped.signal });
    await tick();
    stopped.controller.abort();
    expect(await other).toBeUndefined();
    expect(stopped.typist.raw).toBe(false);
  });
});
