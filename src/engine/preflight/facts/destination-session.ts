// SPDX-License-Identifier: LGPL-2.1-or-later
import { InteractiveProcess, marker } from '../../../platform/interactive-process.ts';
import { PlatformError } from '../../../platform/platform.ts';
import { msg, scriptWords } from '../../base/index.ts';
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { controlPortFact, requireReachable } from './control-port.ts';
import { destinationFact } from './destination.ts';
import { sessionLifetime } from './session-lifetime.ts';
import { asLibvirtd, sshArgv } from './ssh-route.ts';

interface ScriptOptions {
  /** Called with all output of the script so far, each time there is more. */
  readonly onText?: (text: string) => void;
  /** True if the script gets input while it runs; otherwise it has none. */
  readonly reads?: boolean;
}

/** A shell that stays open and runs scripts one after the other. */
export class HostShell {
  readonly #process: InteractiveProcess;
  readonly #mark = marker();
  #scripts = 0;
  #turn: Promise<void> = Promise.resolve();

  /** `argv` starts a POSIX shell that reads its commands from standard input. */
  constructor(argv: readonly string[], context: Pick<FactContext, 'platform' | 'choices' | 'signal'>) {
    this.#process = new InteractiveProcess(context.platform, argv, {
      signal: context.signal,
      environment: { LC_ALL: 'C' },
      ...asLibvirtd(context),
    });
  }

  /** Waits until the shell answers. Resolves to the time since its start, in milliseconds. */
  async connect(): Promise<number> {
    const answered = this.run('', []);
    // It is awaited below. If the shell never starts, it rejects for the same reason.
    answered.catch(() => undefined);
    await this.#orUnavailable(this.#process.begun());
    const begun = performance.now();
    await answered;
    return performance.now() - begun;
  }

  /** This host's clock, not the clock of the shell's host, in seconds since 1970. */
  clock(): Promise<number> {
    return this.#orUnavailable(this.#process.clock());
  }

  /**
   * Runs a script in a subshell and resolves to its output. Values are positional parameters, so that the script itself is
   * constant. Rejects with FactUnavailable if the shell ends first.
   */
  run(script: string, parameters: readonly string[], options: ScriptOptions = {}): Promise<string> {
    const answer = this.#turn.then(() => this.#run(script, parameters, options));
    // A script that reads its input would read the next script.
    this.#turn = answer.then(
      () => undefined,
      () => undefined,
    );
    return answer;
  }

  async #run(
    script: string,
    parameters: readonly string[],
    { onText, reads = false }: ScriptOptions,
  ): Promise<string> {
    this.#scripts += 1;
    const [begin, end] = [`${this.#mark}-${this.#scripts}-begin\n`, `${this.#mark}-${this.#scripts}-end\n`];
    const after = (text: string): string | undefined => {
      // A login shell's startup files may have printed something before.
      const at = text.indexOf(begin);
      return at < 0 ? undefined : text.slice(at + begin.length);
    };
    const printed = await this.#orUnavailable(
      this.#process.exchange(
        // The shell has read the script to the end of its last line before it starts: some shells read only as far as they must.
        `printf '%s' '${begin}'; ( set -- ${scriptWords(...parameters)}\n${script}\n) ${reads ? '' : '</dev/null'}; printf '%s' '${end}'\n`,
        end,
        (text) => {
          const own = after(text);
          if (own !== undefined) onText?.(own);
        },
      ),
    );
    return after(printed) ?? printed;
  }

  /** Sends zeros to the running script, limited in bytes and seconds, then a line break. */
  sendZeros(bytes: number, seconds: number): void {
    this.#process.sendZeros(bytes, seconds);
  }

  async #orUnavailable<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      // A missing program or permission has an error of its own.
      if (!(error instanceof PlatformError) || error.kind !== 'closed') throw error;
      throw new FactUnavailable(
        {
          why: msg('The shell of the host did not answer as expected.'),
          original: error.message.trim(),
        },
        error,
      );
    }
  }
}

/** The shell on the destination, and how long ssh took to connect to it, in milliseconds. */
export interface DestinationSession {
  readonly shell: HostShell;
  readonly connectMilliseconds: number;
}

/** The only ssh connection to the destination's shell. Other transports have none. */
export const destinationSessionFact = defineFact<
  DestinationSession,
  { destination: typeof destinationFact; port: typeof controlPortFact }
>({
  name: 'destination-session',
  needs: { destination: destinationFact, port: controlPortFact },
  kind: 'session',
  gather: async ({ destination: { parts }, port }, context) => {
    if (parts.transport !== 'ssh') {
      throw new FactUnavailable({
        why: msg('The destination gives no shell over $0.', parts.transport),
      });
    }
    requireReachable(port);
    const life = sessionLifetime(context);
    const shell = new HostShell(sshArgv(parts, ['env', 'LC_ALL=C', 'sh', '-s']), {
      ...context,
      signal: life.signal,
    });
    const connectMilliseconds = await shell.connect();
    life.established();
    return { shell, connectMilliseconds };
  },
});
