// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { shellCommand } from '../shell-quote.ts';
import { controlPortFact, mayConnect } from './control-port.ts';
import { destinationFact } from './destination.ts';
import { hostPathsFact } from './host-paths.ts';
import {
  type HostReading,
  parseReading,
  readingParameters,
  readingScript,
  type WantedPaths,
} from './host-reading.ts';
import { asLibvirtd, sshArgv } from './ssh-route.ts';

/** A line that nothing on the host can know beforehand. */
function marker(): string {
  const part = (): string => Math.random().toString(36).slice(2);
  return `==${part()}${part()}==`;
}

/** What a host's shell told, and how the host's clock stands to that of this host. */
export interface ShellReading extends HostReading {
  /**
   * Seconds by which the clock there is ahead of this host's, as the bounds between which it must be: what is between is
   * the time that the connection took. Only of the destination.
   */
  readonly clockAhead?: { readonly least: number; readonly most: number };
}

/** Puts this host's clock before and after what another program prints; ends that program when it is ended itself. */
const betweenClocks = `date +%s.%N; exec 3<&0
"$@" <&3 3<&- & child=$!
trap 'kill "$child"' TERM INT HUP
exec 3<&-
wait "$child"; status=$?
date +%s.%N; exit $status`;

function script(mark: string, paths: WantedPaths): string {
  // The data go in as positional parameters, so that the script itself is constant.
  return `set -- ${shellCommand(mark, ...readingParameters(paths))}\n${readingScript}`;
}

async function read(
  argv: readonly string[],
  paths: WantedPaths,
  context: FactContext,
): Promise<ShellReading> {
  const mark = marker();
  const { exitCode, stdout, stderr } = await context.platform.run(
    ['sh', '-c', betweenClocks, 'sh', ...argv],
    {
      input: script(mark, paths),
      signal: context.signal,
      environment: { LC_ALL: 'C' },
      ...asLibvirtd(context),
    },
  );
  const [, before, body = '', after] = /^(\d+\.\d+)\n([^]*\n)(\d+\.\d+)\n$/.exec(stdout) ?? [];
  const reading = parseReading(body, mark, paths);
  if (exitCode !== 0 || reading === undefined) {
    throw new FactUnavailable({
      why: msg('The shell of the host did not answer as expected.'),
      original: stderr.trim(),
    });
  }
  return reading.clock === undefined
    ? reading
    : {
        ...reading,
        clockAhead: { least: reading.clock.last - Number(after), most: reading.clock.first - Number(before) },
      };
}

/** What this host's own files say. */
export const sourceShellFact = defineFact<HostReading, { paths: typeof hostPathsFact }>({
  name: 'source-shell',
  needs: { paths: hostPathsFact },
  gather: ({ paths }, context) => read(['env', 'LC_ALL=C', 'sh', '-s'], paths, context),
});

/** What the destination's own files say, over one ssh connection; there is none with the other transports. */
export const destinationShellFact = defineFact<
  ShellReading,
  { destination: typeof destinationFact; paths: typeof hostPathsFact; port: typeof controlPortFact }
>({
  name: 'destination-shell',
  needs: { destination: destinationFact, paths: hostPathsFact, port: controlPortFact },
  gather: ({ destination: { parts }, paths, port }, context) => {
    if (parts.transport !== 'ssh') {
      throw new FactUnavailable({
        why: msg('Over $0 there is no shell on the destination.', parts.transport),
      });
    }
    if (!mayConnect(port)) {
      throw new FactUnavailable({ why: msg('The destination cannot be reached over ssh.') });
    }
    return read(sshArgv(parts, ['LC_ALL=C', 'sh', '-s']), paths, context);
  },
});
