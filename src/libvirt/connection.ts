// SPDX-License-Identifier: LGPL-2.1-or-later
import type {
  BusName,
  DBusService,
  DBusSignal,
  DBusValue,
  Platform,
  PlatformError,
  Unsubscribe,
} from '../platform/platform.ts';
import { decodeArray, decodeDictionary, decodeNumber, decodeString } from './decode.ts';
import { Domain } from './domain.ts';
import { listCommands, type StatsByName, summariesOf } from './domain-list.ts';
import { type DomainSummary, summaryOf } from './domain-summary.ts';
import { LibvirtError, libvirtErrorOf } from './errors.ts';
import { type DomainEvent, decodeEvent, eventMatches } from './events.ts';
import { type DomainJob, parseJobText } from './job.ts';
import {
  connectInterface,
  connectMethods,
  connectPath,
  domainInterface,
  domainMethods,
  noWait,
  onlyTransient,
  statsGroups,
} from './schema.ts';
import { type VirshOptions, virshSession } from './virsh.ts';

export type { DomainSummary };

/** Additional details of a domain. */
export interface DomainDetails {
  readonly job?: DomainJob;
  /** The requested metadata element. */
  readonly metadata?: string;
}

/**
 * libvirt on this host, through libvirt-dbus, and through virsh for what libvirt-dbus cannot do. Every method rejects with {@link
 * LibvirtError} only.
 */
export class LibvirtConnection {
  readonly bus: BusName;
  readonly uri: 'qemu:///system' | 'qemu:///session';
  readonly #platform: Platform;
  #opened: DBusService | undefined;

  /** Does not connect: the first call opens the bus, because that may start libvirt-dbus. */
  constructor(platform: Platform, bus: BusName) {
    this.#platform = platform;
    this.bus = bus;
    this.uri = bus === 'system' ? 'qemu:///system' : 'qemu:///session';
  }

