// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePlatform } from '../../src/platform/node.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { waitFor } from '../lab/lab.ts';

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else
      child.once('exit', () => {
        resolve();
      });
  });
}

/** A separate bus with libvirt-dbus, whose object /org/libvirt/Test is libvirt's test driver. */
export class TestDriver {
  readonly directory = mkdtempSync(join(tmpdir(), 'contract-'));
  readonly address = `unix:path=${this.directory}/bus`;
  readonly platform: Platform = nodePlatform({
    systemBusAddress: this.address,
    sessionBusAddress: this.address,
  });
  #bus: ChildProcess | undefined;
  #libvirt: ChildProcess | undefined;

  static async start(): Promise<TestDriver> {
    const driver = new TestDriver();
    await driver.startBus();
    await driver.#startLibvirt();
    return driver;
  }

  async startBus(): Promise<void> {
    const socket = `${this.directory}/bus`;
    rmSync(socket, { force: true });
    this.#bus = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=${this.address}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await waitFor('the bus', async () => (await this.platform.run(['test', '-S', socket])).exitCode === 0);
  }

  async killBus(): Promise<void> {
    this.#bus?.kill('SIGKILL');
    if (this.#bus !== undefined) await ended(this.#bus);
  }

  async stop(): Promise<void> {
    await this.killBus();
    this.#libvirt?.kill('SIGKILL');
    if (this.#libvirt !== undefined) await ended(this.#libvirt);
    rmSync(this.directory, { recursive: true });
  }

  async #startLibvirt(): Promise<void> {
    this.#libvirt = spawn('libvirt-dbus', ['--session'], {
      env: {
        ...process.env,
        DBUS_SESSION_BUS_ADDRESS: this.address,
        XDG_RUNTIME_DIR: this.directory,
        HOME: this.directory,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await waitFor('libvirt-dbus', async () => {
      const bus = this.platform.dbus('session', 'org.freedesktop.DBus');
      const [owned] = await bus.call({
        path: '/org/freedesktop/DBus',
        interface: 'org.freedesktop.DBus',
        member: 'NameHasOwner',
        signature: 's',
        args: ['org.libvirt'],
      });
      bus.close();
      return owned === true;
    });
  }
}
