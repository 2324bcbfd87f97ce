// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainPath } from '../../../libvirt/domain-devices.ts';
import { dirname, msg, shellCommand } from '../../base/index.ts';
import { isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { placesOf } from '../facts/host-paths.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import {
  type EndpointProblem,
  endpointProblem,
  startListener,
  unknownListener,
  withPort,
} from '../judging/device-endpoints.ts';
import { fileExists } from '../judging/file-exists.ts';
import { judgeNextStart } from '../judging/next-start.ts';
import { mayHaveListener } from '../judging/socket-listener.ts';

function isAsWanted(path: DomainPath, there: HostReading): boolean {
  const [place = path.path, ...instead] = placesOf(path);
  return fileExists(there, place) || (instead.length > 0 && instead.every((each) => fileExists(there, each)));
}

/** What has to be made there. */
function placeOf({ path, wants }: DomainPath): string {
  return wants === 'parent' ? dirname(path) : path;
}

/** QEMU takes a file that is larger than the memory, fills an empty one, and refuses others (qemu_ram_alloc_from_fd). */
function judgeSizes(paths: readonly DomainPath[], there: HostReading): Judgement | undefined {
  for (const { path, leastBytes } of paths) {
    const seen = there.files.get(path);
    if (leastBytes === undefined || seen?.kind !== 'regular file') continue;
    if (seen.sizeBytes > 0 && seen.sizeBytes < leastBytes)
      return {
        verdict: 'block',
        found: msg(
          'The file $0 behind memory of the VM is too small on the destination: it has $1 bytes, the memory $2.',
          path,
          seen.sizeBytes,
          leastBytes,
        ),
        remedies: [
          {
            text: msg('Make it as large there as it is here, with the same content.'),
            command: shellCommand('ls', '-l', '--', path),
            host: 'destination',
          },
        ],
      };
  }
  return undefined;
}

/** What they mean only QEMU knows: one that this host does not have either, as QEMU does without it, says nothing. */
function judgeArguments(
  paths: readonly string[],
  source: FactResult<HostReading>,
  there: HostReading,
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
      'Arguments of QEMU that libvirt does not know name $0, which is not there on the destination.',
      first,
    ),
    details: others.map((path) => msg('Nor has it $0.', path)),
    remedies: [
      {
        text: msg('Copy it there, if QEMU needs it to start.'),
        command: shellCommand('ls', '-ld', '--', ...gone),
        host: 'destination',
      },
    ],
  };
}

/** The first that is needed before the VM ends, or else one that is needed then. */
function judgeGone(gone: readonly DomainPath[]): Judgement | undefined {
  const first = gone.find(({ wants }) => wants !== 'afterwards') ?? gone[0];
  if (first === undefined) return undefined;
  const details = gone
    .filter((each) => each !== first)
    .map((each) => msg('Nor has it $0 ($1).', placeOf(each), each.device));
  const remedies = [
    {
      text: msg('Make it there, or detach the device.'),
      command: shellCommand('ls', '-ld', '--', ...gone.map(placeOf)),
      host: 'destination',
    },
  ] as const;
  return first.wants === 'afterwards'
    ? {
        verdict: 'warn',
        found: msg(
          'The destination does not have $0, which is run when the VM ends ($1).',
          first.path,
          first.device,
        ),
        details,
        remedies,
      }
    : {
        verdict: 'block',
        found:
          first.wants === 'parent'
            ? msg(
                'The destination does not have the folder $0, in which the VM needs a file ($1).',
                placeOf(first),
                first.device,
              )
            : msg('The destination does not have $0, which the VM needs ($1).', first.path, first.device),
        details,
        remedies,
      };
}

/** Sockets that are there, and on which nobody was seen to listen. */
function deafSockets(paths: readonly DomainPath[], there: HostReading): readonly EndpointProblem[] {
  return paths
    .filter(({ path, wants }) => wants === 'listener' && !mayHaveListener(there, path))
    .map(({ path, device }) => ({
      kind: 'likely',
      found: msg('The VM connects to $0 ($1), where nobody listens on the destination.', path, device),
      remedy: startListener,
    }));
}

