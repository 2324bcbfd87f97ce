// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../../../platform/platform.ts';
import { defineFact } from '../fact.ts';

/** Addresses in the output of `ip -o addr`. */
export function parseAddresses(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const address = /\sinet6? ([0-9a-fA-F.:]+)/.exec(line)?.[1];
    return address === undefined ? [] : [address];
  });
}

/** Names and addresses of this host, without those that cannot be read. Does not reject. */
export async function readLocalNames(
  platform: Pick<Platform, 'run'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly string[]> {
  const outputs = await Promise.allSettled([
    platform.run(['hostname'], options),
    platform.run(['hostname', '--fqdn'], options),
    platform.run(['ip', '-o', 'addr'], options),
  ]);
  const [name, fullName, addresses] = outputs.map((output) =>
    output.status === 'fulfilled' && output.value.exitCode === 0 ? output.value.stdout : '',
  );
  return [name, fullName]
    .map((text) => text?.trim() ?? '')
    .filter((text) => text !== '')
    .concat(parseAddresses(addresses ?? ''));
}

/** Names and addresses of this host. */
export const localNamesFact = defineFact<readonly string[]>({
  name: 'local-names',
  timeLimitMilliseconds: 2000,
  gather: (_, { platform, signal }) => readLocalNames(platform, { signal }),
});
