// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../platform/on-abort.ts';
import {
  type DBusService,
  type DBusValue,
  type Platform,
  PlatformError,
  type Variant,
} from '../platform/platform.ts';
import { decodeArray, decodeDictionary, decodeNumber, decodeString } from './decode.ts';
import { classifyError, LibvirtError, libvirtErrorOf } from './errors.ts';
import { type DomainJob, decodeJob } from './job.ts';
import { flagsValue, type MigrateFlag, type MigrateParameters, migrateCommand } from './migrate-command.ts';
import { parsePropertyList } from './property-list.ts';
import { domainInterface, domainMethods, domainPath } from './schema.ts';
import { virshSession } from './virsh.ts';

/**
 * How long an answer over D-Bus may take before virsh is used. libvirt-dbus has four worker threads for all clients, and a
 * migration holds one until its end. During a migration, even a free thread may not send its call before libvirtd sends something:
 * the client library can miss its own wake-up (seen with libvirt 9.0 on a busy machine: a thread in virDomainIsUpdated for minutes,
 * and libvirtd idle).
 */
const patienceMilliseconds = 3000;

/** QEMU_DOMAIN_MIG_BANDWIDTH_MAX of libvirt's qemu driver (INT64_MAX / MiB). It means no limit. */
const unlimitedSpeed = 8_796_093_022_207;

/** VIR_DOMAIN_METADATA_ELEMENT, and the flag for the stored definition. */
const metadataElement = 2;
const affectConfig = 2;

/** One domain of this host, by libvirt-dbus. Every method rejects with {@link LibvirtError} only. */
export class Domain {
  readonly uuid: string;
  readonly path: string;
  readonly #service: DBusService;
  readonly #platform: Platform;
  readonly #uri: string;

  constructor(platform: Platform, service: DBusService, uri: string, uuid: string) {
    this.#platform = platform;
    this.#service = service;
    this.#uri = uri;
    this.uuid = uuid;
    this.path = domainPath(uuid);
  }