function judgeEndpoints(troubles: readonly EndpointProblem[]): Judgement | undefined {
  const of = (kind: EndpointProblem['kind']): readonly EndpointProblem[] =>
    troubles.filter((trouble) => trouble.kind === kind);
  const known = [...of('sure'), ...of('likely'), ...of('doubtful')];
  const [first, ...others] = known;
  const [unknown] = of('unknown');
  if (unknown !== undefined && (first === undefined || first.kind === 'doubtful'))
    throw new FactUnavailable({
      why: unknown.found,
      details: known.map(({ found }) => found),
      remedies: [unknown.remedy],
    });
  if (first === undefined) return undefined;
  return {
    verdict: first.kind === 'doubtful' ? 'warn' : 'block',
    found: first.found,
    details: others.map(({ found }) => found),
    remedies: [first.remedy],
    ...(first.kind === 'likely' ? { override: { risk: unknownListener } } : {}),
  };
}

/** What the VM gets when it is started the next time, with the definition that goes along. */
function judgeStoredPaths({ config, stored }: SourceDomain, there: HostReading): Judgement | undefined {
  const pathsOf = ({ devices, resources }: SourceDomain['config']): readonly DomainPath[] => [
    ...devices.paths,
    ...resources.paths,
  ];
  const now = new Set(pathsOf(config).map(({ path }) => path));
  const missing = (stored === undefined ? [] : pathsOf(stored))
    .filter(({ path, wants }) => !now.has(path) && wants !== 'afterwards')
    .filter((each) => !isAsWanted(each, there))
    .map((each) => ({ path: placeOf(each), device: each.device }));
  return judgeNextStart(missing, {
    text: msg('Make it there before, or take the device out of the stored definition.'),
    command: shellCommand('virsh', 'dumpxml', '--inactive', config.uuid),
    host: 'source',
  });
}

/** Are the files and devices behind the VM's serial lines, channels and the like there, and those that it boots from? */
export const deviceFilesCheck = defineCheck({
  id: 'device-files',
  title: msg('Files and addresses of devices'),
  group: 'devices',
  why: msg(
    'A serial line, a channel, a source of randomness or a kernel may be a file, a device or an address of the host. QEMU opens it there too.',
  ),
  needs: { domain: domainFact },
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain, source, shell }, plan): Judgement => {
    const { devices, resources } = domain.config;
    const paths = [...devices.paths, ...resources.paths];
    const { argumentPaths } = resources;
    const { endpoints } = devices;
    const files = [...paths.flatMap(placesOf), ...argumentPaths];
    const next = isTemporary(plan) ? undefined : domain.stored;
    const later = [...(next?.devices.paths ?? []), ...(next?.resources.paths ?? [])];
    if (files.length === 0 && endpoints.length === 0 && later.length === 0)
      return {
        verdict: 'pass',
        found: msg('No device of the VM is bound to a file or an address of the host.'),
      };
    const there = required(shell, [
      ...(files.length === 0
        ? []
        : [
            {
              text: msg('See whether they are there.'),
              command: shellCommand('ls', '-ld', '--', ...files),
              host: 'destination' as const,
            },
          ]),
      ...(endpoints.length === 0
        ? []
        : [
            {
              text: msg('See which addresses and ports it has.'),
              command: 'ip -brief addr; ss -lntu',
              host: 'destination' as const,
            },
          ]),
    ]);
    const gone = paths.filter((each) => !isAsWanted(each, there));
    const needed = gone.some(({ wants }) => wants !== 'afterwards');
    return (
      (needed ? judgeGone(gone) : undefined) ??
      judgeSizes(paths, there) ??
      judgeEndpoints([
        ...endpoints.flatMap((each) => endpointProblem(each, there) ?? []),
        ...deafSockets(paths, there),
      ]) ??
      judgeGone(gone) ??
      judgeArguments(argumentPaths, source, there) ??
      (next === undefined ? undefined : judgeStoredPaths(domain, there)) ?? {
        verdict: 'pass',
        found:
          files.length === 0 && endpoints.length > 0
            ? msg('What its devices need of the network is there too.')
            : msg('The files behind its devices are there too.'),
        details: [
          ...paths.map(({ device, path }) => msg('$0: $1', device, path)),
          ...endpoints.map((endpoint) => msg('$0: $1', endpoint.device, withPort(endpoint))),
        ],
      }
    );
  },
});
