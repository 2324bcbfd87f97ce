// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact } from '../fact.ts';

/** Addresses in the output of `ip -o addr`. */
export function parseAddresses(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const address = /\sinet6? ([0-9a-fA-F.:]+)/.exec(line)?.[1];
    return address === undefined ? [] : [address];
  });
}

/** Names and addresses of this host. */
export const localNamesFact = defineFact<readonly string[]>({
  name: 'local-names',
  timeLimitMilliseconds: 2000,
  gather: async (_, { platform, signal }) => {
    const outputs = await Promise.allSettled([
      platform.run(['hostname'], { signal }),
      platform.run(['hostname', '--fqdn'], { signal }),
      platform.run(['ip', '-o', 'addr'], { signal }),
    ]);
    const [name, fullName, addresses] = outputs.map((output) =>
      output.status === 'fulfilled' && output.value.exitCode === 0 ? output.value.stdout : '',
    );
    return [name, fullName]
      .map((text) => text?.trim() ?? '')
      .filter((text) => text !== '')
      .concat(parseAddresses(addresses ?? ''));
  },
});
