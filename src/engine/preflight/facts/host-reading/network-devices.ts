// SPDX-License-Identifier: LGPL-2.1-or-later

/** A network device of a host. */
export interface NetworkDevice {
  readonly bridge: boolean;
  /** Name of the bridge or bond of which it is a port: then nothing else can be based on it. */
  readonly portOf?: string;
  /** It is not up (IFF_UP). */
  readonly down?: true;
  /** The host's end of a VM's interface (tap). */
  readonly tap?: true;
  /** Interfaces of VMs (macvtap, macvlan) are based on it: one exclusively, or several that share it. */
  readonly carries?: 'one' | 'some';
}

/** The output about each device, then lines of `ip -details -o link` such as `9: macvtap0@eno1: ... macvtap mode bridge`. */
export function parseDevices(text: string): ReadonlyMap<string, NetworkDevice> {
  const ports = new Map(
    [...text.matchAll(/^port (\S+) (\S+)$/gm)].map(([, name = '', master = '']) => [name, master] as const),
  );
  const named = (word: string): ReadonlySet<string> =>
    new Set([...text.matchAll(new RegExp(`^${word} (\\S+)$`, 'gm'))].map(([, name = '']) => name));
  const [down, taps] = [named('down'), named('tap')];
  const carries = new Map<string, 'one' | 'some'>();
  for (const [, device = '', mode] of text.matchAll(/^\d+: [^\s@]+@(\S+): .*\smac(?:vtap|vlan) mode (\w+)/gm))
    carries.set(device, mode === 'passthru' ? 'one' : 'some');
  return new Map(
    [...text.matchAll(/^(bridge|device) (.+)$/gm)].map(([, kind, name = '']) => {
      const [portOf, its] = [ports.get(name), carries.get(name)];
      return [
        name,
        {
          bridge: kind === 'bridge',
          ...(down.has(name) ? { down: true as const } : {}),
          ...(taps.has(name) ? { tap: true as const } : {}),
          ...(portOf === undefined ? {} : { portOf }),
          ...(its === undefined ? {} : { carries: its }),
        },
      ];
    }),
  );
}

/** Lines of `ip -o addr show`. */
export function parseAddresses(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^\d+: \S+\s+inet6? ([0-9a-fA-F:.]+)/gm)].map(([, address]) => address ?? ''),
  );
}
