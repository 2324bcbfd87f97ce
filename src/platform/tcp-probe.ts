// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError, type TcpOutcome } from './platform.ts';

/**
 * Tries TCP connections by a bash on the host, which is there on every system that has Cockpit or libvirt.
 *
 * Why not Cockpit's `stream` channel: the C bridge (seen with 287) says `ready` before the connection is up and
 * afterwards closes with `not-found` for a refused one and without a word on a lost one, so that "connected" cannot be
 * told from "still trying"; the Python bridge says `ready` when it is up, but joins the errors of several addresses into
 * one text. One program behaves alike everywhere, and its text is the C library's in English.
 *
 * Attempts that are asked for in the same moment, and may take equally long, share one program.
 */
export function tcpProber(run: Platform['run']): Platform['connectTcp'] {
  let waiting: Attempt[] = [];
  const flush = (): void => {
    const attempts = waiting;
    waiting = [];
    const limits = new Set(attempts.map(({ milliseconds }) => milliseconds));
    for (const limit of limits)
      void tryAll(
        run,
        limit,
        attempts.filter(({ milliseconds }) => milliseconds === limit),
      );
  };
  return (host, port, { timeoutMilliseconds, signal }) =>
    new Promise((resolve, reject) => {
      // What bash would take for a part of the path, or getaddrinfo for the empty name of this very host.
      if (!/^[^/\s]+$/.test(host)) {
        resolve({ kind: 'unresolved', detail: host });
        return;
      }
      const attempt = new Attempt(host, port, timeoutMilliseconds, signal, resolve, reject);
      if (attempt.isSettled) return;
      waiting.push(attempt);
      if (waiting.length === 1) setTimeout(flush, 0);
    });
}

/** A caller who waits for an outcome. */
class Attempt {
  readonly host: string;
  readonly port: number;
  readonly milliseconds: number;
  /** Called when the caller needs no answer any longer. */
  onSettled: (() => void) | undefined;
  #settled = false;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (outcome: TcpOutcome) => void;
  readonly #reject: (error: PlatformError) => void;
  readonly #onAbort = (): void => {
    this.fail(new PlatformError('cancelled', `${this.host}:${this.port}: cancelled`));
  };

  constructor(
    host: string,
    port: number,
    milliseconds: number,
    signal: AbortSignal | undefined,
    resolve: (outcome: TcpOutcome) => void,
    reject: (error: PlatformError) => void,
  ) {
    this.host = host;
    this.port = port;
    this.milliseconds = milliseconds;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  end(outcome: TcpOutcome): void {
    if (this.#settle()) this.#resolve(outcome);
  }

  fail(error: PlatformError): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.onSettled?.();
    return true;
  }
}

/** A refusal comes back within the round-trip time, so the second look at one need not be long. */
const secondLookMilliseconds = 500;

async function tryAll(
  run: Platform['run'],
  milliseconds: number,
  attempts: readonly Attempt[],
): Promise<void> {
  const doubtful = await runScript(run, 'together', milliseconds, attempts);
  if (doubtful.length > 0) await runScript(run, 'alone', milliseconds, doubtful);
}

/** Settles the attempts but those that it returns. Does not reject. */
async function runScript(
  run: Platform['run'],
  mode: 'together' | 'alone',
  milliseconds: number,
  all: readonly Attempt[],
): Promise<readonly Attempt[]> {
  const attempts = all.filter((attempt) => !attempt.isSettled);
  if (attempts.length === 0) return [];
  const doubtful: Attempt[] = [];
  const controller = new AbortController();
  for (const attempt of attempts)
    attempt.onSettled = (): void => {
      if (attempts.every((each) => each.isSettled)) controller.abort();
    };
  let rest = '';
  const hear = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, number = '', word = '', detail = ''] = /^(\d+) (\w+) ?(.*)$/.exec(line) ?? [];
      const attempt = attempts[Number(number)];
      if (attempt === undefined || number === '') continue;
      if (word === 'doubtful') doubtful.push(attempt);
      else attempt.end(parseOutcome(word, detail));
    }
  };
  const limit = mode === 'alone' ? Math.min(milliseconds, secondLookMilliseconds) : milliseconds;
  const places = attempts.flatMap(({ host, port }) => [host, String(port)]);
  try {
    const { stderr } = await run(['bash', '-c', script, 'bash', mode, String(limit / 1000), ...places], {
      environment: { LC_ALL: 'C' },
      onOutput: hear,
      signal: controller.signal,
    });
    const left = attempts.filter((attempt) => !doubtful.includes(attempt));
    for (const attempt of left)
      attempt.fail(new PlatformError('failed', `No outcome for ${attempt.host}:${attempt.port}. ${stderr}`));
    return doubtful;
  } catch (error) {
    const failure =
      error instanceof PlatformError ? error : new PlatformError('failed', String(error), { cause: error });
    for (const attempt of attempts) attempt.fail(failure);
    return [];
  }
}

