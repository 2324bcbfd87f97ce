// SPDX-License-Identifier: LGPL-2.1-or-later
import { downtimeSensitiveCheck } from '../../../../src/engine/preflight/checks/downtime-sensitive.ts';
import { domain } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

const disk = "<disk type='file' device='disk'><source file='/a'/><target dev='vda'/><shareable/></disk>";
const lease = "<lease><lockspace>s</lockspace><key>quorum</key><target path='/l'/></lease>";

testCheck(downtimeSensitiveCheck, [
  { name: 'nothing', facts: { domain: domain() }, verdict: 'pass' },
  {
    name: "the chipset's watchdog",
    facts: { domain: domain({}, "<watchdog model='itco' action='reset'/>") },
    verdict: 'pass',
  },
  {
    name: 'a watchdog',
    facts: { domain: domain({}, "<watchdog model='i6300esb' action='reset'/>") },
    verdict: 'warn',
    found: /i6300esb/,
  },
  { name: 'a disk of a cluster', facts: { domain: domain({}, disk) }, verdict: 'warn', found: /vda/ },
  { name: 'a lease', facts: { domain: domain({}, lease) }, verdict: 'warn', found: /quorum/ },
]);
