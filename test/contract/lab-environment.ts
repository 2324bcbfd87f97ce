// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../../src/platform/platform.ts';
import { Lab, type LabHost } from '../lab/lab.ts';
import { Echo, matchRules } from './echo.ts';
import type { ContractEnvironment } from './platform-contract.ts';

const policy = `<busconfig>
  <policy context="default">
    <allow own="org.cockpit_migrate.Echo"/>
    <allow send_destination="org.cockpit_migrate.Echo"/>
  </policy>
</busconfig>`;

/** The environment for testing a platform on host `alpha` of a lab. `beta` has open, closed and blocked ports. */
export async function labEnvironment(
  open: (
    lab: Lab,
    alpha: LabHost,
  ) => Promise<{ platform: Platform; denied: ContractEnvironment['denied']; stop: () => Promise<void> }>,
): Promise<ContractEnvironment> {
  const lab = await Lab.start({ shared: false });
  try {
    const alpha = lab.host('alpha');
    const beta = lab.host('beta');
    await alpha.exec(['tee', '/etc/dbus-1/system.d/contract.conf'], { input: policy });
    await alpha.exec(
      'busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig'.split(' '),
    );
    await beta.firewall('drop', '7001');
    await beta.firewall('closed', '7002');
    await beta.exec('nft add rule inet lab input tcp dport 7003 reject'.split(' '));
    const echo = new Echo('unix:path=/run/dbus/system_bus_socket', alpha.prefix);
    await echo.start();
    const { platform, denied, stop } = await open(lab, alpha);
    return {
      platform,
      bus: 'system',
      libvirt: { bus: 'system', path: '/org/libvirt/QEMU' },
      echo,
      busDaemon: {
        start: () => alpha.daemon('dbus', 'start'),
        kill: () => alpha.daemon('dbus', 'kill'),
      },
      matchRules: () => matchRules(alpha.systemBusAddress),
      tcp: {
        connected: [beta.address, 22],
        refused: ['beta', 7000],
        timeout: [beta.address, 7001],
        prohibited: [beta.address, 7002],
        rejected: [beta.address, 7003],
        // TEST-NET-1: the host has no route to it.
        noRoute: ['192.0.2.1', 22],
      },
      denied,
      stop: async () => {
        await stop();
        await echo.kill();
        await lab.down();
      },
    };
  } catch (error) {
    await lab.down();
    throw error;
  }
}
