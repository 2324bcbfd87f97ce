// SPDX-License-Identifier: LGPL-2.1-or-later

/** The shortest spelling of an IPv6 address, as the kernel and `ip` write it; anything else as it is. */
export function canonicalAddress(text: string): string {
  if (!/^[0-9a-f:]*:[0-9a-f:]*$/i.test(text)) return text;
  const [left = [], right] = text
    .toLowerCase()
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => group.replace(/^0+(?=.)/, ''))));
  const zeros = right === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...(right ?? [])];
  const joined = groups.join(':');
  const runs = [...joined.matchAll(/(?<=^|:)0(?::0)+(?=:|$)/g)];
  const [longest] = runs.sort(([a], [b]) => b.length - a.length);
  if (longest === undefined) return joined;
  const after = longest.index + longest[0].length;
  return `${joined.slice(0, longest.index).replace(/:$/, '')}::${joined.slice(after).replace(/^:/, '')}`;
}

/** True for an address, as against a name. */
export function isAddress(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || text.includes(':');
}

/** True for what stands for every address of a host. */
export function isWildcardAddress(address: string): boolean {
  return address === '0.0.0.0' || canonicalAddress(address) === '::';
}

/** True for what every host has. */
export function isHostLocalAddress(host: string): boolean {
  return host === 'localhost' || isWildcardAddress(host) || isLoopback(host);
}

/** True for an address that leads to the host itself only, which every host has. */
export function isLoopback(address: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(address) || canonicalAddress(address) === '::1';
}
