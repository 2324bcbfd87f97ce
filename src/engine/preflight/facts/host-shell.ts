// SPDX-License-Identifier: LGPL-2.1-or-later
import { marker } from '../../../platform/interactive-process.ts';
import { Deferred, msg, scriptWords } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationSessionFact } from './destination-session.ts';
import { hostPathsFact } from './host-paths.ts';
import {
  type HostListening,
  type HostReading,
  parseListening,
  parseReading,
  readingParameters,
  readingScript,
  type WantedPaths,
} from './host-reading/index.ts';
import { asLibvirtd } from './ssh-route.ts';

/** What a host's shell reported, and the difference between its clock and this host's. */
export interface ShellReading extends HostReading {
  /**
   * How many seconds the clock there is ahead, as lower and upper bound. They differ by the time of the connection. Only for the
   * destination.
   */
  readonly clockAhead?: { readonly least: number; readonly most: number };
}

function readingOf(answer: string, mark: string, paths: WantedPaths, said: string): HostReading {
  const reading = parseReading(answer, mark, paths);
  if (reading !== undefined) return reading;
  throw new FactUnavailable({
    why: msg('Not checked: the shell of the host did not answer as expected.'),
    original: said.trim(),
  });
}

/** The reading of this host. */
export const sourceShellFact = defineFact<HostReading, { paths: typeof hostPathsFact }>({
  name: 'source-shell',
  needs: { paths: hostPathsFact },
  gather: async ({ paths }, context) => {
    const mark = marker();
    const { stdout, stderr } = await context.platform.run(['env', 'LC_ALL=C', 'sh', '-s'], {
      // Values are positional parameters, so that the script itself is constant.
      input: `set -- ${scriptWords(mark, ...readingParameters(paths))}\n${readingScript}`,
      signal: context.signal,
      ...asLibvirtd(context),
    });
    return readingOf(stdout, mark, paths, stderr);
  },
});

/** The running script on the destination. It reports used ports first, because more facts wait for them. */
interface Look {
  readonly listening: Promise<HostListening>;
  readonly all: Promise<ShellReading>;
}

/** The started reading of the destination. */
const destinationLookFact = defineFact<
  Look,
  { session: typeof destinationSessionFact; paths: typeof hostPathsFact }
>({
  name: 'destination-look',
  needs: { session: destinationSessionFact, paths: hostPathsFact },
  kind: 'session',
  gather: ({ session: { shell }, paths }) => {
    const mark = marker();
    const listening = new Deferred<HostListening>();
    let told = false;
    const tell = (text: string): void => {
      const known = told ? undefined : parseListening(text, mark);
      if (known === undefined) return;
      told = true;
      listening.resolve(known);
    };
    const look = async (): Promise<ShellReading> => {
      const before = await shell.clock();
      const answer = await shell.run(readingScript, [mark, ...readingParameters(paths)], {
        onText: tell,
      });
      tell(answer);
      const after = await shell.clock();
      const reading = readingOf(answer, mark, paths, answer);
      return reading.clock === undefined
        ? reading
        : {
            ...reading,
            clockAhead: { least: reading.clock.last - after, most: reading.clock.first - before },
          };
    };
    const all = look();
    // Their rejections may have no other handler.
    listening.promise.catch(() => undefined);
    all.catch((error: unknown) => {
      listening.reject(error instanceof Error ? error : new Error('not an error', { cause: error }));
    });
    return { listening: listening.promise, all };
  },
});

/** Listening sockets of the destination, and its configuration. */
export const destinationListeningFact = defineFact<HostListening, { look: typeof destinationLookFact }>({
  name: 'destination-listening',
  needs: { look: destinationLookFact },
  gather: ({ look }) => look.listening,
});

/** The reading of the destination. */
export const destinationShellFact = defineFact<ShellReading, { look: typeof destinationLookFact }>({
  name: 'destination-shell',
  needs: { look: destinationLookFact },
  gather: ({ look }) => look.all,
});
