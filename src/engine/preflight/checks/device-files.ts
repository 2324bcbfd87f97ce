// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainEndpoint, DomainPath } from '../../../libvirt/domain-devices.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { placesOf } from '../facts/host-paths.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import {
  type EndpointProblem,
  endpointProblem,
  startListener,
  unknownListener,
  withPort,
} from '../judging/device-endpoints.ts';
import { fileExists } from '../judging/file-exists.ts';
import { copyFile, makePath, placeOf } from '../judging/missing-path.ts';
import { judgeNextStart } from '../judging/next-start.ts';
import { mayHaveListener } from '../judging/socket-listener.ts';

function isAsWanted(path: DomainPath, there: HostReading): boolean {
  const [place = path.path, ...instead] = placesOf(path);
  return fileExists(there, place) || (instead.length > 0 && instead.every((each) => fileExists(there, each)));
}

/** QEMU accepts a file that is larger than the memory, extends an empty one, and refuses others (qemu_ram_alloc_from_fd). */
function judgeSizes(
  paths: readonly DomainPath[],
  there: HostReading,
  { name }: DestinationHost,
): Judgement | undefined {
  for (const { path, leastBytes } of paths) {
    const seen = there.files.get(path);
    if (leastBytes === undefined || seen?.kind !== 'regular file') continue;
    if (seen.sizeBytes > 0 && seen.sizeBytes < leastBytes)
      return {
        verdict: 'block',
        found: msg(
          '$0 on $3 is too small: the file has $1 bytes, and the memory of the VM behind which it lies has $2 bytes.',
          path,
          seen.sizeBytes,
          leastBytes,
          name,
        ),
        remedies: [
          {
            text: msg('Enlarge $0 on $1.', path, name),
            command: shellCommand('truncate', '-s', String(leastBytes), '--', path),
            host: 'destination',
          },
        ],
      };
  }
  return undefined;
}

/** Only QEMU knows what its arguments mean. If this host lacks the file too, QEMU does not need it. */
function judgeArguments(
  paths: readonly string[],
  source: FactResult<HostReading>,
  there: HostReading,
  to: DestinationHost,
): Judgement | undefined {
  const gone = paths.filter(
    (path) =>
      !fileExists(there, path) && !(source.available && source.value.files.get(path)?.exists === false),
  );
  const [first, ...others] = gone;
  if (first === undefined) return undefined;
  return {
    verdict: 'warn',
    found: msg(
      '$1 lacks $0, which an argument of QEMU in the definition names. Only QEMU knows what the argument means.',
      first,
      to.name,
    ),
    details: others.map((path) => msg('Also missing: $0.', path)),
    remedies: [copyFile(first, to), ...others.map((path) => copyFile(path, to))],
  };
}

function missingText(missing: DomainPath, { name }: DestinationHost): Message {
  const { path, device, wants } = missing;
  switch (wants) {
    case 'parent':
      return msg(
        '$2 lacks the folder $0, in which the VM needs a file ($1).',
        placeOf(missing),
        device,
        name,
      );
    case 'afterwards':
      return msg('$2 lacks the script $0, which libvirt runs when the VM ends ($1).', path, device, name);
    case 'exists':
    case 'pipe':
    case 'listener':
      return msg('$2 lacks $0, which the VM needs ($1).', path, device, name);
  }
}

/** Names the first path that the running VM needs; if there is none, the first that its next start needs. */
function judgeGone(
  gone: readonly DomainPath[],
  source: FactResult<HostReading>,
  to: DestinationHost,
): Judgement | undefined {
  const first = gone.find(({ wants }) => wants !== 'afterwards') ?? gone[0];
  if (first === undefined) return undefined;
  const others = gone.filter((each) => each !== first);
  return {
    verdict: first.wants === 'afterwards' ? 'warn' : 'block',
    found: missingText(first, to),
    details: others.map((each) => msg('Also missing: $0 ($1).', placeOf(each), each.device)),
    remedies: [makePath(first, source, to), ...others.map((each) => makePath(each, source, to))],
  };
}

/** Sockets that exist, but on which no program listens. */
function deafSockets(
  paths: readonly DomainPath[],
  there: HostReading,
  to: DestinationHost,
): readonly EndpointProblem[] {
  return paths
    .filter(({ path, wants }) => wants === 'listener' && !mayHaveListener(there, path))
    .map(({ path, device }) => ({
      kind: 'likely',
      found: msg('No program on $2 listens on $0, to which the VM connects ($1).', path, device, to.name),
      remedies: startListener(to),
    }));
}

