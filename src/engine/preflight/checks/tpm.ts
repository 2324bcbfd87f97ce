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
import { unknownListener } from '../judging/device-endpoints.ts';
import { fileExists } from '../judging/file-exists.ts';
import { mayHaveListener } from '../judging/socket-listener.ts';

const install: Remedy = {
  text: msg('Install swtpm there (the packages swtpm and swtpm-tools).'),
  command: 'command -v swtpm swtpm_setup swtpm_ioctl',
  host: 'destination',
};

function judgeExternal({ socket }: DomainTpm, shell: FactResult<HostReading>): Judgement {
  const remedies = [{ text: msg('See that the same program runs there, with the same state.') }] as const;
  if (socket?.startsWith('/') !== true)
    return {
      verdict: 'warn',
      found: msg('The TPM of the VM is a program that libvirt does not start.'),
      remedies,
    };
  const look: Remedy = {
    text: msg('Start the same program there, with the same state.'),
    command: shellCommand('ls', '-l', '--', socket),
    host: 'destination',
  };
  const there = required(shell, [look]);
  const isReady = fileExists(there, socket);
  if (isReady && !mayHaveListener(there, socket))
    return {
      verdict: 'block',
      found: msg(
        'The TPM of the VM is a program that libvirt does not start, and nobody listens on its socket on the destination: $0',
        socket,
      ),
      remedies: [look],
      override: { risk: unknownListener },
    };
  return isReady
    ? {
        verdict: 'warn',
        found: msg(
          'The TPM of the VM is a program that libvirt does not start. Its socket is there on the destination, too: $0',
          socket,
        ),
        remedies,
      }
    : {
        verdict: 'block',
        found: msg(
          'The TPM of the VM is a program that libvirt does not start, and the destination does not have its socket: $0',
          socket,
        ),
        remedies: [look],
      };
}

/** Can the VM's TPM go along? */
export const tpmCheck = defineCheck({
  id: 'tpm',
  title: msg('TPM'),
  group: 'devices',
  why: msg(
    'A TPM keeps keys. Without it the guest does not open its disks, and an emulated one needs its program there.',
  ),
  needs: { domain: domainFact },
  wants: { shell: destinationShellFact, secrets: destinationSecretsFact },
  judge: ({ domain, shell, secrets }): Judgement => {
    const [tpm] = domain.config.devices.tpms;
    if (tpm === undefined) return { verdict: 'pass', found: msg('The VM has no TPM.') };
    if (tpm.backend === 'passthrough')
      return {
        verdict: 'block',
        found: msg("The VM was given this host's own TPM, which cannot go along."),
        remedies: [
          {
            text: msg(
              'Give the VM an emulated TPM instead. It will have other keys: save first what depends on them.',
            ),
          },
        ],
      };
    if (tpm.backend !== 'emulator') return judgeExternal(tpm, shell);
    if (tpm.secret !== undefined && !required(secrets).has(tpm.secret.toLowerCase()))
      return {
        verdict: 'block',
        found: msg(
          'The state of the TPM is encrypted with a secret that the destination does not have: $0.',
          tpm.secret,
        ),
        remedies: [
          {
            text: msg('Define the secret there with the same UUID, and set its value.'),
            command: 'virsh secret-list',
            host: 'destination',
          },
        ],
      };
    const { programs } = required(shell, [install]);
    if (!programs.has('swtpm'))
      return {
        verdict: 'block',
        found: msg('The TPM of the VM is emulated by swtpm, which the destination does not have.'),
        remedies: [install],
      };
    // libvirt starts none without all three (virTPMEmulatorInit).
    const missing = ['swtpm_setup', 'swtpm_ioctl'].find((name) => !programs.has(name));
    return missing === undefined
      ? { verdict: 'pass', found: msg('The destination has swtpm, which emulates the TPM.') }
      : {
          verdict: 'block',
          found: msg(
            'The destination has swtpm, which emulates the TPM, but not $0, without which libvirt does not start it.',
            missing,
          ),
          remedies: [install],
        };
  },
});
