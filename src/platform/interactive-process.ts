// SPDX-License-Identifier: LGPL-2.1-or-later
import script from './interactive-process.sh?raw';
import { type Platform, PlatformError, type RunOptions } from './platform.ts';
import { TextQueue } from './text-queue.ts';

export const markLength = 24;

/** Random text that the output of a program cannot contain. */
export function marker(): string {
  const random = (): string => Math.random().toString(36).slice(2);
  return `ckm-${random()}${random()}`.padEnd(markLength, '0').slice(0, markLength);
}

/** How an interactive process ended. */
export interface InteractiveProcessEnd {
  /** What failed; undefined if the program ran and ended by itself. */
  readonly error?: PlatformError;
  /** The program's output after its last answer, and its standard error (see {@link RunOptions}). */
  readonly said: string;
}

/** An awaited answer. */
interface Awaited {
  /** What the program prints after the answer. */
  readonly until: string;
  readonly onText: ((text: string) => void) | undefined;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: PlatformError) => void;
}

/**
 * A program on this host that keeps running and takes commands line by line, which may depend on earlier answers. Answers come in
 * the order of the commands; many commands may be sent at once.
 */
export class InteractiveProcess {
  /** Resolves when the process has ended, for any reason. Never rejects. */
  readonly ended: Promise<InteractiveProcessEnd>;
  readonly #mark = marker();
  readonly #input = new TextQueue();
  /** Text that may be the beginning of a line of the script. */
  #held = '';
  /** Output since the last answer. */
  #printed = '';
  readonly #awaited: Awaited[] = [];
  readonly #clocks: Awaited[] = [];
  readonly #begun: Promise<string>;
  #hasBegun: (folder: string) => void = () => undefined;
  #over: PlatformError | undefined;
  #hasProgram = false;
  #missing: PlatformError | undefined;
  #files = 0;

  constructor(
    platform: Pick<Platform, 'run'>,
    argv: readonly string[],
    options: Omit<RunOptions, 'input' | 'onOutput'>,
  ) {
    this.#begun = new Promise((resolve) => {
      this.#hasBegun = resolve;
    });
    this.ended = this.#run(platform, argv, options);
  }

  /**
   * Sends whole lines, and resolves to the output up to `until`. `onText` is called with all output so far each time there is more.
   * Rejects with {@link PlatformError} if the process ends first.
   */
  exchange(text: string, until: string, onText?: (text: string) => void): Promise<string> {
    const answer = this.#await(this.#awaited, text, until, onText);
    // It may have been printed already.
    if (this.#awaited.length === 1) this.#answer(0);
    return answer;
  }

  /** Resolves when the program has started. */
  async begun(): Promise<void> {
    await this.#folder();
  }

  /** This host's clock now, in seconds since 1970. */
  async clock(): Promise<number> {
    const seconds = await this.#await(this.#clocks, `${this.#mark} clock\n`, '', undefined);
    if (!/^\d{9,11}(\.\d+)?$/.test(seconds)) throw new PlatformError('protocol', `date: ${seconds}`);
    return Number(seconds);
  }

  /** Stores one line of text in a file for the program. Resolves to its path. */
  async file(text: string): Promise<string> {
    const folder = await this.#folder();
    this.#files += 1;
    const name = `${this.#files}`;
    this.#input.write(`${this.#mark} file ${name} ${text.replace(/\s*\n\s*/g, ' ')}\n`);
    return `${folder}/${name}`;
  }

  /** Sends zeros to the program, limited in bytes and time, then a line break. */
  sendZeros(bytes: number, seconds: number): void {
    this.#input.write(`${this.#mark} zeros ${bytes} ${seconds}\n`);
  }

  /** Ends the program's input. It may still print something. */
  endInput(): void {
    this.#input.end();
  }

  async #folder(): Promise<string> {
    const folder = await Promise.race([this.#begun, this.ended]);
    if (typeof folder === 'string') return folder;
    throw folder.error ?? new PlatformError('closed', folder.said);
  }

  #await(
    list: Awaited[],
    text: string,
    until: string,
    onText: ((text: string) => void) | undefined,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) {
        reject(this.#over);
        return;
      }
      list.push({ until, onText, resolve, reject });
      this.#input.write(text);
    });
  }

  async #run(
    platform: Pick<Platform, 'run'>,
    argv: readonly string[],
    options: Omit<RunOptions, 'input' | 'onOutput'>,
  ): Promise<InteractiveProcessEnd> {
    let end: InteractiveProcessEnd;
    try {
      const { stderr } = await platform.run(['sh', '-c', script, 'sh', this.#mark, ...argv], {
        ...options,
        input: this.#input,
        onOutput: (text) => {
          this.#read(text);
        },
      });
      const said = `${this.#printed}${stderr}`;
      end = this.#hasProgram ? { said } : { said, error: this.#missing ?? new PlatformError('failed', said) };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      end = { said: this.#printed, error };
    }
    this.#input.end();
    this.#over = end.error ?? new PlatformError('closed', end.said);
    for (const { reject } of [...this.#awaited, ...this.#clocks]) reject(this.#over);
    return end;
  }

  /** Extracts the script's lines. They may interrupt another line, but are never split. */
  #read(text: string): void {
    this.#held += text;
    for (let at = this.#held.indexOf(this.#mark); at >= 0; at = this.#held.indexOf(this.#mark)) {
      const end = this.#held.indexOf('\n', at);
      if (end < 0) {
        this.#pass(at);
        return;
      }
      const line = this.#held.slice(at + this.#mark.length + 1, end);
      this.#held = this.#held.slice(0, at) + this.#held.slice(end + 1);
      this.#own(line);
    }
    let whole = this.#held.length;
    for (let length = Math.min(this.#mark.length - 1, whole); length > 0; length -= 1) {
      if (!this.#held.endsWith(this.#mark.slice(0, length))) continue;
      whole -= length;
      break;
    }
    this.#pass(whole);
  }

  #own(line: string): void {
    const at = line.indexOf(' ');
    const [word, rest] = [line.slice(0, at), line.slice(at + 1)];
    if (word === 'missing') this.#missing = new PlatformError('not-found', `${rest}: not found`);
    if (word === 'begun') {
      this.#hasProgram = true;
      this.#hasBegun(rest);
    }
    if (word === 'clock') this.#clocks.shift()?.resolve(rest);
    // The handler of the script's lines still waits for more.
    if (word === 'ended') this.#input.end();
  }

  /** The length of the held text that is not a line of the script. */
  #pass(length: number): void {
    if (length === 0) return;
    const from = this.#printed.length;
    this.#printed += this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#answer(from);
  }

  /** Passes output to those who wait for it. The part before `from` was already searched. */
  #answer(from: number): void {
    let looked = from;
    for (let [first] = this.#awaited; first !== undefined; [first] = this.#awaited) {
      // It may have begun in earlier output.
      const at = this.#printed.indexOf(first.until, Math.max(0, looked - first.until.length));
      if (at < 0) {
        if (this.#printed !== '') first.onText?.(this.#printed);
        return;
      }
      const answer = this.#printed.slice(0, at);
      this.#printed = this.#printed.slice(at + first.until.length);
      looked = 0;
      this.#awaited.shift();
      first.resolve(answer);
    }
  }
}
