// SPDX-License-Identifier: LGPL-2.1-or-later

import { type BrokenCase, brokenCases, type Hosts, type Make } from '../case.ts';
import { all, changed, configured, ownImage, restarting, shell } from '../causes.ts';
import { disk, local, shared } from '../parts.ts';

const plain = { name: 'plain' };
const overTls = { destination: 'qemu+tls://beta/system' };
const known = '/root/.ssh/known_hosts';

/** Gives a host another name on this host; root knows its host key. */
function renamed(name: string, as: string): Make {
  return all(
    changed('source', '/etc/hosts', (text) => text.replace(new RegExp(`\\s${name}$`, 'm'), ` ${as}`)),
    shell(
      'source',
      `cp ${known} ${known}.before; ssh-keyscan ${as} >> ${known} 2>/dev/null`,
      `! test -e ${known}.before || mv ${known}.before ${known}`,
    ),
  );
}

/** This host accepts its own key, so that there is no other problem. */
const trustsItself: Make = async ({ source }, undo) => {
  undo.add(() => source.trust(source, 'off'));
  await source.trust(source, 'on');
};

function trust(how: 'unknown-host-key' | 'refused-key'): Make {
  return async ({ source, destination }, undo) => {
    undo.add(() => source.trust(destination, 'on'));
    await source.trust(destination, how);
  };
}

function firewall(how: 'closed' | 'drop', ports: string): Make {
  return async ({ destination }, undo) => {
    undo.add(() => destination.firewall('open', ports));
    await destination.firewall(how, ports);
  };
}

function certificate(kind: 'expired' | 'untrusted' | 'wrong-name'): Make {
  return async ({ destination }, undo) => {
    undo.add(() => destination.certificate('valid'));
    await destination.certificate(kind);
  };
}

/** Rules of the destination's firewall for what comes in, in a table of their own. */
const rules = (chain: string): Make =>
  shell(
    'destination',
    `nft -f - <<'END'
table inet wrong {
  ${chain}
}
END`,
    'nft delete table inet wrong',
  );

/** Somebody listens there. */
const taken = (port: number): Make =>
  shell(
    'destination',
    `setsid busybox nc -l -p ${port} </dev/null >/dev/null 2>&1 & echo $! > /run/taken-${port}
     until ss -Htln 'sport = ${port}' | grep -q .; do sleep 0.05; done`,
    `kill $(cat /run/taken-${port}); rm /run/taken-${port}`,
  );

