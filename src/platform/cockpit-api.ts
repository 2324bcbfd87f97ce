// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * The part of cockpit.js (loaded from the console as ../base1/cockpit.js, never bundled) that this project uses, as
 * documented in Cockpit's developer guide and seen with Cockpit 287.
 */

export interface CockpitError {
  readonly name?: string;
  readonly message?: string;
  readonly problem?: string;
}

export interface CockpitProcessError extends CockpitError {
  readonly exit_status: number | null;
  readonly exit_signal: string | null;
}

export interface CockpitDBusClient {
  call(
    path: string,
    iface: string,
    method: string,
    args: readonly unknown[],
    options: { readonly type: string },
  ): Promise<readonly unknown[]>;
  subscribe(
    match: { readonly path?: string; readonly interface?: string; readonly member?: string },
    callback: (path: string, iface: string, signal: string, args: readonly unknown[]) => void,
  ): { remove(): void };
  addEventListener(event: 'owner', listener: (event: unknown, owner: string | null) => void): void;
  addEventListener(event: 'close', listener: (event: unknown, problem: CockpitError) => void): void;
  close(problem?: string): void;
}

/** cockpit.js's own type of promise: it resolves with the output and, if any, with stderr. */
export interface CockpitProcess {
  then(done: (output: string, message?: string) => void, failed: (error: unknown) => void): unknown;
  stream(callback: (data: string) => void): CockpitProcess;
  input(data: string, stream?: boolean): CockpitProcess;
  close(problem?: string): void;
}

export interface CockpitFile {
  read(): Promise<string | null>;
  close(): void;
}

/** Whether the session has administrative access; `allowed` is null until it is known; `changed` reports it. */
export interface CockpitPermission {
  readonly allowed: boolean | null;
  addEventListener(event: 'changed', listener: () => void): void;
}

export interface Cockpit {
  dbus(
    name: string,
    options: { readonly bus: 'system' | 'session'; readonly superuser?: 'try' | 'require' },
  ): CockpitDBusClient;
  spawn(
    argv: readonly string[],
    options: {
      readonly err?: 'message' | 'out';
      readonly environ?: readonly string[];
      readonly superuser?: 'try' | 'require';
    },
  ): CockpitProcess;
  file(path: string, options?: { readonly superuser?: 'try' | 'require' }): CockpitFile;
  permission(options: { readonly admin: true }): CockpitPermission;
  gettext(text: string): string;
  ngettext(singular: string, plural: string, count: number): string;
  readonly language: string;
  /** The pages of this host by package; only if the page loads ../manifests.js. */
  readonly manifests?: Readonly<Record<string, unknown>>;
  /** Shows another page of the console. */
  jump(path: string): void;
}
