// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { destinationFact } from '../facts/destination.ts';
import { destinationLibvirtFact } from '../facts/destination-libvirt.ts';
import { serverIdentityFact } from '../facts/server-identity.ts';
import { controlRouteFact } from '../facts/ssh-route.ts';
import type { Judgement } from '../finding.ts';
import { signInProblem } from '../judging/sign-in-problem.ts';

/** Can libvirt of this host sign in to the destination as root, without prompts? */
export const authenticationCheck = defineCheck({
  id: 'authentication',
  title: msg('Sign-in'),
  group: 'connection',
  why: msg(
    'The libvirt daemon of this host signs in to the destination as root. It uses root’s keys and certificates, not yours.',
  ),
  needs: { destination: destinationFact, route: controlRouteFact, libvirt: destinationLibvirtFact },
  wants: { shown: serverIdentityFact },
  judge: ({ destination, route, libvirt, shown }): Judgement =>
    libvirt.kind === 'connected'
      ? { verdict: 'pass', found: msg('$0 lets libvirt of this host sign in.', destination.parts.host) }
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
