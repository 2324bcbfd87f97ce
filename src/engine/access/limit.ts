// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../platform/on-abort.ts';
import { type Platform, PlatformError, type RunOptions, type RunResult } from '../../platform/platform.ts';

/** The platform that runs programs, and the signal that ends them. */
export interface Tools {
  readonly platform: Pick<Platform, 'run'>;
  readonly signal: AbortSignal;
}

/** The time limit of each program, so that a host that hangs does not block the caller. */
const limitMilliseconds = 30_000;

/** A controller that aborts with the given signal. `end` removes its listener. */
export function childSignal(signal: AbortSignal): { readonly controller: AbortController; end: () => void } {
  const controller = new AbortController();
  const end = onAbort(signal, () => {
    controller.abort();
  });
  if (signal.aborted) controller.abort();
  return { controller, end };
}

/**
 * Runs a program as root of this host, as libvirt does, with English messages. Rejects with PlatformError; its kind is `closed` if the
 * program exceeded the time limit.
 */
export async function runAsRoot(
  { platform, signal }: Tools,
  argv: readonly string[],
  options: Pick<RunOptions, 'input' | 'stderr'> = {},
): Promise<RunResult> {
  const { controller, end } = childSignal(signal);
  const timer = setTimeout(() => {
    controller.abort();
  }, limitMilliseconds);
  try {
    return await platform.run(['env', ...withoutAgent, 'LC_ALL=C', ...argv], {
      superuser: 'require',
      ...options,
      signal: controller.signal,
    });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'cancelled' || signal.aborted) throw error;
    throw new PlatformError('closed', `Not done within ${limitMilliseconds / 1000} s: ${argv[0] ?? ''}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    end();
  }
}

/** libvirtd has no ssh agent, no display and no terminal. */
const withoutAgent: readonly string[] = ['-u', 'SSH_AUTH_SOCK', '-u', 'SSH_ASKPASS', '-u', 'DISPLAY'];
