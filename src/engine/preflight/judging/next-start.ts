// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { Judgement } from '../finding.ts';
import type { DestinationHost } from './destination-host.ts';

/** A part of the stored definition that the destination lacks. */
export interface MissingAtNextStart {
  readonly path: string;
  /** The device or disk that needs it. */
  readonly device: string;
  /** How to provide it. */
  readonly remedy: Remedy;
}

/** libvirt sends the stored definition without checking it. So the VM arrives, but does not start there again. */
export function judgeNextStart(
  missing: readonly MissingAtNextStart[],
  { name }: DestinationHost,
  uuid: string,
): Judgement | undefined {
  const [first, ...others] = missing;
  if (first === undefined) return undefined;
  return {
    verdict: 'warn',
    found: msg(
      'The VM will not start again on $2: its stored definition names $0 ($1), which $2 lacks.',
      first.path,
      first.device,
      name,
    ),
    details: others.map(({ path, device }) => msg('Also missing: $0 ($1).', path, device)),
    remedies: [
      first.remedy,
      ...others.map(({ remedy }) => remedy),
      {
        text: msg('Or take what is missing out of the stored definition.'),
        command: shellCommand('virsh', 'edit', uuid),
        host: 'source',
      },
    ],
  };
}
