// SPDX-License-Identifier: LGPL-2.1-or-later
import { InteractiveProcess, marker } from '../../platform/interactive-process.ts';
import { type Platform, PlatformError } from '../../platform/platform.ts';
import { childSignal } from './limit.ts';
import script from './ssh-askpass.sh?raw';

/** A question for the person who signs in. */
export interface Question {
  /** The text of ssh or of the destination. */
  readonly text: string;
  readonly from: 'ssh' | 'sudo';
}

/** Asks the person. Resolves to undefined without an answer. The answer must not be stored. */
export type Ask = (question: Question) => Promise<string | undefined>;

/** The person did not answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The destination refused an answer. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** A reply of one of our scripts. */
export interface ScriptReply {
  readonly word: string;
  readonly rest: string;
  /** The output before it, since the last reply. */
  readonly printed: string;
}

/** The time limit for a reply of the destination. The person has no time limit. */
const answerMilliseconds = 30_000;

/** Decodes hexadecimal bytes as text. Bytes that are not UTF-8 are replaced. */
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

/** Parses the reply after the last mark: a word, and the rest. Any output may come before it, also in the same line. */
export function parseReply(text: string, mark: string): ScriptReply {
  const at = text.lastIndexOf(`${mark} `);
  const [, word = '', rest = ''] =
    /^(\S*) ?([^]*)$/.exec(at < 0 ? '' : text.slice(at + mark.length + 1)) ?? [];
  return { word, rest, printed: (at < 0 ? text : text.slice(0, at)).trim() };
}

/**
 * ssh to a shell, with a person who answers its questions. Answers go from the caller through pipes to ssh (see ssh-askpass.sh) and are
 * not stored. It uses only standard input and output, so it works with both platforms.
 */
export class SshSession {
  /** Marks the replies of our scripts. The destination learns it only after the sign-in. */
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
   * Sends whole lines and resolves to the next reply. Questions are answered meanwhile. Rejects with {@link NoAnswer},
   * {@link WrongAnswer}, or PlatformError if ssh ended (the message is its output) or the time limit is over.
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
        // sudo would ask three times. The destination logs each wrong password, and may lock the account.
        if (sudoAsked) throw new WrongAnswer(said.printed);
        sudoAsked = true;
        next = `${await this.#answer({ text: '', from: 'sudo' })}\n`;
      } else {
        this.#signedIn = true;
        return said;
      }
    }
  }

  /** Ends the session. Resolves when its processes have ended. */
  async end(): Promise<void> {
    this.#controller.abort();
    await this.#process.ended;
    this.#forget();
  }

  async #answer(question: Question): Promise<string> {
    const answer = await this.#ask(question);
    // An answer is one line. A second line would count as the next answer.
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
