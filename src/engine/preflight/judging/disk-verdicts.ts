// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig, DomainDisk } from '../../../libvirt/domain-xml.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DiskCopy } from '../facts/disk-copies.ts';
import { type DiskFile, diskVolumes, isVolumePath, type SourceNames } from '../facts/disk-files.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import type { DestinationStorage } from '../facts/volumes.ts';
import { filesNotCopied } from './copied-disk.ts';
import { type Comparison, compareFiles, compareWithPool } from './same-file.ts';

/** What is to be said about one disk, or one file of its backing chain. */
export interface DiskVerdict {
  readonly disk: string;
  readonly path: string;
  readonly verdict: 'pass' | 'warn' | 'block' | 'unknown';
  readonly found: Message;
  readonly remedies: readonly Remedy[];
  /** Only for `block`: the admin may know better; the sentence names the risk. */
  readonly risk?: Message;
  /** True for a disk that is in the way only because it is of this host alone. */
  readonly ofThisHost?: true;
}

/** What could be seen of the destination's storage. */
export interface StorageThere {
  readonly files?: HostReading['files'];
  readonly pools?: DestinationStorage;
  /** Why there is no look at the files. */
  readonly why: Message;
}

/**
 * File systems that libvirt takes for shared (virFileIsSharedFS; qemuMigrationSrcIsSafe refuses a writable file on any
 * other). The names are those of /proc/self/mountinfo.
 */
const sharedFileSystems =
  /^(nfs4?|gfs2|ocfs2|afs|smb3?|smbfs|cifs|ceph|gpfs|acfs|beegfs|fuse\.(glusterfs|quobyte))$/;

/** Of these, the ones that libvirt learned later than the oldest version that we support. */
const sharedSinceLater = /^(beegfs|acfs)$/;

/** Addresses and sockets that mean another place on every host. */
const ofThisHostAlone = /^(localhost(\.localdomain)?|127(\.\d{1,3}){3}|::1|\/.*)$/i;

/** File systems that one host alone can have. libvirt's list is no help here: what is not on it may be shared nevertheless. */
const ofOneHost = /^(ext[234]|xfs|btrfs|zfs|f2fs|jfs|bcachefs|reiserfs|tmpfs|overlay)$/;

