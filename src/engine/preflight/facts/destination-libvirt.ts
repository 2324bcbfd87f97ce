// SPDX-License-Identifier: LGPL-2.1-or-later
import { classifyError, LibvirtError } from '../../../libvirt/errors.ts';
import { InteractiveVirsh } from '../../../libvirt/interactive-virsh.ts';
import type { VirshAnswer, VirshCommand } from '../../../libvirt/virsh.ts';
import { PlatformError } from '../../../platform/platform.ts';
import { msg } from '../../base/index.ts';
import { isHostName } from '../../destination/index.ts';
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { controlPortFact, requireReachable } from './control-port.ts';
import { destinationFact } from './destination.ts';
import { type DiskFile, diskFilesFact, diskVolumes } from './disk-files.ts';
import { domainFact, type SourceDomain } from './domain.ts';
import { compareCpu, domCapabilitiesArgv } from './hypervisor-commands.ts';
import { networkNeeds, networksOf, secretsNeeded } from './named-resources.ts';
import { sessionLifetime } from './session-lifetime.ts';
import { asLibvirtd } from './ssh-route.ts';

/** The session with the destination's libvirt, or why there is none. */
export type DestinationLibvirt =
  | {
      readonly kind: 'connected';
      /** The answers to the first questions, by their ids, each as soon as it arrives; see {@link destinationAnswer}. */
      readonly answers: ReadonlyMap<string, Promise<VirshAnswer>>;
      /** Asks a question that follows from an answer. Rejects with LibvirtError if the connection ends first. */
      readonly ask: (command: VirshCommand, input?: string) => Promise<VirshAnswer>;
    }
  | { readonly kind: 'refused'; readonly error: LibvirtError };

/** The first questions. What most checks wait for comes first. */
function questions(
  { config, migratableCpuXml }: SourceDomain,
  uuid: string,
  disks: readonly DiskFile[],
): readonly VirshCommand[] {
  const volumes = diskVolumes(config).map(({ pool, volume }) => ({
    id: volumeCommand(pool, volume),
    argv: ['vol-path', '--pool', pool, '--vol', volume],
  }));
  const files = disks.map(({ path, volume }) => ({
    id: fileCommand(path),
    // A volume is what the destination's pool with that name has, whatever its path.
    argv:
      volume === undefined
        ? ['vol-dumpxml', '--vol', path]
        : ['vol-dumpxml', '--pool', volume.pool, '--vol', volume.volume],
  }));
  return [
    { id: 'hostname', argv: ['hostname'] },
    { id: 'capabilities', argv: ['capabilities'] },
    { id: 'list-active', argv: ['list', '--uuid', '--name'] },
    { id: 'list-inactive', argv: ['list', '--inactive', '--uuid', '--name'] },
    { id: 'list-saved', argv: ['list', '--inactive', '--uuid', '--with-managed-save'] },
    { id: 'list-paused', argv: ['domstats', '--state', '--list-paused', '--nowait'] },
    { id: 'domstate', argv: ['domstate', uuid] },
    { id: 'pools', argv: ['pool-list', '--uuid'] },
    { id: 'pools-inactive', argv: ['pool-list', '--inactive', '--uuid'] },
    ...files,
    ...volumes,
    { id: 'version', argv: ['version', '--daemon'] },
    {
      id: 'machine',
      argv: domCapabilitiesArgv(config),
    },
    { id: 'freepages', argv: ['freepages', '--all'] },
    { id: 'nodememstats', argv: ['nodememstats'] },
    ...namedResources(config),
    ...(migratableCpuXml === undefined ? [] : [{ id: 'cpu', argv: compareCpu(config) }]),
  ];
}

/** Asked only if the VM's definition names such things. */
function namedResources(config: SourceDomain['config']): readonly VirshCommand[] {
  const needs = networkNeeds(config);
  return [
    ...(needs.networks
      ? [
          { id: 'networks', argv: ['net-list', '--all', '--name'] },
          { id: 'networks-active', argv: ['net-list', '--name'] },
          ...networksOf(config).map((name) => ({
            id: networkCommand(name),
            argv: ['net-dumpxml', '--network', name],
          })),
        ]
      : []),
    ...(needs.devices ? [{ id: 'network-devices', argv: ['nodedev-list', '--cap', 'net'] }] : []),
    ...(needs.filters ? [{ id: 'filters', argv: ['nwfilter-list'] }] : []),
    ...(secretsNeeded(config).length > 0 ? [{ id: 'secrets', argv: ['secret-list'] }] : []),
  ];
}

