// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../base/index.ts';
import type { ValidDestination } from '../destination/index.ts';
import { type HostKey, parseKeyLines, scanHostKeys, withFingerprints } from './host-key.ts';
import { type DestinationEnvironment, libvirtProblem } from './libvirt-problem.ts';
import { runAsRoot, type Tools } from './limit.ts';
import { probe } from './probe.ts';
import { readKnownLines, readRootKeys } from './root-files.ts';
import type { SshSettings } from './ssh-settings.ts';
import type { AccessState } from './state.ts';

/** The destination that libvirt of this host has to reach. */
export interface AccessGoal extends Tools {
  readonly destination: ValidDestination;
  readonly settings: SshSettings;
}

/** Reads the state of the access. Changes nothing on either host. Rejects with PlatformError if this host has no ssh or no virsh. */
export async function readAccessState(goal: AccessGoal): Promise<AccessState> {
  const seen = await probe(goal, goal.destination.parts);
  switch (seen.kind) {
    case 'signed-in':
      return askLibvirt(goal, seen.there);
    case 'unknown-host-key':
    case 'changed-host-key':
      return readHostKeyState(goal, { kind: seen.kind, original: seen.original });
    case 'revoked-host-key':
      return {
        kind: 'stopped',
        why: msg('The host key of $0 is marked as revoked on this host.', goal.settings.host),
        original: seen.original,
      };
    case 'not-accepted':
      return {
        kind: 'not-accepted',
        methods: seen.methods,
        key: await readRootKeys(goal, goal.settings.identityFiles),
      };
    case 'unreachable':
      return { kind: 'unreachable', original: seen.original };
    case 'other':
      return {
        kind: 'stopped',
        why: msg('This host could not sign in to $0.', goal.settings.host),
        original: seen.original,
      };
  }
}

async function readHostKeyState(
  goal: AccessGoal,
  { kind, original }: { readonly kind: 'unknown-host-key' | 'changed-host-key'; readonly original: string },
): Promise<AccessState> {
  const { settings } = goal;
  if (settings.indirect)
    return {
      kind: 'stopped',
      why: msg(
        'Root of this host reaches $0 through another host, which only ssh can do. Sign in once by hand as root, and compare the host key then.',
        settings.host,
      ),
      original,
    };
  const [first, ...others] = await scanHostKeys(goal, settings);
  if (first === undefined)
    return { kind: 'stopped', why: msg('$0 shows no host key.', settings.host), original };
  const keys: readonly [HostKey, ...HostKey[]] = [first, ...others];
  const { knownAs, knownHostsFiles, systemKnownHostsFiles } = settings;
  const lines = await readKnownLines(goal, knownAs, knownHostsFiles);
  const systemLines = await readKnownLines(goal, knownAs, systemKnownHostsFiles);
  const isOld = ({ line }: { readonly line: string }): boolean =>
    !keys.some((key) => line.includes(` ${key.line}`));
  const old = [...lines, ...systemLines].filter(isOld);
  // If known_hosts has a key of another type, ssh calls the new key unknown. A host with any old key has changed its key.
  if (kind === 'unknown-host-key' && old.length === 0) return { kind, keys };
  return {
    kind: 'changed-host-key',
    keys,
    known: await withFingerprints(goal, parseKeyLines(old.map(({ line }) => line).join('\n'))),
    lines: lines.filter(isOld),
    systemFiles: [...new Set(systemLines.filter(isOld).map(({ file }) => file))],
  };
}

/** Connects as libvirt itself will: with the URI, as root, without a person to answer questions. */
async function askLibvirt(goal: AccessGoal, there: DestinationEnvironment | undefined): Promise<AccessState> {
  const { uri, parts } = goal.destination;
  const { exitCode, stdout, stderr } = await runAsRoot(goal, ['virsh', '-q', '-c', uri, 'hostname']);
  if (exitCode === 0) return { kind: 'ready', uri, hostname: stdout.trim(), hasShell: there !== undefined };
  return { kind: 'no-libvirt', problem: libvirtProblem(parts.host, stderr, there), original: stderr };
}
