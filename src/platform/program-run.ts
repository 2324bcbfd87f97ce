// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from './on-abort.ts';
import { PlatformError, type RunOptions, type RunResult, type Unsubscribe } from './platform.ts';

/**
 * The state of a running program that both implementations of `Platform.run` share: its output so far, whether the caller aborted
 * it, and its result. The first call of {@link end} or {@link fail} counts.
 */
export class ProgramRun {
  readonly #program: string;
  readonly #options: RunOptions;
  readonly #stdout: string[] = [];
  readonly #resolve: (result: RunResult) => void;
  readonly #reject: (error: PlatformError) => void;
  #unsubscribe: Unsubscribe | undefined;
  #over = false;

  private constructor(
    program: string,
    options: RunOptions,
    resolve: (result: RunResult) => void,
    reject: (error: PlatformError) => void,
  ) {
    this.#program = program;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Resolves to the result of the program that `start` starts. `start` is not called if the caller's signal is aborted already. */
  static of(
    argv: readonly string[],
    options: RunOptions,
    start: (run: ProgramRun) => void,
  ): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      const run = new ProgramRun(argv[0] ?? '', options, resolve, reject);
      if (options.signal?.aborted === true) reject(run.cancelled());
      else start(run);
    });
  }

  /** True once there is a result. */
  get over(): boolean {
    return this.#over;
  }

  /** Standard output so far, including standard error if merged. */
  get stdout(): string {
    return this.#stdout.join('');
  }

  get merged(): boolean {
    return this.#options.stderr === 'merge';
  }

  /** Takes output as it comes. */
  output(text: string): void {
    this.#stdout.push(text);
    this.#options.onOutput?.(text);
  }

  /** Called if the caller's signal aborts before there is a result. */
  onAbort(listener: () => void): void {
    const { signal } = this.#options;
    if (signal !== undefined) this.#unsubscribe = onAbort(signal, listener);
  }

  cancelled(): PlatformError {
    return new PlatformError('cancelled', `${this.#program}: cancelled`);
  }

  end(exitCode: number | null, stderr: string): void {
    this.#settle();
    this.#resolve({ exitCode, stdout: this.stdout, stderr: this.merged ? '' : stderr.trimEnd() });
  }

  fail(error: PlatformError): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    this.#over = true;
    this.#unsubscribe?.();
  }
}
