// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { destinationPoolsFact } from '../facts/destination-pools.ts';
import { destinationSecretsFact, type Secrets } from '../facts/destination-secrets.ts';
import { type DiskCopy, diskCopiesFact } from '../facts/disk-copies.ts';
import { type DiskFile, diskFilesFact } from '../facts/disk-files.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import { secretsNeeded } from '../facts/named-resources.ts';
import { destinationStorageFact } from '../facts/volumes.ts';
import type { Judgement, Remedy } from '../finding.ts';
import { type CopyPlace, copyTrouble } from '../judging/copied-disk.ts';
import { isThere } from '../judging/file-there.ts';
import { type Message, msg } from '../message.ts';
import { shellCommand } from '../shell-quote.ts';

/** What keeps QEMU there from opening a file. */
interface Trouble {
  readonly found: Message;
  readonly remedy: Remedy;
  /** False: it may work nevertheless. */
  readonly sure: boolean;
}

/** On these, root of a client may not give files away to another user (root_squash), so libvirt may not either. */
const ofAServer = /^(nfs4?|cifs|smb3?)$/;

function troubleOf(file: DiskFile, there: HostReading): Trouble | undefined {
  const { path } = file;
  const seen = there.files.get(path);
  const look = (text: Message, ...argv: string[]): Remedy => ({
    text,
    command: shellCommand(...argv),
    host: 'destination',
  });
  if (!isThere(there, path) || seen === undefined)
    return {
      found: msg('$0 ($1) is not there on the destination', path, file.disk),
      remedy: look(
        msg('Mount the storage there, so that the file is under the same path.'),
        'findmnt',
        '-T',
        path,
      ),
      sure: true,
    };
  const user = String(there.qemuUser ?? '?');
  if (seen.qemu.reach === false)
    return {
      found: msg(
        "$0 ($1): QEMU's user on the destination (number $2) may not go to that folder",
        path,
        file.disk,
        user,
      ),
      remedy: look(msg('Let that user pass through all folders on the way.'), 'namei', '-l', path),
      sure: true,
    };
  const wants = file.role === 'disk' ? seen.qemu.write : seen.qemu.read;
  if (wants !== false) return undefined;
  // libvirt gives the file to QEMU's user when the VM arrives, unless it was told not to or the server forbids it.
  if (there.settings.get('dynamic_ownership') === '0')
    return {
      found: msg(
        "$0 ($1): QEMU's user on the destination (number $2) may not open it, and libvirt there leaves owners alone",
        path,
        file.disk,
        user,
      ),
      remedy: look(msg('Give the file to a user or a group that QEMU has on both hosts.'), 'ls', '-ln', path),
      sure: true,
    };
  return ofAServer.test(seen.fileSystem)
    ? {
        found: msg(
          "$0 ($1): QEMU's user on the destination (number $2) may not open it, and the file server may not let libvirt change that",
          path,
          file.disk,
          user,
        ),
        remedy: look(
          msg(
            "See that QEMU's user has the same number on both hosts, or that the server lets root change owners.",
          ),
          'ls',
          '-ln',
          path,
        ),
        sure: false,
      }
    : undefined;
}

/** What is to be said about the places of disks that are copied; nothing where all is well. */
function judgeCopies(copies: readonly DiskCopy[], place: CopyPlace): Judgement | undefined {
  const troubles = copies.flatMap((copy) => copyTrouble(copy, place) ?? []);
  const impossible = troubles.filter(({ kind }) => kind === 'impossible');
  const [first, ...others] = impossible.length > 0 ? impossible : troubles;
  if (first === undefined) return undefined;
  return {
    verdict: 'block',
    found: msg('$0.', first.found),
    details: others.map(({ found }) => msg('$0.', found)),
    remedies: [first.remedy],
    ...(first.kind === 'overwrites'
      ? { override: { risk: msg('What is there now is lost, whatever it is.') } }
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

/** Can QEMU on the destination open the images? */
export const diskPathCheck = defineCheck({
  id: 'disk-path',
  title: msg('Images'),
  why: msg(
    "Each image, with all that it is built upon, has to be under the same path there, and QEMU's user there has to be let in. One that is copied needs a place under that path.",
  ),
  needs: { domain: domainFact, files: diskFilesFact, copies: diskCopiesFact },
  wants: {
    shell: destinationShellFact,
    secrets: destinationSecretsFact,
    pools: destinationPoolsFact,
    storage: destinationStorageFact,
  },
  judge: ({ domain, files, copies, shell, secrets, pools, storage }): Judgement => {
    const copied = new Set(copies.disks.map(({ disk }) => disk));
    // What a copied disk is built upon is copied into it.
    const images = files.filter(({ removable, disk }) => !removable && !copied.has(disk));
    const needed = secretsNeeded({ ...domain.config, devices: { ...domain.config.devices, tpms: [] } });
    const noSecret = needed.length === 0 ? undefined : judgeSecrets(needed, required(secrets));
    if (noSecret !== undefined) return noSecret;
    const noPlace = judgeCopies(copies.disks, { shell, pools, storage });
    if (noPlace?.verdict === 'block' && noPlace.override === undefined) return noPlace;
    const [firstImage] = images;
    if (firstImage === undefined) {
      if (noPlace !== undefined) return noPlace;
      return copied.size === 0
        ? { verdict: 'pass', found: msg('The VM has no image in a file or device.') }
        : { verdict: 'pass', found: msg('There is a place for every image that is copied.') };
    }
    const there = required(shell, [
      {
        text: msg('See there whether the file is under this path, and who may read it.'),
        command: shellCommand('namei', '-l', firstImage.path),
        host: 'destination',
      },
    ]);
    const troubles = images.flatMap((file) => troubleOf(file, there) ?? []);
    const [first] = [...troubles].sort((a, b) => Number(b.sure) - Number(a.sure));
    if (first?.sure !== true && noPlace !== undefined) return noPlace;
    if (first === undefined)
      return {
        verdict: 'pass',
        found:
          copied.size === 0
            ? msg('All images are there, where QEMU can get at them.')
            : msg('All images that are not copied are there, and there is a place for the others.'),
        details: images.map(({ disk, path }) => msg('$0: $1', disk, path)),
      };
    return {
      verdict: first.sure ? 'block' : 'warn',
      found: msg('$0.', first.found),
      details: troubles.filter((one) => one !== first).map(({ found }) => msg('$0.', found)),
      remedies: [first.remedy],
    };
  },
});
