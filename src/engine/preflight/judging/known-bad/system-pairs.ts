// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg, type Remedy } from '../../../base/index.ts';
import type { KnownBadPair } from './pair.ts';
import { startThere, upgradeDestination } from './remedies.ts';

/** CPU models without PKU, also where the processor has it. */
const withoutPku = {
  kind: 'all',
  of: [
    { kind: 'kvm' },
    {
      kind: 'cpu-model',
      beginnings: [
        'qemu64',
        'kvm64',
        'Conroe',
        'Penryn',
        'Nehalem',
        'Westmere',
        'SandyBridge',
        'IvyBridge',
        'Haswell',
        'Broadwell',
        'Opteron',
      ],
    },
  ],
} as const;

const addPku: Remedy = {
  text: msg(
    'Give the CPU of the VM the feature “pku” if both hosts have it, shut the VM off and start it again.',
  ),
};

/** What libtpms says of itself. */
const tpmChanges =
  'https://github.com/stefanberger/libtpms/blob/e08b07b3925f417f8f210c9517f7ebc91f83bc6d/CHANGES';

/** Pairs of kernels, and of the library behind emulated TPMs. */
export const systemPairs: readonly KnownBadPair[] = [
  {
    id: 'linux-xsave-of-hidden-features',
    versions: [
      {
        program: 'linux',
        source: [{ before: '5.18' }],
        destination: [
          { from: '5.18', before: '6.1.60' },
          { from: '6.2', before: '6.6' },
        ],
      },
    ],
    condition: withoutPku,
    effect: 'data-lost',
    certain: false,
    what: msg(
      'A kernel before 5.18 sends FPU state that the CPU of the VM does not have (PKRU). Kernels from 5.18 to 6.5 do not load it: the guest hangs, or goes on with damaged registers.',
    ),
    url: 'https://lore.kernel.org/all/20230928001956.924301-1-seanjc@google.com/',
    remedies: [upgradeDestination('linux', '6.6'), addPku],
  },
  {
    id: 'linux-xsave-ubuntu-22-04',
    versions: [
      {
        program: 'linux',
        source: [{ before: '5.15' }],
        destination: [{ from: '5.15', before: '5.16', packagedBy: 'ubuntu' }],
      },
    ],
    condition: withoutPku,
    effect: 'guest-hangs',
    certain: false,
    what: msg(
      'Kernels of Ubuntu 22.04 do not load FPU state that the CPU of the VM does not have (PKRU). Older kernels send it if the processor has it.',
    ),
    url: 'https://github.com/bloomberg/chef-bcpc/pull/2278',
    remedies: [addPku, startThere],
  },
  {
    id: 'libtpms-0.10-to-0.9',
    versions: [
      {
        program: 'libtpms',
        source: [{ from: '0.10.0' }],
        destination: [{ from: '0.9.0', before: '0.10.0' }],
      },
    ],
    condition: { kind: 'emulated-tpm' },
    effect: 'refused',
    certain: false,
    what: msg(
      'The state of a TPM goes to libtpms before 0.10 only if the TPM has the profile “null” or comes from an older libtpms.',
    ),
    url: 'https://github.com/stefanberger/libtpms/blob/c243f94535700e8b5552f866d7387d81643650ac/man/man3/TPMLIB_SetProfile.pod',
    remedies: [upgradeDestination('libtpms', '0.10.0')],
  },
  {
    id: 'libtpms-0.9-to-0.8',
    versions: [
      { program: 'libtpms', source: [{ from: '0.9.0' }], destination: [{ from: '0.8.0', before: '0.9.0' }] },
    ],
    condition: { kind: 'emulated-tpm' },
    effect: 'refused',
    certain: true,
    what: msg('Only libtpms 0.9 or newer reads the state of a TPM of libtpms 0.9 or newer.'),
    url: tpmChanges,
    remedies: [upgradeDestination('libtpms', '0.9.0')],
  },
  {
    id: 'libtpms-0.8-to-0.7',
    versions: [{ program: 'libtpms', source: [{ from: '0.8.0' }], destination: [{ before: '0.8.0' }] }],
    condition: { kind: 'emulated-tpm' },
    effect: 'refused',
    certain: true,
    what: msg('Only libtpms 0.8 or newer reads the state of a TPM of libtpms 0.8 or newer.'),
    url: tpmChanges,
    remedies: [upgradeDestination('libtpms', '0.9.0')],
  },
];
