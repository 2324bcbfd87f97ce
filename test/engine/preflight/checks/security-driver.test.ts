// SPDX-License-Identifier: LGPL-2.1-or-later
import { securityDriverCheck } from '../../../../src/engine/preflight/checks/security-driver.ts';
import { alpha, beta, domain, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const labelled = domain({}, '', "<seclabel type='static' model='selinux' relabel='yes'/>");
const shell = missing;
const owned = domain(
  {},
  "<disk type='file' device='disk'><source file='/x'><seclabel model='dac' relabel='yes'><label>+107:images</label></seclabel></source><target dev='vda'/></disk>",
);
const running = domain({}, '', "<seclabel type='static' model='dac'><label>vm:vm</label></seclabel>");
/** A destination that knows some users and groups. */
const knowing = (
  accounts: Readonly<Record<string, boolean>>,
  ownership = '1',
): ReturnType<typeof there<ReturnType<typeof reading>>> =>
  there(
    reading(
      {},
      {
        accounts: new Map(Object.entries(accounts)),
        settings: new Map([['dynamic_ownership', ownership]]),
      },
    ),
  );
const none = { ...beta, securityModels: ['none', 'dac'] };

const free = domain({}, '', "<seclabel type='none' model='dac'/>");
const demanding = there(reading({}, { settings: new Map([['security_require_confined', '1']]) }));

testCheck(securityDriverCheck, [
  {
    name: 'a VM without confinement, where it is demanded',
    facts: { domain: free, source: alpha, destination: beta, shell: demanding },
    verdict: 'block',
    found: /security_require_confined/,
  },
  {
    name: 'a VM as usual, where confinement is demanded',
    facts: { domain: domain(), source: alpha, destination: beta, shell: demanding },
    verdict: 'pass',
  },
  {
    name: 'the same',
    facts: { domain: domain(), source: alpha, destination: beta, shell },
    verdict: 'pass',
    found: /apparmor/,
  },
  {
    name: 'none on either',
    facts: { domain: domain(), source: { ...alpha, securityModels: ['dac'] }, destination: none, shell },
    verdict: 'pass',
    found: /Neither/,
  },
  {
    name: 'none there',
    facts: { domain: domain(), source: alpha, destination: none, shell },
    verdict: 'warn',
  },
  {
    name: 'a label of another driver',
    facts: { domain: labelled, source: alpha, destination: beta, shell },
    verdict: 'block',
    found: /label of selinux/,
  },
  {
    name: 'a label that is not sent',
    facts: { domain: { ...labelled, migratable: domain().config }, source: alpha, destination: beta, shell },
    verdict: 'pass',
  },
  ...(
    [
      [
        'a file of a group that is not there',
        owned,
        knowing({ 'group images': false }),
        'block',
        /group images/,
      ],
      ['a file of a group that is there', owned, knowing({ 'group images': true }), 'pass'],
      ['a file that is not given away there', owned, knowing({ 'group images': false }, '0'), 'pass'],
      [
        'QEMU as a user that is not there',
        running,
        knowing({ 'user vm': false, 'group vm': true }, '0'),
        'block',
        /user vm/,
      ],
      ['QEMU as a user of whom nothing was told', running, knowing({ 'group vm': true }), 'unknown'],
      ['QEMU as a user, not to be seen', running, missing, 'unknown'],
    ] as const
  ).map(
    ([name, definition, seen, verdict, found]) =>
      ({
        name,
        facts: { domain: definition, source: alpha, destination: beta, shell: seen },
        verdict,
        ...(found === undefined ? {} : { found }),
      }) as const,
  ),
  {
    name: 'not told',
    facts: { domain: domain(), source: alpha, destination: { ...beta, securityModels: [] }, shell },
    verdict: 'unknown',
  },
]);