/** The connection to the destination: names, ports, keys, identity. */
export const connection = brokenCases([
  {
    check: 'uri',
    name: 'this very host',
    vm: plain,
    cause: trustsItself,
    change: ({ source }: Hosts) => ({ destination: `qemu+ssh://${source.address}/system` }),
    verdict: 'block',
    says: /already on this host/,
    refusal: /same host|Host key verification failed/,
  },
  {
    check: 'uri',
    name: 'not encrypted',
    vm: plain,
    change: { destination: 'qemu+tcp://beta/system' },
    verdict: 'warn',
    says: /is not encrypted/,
  },
  {
    check: 'name-resolution',
    name: 'the host name of the destination, unknown here',
    vm: plain,
    // The entered name is known, but not the destination's own host name.
    cause: renamed('beta', 'other'),
    change: { destination: 'qemu+ssh://other/system' },
    verdict: 'block',
    says: /cannot resolve beta, the name that the destination gives itself/,
    refusal: /[Uu]nable to resolve address|Name or service not known|failure in name resolution/,
    cure: 0,
  },
  {
    check: 'name-resolution',
    name: 'what was typed, unknown here',
    vm: plain,
    change: { destination: 'qemu+ssh://gamma.invalid/system' },
    verdict: 'block',
    says: /cannot resolve the name gamma\.invalid/,
    refusal: /not known|resolve/,
  },
  {
    check: 'name-resolution',
    name: 'the host name of the destination, known here as this host',
    vm: plain,
    cause: async (hosts, undo) => {
      await renamed('beta', 'other')(hosts, undo);
      await changed('source', '/etc/hosts', (text) => `127.0.1.1 beta\n${text}`)(hosts, undo);
    },
    change: { destination: 'qemu+ssh://other/system' },
    verdict: 'block',
    says: /beta resolves to this host/,
    refusal: /unable to connect|refused/i,
    cure: 0,
  },
  {
    check: 'control-port',
    name: 'closed',
    vm: plain,
    cause: firewall('closed', '22'),
    verdict: 'block',
    says: /Port 22 of beta cannot be reached/,
    refusal: /No route to host/,
  },
  {
    check: 'control-port',
    name: 'silent',
    vm: plain,
    cause: firewall('drop', '22'),
    verdict: 'block',
    says: /Port 22 of beta does not answer/,
  },
  {
    check: 'control-port',
    name: 'nothing listens',
    vm: plain,
    change: { destination: 'qemu+ssh://beta:2222/system' },
    verdict: 'block',
    says: /Port 2222 of beta refuses .* Nothing listens/,
    refusal: /Connection refused/,
  },
  {
    check: 'authentication',
    name: 'a key that the destination refuses',
    vm: plain,
    cause: trust('refused-key'),
    verdict: 'block',
    says: /does not accept the ssh key/,
    refusal: /Permission denied/,
  },
  {
    check: 'authentication',
    name: 'a host key that root does not know',
    vm: plain,
    cause: trust('unknown-host-key'),
    verdict: 'block',
    says: /host key of beta is not known to root of this host yet.*SHA256:/s,
    refusal: /Host key verification failed/,
  },
  {
    check: 'authentication',
    name: 'another host key than the one that root knows',
    vm: plain,
    cause: async (hosts, undo) => {
      const key = (await hosts.source.exec(['cat', '/etc/ssh/ssh_host_ed25519_key.pub'])).stdout;
      const [type = '', text = ''] = key.split(' ');
      await changed(
        'source',
        known,
        (all) => `beta,${hosts.destination.address} ${type} ${text}\n${all.replaceAll(/^beta,.*\n/gm, '')}`,
      )(hosts, undo);
    },
    verdict: 'block',
    says: /another host key than root of this host knows/,
    refusal: /Host key verification failed/,
  },
  {
    check: 'authentication',
    name: 'a user who may not sign in',
    vm: plain,
    change: { destination: 'qemu+ssh://nobody@beta/system' },
    verdict: 'block',
    says: /nobody@beta does not accept/,
    refusal: /Permission denied/,
  },
  {
    check: 'authentication',
    name: 'a daemon that does not run',
    vm: plain,
    cause: async ({ destination }, undo) => {
      undo.add(() => destination.daemon('libvirtd', 'start'));
      await destination.daemon('libvirtd', 'stop');
    },
    verdict: 'block',
    says: /daemon of beta does not run/,
    refusal: /libvirt-sock|Connection refused|No such file/,
  },
  {
    check: 'authentication',
    name: 'a destination that asks for a name and a password',
    vm: plain,
    cause: all(
      changed('destination', '/etc/sasl2/libvirt.conf', () => 'mech_list: digest-md5\n'),
      configured('libvirtd.conf', 'auth_tcp = "sasl"'),
    ),
    change: { destination: 'qemu+tcp://beta/system' },
    verdict: 'block',
    says: /asks for a user and a password.*daemon of this host cannot answer/s,
    refusal: /authentication|SASL/i,
  },
  ...(
    [
      ['expired', /certificate of beta has expired/, /certificate/i],
      ['untrusted', /not signed by an authority/, /certificate|issuer/i],
      ['wrong-name', /for another name than beta/, /hostname|owner|name/i],
    ] as const
  ).map(
    ([kind, says, refusal]): BrokenCase => ({
      check: 'authentication',
      name: `a certificate that is ${kind}`,
      vm: plain,
      cause: certificate(kind),
      change: overTls,
      verdict: 'block',
      says,
      refusal,
    }),
  ),
  {
    check: 'permissions',
    name: 'an access driver that asks for users, and tls, which has none',
    vm: plain,
    cause: configured('libvirtd.conf', 'access_drivers = [ "polkit" ]'),
    change: overTls,
    verdict: 'block',
    says: /lets this host sign in, but refuses calls/,
    refusal: /access denied/i,
  },
  {
    check: 'permissions',
    name: 'an access driver that lets the user read only',
    vm: plain,
    cause: all(
      configured('libvirtd.conf', 'access_drivers = [ "polkit" ]'),
      shell('source', 'cp /root/.ssh/id_ed25519.pub /tmp/catalogue-key', 'rm -f /tmp/catalogue-key'),
      // The hosts share /tmp.
      shell(
        'destination',
        'home=$(getent passwd admin | cut -d: -f6); install -d -m 700 -o admin -g admin $home/.ssh; install -m 600 -o admin -g admin /tmp/catalogue-key $home/.ssh/authorized_keys',
        'rm -f $(getent passwd admin | cut -d: -f6)/.ssh/authorized_keys',
      ),
    ),
    change: { destination: 'qemu+ssh://admin@beta/system' },
    verdict: 'warn',
    says: /checks each call of admin with polkit, and may refuse one/,
    // virsh shows the end of the connection instead.
    refusal: /access denied|End of file/i,
  },
  {
    check: 'permissions',
    name: 'a program of the admin there that lets nobody in',
    vm: plain,
    cause: restarting(
      shell(
        'destination',
        `mkdir -p /etc/libvirt/hooks/qemu.d; printf '#!/bin/sh\\n[ "$2" != migrate ] || { echo full >&2; exit 1; }\\n' > /etc/libvirt/hooks/qemu.d/10-full; chmod +x /etc/libvirt/hooks/qemu.d/10-full`,
        'rm -rf /etc/libvirt/hooks/qemu.d',
      ),
    ),
    verdict: 'warn',
    says: /may refuse the VM: \/etc\/libvirt\/hooks\/qemu\.d\/10-full/,
    refusal: /10-full .*full/,
  },
  {
    check: 'host-identity',
    name: 'a clone: both have one UUID',
    vm: plain,
    cause: configured('libvirtd.conf', async ({ source }) =>
      (await source.exec(['grep', '^host_uuid', '/etc/libvirt/libvirtd.conf'])).stdout.trim(),
    ),
    verdict: 'block',
    says: /alpha and beta have the same host UUID/,
    refusal: /same host/,
  },
  {
    check: 'host-identity',
    name: 'this very host under a name that it does not know as its own',
    vm: plain,
    // As a DNS name may: the address of a second network interface, from which ssh is forwarded to this host.
    cause: all(trustsItself, async (hosts, undo) => {
      const way = `Host elsewhere\n  HostName ${hosts.source.address}\n  HostKeyAlias ${hosts.source.name}\n`;
      await shell(
        'source',
        `printf '${way.replaceAll('\n', '\\n')}' > /root/.ssh/config`,
        'rm -f /root/.ssh/config',
      )(hosts, undo);
    }),
    change: { destination: 'qemu+ssh://elsewhere/system' },
    verdict: 'block',
    says: /destination is this host, alpha/,
    refusal: /same host/,
  },
  {
    check: 'clock-skew',
    name: 'an hour ahead',
    vm: plain,
    cause: clock('1 hour'),
    verdict: 'warn',
    says: /at least 3(599|600) s ahead of this host/,
  },
  {
    check: 'clock-skew',
    name: 'a minute behind',
    vm: plain,
    cause: clock('1 minute ago'),
    verdict: 'warn',
    says: /at least (5\d|60) s behind this host/,
  },
  {
    check: 'lock-manager',
    name: 'locks on the other side only',
    vm: plain,
    cause: locks('destination'),
    verdict: 'warn',
    says: /nop on this host, lockd on the destination/,
  },
  {
    check: 'lock-manager',
    name: 'locks on this side only',
    vm: plain,
    cause: locks('source'),
    verdict: 'warn',
    says: /lockd on this host, nop on the destination/,
  },
  {
    check: 'lock-manager',
    name: 'locks on both sides, and nobody there who keeps them',
    vm: { name: 'locked', devices: disk(`${shared}/locked.img`, " cache='none'") },
    cause: all(
      shell('source', `truncate -s 1M ${shared}/locked.img`, `rm -f ${shared}/locked.img`),
      locks('source'),
      configured('qemu.conf', 'lock_manager = "lockd"'),
    ),
    verdict: 'block',
    says: /does not run virtlockd/,
    refusal: /virtlockd-sock/,
  },
  {
    check: 'lock-manager',
    name: 'nobody there who writes logs',
    vm: plain,
    cause: shell('destination', 'kill $(cat /run/virtlogd.pid); sleep 0.5', 'virtlogd -d'),
    verdict: 'block',
    says: /does not run virtlogd/,
    refusal: /virtlogd-sock/,
  },
  {
    check: 'data-ports',
    name: 'all closed',
    vm: plain,
    cause: firewall('closed', '49152-49215'),
    verdict: 'block',
    says: /0 of 64 data ports/,
    refusal: /No route to host|unable to connect/i,
  },
  {
    check: 'data-ports',
    name: 'all taken',
    vm: plain,
    cause: all(
      configured('qemu.conf', 'migration_port_min = 49152\nmigration_port_max = 49153'),
      taken(49152),
      taken(49153),
    ),
    verdict: 'block',
    says: /All 2 data ports .* are in use/,
    refusal: /unused port/i,
  },
  {
    check: 'data-ports',
    name: 'the second one closed, over which disks would be copied',
    vm: { name: 'second', devices: disk(`${local}/second-port.img`, " cache='none'") },
    cause: all(ownImage('second-port.img', '2M'), firewall('closed', '49153')),
    change: { copyDisks: ['vda'] },
    verdict: 'block',
    says: /Port 49153, which libvirt would use now, is closed/,
    refusal: /No route to host|unable to connect|Failed to connect|migration of disk vda failed/i,
  },
  {
    check: 'data-path',
    name: 'a firewall that answers for the host with a reset',
    vm: plain,
    cause: rules(
      'chain input { type filter hook input priority -5; tcp dport 49152-49215 reject with tcp reset; }',
    ),
    verdict: 'block',
    says: /No connection from this host reached port/,
    refusal: /Connection refused/,
  },
  {
    check: 'data-path',
    name: 'ports that lead to another program',
    vm: plain,
    cause: all(
      shell(
        'destination',
        `setsid python3 -m http.server 7200 --directory /run/empty-7200 >/dev/null 2>&1 & echo $! > /run/web-7200
         mkdir -p /run/empty-7200
         until ss -Htln 'sport = 7200' | grep -q .; do sleep 0.05; done`,
        'kill $(cat /run/web-7200); rm -r /run/web-7200 /run/empty-7200',
      ),
      rules(
        'chain prerouting { type nat hook prerouting priority -100; tcp dport 49152-49215 redirect to :7200; }',
      ),
    ),
    verdict: 'block',
    says: /Another host or program answers at port/,
  },
  {
    check: 'data-path',
    name: 'large packets that are lost',
    vm: plain,
    cause: rules(
      'chain input { type filter hook input priority -5; tcp dport 49152-49215 meta length gt 1400 drop; }',
    ),
    verdict: 'block',
    says: /accepts a connection, but no data comes through/,
  },
  {
    check: 'data-path',
    name: 'a name whose address is another host’s',
    vm: plain,
    // The bridge of the lab is a host on which nothing listens.
    cause: changed('source', '/etc/hosts', (text, { destination }) =>
      text.replace(
        new RegExp(`^\\S+(\\s.*\\bbeta\\b.*)$`, 'm'),
        `${destination.address.replace(/\d+$/, '1')}$1`,
      ),
    ),
    change: ({ destination }) => ({ destination: `qemu+ssh://${destination.address}/system` }),
    verdict: 'block',
    says: /No connection from this host reached port/,
    refusal: /Connection refused|unable to connect/,
  },
  {
    check: 'data-ports',
    name: 'TLS of QEMU demanded there',
    vm: plain,
    cause: configured('qemu.conf', 'migrate_tls_force = 1'),
    verdict: 'block',
    says: /migrate_tls_force/,
    refusal: /VIR_MIGRATE_TLS/,
  },
  {
    check: 'data-ports',
    name: 'TLS of QEMU demanded here',
    vm: plain,
    cause: configured('qemu.conf', 'migrate_tls_force = 1', 'source'),
    verdict: 'block',
    says: /This host sends data over TLS/,
    refusal: /VIR_MIGRATE_TLS/,
  },
  {
    check: 'data-ports',
    name: 'an address to wait on that it does not have',
    vm: plain,
    cause: configured('qemu.conf', 'migration_address = "10.9.9.9"'),
    verdict: 'block',
    says: /10\.9\.9\.9 \(migration_address in qemu\.conf\), which is not one of its addresses/,
    refusal: /10\.9\.9\.9|assign requested address|[Ff]ailed to/,
  },
  {
    check: 'data-ports',
    name: 'some closed, and silent',
    vm: plain,
    cause: firewall('drop', '49160-49215'),
    verdict: 'warn',
    says: /8 of 64 data ports/,
  },
]);

/** A host that locks disks with virtlockd. */
function locks(which: keyof Hosts): Make {
  return all(
    shell(which, 'virtlockd -d', 'kill $(cat /run/virtlockd.pid)'),
    configured('qemu.conf', 'lock_manager = "lockd"', which),
  );
}

/** All hosts of the lab have the clock of one machine, so this one gets a program that prints a wrong time. */
function clock(by: string): Make {
  return all(
    shell(
      'destination',
      `cp /usr/bin/date /run/date.real; printf '#!/bin/sh\\nexec /run/date.real -d "${by}" "$@"\\n' > /run/date.wrong; chmod 755 /run/date.wrong`,
      'rm -f /run/date.real /run/date.wrong',
    ),
    shell('destination', 'mount --bind /run/date.wrong /usr/bin/date', 'umount /usr/bin/date'),
  );
}