/** File systems that only libvirt's own setting `shared_filesystems` can make shared. */
function isShared(path: string, { fileSystem }: FileReading, settings: HostReading['settings']): boolean {
  if (sharedFileSystems.test(fileSystem)) return true;
  const folders = [...(settings.get('shared_filesystems') ?? '').matchAll(/"([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  );
  return folders.some((folder) => path.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
}

/** Every disk with what there is to say about it. */
export function judgeDisks(
  config: Pick<DomainConfig, 'disks'>,
  files: readonly DiskFile[],
  here: HostReading,
  there: StorageThere,
  copies: readonly DiskCopy[],
  migratable: Pick<DomainConfig, 'disks'> | undefined,
): readonly DiskVerdict[] {
  const copied = new Set(copies.map(({ disk }) => disk));
  return [
    ...config.disks.flatMap((disk) => (copied.has(disk.target) ? [] : judgeKind(disk))),
    // As of files, what a copied disk is built upon is needed only where the definition itself names it.
    ...config.disks
      .flatMap((disk) =>
        copied.has(disk.target)
          ? (migratable?.disks.filter(({ target }) => target === disk.target) ?? [])
          : [disk],
      )
      .flatMap(({ target, backingNetwork }) => backingNetwork.flatMap((each) => judgeNetwork(target, each))),
    ...files
      .filter(({ disk, role }) => copied.has(disk) && role === 'disk')
      .map((file) => judgeCopy(file, here, there)),
    ...filesNotCopied(files, copies, migratable).map((file) => judgeFile(file, here, there)),
    ...diskVolumes(config).flatMap(({ disk, pool, volume, removable }): readonly DiskVerdict[] => {
      // Media in drives are another check's.
      if (removable) return [];
      const path = `${pool}/${volume}`;
      if (copied.has(disk)) {
        // Its file was judged above. Without one it may be storage that the other host has too, such as Ceph's.
        if (files.some((file) => file.disk === disk)) return [];
        return [
          {
            disk,
            path,
            verdict: 'unknown',
            found: msg('a disk of a kind that cannot be compared'),
            remedies: [{ text: msg('See whether the same is there on the destination.') }],
          },
        ];
      }
      const answer = there.pools?.volumes.get(path);
      const look: Remedy = {
        text: msg(
          'The pool has to be there under the same name, active, and on storage that both hosts share.',
        ),
        command: shellCommand('virsh', 'vol-path', '--pool', pool, '--vol', volume),
        host: 'destination',
      };
      if (answer === undefined || (answer.ok && !isVolumePath(answer.path)))
        return [{ disk, path, verdict: 'unknown', found: there.why, remedies: [look] }];
      return [
        answer.ok
          ? {
              disk,
              path,
              verdict: 'pass',
              found: msg('the destination has a volume of that name'),
              remedies: [],
            }
          : {
              disk,
              path,
              verdict: 'block',
              found: msg('the destination has no such volume'),
              remedies: [look],
            },
      ];
    }),
  ];
}

/** Storage on the network, of a disk or of what it is built upon. */
function judgeNetwork(disk: string, source: SourceNames): readonly DiskVerdict[] {
  const { protocol, hosts = [] } = source;
  if (protocol === undefined) return [];
  const path = source.name ?? protocol;
  const own = hosts.find((host) => ofThisHostAlone.test(host));
  return [
    own === undefined
      ? {
          disk,
          path,
          verdict: 'pass',
          found: msg(
            'storage over the network ($0), which libvirt takes for the same from every host',
            protocol,
          ),
          remedies: [],
        }
      : {
          disk,
          path,
          verdict: 'block',
          found: msg('storage over $0 at $1, which is something else on every host', protocol, own),
          remedies: [{ text: msg('Use an address that leads to the same storage from both hosts.') }],
          risk: msg(
            'Unless the destination has the same storage at that address, the VM does not start there, or loses its disk.',
          ),
        },
  ];
}

/** Disks that are no file here at all, and those that libvirt never migrates. */
function judgeKind(disk: DomainDisk): readonly DiskVerdict[] {
  const source: SourceNames = disk.source ?? {};
  const path = source.path ?? source.name ?? disk.type;
  const verdict = (
    kind: DiskVerdict['verdict'],
    found: Message,
    ...remedies: Remedy[]
  ): readonly DiskVerdict[] => [{ disk: disk.target, path, verdict: kind, found, remedies }];
  if (disk.transient) {
    return verdict('block', msg('a transient disk; libvirt does not migrate those'), {
      text: msg('Shut the VM off and make the disk an ordinary one.'),
    });
  }
  if (disk.type === 'network' && source.protocol !== undefined) return judgeNetwork(disk.target, source);
  // A drive may be empty. A disk is never: then its source is one that is not understood.
  if (disk.source === undefined && (disk.device === 'cdrom' || disk.device === 'floppy')) return [];
  switch (disk.type) {
    case 'nvme':
      return verdict(
        'block',
        msg('an NVMe device of this host, given to the VM; libvirt does not migrate that'),
        {
          text: msg('Detach it, or copy its content to storage that both hosts share.'),
        },
      );
    // Those are judged by the file or volume that they name.
    case 'file':
    case 'block':
      if (source.path !== undefined) return [];
      break;
    case 'volume':
      if (source.pool !== undefined && source.volume !== undefined) return [];
      break;
    default:
      break;
  }
  return verdict('unknown', msg('a disk of a kind that cannot be compared'), {
    text: msg('See whether the same is there on the destination.'),
  });
}

function judgeFile(file: DiskFile, here: HostReading, there: StorageThere): DiskVerdict {
  const { disk, path } = file;
  const verdict = (kind: DiskVerdict['verdict'], found: Message, ...remedies: Remedy[]): DiskVerdict => ({
    disk,
    path,
    verdict: kind,
    found,
    remedies,
  });
  const local = here.files.get(path);
  if (local?.exists !== true) {
    return verdict('unknown', msg('the file could not be looked at on this host'), {
      text: msg('Look at it by hand.'),
      command: shellCommand('stat', '-L', '--', path),
      host: 'source',
    });
  }
  if (file.role === 'disk' && !file.block && !isShared(path, local, here.settings)) {
    return {
      ...verdict(
        'block',
        msg('on a file system of this host alone ($0); libvirt refuses to migrate that', local.fileSystem),
        {
          text: msg(
            'Put the disk on storage that both hosts share (NFS, GlusterFS, Ceph, iSCSI...), under the same path.',
          ),
          command: shellCommand('findmnt', '-T', path),
          host: 'source',
        },
      ),
      ofThisHost: true,
    };
  }
  if (local.dataElsewhere === true)
    return {
      ...verdict(
        'block',
        msg(
          'its content is in another file (data_file), at which libvirt does not look; whether the destination has the same one is not known',
        ),
        {
          text: msg(
            'See which file that is, and whether it is the same one on both hosts. Or have the disk copied.',
          ),
          command: shellCommand('qemu-img', 'info', '-U', '--', path),
          host: 'source',
        },
      ),
      risk: msg('If it is not the same one, the content of the disk is lost to the VM.'),
    };
  const compared = compare(path, local, there);
  return file.role === 'disk'
    ? judgeWritable(file, local, compared, verdict)
    : judgeReadOnly(file, local, there.files?.get(path), compared, verdict);
}

/** One that is copied must not be the very one onto which it would be copied. */
function judgeCopy({ disk, path, block }: DiskFile, here: HostReading, there: StorageThere): DiskVerdict {
  const verdict = (
    kind: DiskVerdict['verdict'],
    found: Message,
    ...remedies: readonly Remedy[]
  ): DiskVerdict => ({ disk, path, verdict: kind, found, remedies });
  const local = here.files.get(path);
  const compared = local?.exists === true ? compare(path, local, there) : undefined;
  if (compared?.kind === 'same')
    return verdict('block', msg('the very same one on the destination; it would be copied onto itself'));
  const ofThisHost =
    local?.exists === true &&
    !block &&
    ofOneHost.test(local.fileSystem) &&
    !isShared(path, local, here.settings);
  if (ofThisHost || compared?.kind === 'missing' || compared?.kind === 'different')
    return verdict('pass', msg('is copied to the destination'));
  return verdict(
    'unknown',
    compared?.evidence ?? msg('the file could not be looked at on this host'),
    compareByHand(path),
  );
}

function compare(path: string, local: FileReading, there: StorageThere): Comparison {
  const seen = there.files?.get(path);
  if (seen !== undefined) return compareFiles(local, seen);
  const pooled = there.pools?.files.get(path);
  return pooled === undefined ? { kind: 'not-proved', evidence: there.why } : compareWithPool(local, pooled);
}

type Say = (kind: DiskVerdict['verdict'], found: Message, ...remedies: Remedy[]) => DiskVerdict;

/** How an admin compares a file on both hosts. */
function compareByHand(path: string): Remedy {
  return {
    text: msg('Compare inode, size and time of last change on both hosts.'),
    command: shellCommand('stat', '-L', '-c', '%i %s %z', '--', path),
    host: 'destination',
  };
}

function mountThere(path: string, local: FileReading): Remedy {
  return {
    text: msg('Mount $0 on the destination as on this host, so that $1 is there.', local.mountSource, path),
    command: shellCommand('findmnt', '-T', path),
    host: 'destination',
  };
}

function judgeWritable(file: DiskFile, local: FileReading, compared: Comparison, say: Say): DiskVerdict {
  switch (compared.kind) {
    case 'missing':
      return say('block', msg('not there on the destination'), mountThere(file.path, local));
    case 'different':
      return say(
        'block',
        msg('another file on the destination: $0', compared.evidence),
        mountThere(file.path, local),
      );
    case 'not-proved':
      return say('unknown', compared.evidence, compareByHand(file.path));
    case 'same':
      break;
  }
  if (sharedSinceLater.test(local.fileSystem)) {
    return say('warn', msg('$0; older versions of libvirt refuse $1', compared.evidence, local.fileSystem), {
      text: msg('If libvirt refuses, a newer version of it helps.'),
    });
  }
  return say('pass', compared.evidence);
}

function judgeReadOnly(
  file: DiskFile,
  local: FileReading,
  remote: FileReading | undefined,
  compared: Comparison,
  say: Say,
): DiskVerdict {
  if (compared.kind === 'missing') {
    if (file.optional) return say('pass', msg('not there on the destination; libvirt ejects it on the way'));
    return file.role === 'base'
      ? say(
          'block',
          msg('not there on the destination, and the disk is built upon it'),
          mountThere(file.path, local),
        )
      : say('block', msg('not there on the destination'), mountThere(file.path, local));
  }
  if (compared.kind === 'same') return say('pass', compared.evidence);
  if (remote === undefined) return say('unknown', compared.evidence, compareByHand(file.path));
  // Only read, so a copy does as well as the same file; but it has to be a copy.
  if (remote.sizeBytes !== local.sizeBytes) {
    return say(
      file.role === 'base' ? 'block' : 'warn',
      msg(
        'another file of another size on the destination ($0 bytes here, $1 there)',
        local.sizeBytes,
        remote.sizeBytes,
      ),
      mountThere(file.path, local),
    );
  }
  return say(
    file.role === 'base' ? 'warn' : 'pass',
    msg('a file of the same size on the destination, only read'),
    {
      text: msg('See that both have the same content.'),
      command: shellCommand('sha256sum', '--', file.path),
      host: 'destination',
    },
  );
}
