// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import type { Platform } from '../../platform/platform.ts';
import { parseDestination } from '../destination/index.ts';
import type { MigrationChoices } from '../plan/index.ts';
import { asLibvirtd, HostShell, sshArgv } from '../preflight/index.ts';
import { StandInHost } from './stand-in-host.ts';

export interface TwoHosts {
  readonly source: StandInHost;
  readonly destination: StandInHost;
}

const shell = ['env', 'LC_ALL=C', 'sh', '-s'] as const;

/**
 * Connections to both hosts: to libvirt, and over ssh to a shell of the destination. Both are opened at the same time and stay open
 * until the signal aborts.
 */
export function openHosts(
  platform: Platform,
  connection: LibvirtConnection,
  choices: MigrationChoices,
  signal: AbortSignal,
): TwoHosts {
  const context = { platform, choices, signal };
  const rights = asLibvirtd({ choices });
  const input = parseDestination(choices.destination, { localNames: [], connection: choices.vm.connection });
  const parts = input.kind === 'valid' ? input.parts : undefined;
  return {
    source: new StandInHost(
      platform,
      {
        uri: connection.uri,
        connection: choices.vm.connection,
        shell: new HostShell(shell, context),
        ...rights,
      },
      signal,
    ),
    destination: new StandInHost(
      platform,
      {
        uri: choices.destination,
        connection: parts?.path === '/session' ? 'session' : 'system',
        ...(parts?.transport === 'ssh' ? { shell: new HostShell(sshArgv(parts, shell), context) } : {}),
        ...rights,
      },
      signal,
    ),
  };
}
