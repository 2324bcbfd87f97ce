// SPDX-License-Identifier: LGPL-2.1-or-later
import { InteractiveVirsh } from '../../libvirt/interactive-virsh.ts';
import type { VirshAnswer } from '../../libvirt/virsh.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';
import { delay, FactUnavailable, type HostShell } from '../preflight/index.ts';
import type { Owner } from './mark.ts';
import script from './stand-in-host.sh?raw';
import type { StandInIdentity } from './stand-in-name.ts';

/** The state of a host before a stand-in is created there. */
export interface HostInspection {
  readonly hooks: readonly string[];
  /** The shell may remove QEMU's logs. */
  readonly mayRemoveLogs: boolean;
  /** The shell that ran the script. */
  readonly process?: Omit<Owner, 'host'>;
}

export function parseInspection(text: string): HostInspection {
  const hooks = text.split('\n').flatMap((line) => /^hook (.+)$/.exec(line)?.[1] ?? []);
  const [, pid, began] = /^owner (\d+) (\d+)$/m.exec(text) ?? [];
  const mayRemoveLogs = /^logs$/m.test(text);
  return {
    hooks,
    mayRemoveLogs,
    ...(pid === undefined ? {} : { process: { pid: Number(pid), began: Number(began) } }),
  };
}

/** What libvirt stores in files besides the log. */
const hasFiles = /<nvram|<tpm| firmware=/;

/** How long libvirt may take to remove a destroyed stand-in. */
const goneMilliseconds = 5000;

/** One of the two hosts of a rehearsal: its libvirt, and its shell if available. */
export class StandInHost {
  #shell: HostShell | undefined;
  readonly #virsh: InteractiveVirsh;
  readonly #connection: ConnectionName;
  readonly #signal: AbortSignal;
  #asked = 0;

  constructor(
    platform: Platform,
    host: {
      readonly uri: string;
      readonly connection: ConnectionName;
      readonly superuser?: 'require';
      readonly shell?: HostShell;
    },
    signal: AbortSignal,
  ) {
    const { uri, connection, superuser, shell } = host;
    this.#shell = shell;
    this.#connection = connection;
    this.#signal = signal;
    this.#virsh = new InteractiveVirsh(platform, uri, {
      signal,
      ...(superuser === undefined ? {} : { superuser }),
    });
  }

  /** Rejects with LibvirtError if the connection ends. */
  ask(argv: readonly string[], input?: string): Promise<VirshAnswer> {
    this.#asked += 1;
    return this.#virsh.ask({ id: String(this.#asked), argv }, input);
  }

  /** Also false for a shell that did not answer the first command. */
  get hasShell(): boolean {
    return this.#shell !== undefined;
  }

  /** Looks for hooks, and removes old files of stand-ins. Undefined without a shell. */
  async inspect(): Promise<HostInspection | undefined> {
    if (this.#shell === undefined) return undefined;
    try {
      return parseInspection(await this.#run('inspect'));
    } catch (error) {
      if (!(error instanceof FactUnavailable)) throw error;
      // A user may have access to libvirt but no shell.
      this.#shell = undefined;
      return undefined;
    }
  }

  /** True if the owner of a stand-in, a process of this host, still runs. Needs a shell. */
  async isAlive({ pid, began }: Owner): Promise<boolean> {
    return (await this.#run('alive', String(pid), String(began))).trim() === 'alive';
  }

  async log({ name }: StandInIdentity): Promise<string | undefined> {
    return this.#shell === undefined ? undefined : this.#run('log', name);
  }

  /**
   * Removes a stand-in and everything that libvirt stored for it. Resolves to what remains. libvirt removes the variables of the
   * firmware and the state of a TPM, but only when a definition is removed, so the stand-in is defined first. This needs neither
   * access to the files nor a shell.
   */
  async remove(identity: StandInIdentity, xml: string): Promise<readonly string[]> {
    const { name, uuid } = identity;
    await this.ask(['destroy', uuid]);
    // libvirt writes to QEMU's log as long as the VM exists. A log that is removed before would be created again.
    const gone = await this.#isGone(uuid);
    if (hasFiles.test(xml)) await this.ask(['define', '/dev/stdin'], xml);
    await this.ask(['undefine', '--nvram', uuid]);
    const files = this.#shell === undefined ? '' : await this.#run('remove', name, uuid);
    const remains = files.split('\n').flatMap((line) => /^remains (.+)$/.exec(line)?.[1] ?? []);
    return gone ? remains : [name, ...remains];
  }

  async #isGone(uuid: string): Promise<boolean> {
    const until = performance.now() + goneMilliseconds;
    for (;;) {
      const state = await this.ask(['domstate', uuid]);
      // A stand-in that is shut off has a definition, which is removed next.
      if (!state.ok || state.text.trim() === 'shut off') return true;
      if (performance.now() > until) return false;
      await delay(50, this.#signal);
    }
  }

  async #run(action: string, ...parameters: readonly string[]): Promise<string> {
    if (this.#shell === undefined) throw new Error('No shell on this host');
    return this.#shell.run(script, [action, this.#connection, ...parameters]);
  }
}
