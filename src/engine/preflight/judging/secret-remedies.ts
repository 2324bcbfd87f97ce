// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { type DestinationHost, virshOver } from './destination-host.ts';

/** A definition may name a secret by its usage, but virsh needs the UUID. */
const isUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function sendValue(secret: string, to: DestinationHost): string {
  // The value goes through pipes only. libvirt refuses to print the value of a private secret.
  return virshOver(
    to,
    ['secret-get-value', '--secret', secret],
    shellCommand('virsh', 'secret-set-value', '--secret', secret, '--file', '/dev/stdin'),
  );
}

/** Defines a secret of this host on the destination, with its value. */
export function defineSecret(secret: string, to: DestinationHost): Remedy {
  return {
    text: msg('Define the secret $0 on $1 with the same UUID, and set its value.', secret, to.name),
    ...(isUuid.test(secret)
      ? {
          command: `${virshOver(to, ['secret-dumpxml', '--secret', secret], 'virsh secret-define /dev/stdin')} && ${sendValue(secret, to)}`,
          host: 'source',
        }
      : {}),
  };
}

/** Sets the value of a secret that exists on the destination. */
export function setSecretValue(secret: string, to: DestinationHost): Remedy {
  return {
    text: msg('Set the value of the secret $0 on $1, unless it was set since $1 started.', secret, to.name),
    ...(isUuid.test(secret) ? { command: sendValue(secret, to), host: 'source' } : {}),
  };
}
