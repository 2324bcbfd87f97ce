// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact } from '../fact.ts';
import { destinationLibvirtFact } from './destination-libvirt.ts';
import { controlRouteFact } from './ssh-route.ts';

/** Fingerprints of the host keys that the destination shows, for the admin to compare; none when not asked for. */
export const hostKeyFact = defineFact<
  readonly string[],
  { libvirt: typeof destinationLibvirtFact; route: typeof controlRouteFact }
>({
  name: 'host-key',
  needs: { libvirt: destinationLibvirtFact, route: controlRouteFact },
  timeLimitMilliseconds: 4000,
  gather: async ({ libvirt, route }, { platform, signal }) => {
    if (libvirt.kind !== 'refused' || libvirt.error.reason !== 'host-key') return [];
    const scan = await platform.run(
      ['ssh-keyscan', '-T', '2', '-p', String(route.port), '-t', 'ed25519,ecdsa,rsa', route.host],
      { signal },
    );
    if (scan.stdout.trim() === '') return [];
    const prints = await platform.run(['ssh-keygen', '-l', '-f', '-'], { input: scan.stdout, signal });
    // "256 SHA256:... host (ED25519)"
    return prints.stdout.split('\n').flatMap((line) => {
      const [, print, kind] = /^\d+ (\S+) .*\((\S+)\)$/.exec(line) ?? [];
      return print === undefined || kind === undefined ? [] : [`${print} (${kind})`];
    });
  },
});