  async #call(
    member: keyof typeof domainMethods,
    args: readonly DBusValue[],
    signal?: AbortSignal,
  ): Promise<readonly DBusValue[]> {
    try {
      return await this.#service.call(
        { path: this.path, interface: domainInterface, member, signature: domainMethods[member], args },
        signal === undefined ? {} : { signal },
      );
    } catch (error) {
      throw libvirtErrorOf(error);
    }
  }

  /** Over D-Bus. If that does not answer in time or is gone: by virsh. */
  async #inTime<T>(
    ask: (signal: AbortSignal) => Promise<T>,
    askVirsh: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const limit = new AbortController();
    const end = (): void => {
      limit.abort();
    };
    const timer = setTimeout(end, patienceMilliseconds);
    const unsubscribe = signal === undefined ? undefined : onAbort(signal, end);
    try {
      return await ask(limit.signal);
    } catch (error) {
      const silent =
        error instanceof LibvirtError && error.cause instanceof PlatformError && error.cause.kind !== 'dbus';
      if (!silent || signal?.aborted === true) throw error;
    } finally {
      clearTimeout(timer);
      unsubscribe?.();
    }
    return askVirsh();
  }

  /** virDomainState and its reason. */
  async state(signal?: AbortSignal): Promise<{ readonly state: number; readonly reason: number }> {
    return this.#inTime(
      async (limit) => {
        const [pair] = await this.#call('GetState', [0], limit);
        const [state, reason] = decodeArray(pair, 'Domain.GetState[0]');
        return {
          state: decodeNumber(state, 'Domain.GetState[0][0]'),
          reason: decodeNumber(reason, 'Domain.GetState[0][1]'),
        };
      },
      async () => {
        const text = await this.#virsh('domstats', '--state', this.uuid);
        const [, state, reason] = /^\s*state\.state=(\d+)\s+state\.reason=(\d+)\s*$/m.exec(text) ?? [];
        if (state === undefined || reason === undefined)
          throw new LibvirtError('other', `virsh domstats --state: ${text}`);
        return { state: Number(state), reason: Number(reason) };
      },
      signal,
    );
  }

  /** The running job, or undefined. */
  async jobStats(signal?: AbortSignal): Promise<DomainJob | undefined> {
    const [reply] = await this.#call('GetJobStats', [0], signal);
    const [type, values] = decodeArray(reply, 'Domain.GetJobStats[0]');
    const job = decodeJob(
      decodeNumber(type, 'Domain.GetJobStats[0][0]'),
      decodeDictionary(values, 'Domain.GetJobStats[0][1]'),
    );
    return job.type === 'none' ? undefined : job;
  }

  /**
   * Migrates, and resolves when the migration has ended. No time limit. For several disks, libvirt requires `migrate_disks` several
   * times, which a D-Bus dictionary can hold but a JavaScript object cannot. Then virsh makes the same call.
   */
  async migrate(uri: string, parameters: MigrateParameters, flags: readonly MigrateFlag[]): Promise<void> {
    const { migrateUri, migrateDisks = [], bandwidth } = parameters;
    const [disk, ...moreDisks] = migrateDisks;
    if (moreDisks.length > 0) {
      await this.#virsh(...migrateCommand(this.uuid, uri, parameters, flags));
      return;
    }
    const values: Record<string, Variant> = {
      ...(migrateUri === undefined ? {} : { migrate_uri: { t: 's', v: migrateUri } }),
      ...(disk === undefined ? {} : { migrate_disks: { t: 's', v: disk } }),
      ...(bandwidth === undefined ? {} : { bandwidth: { t: 't', v: bandwidth } }),
    };
    await this.#call('MigrateToURI3', [uri, values, flagsValue(flags)]);
  }

  /**
   * Cancels the running job: over D-Bus, or by virsh if that does not answer in time or is gone. The abandoned call may still be
   * executed later, without a job to cancel.
   */
  async abort(): Promise<void> {
    await this.#inTime(
      async (limit) => {
        await this.#call('AbortJob', [], limit);
      },
      async () => {
        await this.#virsh('domjobabort', this.uuid);
      },
    );
  }

  /** Sets the maximum downtime of the running migration. By virsh, which does not use one of libvirt-dbus's few threads. */
  async setMaxDowntime(milliseconds: number): Promise<void> {
    await this.#virsh('migrate-setmaxdowntime', '--domain', this.uuid, '--downtime', String(milliseconds));
  }

  /** Limits the running migration, in whole MiB/s; undefined lifts the limit. */
  async setMaxSpeed(mebibytesPerSecond: number | undefined): Promise<void> {
    const bandwidth = String(mebibytesPerSecond ?? unlimitedSpeed);
    await this.#virsh('migrate-setspeed', '--domain', this.uuid, '--bandwidth', bandwidth);
  }

  /** Switches to post-copy. libvirt refuses unless the migration was started with POSTCOPY. */
  async startPostCopy(): Promise<void> {
    await this.#virsh('migrate-postcopy', '--domain', this.uuid);
  }

  /** Ejects the medium of a drive, named as in the definition (`sda`): in the live definition, the stored one, or both. */
  async ejectMedium(drive: string, from: readonly ('live' | 'config')[]): Promise<void> {
    await this.#virsh('change-media', this.uuid, drive, '--eject', ...from.map((which) => `--${which}`));
  }

  /** For what libvirt-dbus cannot do or does not answer. */
  async #virsh(...argv: readonly string[]): Promise<string> {
    const answers = await virshSession(
      this.#platform,
      this.#uri,
      [{ id: 'only', argv }],
      this.#uri === 'qemu:///system' ? { superuser: 'try' } : {},
    );
    const answer = answers.get('only');
    if (answer?.ok === true) return answer.text;
    // It ended without an answer. The operation may continue.
    if (answer === undefined) throw new LibvirtError('closed', `virsh ${argv[0] ?? ''} gave no answer`);
    throw new LibvirtError(classifyError(answer.error), answer.error);
  }

  /** True if it starts with this host. It is read each time, because libvirt sends no event when it changes. */
  async autostart(): Promise<boolean> {
    return parsePropertyList(await this.#virsh('dominfo', this.uuid)).get('Autostart') === 'enable';
  }

  async create(): Promise<void> {
    await this.#call('Create', [0]);
  }

  async suspend(): Promise<void> {
    await this.#call('Suspend', []);
  }

  async resume(): Promise<void> {
    await this.#call('Resume', []);
  }

  async shutdown(): Promise<void> {
    await this.#call('Shutdown', [0]);
  }

  async destroy(): Promise<void> {
    await this.#call('Destroy', [0]);
  }

  async reboot(): Promise<void> {
    await this.#call('Reboot', [0]);
  }

  async reset(): Promise<void> {
    await this.#call('Reset', [0]);
  }

  /** A metadata element of the stored definition, or undefined. */
  async metadata(namespace: string, signal?: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#inTime(
        async (limit) => {
          const [text] = await this.#call('GetMetadata', [metadataElement, namespace, affectConfig], limit);
          return decodeString(text, 'Domain.GetMetadata[0]');
        },
        () => this.#virsh('metadata', this.uuid, '--uri', namespace, '--config'),
        signal,
      );
    } catch (error) {
      // VIR_ERR_NO_DOMAIN_METADATA: "metadata not found: Requested metadata element is not present"
      if (error instanceof LibvirtError && /metadata not found/i.test(error.message)) return undefined;
      throw error;
    }
  }

  async setMetadata(namespace: string, key: string, xml: string): Promise<void> {
    await this.#inTime(
      async (limit) => {
        await this.#call('SetMetadata', [metadataElement, xml, key, namespace, affectConfig], limit);
      },
      async () => {
        await this.#virsh(
          ...['metadata', this.uuid, '--uri', namespace, '--key', key, '--set', xml, '--config'],
        );
      },
    );
  }

  /**
   * Removes the element, if there is one. By virsh: libvirt removes an element if the text is NULL, but libvirt-dbus (1.4.1) passes
   * an empty string, which libvirt refuses to parse.
   */
  async removeMetadata(namespace: string): Promise<void> {
    try {
      await this.#virsh('metadata', this.uuid, '--uri', namespace, '--config', '--remove');
    } catch (error) {
      if (!(error instanceof LibvirtError && /metadata not found/i.test(error.message))) throw error;
    }
  }
}
