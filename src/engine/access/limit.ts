// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../platform/on-abort.ts';
import { type Platform, PlatformError, type RunOptions, type RunResult } from '../../platform/platform.ts';

/** What is tried: as which user of this host, and until when. */
export interface Tools {
  readonly platform: Pick<Platform, 'run'>;
  readonly signal: AbortSignal;
}

/** Each program is given up after this time: a host that answers and then hangs must not hang who asks. */
const limitMilliseconds = 30_000;

/** A signal of its own, raised with the other one; `end` forgets that one. */
export function childSignal(signal: AbortSignal): { readonly controller: AbortController; end: () => void } {
  const controller = new AbortController();
  const end = onAbort(signal, () => {
    controller.abort();
  });
  if (signal.aborted) controller.abort();
  return { controller, end };
}

/**
 * Runs a program as root of this host, as libvirt does, with English messages; both outputs come as one. Rejects with PlatformError, kind
 * `closed` if it took too long.
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

/** libvirtd has no agent, no display and nobody to ask. */
const withoutAgent: readonly string[] = ['-u', 'SSH_AUTH_SOCK', '-u', 'SSH_ASKPASS', '-u', 'DISPLAY'];