function judgeEndpoints(problems: readonly EndpointProblem[]): Judgement | undefined {
  const of = (kind: EndpointProblem['kind']): readonly EndpointProblem[] =>
    problems.filter((problem) => problem.kind === kind);
  const known = [...of('sure'), ...of('likely'), ...of('doubtful')];
  const [first, ...others] = known;
  const [unknown] = of('unknown');
  if (unknown !== undefined && (first === undefined || first.kind === 'doubtful'))
    throw new FactUnavailable({
      why: unknown.found,
      details: known.map(({ found }) => found),
      remedies: unknown.remedies,
    });
  if (first === undefined) return undefined;
  return {
    verdict: first.kind === 'doubtful' ? 'warn' : 'block',
    found: first.found,
    details: others.map(({ found }) => found),
    remedies: first.remedies,
    ...(first.kind === 'likely' ? { override: { risk: unknownListener } } : {}),
  };
}

function pathsOf({ devices, resources }: SourceDomain['config']): readonly DomainPath[] {
  return [...devices.paths, ...resources.paths];
}

/** A permanent migration also moves the stored definition, which may name other paths than the running VM. */
function judgeStoredPaths(
  { config, stored }: SourceDomain,
  source: FactResult<HostReading>,
  there: HostReading,
  to: DestinationHost,
): Judgement | undefined {
  const now = new Set(pathsOf(config).map(({ path }) => path));
  const missing = (stored === undefined ? [] : pathsOf(stored))
    .filter(({ path, wants }) => !now.has(path) && wants !== 'afterwards')
    .filter((each) => !isAsWanted(each, there));
  return judgeNextStart(
    missing.map((each) => ({
      path: placeOf(each),
      device: each.device,
      remedy: makePath(each, source, to),
    })),
    to,
    config.uuid,
  );
}

/** How an admin can check what the page could not. */
function lookByHand(
  files: readonly string[],
  endpoints: readonly DomainEndpoint[],
  { name }: DestinationHost,
): readonly Remedy[] {
  return [
    ...(files.length === 0
      ? []
      : [
          {
            text: msg('Show whether $0 has these files.', name),
            command: shellCommand('ls', '-ld', '--', ...files),
            host: 'destination' as const,
          },
        ]),
    ...(endpoints.length === 0
      ? []
      : [
          {
            text: msg('Show the addresses of $0 and the ports that are taken.', name),
            command: 'ip -brief addr; ss -lntu',
            host: 'destination' as const,
          },
        ]),
  ];
}

function passed(
  paths: readonly DomainPath[],
  endpoints: readonly DomainEndpoint[],
  files: readonly string[],
  { name }: DestinationHost,
): Judgement {
  return {
    verdict: 'pass',
    found:
      files.length === 0 && endpoints.length > 0
        ? msg('The addresses and ports of the VM’s devices can be used on $0.', name)
        : msg('$0 has the files of the VM’s devices.', name),
    details: [
      ...paths.map(({ device, path }) => msg('$0: $1', device, path)),
      ...endpoints.map((endpoint) => msg('$0: $1', endpoint.device, withPort(endpoint))),
    ],
  };
}

/** Does the destination have the host's files, devices and addresses that the VM's devices use? */
export const deviceFilesCheck = defineCheck({
  id: 'device-files',
  title: msg('Device files'),
  group: 'devices',
  why: msg(
    'Character devices, random number generators and kernels may need a file, a device or an address of the host. Without it QEMU does not start.',
  ),
  needs: { domain: domainFact },
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain, source, shell }, plan): Judgement => {
    const to = destinationHost(plan);
    const paths = pathsOf(domain.config);
    const { argumentPaths } = domain.config.resources;
    const { endpoints } = domain.config.devices;
    const files = [...paths.flatMap(placesOf), ...argumentPaths];
    const next = isTemporary(plan) ? undefined : domain.stored;
    if (files.length === 0 && endpoints.length === 0 && (next === undefined || pathsOf(next).length === 0))
      return { verdict: 'pass', found: msg('No device of the VM uses a file or an address of the host.') };
    const there = required(shell, lookByHand(files, endpoints, to));
    const gone = paths.filter((each) => !isAsWanted(each, there));
    const needed = gone.some(({ wants }) => wants !== 'afterwards');
    return (
      (needed ? judgeGone(gone, source, to) : undefined) ??
      judgeSizes(paths, there, to) ??
      judgeEndpoints([
        ...endpoints.flatMap((each) => endpointProblem(each, there, to) ?? []),
        ...deafSockets(paths, there, to),
      ]) ??
      judgeGone(gone, source, to) ??
      judgeArguments(argumentPaths, source, there, to) ??
      (next === undefined ? undefined : judgeStoredPaths(domain, source, there, to)) ??
      passed(paths, endpoints, files, to)
    );
  },
});
