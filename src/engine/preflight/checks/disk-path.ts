// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { type DestinationPools, destinationPoolsFact } from '../facts/destination-pools.ts';
import { destinationSecretsFact, type Secrets } from '../facts/destination-secrets.ts';
import { destinationVolumeFilesFact } from '../facts/destination-volume-files.ts';
import { type DiskCopy, diskCopiesFact } from '../facts/disk-copies.ts';
import { type DiskFile, diskFiles, diskFilesFact } from '../facts/disk-files.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { secretFile } from '../facts/host-paths.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import { secretsNeeded } from '../facts/named-resources.ts';
import { type DestinationStorage, destinationStorageFact, pathOnDestination } from '../facts/volumes.ts';
import type { Judgement } from '../finding.ts';
import { type CopyProblem, copyProblem, filesNotCopied } from '../judging/copied-disk.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { fileExists } from '../judging/file-exists.ts';
import { accessProblem } from '../judging/image-access.ts';
import { provideImage } from '../judging/missing-image.ts';
import { judgeNextStart } from '../judging/next-start.ts';
import { defineSecret, setSecretValue } from '../judging/secret-remedies.ts';

/** A problem with an image. If `doubtful`, it may do no harm. */
interface Problem {
  readonly found: Message;
  readonly remedies: readonly [Remedy, ...Remedy[]];
  readonly kind: CopyProblem['kind'] | 'doubtful';
}

/** The worst first. */
const kinds: readonly Problem['kind'][] = ['impossible', 'overwrites', 'doubtful'];

/** Both hosts, as far as they are known. */
interface Hosts {
  readonly to: DestinationHost;
  readonly source: FactResult<HostReading>;
  readonly shell: FactResult<HostReading>;
  readonly pools: FactResult<DestinationPools>;
  readonly storage: FactResult<DestinationStorage>;
}

/** What the destination's shell reported, with the volumes that have another path there. */
function withVolumes(
  shell: FactResult<HostReading>,
  volumes: FactResult<HostReading['files']>,
): FactResult<HostReading> {
  if (!shell.available || !volumes.available || volumes.value.size === 0) return shell;
  const files = new Map([...shell.value.files, ...volumes.value]);
  return { available: true, value: { ...shell.value, files } };
}

function localFile({ source }: Hosts, path: string): FileReading | undefined {
  return source.available ? source.value.files.get(path) : undefined;
}

/** Problems of an image that has to exist. */
function imageProblem(file: DiskFile, there: HostReading, hosts: Hosts): Problem | undefined {
  const { storage } = hosts;
  const path = pathOnDestination(file, storage.available ? storage.value : undefined);
  // If the destination lacks the volume, shared-storage reports it.
  if (path === undefined) return undefined;
  const problem = accessProblem({ ...file, path }, localFile(hosts, file.path), there, hosts.to);
  return problem === undefined ? undefined : { ...problem, kind: problem.sure ? 'impossible' : 'doubtful' };
}

/** Problems of a copied disk: an existing image is opened as it is. */
function copyProblems(copy: DiskCopy, files: readonly DiskFile[], hosts: Hosts): readonly Problem[] {
  const problem = copyProblem(copy, { host: hosts.to, shell: hosts.shell, pools: hosts.pools });
  const own = files.find(({ path }) => path === copy.path);
  const closed =
    problem?.kind === 'overwrites' && own !== undefined && hosts.shell.available
      ? imageProblem(own, hosts.shell.value, hosts)
      : undefined;
  return [problem, closed].filter((one) => one !== undefined);
}

function judgeProblems(problems: readonly Problem[]): Judgement | undefined {
  const [first, ...others] = [...problems].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  if (first === undefined) return undefined;
  return {
    verdict: first.kind === 'doubtful' ? 'warn' : 'block',
    found: first.found,
    details: others.map(({ found }) => found),
    remedies: first.remedies,
    ...(first.kind === 'overwrites'
      ? {
          override: {
            risk: msg(
              'What is there now is lost. If its size or format differs from the disk, the migration fails.',
            ),
          },
        }
      : {}),
  };
}

function judgeSecrets(
  needed: readonly string[],
  secrets: Secrets,
  to: DestinationHost,
): Judgement | undefined {
  const [first, ...others] = needed.filter((secret) => !secrets.has(secret.toLowerCase()));
  if (first === undefined) return undefined;
  return {
    verdict: 'block',
    found: msg('$1 lacks a secret that opens a disk: $0.', [first, ...others].join(', '), to.name),
    remedies: [defineSecret(first, to), ...others.map((secret) => defineSecret(secret, to))],
  };
}

