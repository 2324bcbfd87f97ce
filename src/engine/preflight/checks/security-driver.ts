// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainOwner } from '../../../libvirt/domain-resources.ts';
import { confText } from '../../../libvirt/vir-conf.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import { destinationHostFact, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';
import { dropQemuSetting } from '../judging/common-remedies.ts';
import { restartLibvirt } from '../judging/libvirt-daemon.ts';

/** Every libvirt has these: dac (file owners) and none. */
const everywhere: readonly string[] = ['dac', 'none'];

/** The command that shows the ID of a user or group. */
function lookUp({ kind, name }: Pick<DomainOwner, 'kind' | 'name'>): string {
  return shellCommand('getent', kind === 'user' ? 'passwd' : 'group', '--', name);
}

/** Creates a user or group. Files store its ID, so the ID has to be the same as on this host. */
function create(owner: DomainOwner): readonly Remedy[] {
  const { kind, name } = owner;
  return [
    {
      text: msg('Create $0 on the destination, with the same NUMBER as on this host.', name),
      command:
        kind === 'user'
          ? shellCommand('useradd', '--system', '--uid', 'NUMBER', '--', name)
          : shellCommand('groupadd', '--system', '--gid', 'NUMBER', '--', name),
      host: 'destination',
    },
    {
      text: msg('Show the number of $0 on this host.', name),
      command: lookUp(owner),
      host: 'source',
    },
  ];
}

function ownerText({ kind, name }: DomainOwner): Message {
  return kind === 'user'
    ? msg('The destination has no user $0, to whom the VM or one of its files belongs.', name)
    : msg('The destination has no group $0, to which the VM or one of its files belongs.', name);
}

/** The destination's libvirt looks up the names in labels, and refuses unknown ones (virGetUserID). */
function judgeOwners(owners: readonly DomainOwner[], shell: FactResult<HostReading>): Judgement | undefined {
  const [any] = owners;
  if (any === undefined) return undefined;
  const look: Remedy = {
    text: msg('Show whether the destination has the users and groups of the definition.'),
    command: owners.map(lookUp).join('; '),
    host: 'destination',
  };
  const { accounts, settings } = required(shell, [look]);
  const asked = owners.filter(
    ({ of }) => of === 'process' || confText(settings, 'dynamic_ownership') !== '0',
  );
  const known = asked.map((owner) => ({ owner, there: accounts?.get(`${owner.kind} ${owner.name}`) }));
  const [first, ...others] = known.flatMap(({ owner, there }) => (there === false ? [owner] : []));
  if (first !== undefined)
    return {
      verdict: 'block',
      found: ownerText(first),
      details: others.map(ownerText),
      remedies: [
        { text: msg('In the definition, replace the name $0 by its number, for example +1000.', first.name) },
        ...[first, ...others].flatMap(create),
      ],
    };
  if (known.some(({ there }) => there === undefined))
    throw new FactUnavailable({
      why: msg(
        'Not checked: the destination did not say whether it has the users and groups of the definition.',
      ),
      remedies: [look],
    });
  return undefined;
}

/** With security_require_confined libvirt refuses a VM that is not confined (virSecurityManagerGenLabel). */
function judgeConfined(
  { config, migratable }: SourceDomain,
  shell: FactResult<HostReading>,
): Judgement | undefined {
  if (!shell.available || confText(shell.value.settings, 'security_require_confined') !== '1')
    return undefined;
  const free = (migratable ?? config).resources.securityLabels.find(({ type }) => type === 'none');
  if (free === undefined) return undefined;
  return {
    verdict: 'block',
    found: msg(
      'The destination refuses VMs that are not confined (security_require_confined in qemu.conf). The definition takes this VM out of confinement by $0.',
      free.model === '' ? 'SELinux, AppArmor, DAC' : free.model,
    ),
    remedies: [
      dropQemuSetting('security_require_confined', 'destination'),
      {
        text: msg(
          'Or remove <seclabel type="none"> from the definition: edit it, shut the VM off and start it again.',
        ),
        command: shellCommand('virsh', 'edit', config.uuid),
        host: 'source',
      },
    ],
  };
}

/** Does the destination confine VMs as this host does? */
export const securityDriverCheck = defineCheck({
  id: 'security-driver',
  title: msg('SELinux and AppArmor'),
  group: 'host',
  why: msg(
    'SELinux or AppArmor keeps a VM away from the files of others. The destination refuses a label that it does not know; without a driver there the VM runs unconfined.',
  ),
  needs: { domain: domainFact, source: sourceHostFact, destination: destinationHostFact },
  wants: { shell: destinationShellFact },
  judge: ({ domain, source, destination, shell }): Judgement => {
    if (destination.securityModels.length === 0)
      throw new FactUnavailable({
        why: msg('Not checked: the destination did not say how it confines VMs.'),
      });
    const sent = domain.migratable ?? domain.config;
    const strange = sent.resources.securityLabels
      .map(({ model }) => model)
      .filter((model) => !everywhere.includes(model) && !destination.securityModels.includes(model));
    if (strange.length > 0)
      return {
        verdict: 'block',
        found: msg(
          'The definition has a label of $0, which the destination does not have.',
          [...new Set(strange)].join(', '),
        ),
        remedies: [
          {
            text: msg('Remove the label from the definition: edit it, shut the VM off and start it again.'),
            command: shellCommand('virsh', 'edit', domain.config.uuid),
            host: 'source',
          },
        ],
      };
    const unowned = judgeOwners(sent.resources.owners, shell);
    if (unowned !== undefined) return unowned;
    const confined = judgeConfined(domain, shell);
    if (confined !== undefined) return confined;
    const lost = source.securityModels.filter(
      (model) => !everywhere.includes(model) && !destination.securityModels.includes(model),
    );
    const gained = destination.securityModels.filter((model) => !everywhere.includes(model));
    if (lost.length > 0 && gained.length === 0)
      return {
        verdict: 'warn',
        found: msg(
          'This host confines the VM with $0; the destination does not confine VMs.',
          lost.join(', '),
        ),
        remedies: [
          {
            text: msg('Turn on $0 on the destination, and restart libvirt there.', lost.join(', ')),
            command: `${lost.includes('selinux') ? 'setenforce 1' : 'systemctl enable --now apparmor'}; ${restartLibvirt}`,
            host: 'destination',
          },
        ],
      };
    return {
      verdict: 'pass',
      found:
        gained.length === 0
          ? msg('Neither host confines VMs with SELinux or AppArmor.')
          : msg('The destination confines VMs with $0.', gained.join(', ')),
    };
  },
});
