// SPDX-License-Identifier: LGPL-2.1-or-later
import { isSourceAddress } from '../engine/access/index.ts';
import { type Message, msg } from '../engine/base/index.ts';
import type { Given } from './tuning-options.ts';

/** The options of `trust`. */
export interface TrustCommand {
  readonly kind: 'trust';
  /** As typed. It is checked later, because that needs the names of this host. */
  readonly host: string;
  readonly user: string | undefined;
  readonly port: string | undefined;
  /** The user who signs in to install the key. If undefined, the command asks. */
  readonly signInAs: string | undefined;
  readonly restricted: boolean;
  readonly from: string | undefined;
  /** Confirms everything except host keys. */
  readonly yes: boolean;
}

/** Parses the arguments of `trust`. Returns the problem if they are not valid. */
export function parseTrust(positionals: readonly string[], given: Given): TrustCommand | Message {
  const [host, extra] = positionals;
  if (host === undefined) return msg('Command $0 needs a host.', 'trust');
  if (extra !== undefined) return msg('Command $0 takes only a host: remove $1.', 'trust', extra);
  const from = given.get('from')?.[0];
  if (from !== undefined && !isSourceAddress(from))
    return msg('Option --from takes an address such as $0, not $1.', '10.0.0.1', from);
  return {
    kind: 'trust',
    host,
    user: given.get('user')?.[0],
    port: given.get('port')?.[0],
    signInAs: given.get('sign-in-as')?.[0],
    restricted: given.has('restrict'),
    from,
    yes: given.has('yes'),
  };
}
