// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../../../src/engine/base/message.ts';
import type { LibvirtConnection } from '../../../src/libvirt/connection.ts';
import { type Platform, PlatformError } from '../../../src/platform/platform.ts';

/** The properties of every check in these tests. */
export const head = { title: msg('Title'), group: 'host' as const, why: msg('Why') };

/** A platform on which every call fails. */
const nothing: Platform = {
  dbus: () => {
    throw new PlatformError('not-found', 'no bus');
  },
  run: () => Promise.reject(new PlatformError('not-found', 'no program')),
  connectTcp: () => Promise.resolve({ kind: 'timeout' }),
  file: { read: () => Promise.resolve(undefined) },
};

/** Hosts that do not answer. */
export const dependencies = {
  platform: nothing,
  connection: { uri: 'qemu:///system' } as unknown as LibvirtConnection,
};
