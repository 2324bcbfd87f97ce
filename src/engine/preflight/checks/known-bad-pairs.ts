// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg, type Remedy } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import { destinationVersionsFact, sourceVersionsFact, type Versions } from '../facts/versions.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { knownBadPairs } from '../judging/known-bad/index.ts';
import {
  type HostPrograms,
  isDecided,
  type Match,
  matchPairs,
  type UnknownProgram,
} from '../judging/known-bad/match.ts';
import { type Effect, type KnownBadPair, type Program, programNames } from '../judging/known-bad/pair.ts';

/** What an override costs. */
const risks: Readonly<Record<Effect, Message>> = {
  refused: msg(
    'The destination refuses the VM when everything was sent. The VM goes on running on this host.',
  ),
  'guest-hangs': msg('The guest hangs on the destination and has to be reset.'),
  crash: msg('QEMU or libvirt crashes, and the VM may be lost.'),
  'state-lost': msg('The VM goes on without a part of its state.'),
  'data-lost': msg('Memory or disks of the VM are damaged.'),
};

/** How an admin sees a version. */
const looks: Readonly<Record<Program, string>> = {
  qemu: 'rpm -q qemu-kvm-core',
  libvirt: 'virsh version --daemon',
  linux: 'uname -rv',
  libtpms: 'ls -l /usr/lib/*/libtpms.so.0 /usr/lib64/libtpms.so.0',
};

function programsOf({ libvirt, qemu }: Versions, shell: FactResult<HostReading>): HostPrograms {
  const { linux, libtpms, qemuPackage } = (shell.available ? shell.value.versions : undefined) ?? {};
  return {
    versions: {
      ...{ libvirt, qemu },
      ...(linux === undefined ? {} : { linux }),
      ...(libtpms === undefined ? {} : { libtpms }),
    },
    ...(qemuPackage === undefined ? {} : { qemuPackage }),
  };
}

function reportOf({ url }: KnownBadPair): Message {
  return msg('Reported in: $0', url);
}

/** What is open, with how to find out. */
function notKnown(open: readonly [Match, ...Match[]], to: DestinationHost): FactUnavailable {
  const [{ pair, unknown }] = open;
  const nameOf = (host: UnknownProgram['host']): Message | string =>
    host === 'source' ? msg('this host') : to.name;
  const [first] = unknown;
  return new FactUnavailable({
    why:
      first === undefined
        ? msg('Not checked: it is not known whether the VM has what a known-bad pair of versions is about.')
        : msg(
            'Not checked: the version of $0 on $1 is not known.',
            programNames[first.program],
            nameOf(first.host),
          ),
    details: [pair.what, reportOf(pair)],
    remedies: unknown.map(({ program, host }) => ({
      text: msg('Show the version of $0 on $1.', programNames[program], nameOf(host)),
      command: looks[program],
      host,
    })),
  });
}

/** The worst first: what is certain, then what may be. */
function judgeMatches(
  [{ pair }, ...others]: readonly [Match, ...Match[]],
  source: HostPrograms,
  destination: HostPrograms,
  to: DestinationHost,
): Judgement {
  const [{ program }] = pair.versions;
  const args = [
    programNames[program],
    source.versions[program] ?? '',
    destination.versions[program] ?? '',
    to.name,
    pair.what,
  ] as const;
  const details = [
    ...(pair.certain ? [] : [risks[pair.effect]]),
    reportOf(pair),
    ...others.flatMap(({ pair: other }) => [msg('And: $0', other.what), reportOf(other)]),
  ];
  const more: readonly Remedy[] = others.flatMap(({ pair: other }) => other.remedies);
  const said = new Set(pair.remedies.map(({ text }) => JSON.stringify(text)));
  const remedies = [...pair.remedies, ...more.filter(({ text }) => !said.has(JSON.stringify(text)))] as const;
  return pair.certain
    ? {
        verdict: 'block',
        found: msg('The VM does not migrate from $0 $1 to $0 $2 on $3. $4', ...args),
        details,
        remedies: [remedies[0], ...remedies.slice(1)],
        override: { risk: risks[pair.effect] },
      }
    : {
        verdict: 'warn',
        found: msg('Problems are known between $0 $1 on this host and $0 $2 on $3. $4', ...args),
        details,
        remedies: [remedies[0], ...remedies.slice(1)],
      };
}

/** Is the VM known to be refused, damaged or lost between the versions of these hosts? */
export const knownBadPairsCheck = defineCheck({
  id: 'known-bad-pairs',
  title: msg('Known-bad versions'),
  group: 'host',
  why: msg(
    'Between some versions of QEMU, libvirt, Linux or libtpms the state of a VM is refused, damaged or lost. A table holds those that are known.',
  ),
  needs: { domain: domainFact, source: sourceVersionsFact, destination: destinationVersionsFact },
  wants: { here: sourceShellFact, there: destinationShellFact },
  judge: ({ domain, source, destination, here, there }, plan): Judgement => {
    const to = destinationHost(plan);
    const [ours, theirs] = [programsOf(source, here), programsOf(destination, there)];
    const matches = matchPairs(knownBadPairs, { domain, plan, here }, ours, theirs);
    const [first, ...others] = matches
      .filter(isDecided)
      .sort((one, other) => Number(other.pair.certain) - Number(one.pair.certain));
    if (first !== undefined) return judgeMatches([first, ...others], ours, theirs, to);
    const [open, ...more] = matches;
    if (open !== undefined) throw notKnown([open, ...more], to);
    return {
      verdict: 'pass',
      found: msg('None of $0 known-bad pairs of versions applies to the VM.', knownBadPairs.length),
    };
  },
});
