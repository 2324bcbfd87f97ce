// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { planFor } from '../../../../src/engine/plan/plan.ts';
import { networkSourcesCheck } from '../../../../src/engine/preflight/checks/network-sources.ts';
import { mountStorage } from '../../../../src/engine/preflight/judging/missing-image.ts';
import { copyFile } from '../../../../src/engine/preflight/judging/missing-path.ts';
import { defineNetwork, startNetwork } from '../../../../src/engine/preflight/judging/network-remedies.ts';
import { definePool } from '../../../../src/engine/preflight/judging/pool-remedies.ts';
import { defineSecret } from '../../../../src/engine/preflight/judging/secret-remedies.ts';
import { choices, domain, file, reading } from '../../fixtures.ts';
import { missing, there } from '../../test-check.ts';

const beta = { name: 'beta', user: 'root' };
const far = { name: 'beta', user: '-admin', port: 2222 };

describe('the command of a remedy', () => {
  it('takes no name for an option, on this host and over ssh', () => {
    expect(startNetwork('--help', beta).command).toBe('virsh net-start --network --help');
    expect(defineNetwork('-x; reboot', far).command).toBe(
      `virsh net-dumpxml --inactive --network '-x; reboot' | ssh -p 2222 -- -admin@beta 'virsh net-define /dev/stdin && virsh net-start --network '\\''-x; reboot'\\'''`,
    );
    expect(definePool('-x', beta).command).toBe(
      `virsh pool-dumpxml --inactive --pool -x | ssh -- root@beta 'virsh pool-define /dev/stdin && virsh pool-start --pool -x'`,
    );
    expect(copyFile('/a b', far).command).toBe(
      "ssh -p 2222 -- -admin@beta 'mkdir -p -- /' && scp -p -P 2222 -- '/a b' -admin@beta:/",
    );
  });

  it('takes a secret from pipe to pipe', () => {
    const secret = '2a6c29b5-5f6b-4e4c-8a0b-4e5cf1b0a7a1';
    expect(defineSecret(secret, beta).command).toBe(
      `virsh secret-dumpxml --secret ${secret} | ssh -- root@beta 'virsh secret-define /dev/stdin' && virsh secret-get-value --secret ${secret} | ssh -- root@beta 'virsh secret-set-value --secret ${secret} --file /dev/stdin'`,
    );
  });

  it('sends a place of this host as a line, which no shell takes for a command', () => {
    const nfs = file({ fileSystem: 'nfs4', mountSource: 'nas:/images' });
    expect(mountStorage('/$(reboot)/web', nfs, beta).command).toBe(
      `findmnt -no TARGET -T '/$(reboot)/web' | ssh -- root@beta 'IFS= read -r at && mkdir -p -- "$at" && mount -t nfs4 -- nas:/images "$at"'`,
    );
  });

  it('has the names of network devices behind a keyword', () => {
    const iface =
      "<interface type='bridge'><mac address='52:54:00:01:38:b5'/><source bridge='--help'/></interface>";
    const commands = (devices: ReadonlyMap<string, { readonly bridge: boolean }>): unknown => {
      const judged = networkSourcesCheck.judgeFacts(
        {
          domain: domain({}, iface),
          definitions: missing,
          source: missing,
          networks: there({ networks: new Map(), filters: [], devices: [] }),
          shell: there(reading({}, { networkDevices: devices })),
        },
        planFor(choices),
      );
      return 'remedies' in judged ? judged.remedies.map(({ command }) => command) : [];
    };
    const create = 'ip link add name --help type bridge && ip link set dev --help up';
    expect(commands(new Map())).toEqual([create]);
    expect(commands(new Map([['--help', { bridge: false }]]))).toEqual([
      'ip link set dev --help down && ip link set dev --help name old---help',
      create,
    ]);
  });
});
