// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabHost } from './lab.ts';

const run = promisify(execFile);

export const namespaceKinds = ['net', 'mnt', 'pid', 'ipc', 'uts'];

/** A namespace's name, such as `net:[4026531840]`; undefined for a process that has ended. */
function namespace(pid: number | string, kind: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

/** The types of namespaces of a host. */
export function namespacesOf(hosts: readonly LabHost[]): ReadonlySet<string> {
  const all = hosts.flatMap((host) => namespaceKinds.map((kind) => namespace(host.pid, kind)));
  return new Set(all.filter((each) => each !== undefined));
}

/** A process's environment; empty for a process that has ended or that root may not read, which does not belong to a lab. */
function environment(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Everything on this machine that still belongs to a lab. */
export async function traces(
  name: string,
  bridge: string,
  namespaces: ReadonlySet<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    for (const kind of namespaceKinds) {
      if (namespaces.has(namespace(pid, kind) ?? '')) found.push(`process ${pid} in its ${kind}`);
    }
    if (environment(pid).includes(`COCKPIT_MIGRATE_LAB=${name}`)) found.push(`process ${pid}`);
  }
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  if (mounts.includes(`cockpit-migrate-lab/${name}`)) found.push('mount');
  const { stdout } = await run('ip', ['-o', 'link']);
  if (new RegExp(`: ${bridge}(v\\d+)?[@:]`).test(stdout)) found.push('link');
  for (const directory of [`/run/cockpit-migrate-lab/${name}`, `/var/tmp/cockpit-migrate-lab/${name}`])
    if (existsSync(directory)) found.push(directory);
  for (const [, tree = ''] of mounts.matchAll(/^(?:\S+ ){4}(\S+) .* - cgroup2 /gm))
    for (const group of readdirSync(tree).filter((each) => each.startsWith(`ckm-${name}-`)))
      found.push(join(tree, group));
  return found;
}
