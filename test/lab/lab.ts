// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodePlatform } from '../../src/platform/node.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { Guest } from './guest.ts';

export { Guest, waitFor } from './guest.ts';

const run = promisify(execFile);
const driver = join(import.meta.dirname, 'lab');

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LabOptions {
  /**
   * Names of the hosts; default: `alpha` and `beta`. `alpha:13` boots Debian 13; `alpha:13:no-session-bus` the same without session
   * buses.
   */
  readonly hosts?: readonly string[];
  /** False: no GlusterFS, which saves two seconds. */
  readonly shared?: boolean;
  /** False: the hosts' names are not in each other's /etc/hosts. */
  readonly names?: boolean;
  /** True: hosts without IPv4, and without GlusterFS. */
  readonly ipv6?: boolean;
  /** Directory of the page, instead of dist/; booted hosts install the packages of Debian in it, if it has any. */
  readonly page?: string;
}

export interface GuestOptions {
  /** MiB; default: 192. */
  readonly memory?: number;
  /** Size in MB of the region that the guest writes to cyclically. */
  readonly dirtyMb?: number;
  /** Its write rate, in MB/s. */
  readonly dirtyRate?: number;
  readonly disk?: 'shared' | 'local' | 'none';
  /** MiB; default: 16. */
  readonly diskMb?: number;
  /** libvirt's name of a CPU model; default: qemu64. */
  readonly cpu?: string;
  readonly machine?: string;
  /** Path on the host of an ISO in the guest's CD drive. */
  readonly iso?: string;
  readonly vcpus?: number;
  /** True: a virtio balloon, which libvirt adds by default, and for which the guest has no driver. */
  readonly balloon?: boolean;
  /** Seconds on its own clock after which the guest shuts itself down. */
  readonly offAfter?: number;
  /** True: only defined, not started. */
  readonly off?: boolean;
}

export type Trust = 'on' | 'off' | 'unknown-host-key' | 'refused-key';
export type Daemon = 'libvirtd' | 'libvirt-dbus' | 'dbus' | 'sshd';
/** `break` and `remove` are for libvirt-dbus: D-Bus cannot start it, or does not know it. `start` repairs it. */
export type DaemonAction = 'start' | 'stop' | 'kill' | 'break' | 'remove';

/** Real libvirt hosts in namespaces of this machine; see README.md. */
export class Lab {
  readonly name: string;
  /** PID of the process that holds the browser's network namespace. */
  readonly browser: number;
  readonly #hosts: Map<string, LabHost>;
  readonly #kept: boolean;

  private constructor(name: string, browser: number, hosts: Map<string, LabHost>, kept: boolean) {
    this.name = name;
    this.browser = browser;
    this.#hosts = hosts;
    this.#kept = kept;
  }

  /** Starts a lab, which ends with this process at the latest. With CKM_LAB=NAME, uses and keeps a running one. */
  static async start(options: LabOptions = {}): Promise<Lab> {
    const existing = process.env['CKM_LAB'];
    const name = existing ?? `test-${randomBytes(4).toString('hex')}`;
    if (existing === undefined) {
      await run(driver, [
        '--lab',
        name,
        'up',
        '--owner',
        String(process.pid),
        ...(options.shared === false ? ['--no-shared'] : []),
        ...(options.names === false ? ['--no-names'] : []),
        ...(options.ipv6 === true ? ['--ipv6'] : []),
        ...(options.page === undefined ? [] : ['--page', options.page]),
        ...(options.hosts ?? []),
      ]);
    }
    return Lab.join(name, existing !== undefined);
  }

  /** Uses a running lab. `down` does not end it unless `kept` is false. */
  static async join(name: string, kept = true): Promise<Lab> {
    const { stdout } = await run(driver, ['--lab', name, 'status']);
    const status = JSON.parse(stdout) as {
      browser: number;
      hosts: Record<string, { pid: number; address: string; generation?: number }>;
    };
    const hosts = new Map(
      Object.entries(status.hosts).map(([host, { pid, address, generation }]) => [
        host,
        new LabHost(name, host, pid, address, generation),
      ]),
    );
    return new Lab(name, status.browser, hosts, kept);
  }

