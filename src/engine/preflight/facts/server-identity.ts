// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact, type FactContext } from '../fact.ts';
import { destinationFact } from './destination.ts';
import { destinationLibvirtFact } from './destination-libvirt.ts';
import { type ControlRoute, controlRouteFact } from './ssh-route.ts';

/** The certificate that a TLS server shows. */
export interface ServerCertificate {
  readonly validity: 'valid' | 'expired' | 'not-yet-valid';
  /** As OpenSSL writes them, for example `Dec 23 11:15:44 2026 GMT`. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Names and addresses that it is valid for. */
  readonly names: string;
}

/** The identity that a destination shows after it refused the connection. Otherwise it is not queried. */
export interface ServerIdentity {
  /** Fingerprints of its ssh host keys, for the admin to compare. */
  readonly hostKeys: readonly string[];
  readonly certificate?: ServerCertificate;
}

/** Parses the output of `openssl x509`. */
export function parseCertificate(text: string, now: number): ServerCertificate | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const after = (word: string): string =>
    lines.find((line) => line.startsWith(word))?.slice(word.length) ?? '';
  const notBefore = after('notBefore=');
  const notAfter = after('notAfter=');
  // An invalid date would be neither before nor after now, so it would count as valid.
  if (Number.isNaN(Date.parse(notBefore)) || Number.isNaN(Date.parse(notAfter))) return undefined;
  const heading = lines.findIndex((line) => line.includes('Subject Alternative Name:'));
  const names = heading < 0 ? undefined : lines[heading + 1];
  return {
    validity:
      Date.parse(notAfter) < now ? 'expired' : Date.parse(notBefore) > now ? 'not-yet-valid' : 'valid',
    notBefore,
    notAfter,
    names: names ?? after('subject=').trim(),
  };
}

async function hostKeys(route: ControlRoute, { platform, signal }: FactContext): Promise<readonly string[]> {
  const scan = await platform.run(
    ['ssh-keyscan', '-T', '2', '-p', String(route.port), '-t', 'ed25519,ecdsa,rsa', '--', route.host],
    { signal },
  );
  if (scan.stdout.trim() === '') return [];
  const prints = await platform.run(['ssh-keygen', '-l', '-f', '-'], { input: scan.stdout, signal });
  // "256 SHA256:... host (ED25519)"
  return prints.stdout.split('\n').flatMap((line) => {
    const [, print, kind] = /^\d+ (\S+) .*\((\S+)\)$/.exec(line) ?? [];
    return print === undefined || kind === undefined ? [] : [`${print} (${kind})`];
  });
}

/** libvirt reports only "not trusted" for an expired certificate, so the certificate is read from the server. */
async function certificate(
  route: ControlRoute,
  context: FactContext,
): Promise<ServerCertificate | undefined> {
  const { platform, signal } = context;
  const address = route.host.includes(':') ? `[${route.host}]` : route.host;
  const shown = await platform.run(['openssl', 's_client', '-connect', `${address}:${route.port}`], {
    signal,
  });
  const printed = await platform.run(
    ['openssl', 'x509', '-noout', '-startdate', '-enddate', '-subject', '-ext', 'subjectAltName'],
    { input: shown.stdout, signal },
  );
  return parseCertificate(printed.stdout, Date.now());
}

/** Host keys or certificate of a destination, if its identity may be the cause of the failure. */
export const serverIdentityFact = defineFact<
  ServerIdentity,
  {
    destination: typeof destinationFact;
    libvirt: typeof destinationLibvirtFact;
    route: typeof controlRouteFact;
  }
>({
  name: 'shown-identity',
  needs: { destination: destinationFact, libvirt: destinationLibvirtFact, route: controlRouteFact },
  timeLimitMilliseconds: 4000,
  gather: async ({ destination, libvirt, route }, context) => {
    if (libvirt.kind === 'connected') return { hostKeys: [] };
    if (destination.parts.transport === 'ssh') {
      const unknownKey = /host key/i.test(libvirt.error.message);
      return { hostKeys: unknownKey ? await hostKeys(route, context) : [] };
    }
    if (destination.parts.transport !== 'tls') return { hostKeys: [] };
    const shown = await certificate(route, context);
    return { hostKeys: [], ...(shown === undefined ? {} : { certificate: shown }) };
  },
});
