// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import type { MigrateFlag } from '../../libvirt/migrate-command.ts';
import type { VirshAnswer } from '../../libvirt/virsh.ts';
import { child, children, parseXml, textOf } from '../../libvirt/xml.ts';
import { onAbort } from '../../platform/on-abort.ts';
import type { Platform } from '../../platform/platform.ts';
import { msg } from '../base/index.ts';
import { originalText } from '../failure/index.ts';
import { type MigrationChoices, type Plan } from '../plan/index.ts';
import { FactUnavailable } from '../preflight/index.ts';
import { bounded, OverTime } from './bounded.ts';
import { removeLeftOvers } from './left-overs.ts';
import { reasonInLog } from './log-reason.ts';
import type { LeftOver, Outcome, Rehearsal } from './result.ts';
import { type StandIn, standInFor } from './stand-in.ts';
import type { Relabelling } from './stand-in-disk.ts';
import type { HostInspection } from './stand-in-host.ts';
import { newStandIn, type StandInIdentity, standInOf } from './stand-in-name.ts';
import { openHosts, type TwoHosts } from './two-hosts.ts';

/** What to rehearse. */
export interface RehearsalOrder {
  readonly platform: Platform;
  readonly connection: LibvirtConnection;
  readonly choices: MigrationChoices;
  readonly plan: Plan;
  /** Rehearse even if an admin's hooks run for the stand-in. */
  readonly evenWithHooks?: boolean;
  /** Ends the rehearsal. What it created is still removed. */
  readonly signal: AbortSignal;
}

/** Time limits of the parts, in milliseconds. Their sum is less than half of a left-over's age. */
const limits = { ready: 20_000, create: 20_000, travel: 45_000, abort: 5000, tidy: 20_000 };

/**
 * Flags that a stand-in does not use: about definitions, which it does not have; about copying disks, because it has no content;
 * and post-copy, which needs a running VM: "post-copy migration is not supported with non-live or paused migration" (libvirtd of
 * the destination, seen with 9.0).
 */
const notOfTheJourney: readonly MigrateFlag[] = [
  'PERSIST_DEST',
  'UNDEFINE_SOURCE',
  'NON_SHARED_DISK',
  'POSTCOPY',
];

/**
 * Migrates a stand-in exactly as the VM will be migrated: same daemon, flags, addresses, ports and TLS. The stand-in is paused, and
 * is always removed from both hosts. Resolves to the result; does not reject.
 */
export async function rehearse(order: RehearsalOrder): Promise<Rehearsal> {
  // Not the caller's signal: these connections are needed to remove the stand-in.
  const life = new AbortController();
  const hosts = openHosts(order.platform, order.connection, order.choices, life.signal);
  const made = new MadeStandIn(hosts);
  let outcome: Outcome;
  try {
    outcome = await run(order, hosts, made);
  } catch (error) {
    outcome = outcomeOf(error, order.signal);
  }
  const remains = await made.remove();
  life.abort();
  return { outcome, remains, hasShell: hosts.destination.hasShell };
}

function outcomeOf(error: unknown, signal: AbortSignal): Outcome {
  if (signal.aborted) return { kind: 'cancelled' };
  const original = originalText(error);
  if (error instanceof FactUnavailable) {
    const { why, original: words } = error.unavailability;
    return { kind: 'unknown', why, ...(words === undefined ? {} : { original: words }) };
  }
  if (error instanceof OverTime)
    return { kind: 'unknown', why: msg('Not rehearsed: a host did not answer in time.'), original };
  // No error of a rehearsal may end a migration.
  return { kind: 'unknown', why: msg('Not rehearsed: no stand-in could be made.'), original };
}

/** What to remove, and from which host. */
class MadeStandIn {
  readonly #hosts: TwoHosts;
  #made: { readonly identity: StandInIdentity; readonly xml: string; travelled: boolean } | undefined;

  constructor(hosts: TwoHosts) {
    this.#hosts = hosts;
  }

  /** From now on it may be on this host. */
  begun(identity: StandInIdentity, xml: string): void {
    this.#made = { identity, xml, travelled: false };
  }

