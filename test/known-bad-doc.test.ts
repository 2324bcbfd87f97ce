// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plainText } from '../src/engine/base/message.ts';
import type { Condition } from '../src/engine/preflight/judging/known-bad/condition.ts';
import { knownBadPairs } from '../src/engine/preflight/judging/known-bad/index.ts';
import type { VersionRange } from '../src/engine/preflight/judging/known-bad/package-version.ts';
import { type KnownBadPair, programNames } from '../src/engine/preflight/judging/known-bad/pair.ts';

const path = join(import.meta.dirname, '../docs/known-bad-pairs.md');

function rangeText({ from, before, packagedBy }: VersionRange): string {
  const ends = [from === undefined ? '' : `from ${from}`, before === undefined ? '' : `before ${before}`];
  const packages =
    packagedBy === undefined ? '' : ` (${packagedBy === 'rhel' ? 'RHEL and its kin' : 'Ubuntu'})`;
  return `${ends.filter(Boolean).join(', ')}${packages}`;
}

function versionsText({ versions }: KnownBadPair, host: 'source' | 'destination'): string {
  const texts = versions.flatMap(({ program, [host]: ranges }) =>
    ranges === undefined ? [] : [`${programNames[program]} ${ranges.map(rangeText).join(' or ')}`],
  );
  return texts.length === 0 ? 'any' : texts.join('; ');
}

/** Words for people; the types of devices and features are libvirt's. */
function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'any':
      return 'any VM';
    case 'all':
      return condition.of.map(conditionText).join(', ');
    case 'architecture':
      return condition.names.join(' or ');
    case 'kvm':
      return 'KVM';
    case 'machine': {
      const { family = '', before, endings } = condition;
      const names = endings?.map((ending) => `\`…${ending}\``).join(' or ') ?? '';
      return ['machine', family, names, before === undefined ? '' : `before ${before}`]
        .filter(Boolean)
        .join(' ');
    }
    case 'cpu-feature':
      return `\`${condition.name}\` ${condition.policy === 'require' ? 'on' : 'off'}`;
    case 'cpu-vendor':
      return condition.vendor;
    case 'cpu-compared':
      return 'libvirt compares its CPU';
    case 'cpu-model':
      return `CPU ${condition.beginnings.join(', ')}`;
    case 'cpu-siblings':
      return 'several cores or threads in a socket';
    case 'device':
      return `\`${condition.device}\` of ${condition.model}`;
    case 'multiqueue':
      return 'virtio interface with several queues';
    case 'interface-type':
      return `interface of the type \`${condition.type}\``;
    case 'emulated-tpm':
      return 'emulated TPM 2.0';
    case 'secure-boot':
      return 'Secure Boot';
    case 'copied-disks':
      return 'disks are copied';
    case 'post-copy':
      return 'post-copy allowed';
    case 'disk-on':
      return `a disk on ${condition.fileSystem}`;
  }
}

function rowOf(pair: KnownBadPair): string {
  const cells = [
    `\`${pair.id}\``,
    ...[versionsText(pair, 'source'), versionsText(pair, 'destination'), conditionText(pair.condition)],
    `[${plainText(pair.what)}](${pair.url})`,
    `${pair.certain ? 'block' : 'warn'}: ${pair.effect.replace('-', ' ')}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const page = `<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->
# Known-bad pairs of versions

The check \`known-bad-pairs\` reads this table. The data are in \`src/engine/preflight/judging/known-bad/\`; \`test/known-bad-doc.test.ts\`
writes this page from them (\`CKM_DOCS=1\`) and compares it. "From" includes the version, "before" does not.

| pair | from | to | the VM has | what happens | verdict |
| --- | --- | --- | --- | --- | --- |
${knownBadPairs.map(rowOf).join('\n')}
`;

it('docs/known-bad-pairs.md says what the table holds', () => {
  if (process.env['CKM_DOCS'] !== undefined) writeFileSync(path, page);
  expect(readFileSync(path, 'utf8')).toBe(page);
});

it('docs/checks.md links to it', () => {
  expect(readFileSync(join(path, '../checks.md'), 'utf8')).toContain('known-bad-pairs.md');
});
