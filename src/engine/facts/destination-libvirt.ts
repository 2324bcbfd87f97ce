// SPDX-License-Identifier: LGPL-2.1-or-later
import { classify, LibvirtError } from '../../libvirt/errors.ts';
import { type VirshAnswer, type VirshCommand, virshSession } from '../../libvirt/virsh.ts';
import { PlatformError } from '../../platform/platform.ts';
import { Deferred } from '../deferred.ts';
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { isHostName } from '../host-name.ts';
import { msg } from '../message.ts';
import { controlPortFact, mayConnect } from './control-port.ts';
import { destinationFact } from './destination.ts';
import { type DiskFile, diskFilesFact, diskVolumes } from './disk-files.ts';
import { domainFact, type SourceDomain } from './domain.ts';
import { compareCpu, describeMachine } from './hypervisor-questions.ts';
import { networkNeeds, secretsNeeded } from './named-resources.ts';
import { asLibvirtd } from './ssh-route.ts';

/** The session with the destination's libvirt: made, or why not. */
export type DestinationLibvirt =
  | {
      readonly kind: 'connected';
      /** The answer to one question, as soon as it is there. Rejects with FactUnavailable if the session ends before. */
      answer(id: string): Promise<VirshAnswer>;
    }
  | { readonly kind: 'refused'; readonly error: LibvirtError };

/** All that is asked there. Order matters: what most checks wait for comes first. */
function questions(
  { config, migratableCpuXml }: SourceDomain,
  uuid: string,
  disks: readonly DiskFile[],
): readonly VirshCommand[] {
  const volumes = diskVolumes(config).map(({ pool, volume }) => ({
    id: volumeQuestion(pool, volume),
    argv: ['vol-path', '--pool', pool, '--vol', volume],
  }));
  const files = disks.map(({ path }) => ({
    id: fileQuestion(path),
    argv: ['vol-dumpxml', '--vol', path],
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
      argv: describeMachine(config),
    },
    { id: 'freepages', argv: ['freepages', '--all'] },
    { id: 'nodememstats', argv: ['nodememstats'] },
    ...namedResources(config),
    ...(migratableCpuXml === undefined ? [] : [{ id: 'cpu', argv: compareCpu(config) }]),
  ];
}

/** What is asked only for a VM whose definition names such things. */
function namedResources(config: SourceDomain['config']): readonly VirshCommand[] {
  const needs = networkNeeds(config);
  return [
    ...(needs.networks
      ? [
          { id: 'networks', argv: ['net-list', '--all', '--name'] },
          { id: 'networks-active', argv: ['net-list', '--name'] },
        ]
      : []),
    ...(needs.devices ? [{ id: 'network-devices', argv: ['nodedev-list', '--cap', 'net'] }] : []),
    ...(needs.filters ? [{ id: 'filters', argv: ['nwfilter-list'] }] : []),
    ...(secretsNeeded(config).length > 0 ? [{ id: 'secrets', argv: ['secret-list'] }] : []),
  ];
}

/** Ids of the questions that depend on the VM's disks. */
export function fileQuestion(path: string): string {
  return `file ${path}`;
}
export function volumeQuestion(pool: string, volume: string): string {
  return `volume ${pool}/${volume}`;
}

/** One waiting answer for each question. */
class PendingAnswers {
  readonly #waiting = new Map<string, Deferred<VirshAnswer>>();

  #of(id: string): Deferred<VirshAnswer> {
    let pending = this.#waiting.get(id);
    if (pending === undefined) {
      pending = new Deferred<VirshAnswer>();
      // Nobody may be waiting for it.
      pending.promise.catch(() => undefined);
      this.#waiting.set(id, pending);
    }
    return pending;
  }

  get(id: string): Promise<VirshAnswer> {
    return this.#of(id).promise;
  }

  arrived(answer: VirshAnswer): void {
    this.#of(answer.id).resolve(answer);
  }

  /** Whatever has not been answered never will be. */
  end(ids: readonly string[], original: string): void {
    for (const id of ids) {
      this.#of(id).reject(
        new FactUnavailable({
          why: msg('The connection to the destination ended before it answered.'),
          original,
        }),
      );
    }
  }
}

/** One virsh session over the URI itself, made by root as libvirtd will make it. */
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
    if (!mayConnect(port)) {
      throw new FactUnavailable({
        why: msg(
          'Port $0 of $1 cannot be reached, so the destination could not be asked.',
          port.port,
          port.host,
        ),
      });
    }
    // Without a shell there, a storage pool is the only way to see a file.
    const unseen = destination.parts.transport === 'ssh' ? [] : disks;
    const commands = questions(domain, context.choices.vm.uuid, unseen);
    return openSession(destination.uri, commands, domain.migratableCpuXml, context);
  },
});

/** True for an answer that only a libvirt gives that let us in. */
function isFromLibvirt(answer: VirshAnswer): boolean {
  if (!answer.ok) return false;
  if (answer.id === 'hostname') return isHostName(answer.text.trim());
  return answer.id === 'capabilities' && answer.text.startsWith('<capabilities');
}

async function openSession(
  uri: string,
  commands: readonly VirshCommand[],
  input: string | undefined,
  context: FactContext,
): Promise<DestinationLibvirt> {
  const answers = new PendingAnswers();
  const ids = commands.map(({ id }) => id);
  const ended = new AbortController();
  // Until it is connected the fact's own time limit holds, then the preflight's end.
  const giveUp = (): void => {
    ended.abort();
  };
  context.signal.addEventListener('abort', giveUp, { once: true });
  context.lifetime.addEventListener('abort', giveUp, { once: true });
  const connected = new Deferred<undefined>();
  const session = virshSession(context.platform, uri, commands, {
    ...asLibvirtd(context),
    ...(input === undefined ? {} : { input }),
    signal: ended.signal,
    onAnswer: (answer) => {
      if (isFromLibvirt(answer)) {
        context.signal.removeEventListener('abort', giveUp);
        connected.resolve(undefined);
      }
      answers.arrived(answer);
    },
  });
  const outcome = session.then(
    (all) => {
      for (const answer of all.values()) answers.arrived(answer);
      answers.end(ids, '');
      const given = [...all.values()];
      if (given.some(isFromLibvirt)) return undefined;
      const [first] = given;
      const original = first === undefined ? '' : first.ok ? first.text : first.error;
      return first?.ok === false
        ? new LibvirtError(classify(original), original)
        : new FactUnavailable({ why: msg('The destination did not tell what it is.'), original });
    },
    (error: unknown) => {
      const failure = error instanceof Error ? error : new Error('virsh failed', { cause: error });
      answers.end(ids, failure.message);
      return failure;
    },
  );
  const error = await Promise.race([connected.promise, outcome]);
  // An error of the platform is this host's, and says nothing about the destination.
  if (error instanceof LibvirtError && !(error.cause instanceof PlatformError))
    return { kind: 'refused', error };
  if (error !== undefined) throw error;
  return { kind: 'connected', answer: (id) => answers.get(id) };
}

/** The text of an answer of the destination, or the reason why there is none. */
export async function destinationAnswer(libvirt: DestinationLibvirt, id: string): Promise<VirshAnswer> {
  if (libvirt.kind === 'connected') return libvirt.answer(id);
  throw new FactUnavailable({
    why: msg('The destination did not let libvirt of this host in, so it could not be asked.'),
    original: libvirt.error.message,
  });
}