  get #service(): DBusService {
    this.#opened ??= this.#platform.dbus(this.bus, 'org.libvirt');
    return this.#opened;
  }

  #virshOptions(signal?: AbortSignal): Pick<VirshOptions, 'superuser' | 'signal'> {
    return {
      ...(this.bus === 'system' ? { superuser: 'try' } : {}),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  async #call(
    path: string,
    iface: string,
    member: string,
    signature: string,
    args: readonly DBusValue[],
    signal?: AbortSignal,
  ): Promise<readonly DBusValue[]> {
    try {
      return await this.#service.call(
        { path, interface: iface, member, signature, args },
        signal === undefined ? {} : { signal },
      );
    } catch (error) {
      throw libvirtErrorOf(error);
    }
  }

  async #statsByName(flags: number, signal?: AbortSignal): Promise<StatsByName> {
    const groups =
      flags === 0 ? statsGroups.STATE | statsGroups.BALLOON | statsGroups.VCPU : statsGroups.STATE;
    const [records] = await this.#call(
      connectPath,
      connectInterface,
      'GetAllDomainStats',
      connectMethods.GetAllDomainStats,
      [groups, flags | noWait],
      signal,
    );
    return new Map(
      decodeArray(records, 'Connect.GetAllDomainStats[0]').map((record) => {
        const [name, values] = decodeArray(record, 'Connect.GetAllDomainStats[0][]');
        return [
          decodeString(name, 'Connect.GetAllDomainStats[0][][0]'),
          decodeDictionary(values, 'Connect.GetAllDomainStats[0][][1]'),
        ];
      }),
    );
  }

  /**
   * All domains, with two D-Bus calls and one virsh process, because the stats have no UUIDs. A domain that appears or disappears
   * between them is omitted; an event reports it.
   */
  async list(signal?: AbortSignal): Promise<readonly DomainSummary[]> {
    const [stats, transient, answers] = await Promise.all([
      this.#statsByName(0, signal),
      this.#statsByName(onlyTransient, signal),
      virshSession(this.#platform, this.uri, listCommands, this.#virshOptions(signal)),
    ]);
    return summariesOf(stats, transient, answers);
  }

  /** Reads one domain again, with two D-Bus calls; undefined if it is gone. */
  async read(path: string, signal?: AbortSignal): Promise<DomainSummary | undefined> {
    try {
      const [[properties], [stats]] = await Promise.all([
        this.#call(path, 'org.freedesktop.DBus.Properties', 'GetAll', 's', [domainInterface], signal),
        this.#call(
          path,
          domainInterface,
          'GetStats',
          domainMethods.GetStats,
          [statsGroups.STATE | statsGroups.BALLOON | statsGroups.VCPU, noWait],
          signal,
        ),
      ]);
      const values = decodeDictionary(properties, 'Domain.GetAll[0]');
      const summary = summaryOf(
        decodeString(values.get('Name'), 'Domain.Name'),
        decodeString(values.get('UUID'), 'Domain.UUID'),
        decodeDictionary(stats, 'Domain.GetStats[0]'),
      );
      return {
        ...summary,
        persistent: values.get('Persistent') === true,
        autostart: values.get('Autostart') === true,
      };
    } catch (error) {
      if (error instanceof LibvirtError && error.reason === 'no-such-domain') return undefined;
      throw error;
    }
  }

  /** The domain with that UUID, whether or not it exists. */
  domain(uuid: string): Domain {
    return new Domain(this.#platform, this.#service, this.uri, uuid);
  }

  /** Subscribes to events of domains. Resolves when no later event can be missed. */
  async subscribe(listener: (event: DomainEvent) => void): Promise<Unsubscribe> {
    const hear = (signal: DBusSignal): void => {
      const event = readable(signal);
      if (event !== undefined) listener(event);
    };
    const outcomes = await Promise.allSettled(
      eventMatches.map((match) => this.#service.subscribe(match, hear)),
    );
    const undo = (): void => {
      for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value();
    };
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return undo;
    undo();
    throw libvirtErrorOf(failed.reason);
  }

  /** Reports whether libvirt-dbus is on the bus: now, and at each change. */
  onOwner(listener: (present: boolean) => void): Unsubscribe {
    return this.#service.onOwner(listener);
  }

  /** Reports once that the bus or the session has ended. Then a new connection is needed. */
  onClosed(listener: (error: PlatformError) => void): Unsubscribe {
    return this.#service.onClosed(listener);
  }

  /** Closes the connection. Open calls are rejected with reason `closed`. */
  close(): void {
    this.#opened?.close();
  }

  /** libvirt's version as its number, 9000000 for 9.0.0. Answers only while the daemon does. */
  async version(signal?: AbortSignal): Promise<number> {
    const [value] = await this.#call(
      connectPath,
      'org.freedesktop.DBus.Properties',
      'Get',
      'ss',
      [connectInterface, 'LibVersion'],
      signal,
    );
    return decodeNumber(value, 'Connect.LibVersion');
  }

  /** Jobs of active domains and a metadata element of inactive ones, by one virsh process for all. */
  async details(
    uuids: {
      readonly active: readonly string[];
      readonly inactive: readonly string[];
      /** Namespace of the metadata element to read; if absent, none is read. */
      readonly metadataUri?: string;
    },
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, DomainDetails>> {
    const { metadataUri } = uuids;
    const commands = [
      ...uuids.active.map((uuid) => ({ id: `job ${uuid}`, argv: ['domjobinfo', uuid] })),
      ...(metadataUri === undefined
        ? []
        : [...uuids.inactive, ...uuids.active].map((uuid) => ({
            id: `metadata ${uuid}`,
            argv: ['metadata', uuid, '--uri', metadataUri, '--config'],
          }))),
    ];
    if (commands.length === 0) return new Map();
    const answers = await virshSession(this.#platform, this.uri, commands, this.#virshOptions(signal));
    return new Map(
      [...uuids.active, ...uuids.inactive].map((uuid) => {
        const jobAnswer = answers.get(`job ${uuid}`);
        const metadata = answers.get(`metadata ${uuid}`);
        const job = jobAnswer?.ok === true ? parseJobText(jobAnswer.text) : undefined;
        return [
          uuid,
          {
            ...(job === undefined ? {} : { job }),
            ...(metadata?.ok === true ? { metadata: metadata.text } : {}),
          },
        ];
      }),
    );
  }
}

/** The event; undefined for a signal with unexpected values, which is skipped. */
function readable(signal: DBusSignal): DomainEvent | undefined {
  try {
    return decodeEvent(signal);
  } catch (error) {
    if (error instanceof LibvirtError && error.reason === 'protocol') return undefined;
    throw error;
  }
}