/** The outcome for one line of the script. Exported for its tests. */
export function parseOutcome(word: string, detail: string): TcpOutcome {
  switch (word) {
    case 'connected':
      return { kind: 'connected' };
    case 'refused':
      return { kind: 'refused' };
    case 'timeout':
      return { kind: 'timeout' };
    case 'rejected':
      return { kind: 'unreachable', detail: 'ICMP port unreachable' };
    default:
      break;
  }
  // environment: connect: No route to host environment: line 12: /dev/tcp/10.0.0.1/22: No route to host
  const text = detail.slice(detail.lastIndexOf(': ') + 2);
  if (text === 'Connection timed out') return { kind: 'timeout' };
  // The words of getaddrinfo, after which bash says "Invalid argument" of its own.
  const name =
    /: ((?:Name or service|Temporary failure|No address|Non-recoverable)[^:]*?)(?: \w+: line|$)/.exec(detail);
  if (name !== null) return { kind: 'unresolved', detail: name[1] ?? detail };
  return { kind: 'unreachable', detail: text };
}

/*
 * A firewall that rejects with "ICMP port unreachable" (plain REJECT of iptables, plain reject of nftables) makes connect()
 * say "Connection refused" like a host with nothing on that port does, and only the latter means that the way is open. The
 * kernel counts the ICMP messages that come in: no new one during the attempt, and it was the host. With one, it may have
 * come for another attempt, so that is doubtful, and is tried again with nothing beside it. No answer the second time is
 * a firewall, too: kernels send few ICMP messages a second (icmp_ratelimit), but always a reset. A firewall that forges
 * a TCP reset cannot be told from the host by any means.
 */
const script = `
unreachables() {
  local line header i name value
  count=0
  while read -r -a line; do
    [[ \${line[0]} == Icmp: ]] || continue
    if [[ \${line[1]} == InMsgs ]]; then header=("\${line[@]}"); continue; fi
    for i in "\${!line[@]}"; do [[ \${header[i]} == InDestUnreachs ]] && count=\${line[i]}; done
  done </proc/net/snmp
  [[ -r /proc/net/snmp6 ]] || return 0
  while read -r name value; do [[ $name == Icmp6InDestUnreachs ]] && ((count += value)); done </proc/net/snmp6
  return 0
}
try() {
  local before said
  unreachables; before=$count
  if said=$( { : <>"/dev/tcp/$3/$4"; } 2>&1 ); then echo "$2 connected"
  elif [[ $said == *'Connection refused' ]]; then
    unreachables
    if ((count == before)); then echo "$2 refused"
    elif [[ $1 == alone ]]; then echo "$2 rejected"
    else echo "$2 doubtful"
    fi
  else echo "$2 failed \${said//$'\\n'/ }"
  fi
}
end() { kill -TERM "\${jobs[@]/#/-}" \${timer:+"-$timer"} 2>/dev/null; }
# Each job has a process group of its own, with which what it started ends, too.
set -m
trap 'end; exit 143' TERM HUP INT
silence=timeout
[[ $1 == alone ]] && silence=rejected
mode=$1 limit=$2 number=0 jobs=() timer=
shift 2
while (($# > 0)); do
  try "$mode" "$number" "$1" "$2" &
  jobs[number]=$!
  ((number += 1))
  shift 2
  if (($# == 0)) || [[ $mode == alone ]]; then
    # Counted from when all have started, so that a busy machine takes nothing off anybody's time.
    {
      sleep "$limit"
      for number in "\${!jobs[@]}"; do
        kill -0 "-\${jobs[number]}" && echo "$number $silence" && kill -TERM "-\${jobs[number]}"
      done
    } 2>/dev/null &
    timer=$!
    wait "\${jobs[@]}" 2>/dev/null
    end
    jobs=()
  fi
done
`;
