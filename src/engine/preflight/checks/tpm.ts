// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainTpm } from '../../../libvirt/domain-devices.ts';
import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { destinationSecretsFact } from '../facts/destination-secrets.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { unknownListener } from '../judging/device-endpoints.ts';
import { fileExists } from '../judging/file-exists.ts';
import { defineSecret } from '../judging/secret-remedies.ts';
import { mayHaveListener } from '../judging/socket-listener.ts';

function install({ name }: DestinationHost): Remedy {
  return {
    text: msg('Install swtpm and swtpm-tools on $0.', name),
    command: 'apt-get install swtpm swtpm-tools || dnf install swtpm swtpm-tools',
    host: 'destination',
  };
}

/** libvirt does not start the emulator of an `external` TPM. */
function judgeExternal(
  { socket }: DomainTpm,
  shell: FactResult<HostReading>,
  { name }: DestinationHost,
): Judgement {
  const start: Remedy = {
    text: msg('Start the TPM program on $0, with the same state as on this host.', name),
  };
  const verify: Remedy = {
    text: msg('Make sure that the TPM program on $0 has the same state as on this host.', name),
  };
  if (socket?.startsWith('/') !== true)
    return {
      verdict: 'warn',
      found: msg(
        'The TPM of the VM is a program that libvirt does not start. Whether it runs on $0 was not checked.',
        name,
      ),
      remedies: [start],
    };
  const there = required(shell, [
    {
      text: msg('Show whether a program on $1 listens on $0.', socket, name),
      command: 'ss -xlp',
      host: 'destination',
    },
  ]);
  if (!fileExists(there, socket))
    return {
      verdict: 'block',
      found: msg(
        '$1 lacks the socket of the TPM: $0. Its program is not one that libvirt starts.',
        socket,
        name,
      ),
      remedies: [start],
    };
  if (!mayHaveListener(there, socket))
    return {
      verdict: 'block',
      found: msg(
        'No program on $1 listens on the socket of the TPM: $0. The program is not one that libvirt starts.',
        socket,
        name,
      ),
      remedies: [start],
      override: { risk: unknownListener },
    };
  return {
    verdict: 'warn',
    found: msg(
      '$1 has the socket of the TPM ($0). Whether the program behind it has the same state was not checked.',
      socket,
      name,
    ),
    remedies: [verify],
  };
}

/** libvirt needs these programs to start an emulated TPM (virTPMEmulatorInit). */
const emulators = ['swtpm', 'swtpm_setup', 'swtpm_ioctl'];

function judgeEmulated({ programs }: HostReading, to: DestinationHost): Judgement {
  const missing = emulators.filter((program) => !programs.has(program));
  return missing.length === 0
    ? { verdict: 'pass', found: msg('$0 has swtpm, which emulates the TPM.', to.name) }
    : {
        verdict: 'block',
        found: msg(
          '$1 lacks $0, with which libvirt emulates the TPM of the VM.',
          missing.join(', '),
          to.name,
        ),
        remedies: [install(to)],
      };
}

/** Can the destination provide the VM's TPM? */
export const tpmCheck = defineCheck({
  id: 'tpm',
  title: msg('TPM'),
  group: 'devices',
  why: msg(
    'The TPM holds keys. Without them the guest does not open its disks. An emulated TPM needs its programs on the destination.',
  ),
  needs: { domain: domainFact },
  wants: { shell: destinationShellFact, secrets: destinationSecretsFact },
  judge: ({ domain, shell, secrets }, plan): Judgement => {
    const to = destinationHost(plan);
    const [tpm] = domain.config.devices.tpms;
    if (tpm === undefined) return { verdict: 'pass', found: msg('The VM has no TPM.') };
    if (tpm.backend === 'passthrough')
      return {
        verdict: 'block',
        found: msg('The VM uses the TPM of this host, which cannot migrate.'),
        remedies: [
          {
            text: msg(
              'Give the VM an emulated TPM instead. It has other keys: save first what depends on the old ones.',
            ),
            command: shellCommand('virsh', 'edit', domain.config.uuid),
            host: 'source',
          },
        ],
      };
    if (tpm.backend !== 'emulator') return judgeExternal(tpm, shell, to);
    if (tpm.secret !== undefined && !required(secrets).has(tpm.secret.toLowerCase()))
      return {
        verdict: 'block',
        found: msg('$1 lacks the secret that opens the state of the TPM: $0.', tpm.secret, to.name),
        remedies: [defineSecret(tpm.secret, to)],
      };
    const programs: Remedy = {
      text: msg('Show whether $0 has the programs for a TPM.', to.name),
      command: shellCommand('command', '-v', ...emulators),
      host: 'destination',
    };
    return judgeEmulated(required(shell, [programs]), to);
  },
});
