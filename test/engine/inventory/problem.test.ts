// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import { diagnoseConnection } from '../../../src/engine/inventory/problem.ts';
import { LibvirtError } from '../../../src/libvirt/errors.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { FakePlatform } from '../../libvirt/fake-platform.ts';
import { recordedUnits } from '../libvirt-units.ts';

/** A host whose systemctl answers `list-unit-files` as the real one does: it prints the requested units that exist. */
class HostWithUnits extends FakePlatform {
  readonly #units: Readonly<Record<string, string>>;

  constructor(units: Readonly<Record<string, string>>) {
    super();
    this.#units = units;
  }

  override run: Platform['run'] = (argv) => {
    const lines = argv.flatMap((unit) => {
      const state = this.#units[unit];
      return state === undefined ? [] : [`${unit} ${state} disabled\n`];
    });
    return Promise.resolve({ exitCode: 0, stdout: lines.join(''), stderr: '' });
  };
}

test.each([
  ['RHEL 9', 'virtqemud.socket'],
  ['Fedora, virtqemud.socket alone', 'virtqemud.socket'],
  ['RHEL 8', 'libvirtd.socket'],
  ['Debian', 'libvirtd.socket'],
])('the page starts the daemon of %s by %s', async (host, unit) => {
  const error = new LibvirtError('daemon-down', 'Failed to connect socket');
  const problem = await diagnoseConnection(new HostWithUnits(recordedUnits[host] ?? {}), 'system', error);
  expect(problem).toMatchObject({ kind: 'libvirtd-stopped', unit });
});

test('no unit that is masked is started', async () => {
  const units = {
    'virtqemud.socket': 'masked',
    'virtqemud.service': 'masked',
    'libvirtd.socket': 'disabled',
  };
  const error = new LibvirtError('daemon-down', 'Failed to connect socket');
  expect(await diagnoseConnection(new HostWithUnits(units), 'system', error)).toMatchObject({
    unit: 'libvirtd.socket',
  });
});
