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

/** What a host's shell told, and how the host's clock stands to that of this host. */
export interface ShellReading extends HostReading {
  /**
   * Seconds by which the clock there is ahead of this host's, as the bounds between which it must be: what is between is
   * the time that the connection took. Only of the destination.
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

/** What this host's own files say. */
export const sourceShellFact = defineFact<HostReading, { paths: typeof hostPathsFact }>({
  name: 'source-shell',
  needs: { paths: hostPathsFact },
  gather: async ({ paths }, context) => {
    const mark = marker();
    const { stdout, stderr } = await context.platform.run(['env', 'LC_ALL=C', 'sh', '-s'], {
      // The data go in as positional parameters, so that the script itself is constant.
      input: `set -- ${scriptWords(mark, ...readingParameters(paths))}\n${readingScript}`,
      signal: context.signal,
      ...asLibvirtd(context),
    });
    return readingOf(stdout, mark, paths, stderr);
  },
});

/** A look at the destination that goes on: what ports are taken is told first, since more has to wait for that. */
interface Look {
  readonly listening: Promise<HostListening>;
  readonly all: Promise<ShellReading>;
}

/** The look at the destination, begun. */
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
    // Nobody may be waiting for either.
    listening.promise.catch(() => undefined);
    all.catch((error: unknown) => {
      listening.reject(error instanceof Error ? error : new Error('not an error', { cause: error }));
    });
    return { listening: listening.promise, all };
  },
});

/** Who listens on the destination, and what its configuration says. */
export const destinationListeningFact = defineFact<HostListening, { look: typeof destinationLookFact }>({
  name: 'destination-listening',
  needs: { look: destinationLookFact },
  gather: ({ look }) => look.listening,
});

/** What the destination's own files say. */
export const destinationShellFact = defineFact<ShellReading, { look: typeof destinationLookFact }>({
  name: 'destination-shell',
  needs: { look: destinationLookFact },
  gather: ({ look }) => look.all,
});
