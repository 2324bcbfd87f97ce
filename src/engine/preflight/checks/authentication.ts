// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { destinationFact } from '../facts/destination.ts';
import { destinationLibvirtFact } from '../facts/destination-libvirt.ts';
import { serverIdentityFact } from '../facts/server-identity.ts';
import { controlRouteFact } from '../facts/ssh-route.ts';
import type { Judgement } from '../finding.ts';
import { signInProblem } from '../judging/sign-in-problem.ts';

/** Does the destination let libvirt of this host in, as root and without asking anybody? */
export const authenticationCheck = defineCheck({
  id: 'authentication',
  title: msg('Signing in'),
  group: 'connection',
  why: msg(
    'The libvirt daemon of this host signs in there by itself, as root: with the keys and certificates of root, not with yours.',
  ),
  needs: { destination: destinationFact, route: controlRouteFact, libvirt: destinationLibvirtFact },
  wants: { shown: serverIdentityFact },
  judge: ({ destination, route, libvirt, shown }): Judgement =>
    libvirt.kind === 'connected'
      ? { verdict: 'pass', found: msg('libvirt on $0 lets root of this host in.', destination.parts.host) }
      : {
          verdict: 'block',
          original: libvirt.error.message,
          ...signInProblem(
            destination,
            route,
            libvirt.error,
            shown.available ? shown.value : { hostKeys: [] },
          ),
        },
});