/** A secret may have no value: an ephemeral one loses it when the host restarts. */
function judgeValues(
  needed: readonly string[],
  there: HostReading,
  to: DestinationHost,
): Judgement | undefined {
  const empty = needed.filter((secret) => there.files.get(secretFile(secret))?.exists === false);
  const [first, ...others] = empty;
  if (first === undefined) return undefined;
  return {
    verdict: 'warn',
    found: msg('$1 keeps no value for a secret that opens a disk: $0.', empty.join(', '), to.name),
    remedies: [setSecretValue(first, to), ...others.map((secret) => setSecretValue(secret, to))],
  };
}

/** A permanent migration also moves the stored definition, which may name other images than the running VM. */
function judgeStoredDisks({ config, stored }: SourceDomain, hosts: Hosts): Judgement | undefined {
  const now = new Set(diskFiles(config).map(({ path }) => path));
  const next = (stored === undefined ? [] : diskFiles(stored)).filter(
    ({ path, optional }) => path.startsWith('/') && !optional && !now.has(path),
  );
  if (next.length === 0) return undefined;
  const there = required(hosts.shell);
  return judgeNextStart(
    next
      .filter(({ path }) => !fileExists(there, path))
      .map((file) => ({
        path: file.path,
        device: file.disk,
        remedy: provideImage(file, localFile(hosts, file.path), hosts.to),
      })),
    hosts.to,
    config.uuid,
  );
}

function passed(
  images: readonly DiskFile[],
  copies: readonly DiskCopy[],
  { name }: DestinationHost,
): Judgement {
  return {
    verdict: 'pass',
    found:
      copies.length === 0
        ? msg('QEMU on $0 can open all disk images.', name)
        : images.length === 0
          ? msg('$0 has a place for every disk image that is copied.', name)
          : msg(
              'QEMU on $0 can open the disk images that are not copied, and there is a place for the copies.',
              name,
            ),
    details: images.map(({ disk, path }) => msg('$0: $1', disk, path)),
  };
}

/** Problems with the images that have to exist, and with the paths of those that are copied. */
function judgeImages(
  images: readonly DiskFile[],
  copies: readonly DiskCopy[],
  files: readonly DiskFile[],
  hosts: Hosts,
): Judgement | undefined {
  const ofCopies = copies.flatMap((copy) => copyProblems(copy, files, hosts));
  const [first] = images;
  if (first === undefined) return judgeProblems(ofCopies);
  const there = required(hosts.shell, [
    {
      text: msg('Show whether $1 has $0, and who may read it.', first.path, hosts.to.name),
      command: shellCommand('namei', '-l', '--', first.path),
      host: 'destination',
    },
  ]);
  return judgeProblems([...ofCopies, ...images.flatMap((file) => imageProblem(file, there, hosts) ?? [])]);
}

/** Can QEMU on the destination open the images? */
export const diskPathCheck = defineCheck({
  id: 'disk-path',
  title: msg('Disk images'),
  group: 'storage',
  why: msg(
    'QEMU on the destination opens each disk image, and every image that it is built upon, under the same path. An image that is copied needs a place under that path.',
  ),
  needs: { domain: domainFact, files: diskFilesFact, copies: diskCopiesFact },
  wants: {
    source: sourceShellFact,
    shell: destinationShellFact,
    secrets: destinationSecretsFact,
    pools: destinationPoolsFact,
    storage: destinationStorageFact,
    volumes: destinationVolumeFilesFact,
  },
  judge: (facts, plan): Judgement => {
    const { domain, files, source, secrets, pools, storage } = facts;
    const copies = facts.copies.disks;
    const to = destinationHost(plan);
    const shell = withVolumes(facts.shell, facts.volumes);
    const hosts = { to, source, shell, pools, storage };
    const images = filesNotCopied(files, copies, domain.migratable).filter(({ removable }) => !removable);
    const needed = secretsNeeded({ ...domain.config, devices: { ...domain.config.devices, tpms: [] } });
    const noSecret = needed.length === 0 ? undefined : judgeSecrets(needed, required(secrets), to);
    if (noSecret !== undefined) return noSecret;
    const noValue =
      needed.length === 0 || !shell.available ? undefined : judgeValues(needed, shell.value, to);
    const nextStart = (): Judgement | undefined =>
      isTemporary(plan) ? undefined : judgeStoredDisks(domain, hosts);
    if (images.length === 0 && copies.length === 0)
      return nextStart() ?? { verdict: 'pass', found: msg('The VM has no disk image in a file or device.') };
    return judgeImages(images, copies, files, hosts) ?? noValue ?? nextStart() ?? passed(images, copies, to);
  },
});
