// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { ValidDestination } from '../../destination/index.ts';
import { defineCheck } from '../check.ts';
import { controlPortFact } from '../facts/control-port.ts';
import { destinationFact } from '../facts/destination.ts';
import type { Judgement } from '../finding.ts';

/** What has to run on the destination for each transport, and how to start it. */
function startDaemon({ parts: { transport } }: ValidDestination): Remedy {
  switch (transport) {
    case 'ssh':
      return {
        text: msg('Start the ssh server of the destination (on Debian and Ubuntu its unit is called ssh).'),
        command: 'systemctl enable --now sshd',
        host: 'destination',
      };
    case 'tcp':
      return {
        text: msg('Let libvirt of the destination listen for TCP connections.'),
        command: 'systemctl stop libvirtd && systemctl enable --now libvirtd-tcp.socket',
        host: 'destination',
      };
    case 'tls':
      return {
        text: msg(
          'Let libvirt of the destination listen for TLS connections; it needs certificates for that.',
        ),
        command: 'systemctl stop libvirtd && systemctl enable --now libvirtd-tls.socket',
        host: 'destination',
      };
  }
}

/** Can the port of the control connection be reached? */
export const controlPortCheck = defineCheck({
  id: 'control-port',
  title: msg('Control connection'),
  group: 'connection',
  why: msg('Both libvirts talk over this connection during the whole migration.'),
  needs: { destination: destinationFact, port: controlPortFact },
  judge: ({ destination, port: { host, port, outcome } }): Judgement => {
    const openFirewall: Remedy = {
      text: msg('Open port $0 in the firewall of the destination and on the way to it.', port),
      command: `firewall-cmd --permanent --add-port=${port}/tcp && firewall-cmd --reload`,
      host: 'destination',
    };
    const tryByHand: Remedy = {
      text: msg('Try it by hand.'),
      command: shellCommand('nc', '-vz', '-w', '5', '--', host, String(port)),
      host: 'source',
    };
    switch (outcome.kind) {
      case 'connected':
        return { verdict: 'pass', found: msg('Port $0 of $1 answers.', port, host) };
      case 'indirect':
        return {
          verdict: 'not-applicable',
          found: msg(
            'ssh of root reaches $0 through another host or a program, so its port is not tried.',
            host,
          ),
        };
      case 'refused':
        return {
          verdict: 'block',
          found: msg('$0 answers, but nothing listens on its port $1, or its firewall refuses.', host, port),
          remedies: [startDaemon(destination), openFirewall],
        };
      case 'timeout':
        return {
          verdict: 'block',
          found: msg(
            '$0 does not answer on port $1. The host is down, or a firewall swallows the connection.',
            host,
            port,
          ),
          remedies: [openFirewall, tryByHand],
        };
      case 'unreachable':
        return {
          verdict: 'block',
          found: msg('There is no way to port $1 of $0: no route, or a firewall forbids it.', host, port),
          original: outcome.detail,
          remedies: [openFirewall, tryByHand],
        };
      case 'unresolved':
        return {
          verdict: 'block',
          found: msg('This host does not know the name $0.', host),
          original: outcome.detail,
          remedies: [
            {
              text: msg(
                'Write the address of the destination in place of its name, or make the name known to this host.',
              ),
              command: shellCommand('getent', 'ahosts', '--', host),
              host: 'source',
            },
          ],
        };
    }
  },
});
