// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../../../src/engine/base/message.ts';
import type { LibvirtConnection } from '../../../src/libvirt/connection.ts';
import { type Platform, PlatformError } from '../../../src/platform/platform.ts';

/** What every check of these tests has. */
export const head = { title: msg('Title'), group: 'host' as const, why: msg('Why') };

/** A machine on which nothing works. */
const nothing: Platform = {
  dbus: () => {
    throw new PlatformError('not-found', 'no bus');
  },
  run: () => Promise.reject(new PlatformError('not-found', 'no program')),
  connectTcp: () => Promise.resolve({ kind: 'timeout' }),
  file: { read: () => Promise.resolve(undefined) },
};

/** The hosts, none of which answers. */
export const dependencies = {
  platform: nothing,
  connection: { uri: 'qemu:///system' } as unknown as LibvirtConnection,
};
