// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { parseGuestCpu } from '../../src/libvirt/guest-cpu.ts';

describe("a guest's CPU", () => {
  it('has a model, its vendor, features and siblings', () => {
    const cpu = parseGuestCpu(
      "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>EPYC-Rome</model><vendor>AMD</vendor>" +
        "<topology sockets='2' dies='1' cores='4' threads='2'/>" +
        "<feature policy='require' name='arch-capabilities'/><feature policy='disable' name='svm'/><feature name='x2apic'/></cpu>",
    );
    expect(cpu).toEqual({
      ...{ model: 'EPYC-Rome', vendor: 'AMD', siblings: 8 },
      features: new Map([
        ['arch-capabilities', 'require'],
        ['svm', 'disable'],
        ['x2apic', 'require'],
      ]),
    });
  });

  it.each([undefined, "<cpu mode='host-passthrough'/>"])('has nothing of it in %s', (xml) => {
    expect(parseGuestCpu(xml)).toEqual({ features: new Map(), siblings: 1 });
  });
});
