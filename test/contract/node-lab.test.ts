// SPDX-License-Identifier: LGPL-2.1-or-later
import { nodePlatform } from '../../src/platform/node.ts';
import { labEnvironment } from './lab-environment.ts';
import { describePlatform } from './platform-contract.ts';

describePlatform('Node with a host of the lab', 'hosts', () =>
  labEnvironment((_lab, alpha) =>
    Promise.resolve({
      platform: alpha.platform(),
      denied: {
        platform: nodePlatform({ prefix: [...alpha.prefix, 'setpriv', '--reuid=65534', '--clear-groups'] }),
        path: '/etc/shadow',
      },
      stop: () => Promise.resolve(),
    }),
  ),
);
