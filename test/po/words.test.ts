// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { po } from 'gettext-parser';
import { describe, expect, it } from 'vitest';

/** Checks those rules of docs/words.md that a program can check. */
const root = join(import.meta.dirname, '../..');

const texts = Object.values(po.parse(readFileSync(join(root, 'po/migrate.pot'))).translations)
  .flatMap((context) => Object.values(context))
  .filter(({ msgid, comments }) => msgid !== '' && comments?.reference?.includes('manifest.json') !== true)
  .flatMap(({ msgid, msgid_plural: plural }) => (plural === undefined ? [msgid] : [msgid, plural]));

/** Words that the glossary replaces, or that are hard to read. */
const avoided: readonly (readonly [RegExp, string])[] = [
  [/\bover there\b/i, 'on the destination'],
  [/\btarget\b/i, 'destination'],
  [/\bin spite of\b/i, 'anyway'],
  [/\bcome to an end\b|\bto its end\b/i, 'finish'],
  [/\bbeneath\b/i, 'show it'],
  [/\b(network )?cards?\b/i, 'network interface'],
  [/\blog in\b|\blogin\b/i, 'sign in'],
  [/\b(please|sorry|simply)\b/i, 'nothing'],
  [/!/, 'a full stop'],
  [/\b(don|can|won|isn|doesn|didn|couldn|wouldn)['’]t\b/i, 'the words in full'],
  [/\bthis machine\b|\bthis very host\b/i, 'this host'],
  [/\bvirtual machine\b/i, 'VM'],
  [/\bmay not be\b.*\bmay not be\b/i, 'cannot'],
  [/\bwhatsoever\b|\bhereby\b|\bthereof\b/i, 'nothing'],
  [/'/, 'a typographic apostrophe'],
];

/** Names that are always capitalized. */
const names = new Set(
  (
    'VM VMs VMX QEMU KVM CPU CPUs URI URIs UUID UUIDs TCP UDP TLS SSH SASL DNS IP IPv4 IPv6 MAC MTU NUMA RAM ROM ROMs ISO TPM UEFI BIOS OVMF NVRAM ' +
    'SPICE VNC PCI USB SCSI NVMe RBD NBD NFS LVM LUKS AMD Intel Linux Debian Ubuntu Fedora RHEL SELinux AppArmor Cockpit GlusterFS Ceph iSCSI ' +
    'Open vSwitch XML JSON HTML Markdown SPDX LGPL Ctrl-C TSC AVX GiB MiB KiB TiB EiB PiB PEM CA HPET SEV SGX DAC OpenNebula CloudStack ' +
    'Proxmox Pacemaker oVirt OpenStack Kubernetes KubeVirt Nova Python Perl DHCP SR-IOV VFIO VLAN HMP QMP IOMMU I O Ctrl C ' +
    'File English Esc Enter'
  ).split(' '),
);

/** Labels of the page and of the console, which a text quotes with their capitals, and libvirt's XML, which is quoted as it is. */
function withoutQuotes(text: string): string {
  return text
    .replace(/“[^”]*”/g, '“”')
    .replace(/<[^>]*>|\b\w+='[^']*'/g, '“”')
    .replace(/\$\d/g, '$');
}

function sentencesOf(text: string): readonly string[] {
  return withoutQuotes(text)
    .split(/(?<=[.?:])\s+(?=[A-Za-z“$(])/)
    .filter((sentence) => sentence !== '');
}

describe('each text', () => {
  it.each(avoided)('avoids %s', (pattern, better) => {
    expect(
      texts.filter((text) => pattern.test(withoutQuotes(text))),
      `better: ${better}`,
    ).toEqual([]);
  });

  it('begins no sentence in lower case', () => {
    const wrong = texts.filter(
      (text) =>
        /[.?]$/.test(text) &&
        withoutQuotes(text)
          .split(/(?<=[.?])\s+/)
          .some((sentence) => /^[a-z]/.test(sentence) && !/^[a-z_]+[-_.=/]/.test(sentence)),
    );
    expect(wrong).toEqual([]);
  });

  it('is in sentence case', () => {
    const wrong = texts.flatMap((text) =>
      sentencesOf(text).flatMap((sentence) =>
        sentence
          .split(/[\s/()“”,;:–-]+/)
          .slice(1)
          .filter((word) => /^[A-Z][a-z]/.test(word) && !names.has(word.replace(/[.,?’s]+$/, '')))
          .map((word) => `${word} in: ${text}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('has sentences of at most 30 words', () => {
    const wrong = texts.filter((text) =>
      sentencesOf(text).some((sentence) => sentence.split(/\s+/).length > 30),
    );
    expect(wrong).toEqual([]);
  });
});

describe('docs/words.md', () => {
  const glossary = [
    ...readFileSync(join(root, 'docs/words.md'), 'utf8').matchAll(
      /^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|[^|]*\|$/gm,
    ),
  ]
    .map(([, ...cells]) => cells.map((cell) => cell.trim()))
    .filter(([first = '']) => first !== 'English' && !first.startsWith('---'));

  it('has about forty terms in four languages, without duplicates', () => {
    expect(glossary.length).toBeGreaterThanOrEqual(40);
    expect(new Set(glossary.map(([english]) => english)).size).toBe(glossary.length);
    expect(glossary.filter((row) => row.length !== 4 || row.some((cell) => cell === ''))).toEqual([]);
  });
});
