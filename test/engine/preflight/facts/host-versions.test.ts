// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { type HostReading, parseReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';

describe('versions', () => {
  const versionsOf = (body: string): HostReading['versions'] =>
    parseReading(`== versions\n${body}\n== end\n`, '==', { careful: [], once: [] })?.versions;

  it.each([
    ['Debian', '6.1.0-25-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.106-3 (2024-08-26)', '6.1.106-3'],
    [
      'Ubuntu',
      '5.15.0-91-generic',
      '#101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023',
      '5.15.0-91-generic Ubuntu',
    ],
    [
      'RHEL',
      '5.14.0-427.13.1.el9_4.x86_64',
      '#1 SMP PREEMPT_DYNAMIC Wed Apr 10 2024',
      '5.14.0-427.13.1.el9_4.x86_64',
    ],
    ['Fedora', '6.18.4-200.fc43.x86_64', '#1 SMP PREEMPT_DYNAMIC', '6.18.4-200.fc43.x86_64'],
  ])('of a kernel of %s', (_, release, build, linux) => {
    expect(versionsOf(`kernel ${release}\nbuild ${build}`)).toEqual({ linux });
  });

  it('of libtpms and the package of QEMU', () => {
    expect(versionsOf('libtpms 0.9.2\nqemu 9.1.0-15.el9')).toEqual({
      libtpms: '0.9.2',
      qemuPackage: '9.1.0-15.el9',
    });
  });

  it('are not told by what is no version', () => {
    expect(versionsOf('kernel \u001b[31m\nlibtpms')).toEqual({});
  });
});
