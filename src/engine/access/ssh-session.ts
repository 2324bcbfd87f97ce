// SPDX-License-Identifier: LGPL-2.1-or-later
import { InteractiveProcess, marker } from '../../platform/interactive-process.ts';
import { type Platform, PlatformError } from '../../platform/platform.ts';
import { childSignal } from './limit.ts';
import script from './ssh-askpass.sh?raw';

/** Something that the destination wants to know of the person who signs in. */
export interface Question {
  /** ssh's own words, or those of the destination; never the program's. */
  readonly text: string;
  readonly from: 'ssh' | 'sudo';
}

/** Asks the person; undefined if they give no answer. What they answer is kept nowhere. */
export type Ask = (question: Question) => Promise<string | undefined>;

/** The person gave no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The destination did not take an answer. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** Something that was said by a script of ours. */
export interface ScriptReply {
  readonly word: string;
  readonly rest: string;
  /** What was printed before it, since the last thing that was said. */
  readonly printed: string;
}

/** How long the destination may take for an answer; the person takes as long as they like. */
const answerMilliseconds = 30_000;

/** The text whose bytes are written in hexadecimal; what is no UTF-8 is replaced. */
export function decodeHex(hex: string): string {
  try {
    return decodeURIComponent(hex.replace(/[0-9a-f]{2}/g, '%$&'));
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return hex.replace(/[0-9a-f]{2}/g, (byte) => {
      const code = Number.parseInt(byte, 16);
      return code < 0x80 ? String.fromCharCode(code) : '\ufffd';
    });
  }
}

/** What stands behind the last mark: a word, and the rest. Before it may be anything, also in the same line. */
export function parseReply(text: string, mark: string): ScriptReply {
  const at = text.lastIndexOf(`${mark} `);
  const [, word = '', rest = ''] =
    /^(\S*) ?([^]*)$/.exec(at < 0 ? '' : text.slice(at + mark.length + 1)) ?? [];
  return { word, rest, printed: (at < 0 ? text : text.slice(0, at)).trim() };
}

/**
 * ssh to a shell, with someone to answer its questions. Answers go from the caller through pipes to ssh (see ssh-askpass.sh) and are not
 * kept here. Everything works alike with both platforms: what is said goes in by standard input and out by standard output.
 */
export class SshSession {
  /** Around all that scripts of ours say on the destination, too: it is told there once it has let us in. */
  readonly mark = marker();
  readonly #process: InteractiveProcess;
  readonly #controller: AbortController;
  readonly #ask: Ask;
  readonly #forget: () => void;
  #signedIn = false;

  constructor(
    platform: Pick<Platform, 'run'>,
    argv: readonly string[],
    options: { readonly ask: Ask; readonly signal: AbortSignal; readonly agentSocket?: string },
  ) {
    const { controller, end } = childSignal(options.signal);
    this.#controller = controller;
    this.#forget = end;
    this.#ask = options.ask;
    this.#process = new InteractiveProcess(platform, ['sh', '-c', script, 'sh', this.mark, ...argv], {
      superuser: 'require',
      stderr: 'merge',
      signal: controller.signal,
      environment: {
        LC_ALL: 'C',
        SSH_ASKPASS: '',
        ...(options.agentSocket === undefined ? {} : { SSH_AUTH_SOCK: options.agentSocket }),
      },
    });
  }

  /**
   * Says something, whole lines, and gives what is said then, after all questions that come between are answered. Rejects with
   * {@link NoAnswer}, {@link WrongAnswer}, or PlatformError if it ended (its message is all that was printed) or took too long.
   */
  async exchange(text: string): Promise<ScriptReply> {
    let next = text;
    let sudoAsked = false;
    for (;;) {
      const said = parseReply(await this.#inTime(this.#process.exchange(next, ` ${this.mark}\n`)), this.mark);
      next = '';
      if (said.word === 'tell' && !this.#signedIn) continue;
      if (said.word === 'ask' && !this.#signedIn) {
        next = `${this.mark} answer ${await this.#answer({ text: decodeHex(said.rest), from: 'ssh' })}\n`;
      } else if (said.word === 'sudo') {
        // sudo would ask three times. Each wrong answer is noted there, and may lock the account.
        if (sudoAsked) throw new WrongAnswer(said.printed);
        sudoAsked = true;
        next = `${await this.#answer({ text: '', from: 'sudo' })}\n`;
      } else {
        this.#signedIn = true;
        return said;
      }
    }
  }

  /** Ends it, whatever it does. Resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.#controller.abort();
    await this.#process.ended;
    this.#forget();
  }

  async #answer(question: Question): Promise<string> {
    const answer = await this.#ask(question);
    // What is asked for is one line: another one would be taken for the next.
    if (answer === undefined || /[\n\0]/.test(answer)) throw new NoAnswer();
    return answer;
  }

  async #inTime<T>(awaited: Promise<T>): Promise<T> {
    let undo = (): void => undefined;
    const limit = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => {
        reject(new PlatformError('closed', `No answer within ${answerMilliseconds / 1000} s`));
        this.#controller.abort();
      }, answerMilliseconds);
      undo = () => {
        clearTimeout(timer);
      };
    });
    try {
      return await Promise.race([awaited, limit]);
    } finally {
      undo();
    }
  }
}
