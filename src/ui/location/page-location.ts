// SPDX-License-Identifier: LGPL-2.1-or-later

import type { ConnectionName } from '../../engine/base/index.ts';
import { parseDiskNames } from '../../engine/plan/index.ts';

export type SortColumn = 'name' | 'state' | 'vcpus' | 'memory';
export type StateFilter = 'any' | 'running' | 'paused' | 'shut-off' | 'migrating';

/** The view of the list. */
export interface ListView {
  readonly filter: string;
  readonly state: StateFilter;
  readonly sort: SortColumn;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

/** The open dialog, and the input from the link. */
export interface DialogLocation {
  readonly vm: string;
  readonly connection: ConnectionName;
  readonly uri: string;
  readonly temporary: boolean;
  /** Names of the disks to copy, in the guest. */
  readonly copyDisks: readonly string[];
}

/** The VM whose migration has the page to itself. */
export interface WatchedVm {
  readonly vm: string;
  /** Absent: whichever connection has a VM of that name. */
  readonly connection?: ConnectionName;
}

/** Everything that the address of the page says. */
export interface PageLocation {
  readonly list: ListView;
  readonly dialog?: DialogLocation;
  /** The page of one VM's migration, instead of the list. */
  readonly watched?: WatchedVm;
  /** The page of past migrations, instead of the list. */
  readonly history?: { readonly filter: string };
}

export const pageSizes = [20, 50, 100, 200] as const;

export const defaultListView: ListView = {
  filter: '',
  state: 'any',
  sort: 'name',
  descending: false,
  page: 1,
  perPage: 50,
};

const connections: readonly ConnectionName[] = ['system', 'session'];
const sortColumns: readonly SortColumn[] = ['name', 'state', 'vcpus', 'memory'];
const stateFilters: readonly StateFilter[] = ['any', 'running', 'paused', 'shut-off', 'migrating'];

function positive(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** Reads the part after the `#`: `/?filter=web&sort=memory`, `/vm/<name>`, `/vm/<name>/migrate?uri=<uri>&temporary=true`. */
export function parseLocation(hash: string): PageLocation {
  const [path, query] = splitOnce(hash.replace(/^#/, ''), '?');
  // A `+` is literal, so that a link may contain `qemu+ssh://...` unescaped.
  const parameters = new URLSearchParams(query.replaceAll('+', '%2B'));
  const sortText = parameters.get('sort') ?? '';
  const perPage = positive(parameters.get('per-page'));
  const list: ListView = {
    filter: parameters.get('filter') ?? '',
    state: stateFilters.find((state) => state === parameters.get('state')) ?? defaultListView.state,
    sort: sortColumns.find((column) => column === sortText.replace(/^-/, '')) ?? defaultListView.sort,
    descending: sortText.startsWith('-'),
    page: positive(parameters.get('page')) ?? defaultListView.page,
    perPage: pageSizes.find((size) => size === perPage) ?? defaultListView.perPage,
  };
  if (/^\/?history\/?$/.test(path))
    return { list: defaultListView, history: { filter: parameters.get('filter') ?? '' } };
  const [, vm, migrate] = /^\/?vm\/([^/]+)(\/migrate)?\/?$/.exec(path) ?? [];
  if (vm === undefined) return { list };
  const connection = connections.find((each) => each === parameters.get('connection'));
  if (migrate === undefined)
    return { list, watched: { vm: decoded(vm), ...(connection === undefined ? {} : { connection }) } };
  return {
    list,
    dialog: {
      vm: decoded(vm),
      connection: connection ?? 'system',
      uri: parameters.get('uri') ?? '',
      temporary: parameters.get('temporary') === 'true',
      copyDisks: parseDiskNames(parameters.get('copy-disks') ?? '') ?? [],
    },
  };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The address for a location, `#` included; what is as usual is left out. */
export function formatLocation({ list, dialog, watched, history }: PageLocation): string {
  const parameters = new URLSearchParams();
  if (history !== undefined) {
    if (history.filter !== '') parameters.set('filter', history.filter);
    return address('/history', parameters);
  }
  if (dialog !== undefined) {
    if (dialog.uri !== '') parameters.set('uri', dialog.uri);
    if (dialog.temporary) parameters.set('temporary', 'true');
    if (dialog.copyDisks.length > 0) parameters.set('copy-disks', dialog.copyDisks.join(','));
    if (dialog.connection === 'session') parameters.set('connection', 'session');
  }
  if (watched?.connection !== undefined) parameters.set('connection', watched.connection);
  if (list.filter !== '') parameters.set('filter', list.filter);
  if (list.state !== defaultListView.state) parameters.set('state', list.state);
  if (list.sort !== defaultListView.sort || list.descending)
    parameters.set('sort', `${list.descending ? '-' : ''}${list.sort}`);
  if (list.page !== defaultListView.page) parameters.set('page', String(list.page));
  if (list.perPage !== defaultListView.perPage) parameters.set('per-page', String(list.perPage));
  if (watched !== undefined) return address(vmPath(watched.vm), parameters);
  return address(dialog === undefined ? '/' : `${vmPath(dialog.vm)}/migrate`, parameters);
}

/** Half of a character, which only a broken link can hold, has no escape. */
function vmPath(name: string): string {
  return `/vm/${encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd'))}`;
}

function address(path: string, parameters: URLSearchParams): string {
  // Cockpit's parser of addresses treats `+` as literal, so a space is written as an escape.
  const query = parameters.toString().replaceAll('+', '%20');
  return `#${path}${query === '' ? '' : `?${query}`}`;
}
