// SPDX-License-Identifier: LGPL-2.1-or-later
import type { TcpOutcome } from '../../../platform/platform.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationFact } from './destination.ts';
import { controlRouteFact } from './ssh-route.ts';

/** The result of a connection to the port of the control connection. */
export interface ControlPort {
  readonly host: string;
  readonly port: number;
  /** `indirect`: a jump host or a program makes the connection, so the port was not tried. */
  readonly outcome: TcpOutcome | { readonly kind: 'indirect' };
}

/** Tolerates one lost packet, which TCP sends again after a second. Short enough for an admin who waits. */
const connectMilliseconds = 2300;

/** The result of a connection to the control port. */
export const controlPortFact = defineFact<
  ControlPort,
  { destination: typeof destinationFact; route: typeof controlRouteFact }
>({
  name: 'control-port',
  needs: { destination: destinationFact, route: controlRouteFact },
  timeLimitMilliseconds: 6000,
  gather: async ({ route: { host, port, indirect } }, { platform, signal }) => ({
    host,
    port,
    outcome: indirect
      ? { kind: 'indirect' }
      : await platform.connectTcp(host, port, { timeoutMilliseconds: connectMilliseconds, signal }),
  }),
});

/** Throws FactUnavailable if trying to sign in makes no sense. */
export function requireReachable({ outcome, port, host }: ControlPort): void {
  if (outcome.kind !== 'connected' && outcome.kind !== 'indirect')
    throw new FactUnavailable({
      why: msg('Port $0 of $1 cannot be reached.', port, host),
    });
}
