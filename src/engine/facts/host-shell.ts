// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { shellCommand } from '../shell-quote.ts';
import { controlPortFact, mayConnect } from './control-port.ts';
import { destinationFact } from './destination.ts';
import { type DiskFile, diskFilesFact } from './disk-files.ts';
import { type HostReading, parseReading, readingScript } from './host-reading.ts';
import { asLibvirtd, sshArgv } from './ssh-route.ts';

/** A line that nothing on the host can know beforehand. */
function marker(): string {
  const part = (): string => Math.random().toString(36).slice(2);
  return `==${part()}${part()}==`;
}

async function read(
  argv: readonly string[],
  files: readonly DiskFile[],
  context: FactContext,
): Promise<HostReading> {
  const mark = marker();
  const paths = [...new Set(files.map(({ path }) => path))];
  // The data go in as positional parameters, so that the script itself is constant.
  const input = `set -- ${shellCommand(mark, ...paths)}\n${readingScript}`;
  const { exitCode, stdout, stderr } = await context.platform.run(argv, {
    input,
    signal: context.signal,
    ...asLibvirtd(context),
  });
  const reading = parseReading(stdout, mark, paths);
  if (exitCode !== 0 || reading === undefined) {
    throw new FactUnavailable({
      why: msg('The shell of the host did not answer as expected.'),
      original: stderr.trim(),
    });
  }
  return reading;
}

/** What this host's own files say. */
export const sourceShellFact = defineFact<HostReading, { files: typeof diskFilesFact }>({
  name: 'source-shell',
  needs: { files: diskFilesFact },
  gather: ({ files }, context) => read(['env', 'LC_ALL=C', 'sh', '-s'], files, context),
});

/** What the destination's own files say, over one ssh connection; there is none with the other transports. */
export const destinationShellFact = defineFact<
  HostReading,
  { destination: typeof destinationFact; files: typeof diskFilesFact; port: typeof controlPortFact }
>({
  name: 'destination-shell',
  needs: { destination: destinationFact, files: diskFilesFact, port: controlPortFact },
  gather: ({ destination: { parts }, files, port }, context) => {
    if (parts.transport !== 'ssh') {
      throw new FactUnavailable({
        why: msg('Over $0 there is no shell on the destination.', parts.transport),
      });
    }
    if (!mayConnect(port)) {
      throw new FactUnavailable({ why: msg('The destination cannot be reached over ssh.') });
    }
    return read(sshArgv(parts, ['LC_ALL=C', 'sh', '-s']), files, context);
  },
});