  /** From now on it may be on the destination. */
  travels(): void {
    if (this.#made !== undefined) this.#made.travelled = true;
  }

  /** libvirt refused because the name exists: that VM belongs to another program. */
  isNotOurs(): void {
    this.#made = undefined;
  }

  async remove(): Promise<readonly LeftOver[]> {
    const made = this.#made;
    if (made === undefined) return [];
    const { identity, xml, travelled } = made;
    const { source, destination } = this.#hosts;
    const clear = async (name: LeftOver['host'], host: typeof source): Promise<readonly LeftOver[]> => {
      try {
        const remains = await bounded(host.remove(identity, xml), limits.tidy);
        return remains.map((what) => ({ host: name, what }));
      } catch {
        // The connection ended, whatever the error says: the stand-in may exist.
        return [{ host: name, what: identity.name }];
      }
    };
    const both = await Promise.all([
      clear('source', source),
      ...(travelled ? [clear('destination', destination)] : []),
    ]);
    return both.flat();
  }
}

function required(answer: VirshAnswer): string {
  if (answer.ok) return answer.text;
  throw new LibvirtError('other', answer.error);
}

/** What libvirt reports about a host: its UUID, and what it relabels. */
function hostOf(capabilities: string): { readonly uuid: string; readonly models: readonly string[] } {
  const host = child(parseXml(capabilities), 'host');
  const uuid = host === undefined ? undefined : child(host, 'uuid');
  const models =
    host === undefined ? [] : children(host, 'secmodel').flatMap((each) => children(each, 'model'));
  return {
    uuid: uuid === undefined ? '' : textOf(uuid).trim(),
    models: models.map((each) => textOf(each).trim()),
  };
}

async function run(order: RehearsalOrder, hosts: TwoHosts, made: MadeStandIn): Promise<Outcome> {
  const { signal, choices, evenWithHooks = false } = order;
  const { source, destination } = hosts;
  const all = await bounded(
    Promise.all([
      source.ask(['dumpxml', '--migratable', choices.vm.uuid]).then(required),
      source.ask(['domstate', choices.vm.uuid]).then(required),
      source.ask(['capabilities']).then(required),
      source.ask(['list', '--all', '--name']).then(required),
      source.inspect(),
      destination.ask(['capabilities']).then(required),
      destination.ask(['list', '--all', '--name']).then(required),
      destination.inspect(),
    ]),
    limits.ready,
    signal,
  );
  const [definition, state, capabilities, names, inspection, thatCapabilities, thatNames, thatInspection] =
    all;
  if (state.trim() === 'shut off')
    return { kind: 'unknown', why: msg('Not rehearsed: the VM does not run.') };
  const hooks = { source: inspection?.hooks ?? [], destination: thatInspection?.hooks ?? [] };
  if (!evenWithHooks && hooks.source.length + hooks.destination.length > 0)
    return { kind: 'hooks', ...hooks };
  const here = hostOf(capabilities);
  const there = hostOf(thatCapabilities);
  const owner = { uuid: here.uuid, host: source };
  await bounded(
    Promise.all([removeLeftOvers(source, names, owner), removeLeftOvers(destination, thatNames, owner)]),
    limits.tidy,
    signal,
  );
  const relabelling = (['dac', 'selinux'] as const).filter(
    (model) => here.models.includes(model) && there.models.includes(model),
  );
  const identity = thatInspection?.mayRemoveLogs === true ? newStandIn() : standInOf(choices.vm);
  const standIn = makeDefinition(order, definition, identity, relabelling, here.uuid, inspection);
  return travel(order, hosts, made, identity, standIn);
}

function makeDefinition(
  { choices: { vm, destination } }: RehearsalOrder,
  definition: string,
  identity: StandInIdentity,
  relabelling: readonly Relabelling[],
  host: string,
  inspection: HostInspection | undefined,
): StandIn {
  const owner = inspection?.process === undefined ? undefined : { host, ...inspection.process };
  return standInFor(definition, {
    identity,
    relabelling,
    mark: {
      since: new Date().toISOString(),
      vm: vm.uuid,
      destination,
      ...(owner === undefined ? {} : { owner }),
    },
  });
}

async function travel(
  { connection, choices, plan, signal }: RehearsalOrder,
  { source, destination }: TwoHosts,
  made: MadeStandIn,
  identity: StandInIdentity,
  { xml, leftOut }: StandIn,
): Promise<Outcome> {
  made.begun(identity, xml);
  const created = await bounded(source.ask(['create', '--paused', '/dev/stdin'], xml), limits.create);
  if (!created.ok) {
    if (/already exists|already active/i.test(created.error)) {
      made.isNotOurs();
      return { kind: 'unknown', why: msg('Not rehearsed: another rehearsal of this VM is under way.') };
    }
    return {
      kind: 'unknown',
      why: msg('Not rehearsed: libvirt of this host does not start a stand-in of the VM.'),
      original: created.error,
    };
  }
  signal.throwIfAborted();
  made.travels();
  const domain = connection.domain(identity.uuid);
  const { migrateUri } = plan.parameters;
  const began = performance.now();
  const journey = domain.migrate(
    choices.destination,
    migrateUri === undefined ? {} : { migrateUri },
    plan.flagNames.filter((flag) => !notOfTheJourney.includes(flag)),
  );
  try {
    await endable(journey, () => domain.abort(), signal);
    return { kind: 'arrived', milliseconds: performance.now() - began, leftOut };
  } catch (error) {
    if (signal.aborted) return { kind: 'cancelled' };
    // An error of this host's libvirt or bus says nothing about the destination.
    if (error instanceof LibvirtError && error.reason === 'closed') throw error;
    const log = await bounded(destination.log(identity), limits.abort, signal);
    const reason = log === undefined ? undefined : reasonInLog(log);
    return { kind: 'refused', error, leftOut, ...(reason === undefined ? {} : { reason }) };
  }
}

/** Waits for the migration of the stand-in. If it takes too long or is aborted, cancels it and waits a moment for its end. */
async function endable(
  journey: Promise<void>,
  abort: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const stopped = new AbortController();
  const undo = onAbort(signal, () => {
    stopped.abort();
  });
  try {
    await bounded(journey, limits.travel, stopped.signal);
  } catch (error) {
    if (!(error instanceof OverTime) && !stopped.signal.aborted) throw error;
    await bounded(Promise.allSettled([abort(), journey]), limits.abort).catch((late: unknown) => {
      if (!(late instanceof OverTime)) throw late;
    });
    throw error;
  } finally {
    undo();
  }
}
