// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { plainText } from '../../../../src/engine/base/message.ts';
import { knownBadPairsCheck } from '../../../../src/engine/preflight/checks/known-bad-pairs.ts';
import type { HostReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import { domain, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const debian12 = { libvirt: '9.0.0', qemu: '7.2.22' };
const debian13 = { libvirt: '11.3.0', qemu: '10.0.13' };
const withVersions = (versions: HostReading['versions']): ReturnType<typeof there<HostReading>> =>
  there(reading({}, versions === undefined ? {} : { versions }));
const shell = withVersions({ linux: '6.18.44', libtpms: '0.9.2', qemuPackage: 'other' });
const tpm = domain({}, "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>");
const virtioVideo = domain(
  {},
  "<video><model type='virtio'/></video><rng model='virtio'><backend model='random'/></rng>",
);
const restricted = domain({}, '', "<cpu mode='custom'><model>Nehalem</model></cpu>");
const both = { here: shell, there: shell };

testCheck(knownBadPairsCheck, [
  {
    name: 'nothing known between Debian 12 and 13',
    facts: { domain: domain(), source: debian12, destination: debian13, ...both },
    verdict: 'pass',
    found: /None of \d\d known-bad pairs/,
  },
  {
    name: 'a virtio video device to QEMU 9.0.0',
    facts: {
      ...{ domain: virtioVideo, source: { libvirt: '9.0.0', qemu: '8.2.4' } },
      ...{ destination: { libvirt: '10.3.0', qemu: '9.0.0' }, ...both },
    },
    verdict: 'block',
    found: /from QEMU 8\.2\.4 to QEMU 9\.0\.0 on beta\. QEMU 9\.0\.0 expects another state/,
    also: (finding) => {
      expect(finding).toMatchObject({ override: {} });
      expect(finding.details?.map((detail) => plainText(detail))).toContainEqual(
        expect.stringMatching(/^Reported in: https:\/\//),
      );
      if ('remedies' in finding)
        expect(finding.remedies[0]).toMatchObject({
          host: 'destination',
          command: expect.any(String) as string,
        });
    },
  },
  {
    name: 'several pairs, the certain one first',
    facts: {
      domain: domain(
        {},
        "<video><model type='virtio'/></video><interface type='bridge'><model type='virtio'/></interface>",
        "<os><type arch='x86_64' machine='pc-q35-8.1'>hvm</type></os>",
      ),
      ...{ source: { libvirt: '10.3.0', qemu: '9.0.0' }, destination: { libvirt: '10.3.0', qemu: '9.0.2' } },
      ...both,
    },
    verdict: 'block',
    found: /no other version reads/,
    also: (finding) => {
      expect(finding.details?.map((detail) => plainText(detail))).toContainEqual(
        expect.stringMatching(/^And: .*USO/),
      );
    },
  },
  {
    name: 'a TPM to an older libtpms, by its profile',
    facts: {
      ...{ domain: tpm, source: debian13, destination: debian12 },
      ...{ here: withVersions({ libtpms: '0.10.2' }), there: withVersions({ libtpms: '0.9.2' }) },
    },
    verdict: 'warn',
    found: /libtpms 0\.10\.2 on this host and libtpms 0\.9\.2 on beta\. .*profile “null”/,
  },
  {
    name: 'a CPU without PKU, from an old kernel to one that minds',
    facts: {
      ...{ domain: restricted, source: debian12, destination: debian12 },
      ...{
        here: withVersions({ linux: '5.10.0-30-amd64' }),
        there: withVersions({ linux: '6.5.0-14-generic Ubuntu' }),
      },
    },
    verdict: 'warn',
    found: /Linux 5\.10\.0-30-amd64 .* Linux 6\.5\.0-14-generic Ubuntu on beta/,
  },
  {
    name: 'the same, to a kernel that was cured',
    facts: {
      ...{ domain: restricted, source: debian12, destination: debian12 },
      ...{ here: withVersions({ linux: '5.10.226-1' }), there: withVersions({ linux: '6.1.106-3' }) },
    },
    verdict: 'pass',
  },
  {
    name: 'a TPM, and the library of the destination cannot be seen',
    facts: { domain: tpm, source: debian13, destination: debian12, here: shell, there: missing },
    verdict: 'unknown',
    found: /the version of libtpms on beta is not known/,
    also: (finding) => {
      if ('remedies' in finding) expect(finding.remedies[0]).toMatchObject({ host: 'destination' });
    },
  },
  {
    name: 'no shell, and nothing that it would have told matters',
    facts: { domain: domain(), source: debian12, destination: debian13, here: missing, there: missing },
    verdict: 'pass',
  },
  {
    name: 'a disk that may be on NFS',
    facts: {
      domain: domain({}, "<disk type='file'><source file='/srv/a.img'/><target dev='vda'/></disk>"),
      ...{
        source: debian12,
        destination: { libvirt: '10.2.0', qemu: '8.2.4' },
        here: missing,
        there: missing,
      },
    },
    verdict: 'unknown',
    found: /whether the VM has what/,
  },
]);