  host(name: string): LabHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`No host ${name} in lab ${this.name}`);
    return host;
  }

  async down(): Promise<void> {
    if (!this.#kept) await run(driver, ['--lab', this.name, 'down']);
  }

  /** For `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }
}

/** One host of a lab. */
export class LabHost {
  readonly lab: string;
  readonly name: string;
  /** PID of the host's process 1 on this machine. */
  readonly pid: number;
  readonly address: string;
  /** The Debian generation of a booted host; undefined for a light host. */
  readonly generation: number | undefined;
  /** D-Bus address of the host's system bus, as this machine reaches it. */
  readonly systemBusAddress: string;
  /** The prefix of a command that runs it in the host. */
  readonly prefix: readonly string[];

  constructor(lab: string, name: string, pid: number, address: string, generation?: number) {
    this.lab = lab;
    this.name = name;
    this.pid = pid;
    this.address = address;
    this.generation = generation;
    this.systemBusAddress = `unix:path=/proc/${pid}/root/run/dbus/system_bus_socket`;
    this.prefix = [
      'nsenter',
      `--target=${pid}`,
      '--mount',
      '--uts',
      '--ipc',
      '--net',
      '--pid',
      'env',
      'HOME=/root',
      'USER=root',
      'LANG=C.UTF-8',
    ];
  }

  /** The platform of this host. */
  platform(): Platform {
    return nodePlatform({ systemBusAddress: this.systemBusAddress, prefix: this.prefix });
  }

  async #lab(...argv: readonly string[]): Promise<string> {
    const [command = '', ...rest] = argv;
    return (await run(driver, ['--lab', this.lab, command, this.name, ...rest])).stdout.trim();
  }

  /** Runs a program in the host. Throws if it fails, unless `check` is false. */
  exec(argv: readonly string[], options: { input?: string; check?: boolean } = {}): Promise<ExecResult> {
    const [program = '', ...rest] = [...this.prefix, ...argv];
    return new Promise((resolve, reject) => {
      const child = spawn(program, rest, { stdio: 'pipe' });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.input ?? '');
      child.on('error', reject);
      child.on('close', (code) => {
        const result = { exitCode: code ?? -1, stdout, stderr };
        if (options.check !== false && code !== 0)
          reject(new Error(`${this.name}: ${argv.join(' ')}: ${code ?? 'signal'}: ${stderr}${stdout}`));
        else resolve(result);
      });
    });
  }

  /** The output of virsh, without the last line break. */
  async virsh(...argv: readonly string[]): Promise<string> {
    return (await this.exec(['virsh', '-q', ...argv])).stdout.trim();
  }

  async guest(name: string, options: GuestOptions = {}): Promise<Guest> {
    const argv = ['guest', name];
    if (options.memory !== undefined) argv.push('--memory', String(options.memory));
    if (options.dirtyMb !== undefined) argv.push('--dirty-mb', String(options.dirtyMb));
    if (options.dirtyRate !== undefined) argv.push('--dirty-rate', String(options.dirtyRate));
    if (options.disk !== undefined) argv.push('--disk', options.disk);
    if (options.diskMb !== undefined) argv.push('--disk-mb', String(options.diskMb));
    if (options.vcpus !== undefined) argv.push('--vcpus', String(options.vcpus));
    if (options.cpu !== undefined) argv.push('--cpu', options.cpu);
    if (options.machine !== undefined) argv.push('--machine', options.machine);
    if (options.iso !== undefined) argv.push('--iso', options.iso);
    if (options.balloon === true) argv.push('--balloon');
    if (options.offAfter !== undefined) argv.push('--off-after', String(options.offAfter));
    if (options.off === true) argv.push('--off');
    const uuid = await this.#lab(...argv);
    return new Guest(this.lab, name, uuid, async () => {
      const { stdout } = await run(driver, ['--lab', this.lab, 'guest-state', uuid]);
      return stdout;
    });
  }

  async shape(rate: string | undefined): Promise<void> {
    await this.#lab('shape', rate ?? 'off');
  }

  async firewall(action: 'open' | 'closed' | 'drop', ports: string): Promise<void> {
    await this.#lab('firewall', action, ports);
  }

  async trust(other: LabHost, how: Trust): Promise<void> {
    await this.#lab('trust', other.name, how);
  }

  async certificate(kind: 'valid' | 'expired' | 'untrusted' | 'wrong-name'): Promise<void> {
    await this.#lab('certificate', kind);
  }

  async network(state: 'cut' | 'join'): Promise<void> {
    await this.#lab(state);
  }

  async daemon(daemon: Daemon, action: DaemonAction): Promise<void> {
    await this.#lab('daemon', daemon, action);
  }

  /** PID of the owner of a name on the host's system bus. */
  async owner(name: string): Promise<string> {
    const bus = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'];
    const { stdout } = await this.exec(['busctl', 'call', ...bus, 'GetConnectionUnixProcessID', 's', name]);
    const pid = /^u (\d+)$/.exec(stdout.trim())?.[1];
    if (pid === undefined) throw new Error(`Nobody owns ${name}: ${stdout}`);
    return pid;
  }

  /** Starts the web console. Resolves to its URL. */
  console(options: { port?: number; localSession?: boolean } = {}): Promise<string> {
    const argv = ['console'];
    if (options.port !== undefined) argv.push('--port', String(options.port));
    if (options.localSession === true) argv.push('--local-session');
    return this.#lab(...argv);
  }

  async stopConsole(port = 9090): Promise<void> {
    await this.#lab('console', 'stop', '--port', String(port));
  }
}