/** Id of the question about a network's definition. */
export function networkCommand(name: string): string {
  return `network ${name}`;
}

/** Ids of the questions that depend on the VM's disks. */
export function fileCommand(path: string): string {
  return `file ${path}`;
}
export function volumeCommand(pool: string, volume: string): string {
  return `volume ${pool}/${volume}`;
}

/**
 * The only connection to the destination's libvirt: virsh with the URI, as root, like libvirtd's later connection. It stays open
 * until the preflight ends, so that later questions use it, too.
 */
export const destinationLibvirtFact = defineFact<
  DestinationLibvirt,
  {
    destination: typeof destinationFact;
    port: typeof controlPortFact;
    domain: typeof domainFact;
    disks: typeof diskFilesFact;
  }
>({
  name: 'destination-libvirt',
  needs: { destination: destinationFact, port: controlPortFact, domain: domainFact, disks: diskFilesFact },
  kind: 'session',
  timeLimitMilliseconds: 10_000,
  gather: async ({ destination, port, domain, disks }, context) => {
    requireReachable(port);
    // Without a shell there, only a storage pool shows a file.
    const unseen = destination.parts.transport === 'ssh' ? [] : disks;
    const commands = questions(domain, context.choices.vm.uuid, unseen);
    return connect(destination.uri, commands, domain.migratableCpuXml, context);
  },
});

/** True for an answer that proves that libvirt accepted the connection. */
function isFromLibvirt(answer: VirshAnswer): boolean {
  if (!answer.ok) return false;
  if (answer.id === 'hostname') return isHostName(answer.text.trim());
  return answer.id === 'capabilities' && answer.text.startsWith('<capabilities');
}

async function connect(
  uri: string,
  commands: readonly VirshCommand[],
  input: string | undefined,
  context: FactContext,
): Promise<DestinationLibvirt> {
  const life = sessionLifetime(context);
  const virsh = new InteractiveVirsh(context.platform, uri, {
    ...asLibvirtd(context),
    signal: life.signal,
  });
  const answers = new Map(
    commands.map((command) => [
      command.id,
      virsh.ask(command, command.argv.includes('/dev/stdin') ? input : undefined),
    ]),
  );
  // Its rejection may have no other handler.
  for (const answer of answers.values()) answer.catch(() => undefined);
  const given: VirshAnswer[] = [];
  try {
    for (const id of ['hostname', 'capabilities']) {
      const answer = await answers.get(id);
      if (answer === undefined) continue;
      given.push(answer);
      if (!isFromLibvirt(answer)) continue;
      life.established();
      return { kind: 'connected', answers, ask: (command, text) => virsh.ask(command, text) };
    }
  } catch (error) {
    // An error of the platform is this host's, and says nothing about the destination.
    if (!(error instanceof LibvirtError) || error.cause instanceof PlatformError) throw error;
    return { kind: 'refused', error };
  }
  life.end();
  const [first] = given;
  const original = first === undefined ? '' : first.ok ? first.text : first.error;
  if (first?.ok === false)
    return { kind: 'refused', error: new LibvirtError(classifyError(original), original) };
  throw new FactUnavailable({
    why: msg('The destination did not say what it can run.'),
    original,
  });
}

/** The destination's answer to one of the first questions, or why there is none. */
export async function destinationAnswer(libvirt: DestinationLibvirt, id: string): Promise<VirshAnswer> {
  const { answers } = connected(libvirt);
  const answer = answers.get(id);
  if (answer === undefined) throw new FactUnavailable({ why: msg('The destination was not asked.') });
  return orUnavailable(answer);
}

/** Asks the destination a question that follows from an answer. `input` is the content of `/dev/stdin` in the command. */
export async function askDestination(
  libvirt: DestinationLibvirt,
  command: VirshCommand,
  input?: string,
): Promise<VirshAnswer> {
  return orUnavailable(connected(libvirt).ask(command, input));
}

function connected(libvirt: DestinationLibvirt): Extract<DestinationLibvirt, { kind: 'connected' }> {
  if (libvirt.kind === 'connected') return libvirt;
  throw new FactUnavailable({
    why: msg('The destination does not let libvirt of this host sign in.'),
    original: libvirt.error.message,
  });
}

async function orUnavailable(answer: Promise<VirshAnswer>): Promise<VirshAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    throw new FactUnavailable(
      {
        why: msg('The connection ended before the destination answered.'),
        original: error.message,
      },
      error,
    );
  }
}
