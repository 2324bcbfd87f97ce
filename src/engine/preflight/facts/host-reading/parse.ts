// SPDX-License-Identifier: LGPL-2.1-or-later

import { parseConf } from '../../../../libvirt/vir-conf.ts';
import { wholeNumber } from '../../../base/index.ts';
import { linesByNumber, parseFile } from './file.ts';
import { parseMounts } from './mounts.ts';
import { parseAddresses, parseDevices } from './network-devices.ts';
import { romFiles, type WantedPaths } from './parameters.ts';
import type { HostListening, HostReading, Managers, OpenFiles } from './reading.ts';
import { bodyOf, type Section, sectionsOf } from './sections.ts';
import { datagrams, listens, parseListeners, parseSockets } from './sockets.ts';
import { parseVersions } from './versions.ts';

/** Parses listening sockets and configuration from the script's output so far; undefined if they are incomplete. */
export function parseListening(text: string, mark: string): HostListening | undefined {
  // The last section may be incomplete.
  const sections = sectionsOf(text, mark).slice(0, -1);
  const has = (beginning: string): boolean => sections.some(({ name }) => name.startsWith(beginning));
  // The section of libvirtd's file is the last but one, so both are complete.
  return has('sockets') && has('configuration-virtqemud') ? listeningOf(sections) : undefined;
}

/** Parses the script's output; undefined if it is incomplete. */
export function parseReading(text: string, mark: string, paths: WantedPaths): HostReading | undefined {
  const bodies = sectionsOf(text, mark);
  if (bodies.at(-1)?.name.trim() !== 'end') return undefined;
  const body = (name: string): string => bodyOf(bodies, name);
  const mounts = parseMounts(body('mounts'));
  const looks = linesByNumber(body('files'));
  const listeningOn = parseSockets(body('sockets'), listens);
  const datagramsOn = parseSockets(body('datagrams'), datagrams);
  const first = parseClock(body('clock-first'));
  const last = parseClock(body('clock-last'));
  const memory = parseMemory(body('memory'));
  const addresses = parseAddresses(body('addresses'));
  const named = /^(?:un)?named$/.exec(body('descriptors').trim())?.[0];
  const roms = parseRoms(body('roms'));
  const user = /^\d+$/.exec(body('user').trim())?.[0];
  return {
    ...listeningOf(bodies),
    files: new Map(
      [...paths.careful, ...paths.once].flatMap((path, index) => {
        const file = parseFile(looks.get(index + 1) ?? '', mounts);
        return file === undefined ? [] : [[path, file] as const];
      }),
    ),
    networkDevices: parseDevices(body('devices')),
    freeBytes: parseSpace(body('space')),
    ...(bodies.some(({ name }) => name === 'listeners')
      ? { listeners: parseListeners(body('listeners')) }
      : {}),
    closedFolders: parseClosed(body('closed')),
    accounts: parseAccounts(body('accounts'), paths.accounts ?? []),
    ...(bodies.some(({ name }) => name === 'hooks')
      ? {
          hooks: body('hooks')
            .split('\n')
            .filter((path) => path.startsWith('/')),
        }
      : {}),
    ...(bodies.some(({ name }) => name === 'graphics')
      ? { graphicsFilesMissing: parseGraphicsFiles(body('graphics')) }
      : {}),
    ...(bodies.some(({ name }) => name === 'open') ? { openFiles: parseOpenFiles(body('open')) } : {}),
    ...(bodies.some(({ name }) => name === 'managers') ? { managers: parseManagers(body('managers')) } : {}),
    ...(bodies.some(({ name }) => name === 'versions') ? { versions: parseVersions(body('versions')) } : {}),
    ...(bodies.some(({ name }) => name === 'usb') ? { usb: parseUsb(body('usb')) } : {}),
    programs: new Set(body('programs').split('\n').filter(Boolean)),
    ...(body('byte-order').trim() === '1' ? { listeningOn, datagramsOn } : {}),
    ...(first === undefined || last === undefined ? {} : { clock: { first, last } }),
    ...(memory === undefined ? {} : { memory }),
    ...(addresses.size === 0 ? {} : { addresses }),
    ...(roms.size === 0 ? {} : { roms }),
    ...(named === undefined ? {} : { loaderNamed: named === 'named' }),
    ...(user === undefined ? {} : { qemuUser: Number(user) }),
  };
}

