// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { ValidDestination } from '../../destination/index.ts';
import { defineCheck } from '../check.ts';
import { type ControlPort, controlPortFact } from '../facts/control-port.ts';
import { destinationFact } from '../facts/destination.ts';
import type { Judgement } from '../finding.ts';
import { addToHosts, openPorts } from '../judging/common-remedies.ts';
import { enableRemote } from '../judging/libvirt-daemon.ts';

/** The command that starts the server on the destination, by transport. */
function startDaemon({ parts: { transport, host } }: ValidDestination): Remedy {
  switch (transport) {
    case 'ssh':
      return {
        text: msg('Start the ssh server on $0.', host),
        // Debian and Ubuntu call the unit ssh, and refuse to enable its alias sshd.
        command: 'systemctl enable --now sshd || systemctl enable --now ssh',
        host: 'destination',
      };
    case 'tcp':
      return {
        text: msg('Make libvirt on $0 listen for TCP connections.', host),
        command: enableRemote('tcp'),
        host: 'destination',
      };
    case 'tls':
      return {
        text: msg(
          'Make libvirt on $0 listen for TLS connections. This needs certificates on both hosts.',
          host,
        ),
        command: enableRemote('tls'),
        host: 'destination',
      };
  }
}

function showPort({ host, port }: ControlPort): Remedy {
  return {
    text: msg('Show whether port $0 of $1 answers.', port, host),
    command: shellCommand('nc', '-vz', '-w', '5', '--', host, String(port)),
    host: 'source',
  };
}

/** Judges a failed connection. */
function judgeFailure(
  destination: ValidDestination,
  controlPort: ControlPort,
  outcome: Exclude<ControlPort['outcome'], { kind: 'connected' | 'indirect' }>,
): Judgement {
  const { host, port } = controlPort;
  const openFirewall = openPorts([String(port)], host);
  switch (outcome.kind) {
    case 'refused':
      return {
        verdict: 'block',
        found: msg(
          'Port $0 of $1 refuses the connection. Nothing listens there, or a firewall rejects the connection.',
          port,
          host,
        ),
        remedies: [startDaemon(destination), openFirewall],
      };
    case 'timeout':
      return {
        verdict: 'block',
        found: msg(
          'Port $0 of $1 does not answer. The host is down, or a firewall drops the connection.',
          port,
          host,
        ),
        remedies: [openFirewall, showPort(controlPort)],
      };
    case 'unreachable':
      return {
        verdict: 'block',
        found: msg(
          'Port $0 of $1 cannot be reached. No route leads to the host, or a firewall is in the way.',
          port,
          host,
        ),
        original: outcome.detail,
        remedies: [openFirewall, showPort(controlPort)],
      };
    case 'unresolved':
      return {
        verdict: 'block',
        found: msg('This host cannot resolve the name $0.', host),
        original: outcome.detail,
        remedies: [
          addToHosts(host),
          { text: msg('Use the address of the destination instead of its name.') },
        ],
      };
  }
}

/** Can the port of the control connection be reached? */
export const controlPortCheck = defineCheck({
  id: 'control-port',
  title: msg('Control connection'),
  group: 'connection',
  why: msg(
    'The libvirt daemons of both hosts talk over this connection. Without the connection no migration starts.',
  ),
  needs: { destination: destinationFact, port: controlPortFact },
  judge: ({ destination, port: controlPort }): Judgement => {
    const { host, port, outcome } = controlPort;
    switch (outcome.kind) {
      case 'connected':
        return { verdict: 'pass', found: msg('Port $0 of $1 answers.', port, host) };
      case 'indirect':
        return {
          verdict: 'not-applicable',
          found: msg(
            'This host reaches $0 through a jump host or a proxy program, so no port is tried.',
            host,
          ),
        };
      default:
        return judgeFailure(destination, controlPort, outcome);
    }
  },
});
