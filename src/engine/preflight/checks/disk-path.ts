// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { destinationPoolsFact } from '../facts/destination-pools.ts';
import { destinationSecretsFact, type Secrets } from '../facts/destination-secrets.ts';
import { diskCopiesFact } from '../facts/disk-copies.ts';
import { type DiskFile, diskFiles, diskFilesFact } from '../facts/disk-files.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { secretFile } from '../facts/host-paths.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import { secretsNeeded } from '../facts/named-resources.ts';
import type { Judgement } from '../finding.ts';
import { type CopyProblem, copyProblem, filesNotCopied } from '../judging/copied-disk.ts';
import { fileExists } from '../judging/file-exists.ts';
import { accessProblem } from '../judging/image-access.ts';
import { judgeNextStart } from '../judging/next-start.ts';

/** What stands against an image: `doubtful` ones may do no harm. */
interface Trouble {
  readonly found: Message;
  readonly remedy: Remedy;
  readonly kind: CopyProblem['kind'] | 'doubtful';
}

/** The worst first. */
const kinds: readonly Trouble['kind'][] = ['impossible', 'overwrites', 'doubtful'];

/** Of an image that has to be there. */
function troubleOf(file: DiskFile, there: HostReading): Trouble | undefined {
  const trouble = accessProblem(file, there);
  return trouble === undefined
    ? undefined
    : { found: trouble.found, remedy: trouble.remedy, kind: trouble.sure ? 'impossible' : 'doubtful' };
}

function judgeTroubles(troubles: readonly Trouble[]): Judgement | undefined {
  const [first, ...others] = [...troubles].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  if (first === undefined) return undefined;
  return {
    verdict: first.kind === 'doubtful' ? 'warn' : 'block',
    found: msg('$0.', first.found),
    details: others.map(({ found }) => msg('$0.', found)),
    remedies: [first.remedy],
    ...(first.kind === 'overwrites'
      ? {
          override: {
            risk: msg(
              'What is there now is lost, whatever it is. If it is of another size or format, the migration fails.',
            ),
          },
        }
      : {}),
  };
}

function judgeSecrets(needed: readonly string[], secrets: Secrets): Judgement | undefined {
  const gone = needed.filter((secret) => !secrets.has(secret.toLowerCase()));
  if (gone.length === 0) return undefined;
  return {
    verdict: 'block',
    found: msg('A disk needs a secret that the destination does not have: $0.', gone.join(', ')),
    remedies: [
      {
        text: msg('Define the secret there with the same UUID, and set its value.'),
        command: 'virsh secret-list',
        host: 'destination',
      },
    ],
  };
}

/** A secret that is there may have no value: one that is ephemeral loses it when the host is started anew. */
function judgeValues(needed: readonly string[], there: HostReading): Judgement | undefined {
  const empty = needed.filter((secret) => there.files.get(secretFile(secret))?.exists === false);
  const [first] = empty;
  if (first === undefined) return undefined;
  return {
    verdict: 'warn',
    found: msg('The destination keeps no value for a secret that a disk needs: $0.', empty.join(', ')),
    remedies: [
      {
        text: msg('If it was not set there since that host was started, set it again.'),
        command: shellCommand('virsh', 'secret-set-value', '--secret', first, '--interactive'),
        host: 'destination',
      },
    ],
  };
}

/** Images that the VM gets when it is started the next time, with the definition that goes along. */
function judgeStoredDisks(
  { config, stored }: SourceDomain,
  shell: FactResult<HostReading>,
): Judgement | undefined {
  const now = new Set(diskFiles(config).map(({ path }) => path));
  const next = (stored === undefined ? [] : diskFiles(stored)).filter(
    ({ path, optional }) => path.startsWith('/') && !optional && !now.has(path),
  );
  if (next.length === 0) return undefined;
  const there = required(shell);
  return judgeNextStart(
    next.filter(({ path }) => !fileExists(there, path)).map(({ path, disk }) => ({ path, device: disk })),
    {
      text: msg('Put it there before, or take the disk out of the stored definition.'),
      command: shellCommand('virsh', 'domblklist', '--inactive', '--details', config.uuid),
      host: 'source',
    },
  );
}

/** Can QEMU on the destination open the images? */
export const diskPathCheck = defineCheck({
  id: 'disk-path',
  title: msg('Images'),
  group: 'storage',
  why: msg(
    "Each image, with all that it is built upon, has to be under the same path there, and QEMU's user there has to be let in. One that is copied needs a place under that path.",
  ),
  needs: { domain: domainFact, files: diskFilesFact, copies: diskCopiesFact },
  wants: { shell: destinationShellFact, secrets: destinationSecretsFact, pools: destinationPoolsFact },
  judge: ({ domain, files, copies: { disks: copies }, shell, secrets, pools }, plan): Judgement => {
    const images = filesNotCopied(files, copies, domain.migratable).filter(({ removable }) => !removable);
    const needed = secretsNeeded({ ...domain.config, devices: { ...domain.config.devices, tpms: [] } });
    const noSecret = needed.length === 0 ? undefined : judgeSecrets(needed, required(secrets));
    if (noSecret !== undefined) return noSecret;
    const noValue = needed.length === 0 || !shell.available ? undefined : judgeValues(needed, shell.value);
    const [firstImage] = images;
    const nextStart = (): Judgement | undefined =>
      isTemporary(plan) ? undefined : judgeStoredDisks(domain, shell);
    if (firstImage === undefined && copies.length === 0)
      return nextStart() ?? { verdict: 'pass', found: msg('The VM has no image in a file or device.') };
    const copyTroubles = copies.flatMap((copy): readonly Trouble[] => {
      const trouble = copyProblem(copy, { shell, pools });
      // What is there already is opened as it is.
      const own = files.find(({ path }) => path === copy.path);
      const closed =
        trouble?.kind === 'overwrites' && own !== undefined && shell.available
          ? troubleOf(own, shell.value)
          : undefined;
      return [trouble, closed].filter((one) => one !== undefined);
    });
    const there =
      firstImage === undefined
        ? undefined
        : required(shell, [
            {
              text: msg('See there whether the file is under this path, and who may read it.'),
              command: shellCommand('namei', '-l', '--', firstImage.path),
              host: 'destination',
            },
          ]);
    const imageTroubles = there === undefined ? [] : images.flatMap((file) => troubleOf(file, there) ?? []);
    return (
      judgeTroubles([...copyTroubles, ...imageTroubles]) ??
      noValue ??
      nextStart() ?? {
        verdict: 'pass',
        found:
          copies.length === 0
            ? msg('All images are there, where QEMU can get at them.')
            : firstImage === undefined
              ? msg('There is a place for every image that is copied.')
              : msg('All images that are not copied are there, and there is a place for the others.'),
        details: images.map(({ disk, path }) => msg('$0: $1', disk, path)),
      }
    );
  },
});