function listeningOf(sections: readonly Section[]): HostListening {
  const configuration = `${bodyOf(sections, 'configuration')}${bodyOf(sections, 'configuration-unreadable')}`;
  const conf = parseConf(configuration);
  const daemons = ['libvirtd', 'virtqemud'].map((name) =>
    parseConf(bodyOf(sections, `configuration-${name}`)),
  );
  return {
    listening: new Set(parseSockets(bodyOf(sections, 'sockets'), listens).keys()),
    settings: new Map([...daemons, conf].flatMap(({ settings }) => [...settings])),
    // A file that libvirt itself cannot parse says nothing about the running daemon.
    settingsReadable:
      conf.badLine === undefined && !sections.some(({ name }) => name === 'configuration-unreadable'),
  };
}

function parseUsb(text: string): NonNullable<HostReading['usb']> {
  return [...text.matchAll(/^usb ([0-9a-f]{4}:[0-9a-f]{4}) (\d{1,3}-\d{1,3})$/gm)].map(
    ([, id = '', at = '']) => ({
      id,
      at,
    }),
  );
}

function parseManagers(text: string): Managers {
  const lines = text.split('\n');
  const behind = (word: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const own = behind('own');
  return {
    processes: new Set(behind('process')),
    paths: new Set(behind('path')),
    ...(lines.includes('cib-read')
      ? { clustered: new Map(behind('config').map((path) => [path, own.includes(path)])) }
      : {}),
  };
}

function parseOpenFiles(text: string): OpenFiles {
  const all = (pattern: RegExp): readonly string[] =>
    [...text.matchAll(pattern)].map(([, found]) => found ?? '');
  return {
    pid: all(/^pid (\d{1,10})$/gm)[0] ?? '',
    inodes: new Set(all(/^open (\d{1,20} \d{1,20})$/gm)),
    removed: new Set(all(/^removed (\/.*)$/gm)),
  };
}

function parseClock(text: string): number | undefined {
  const seconds = /^\d{9,11}(?:\.\d+)?$/.exec(text.trim())?.[0];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Lines of /proc/meminfo, in kB of 1024 bytes. */
function parseMemory(text: string): HostReading['memory'] {
  const of = (name: string): number | undefined => {
    const kib = wholeNumber(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]);
    return kib === undefined ? undefined : kib * 1024;
  };
  const availableBytes = of('MemAvailable');
  return availableBytes === undefined ? undefined : { availableBytes, freeSwapBytes: of('SwapFree') ?? 0 };
}

/** A type of graphics and a file in each line. */
function parseGraphicsFiles(text: string): ReadonlyMap<string, readonly string[]> {
  const lines = text.split('\n').map((line) => /^(vnc|spice) (\/.+)$/.exec(line) ?? []);
  return new Map(
    ['vnc', 'spice'].map((kind) => [
      kind,
      lines.flatMap(([, of, path]) => (of === kind && path !== undefined ? [path] : [])),
    ]),
  );
}

/** Names that could not be looked up are omitted. */
function parseAccounts(text: string, asked: readonly string[]): ReadonlyMap<string, boolean> {
  const lines = text.split('\n');
  const known = new Map<string, boolean>();
  for (const account of asked) {
    if (lines.includes(`known ${account}`)) known.set(account, true);
    else if (lines.includes(`strange ${account}`)) known.set(account, false);
  }
  return known;
}

/** A file of QEMU and its size. */
function parseRoms(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, size] = /^rom ([\w.-]{1,64}) (\d{1,10})$/.exec(line) ?? [];
      return name === undefined || !romFiles.includes(name) ? [] : [[name, Number(size)] as const];
    }),
  );
}

/** A folder, then the line of `df -Pk` for it: source, blocks, used, available, percent, mount point. */
function parseSpace(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^(\/\S+) .*?\s\d+\s+\d+\s+(-?)(\d+)\s+\d+%\s.*$/gm)].flatMap(
      ([, folder = '', minus, available]) => {
        const kib = wholeNumber(available);
        return kib === undefined ? [] : [[folder, minus === '' ? kib * 1024 : 0] as const];
      },
    ),
  );
}

function parseClosed(text: string): NonNullable<HostReading['closedFolders']> {
  const closed = new Map<string, 'read-only' | 'no-inodes'>();
  for (const [, why, folder = ''] of text.matchAll(/^(read-only|no-inodes) (\/\S+)$/gm)) {
    if (!closed.has(folder)) closed.set(folder, why === 'read-only' ? why : 'no-inodes');
  }
  return closed;
}
