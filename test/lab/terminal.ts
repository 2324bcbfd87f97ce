// SPDX-License-Identifier: LGPL-2.1-or-later
import { spawn } from 'node:child_process';
import { shellCommand } from '../../src/engine/base/shell-quote.ts';
import type { LabHost } from './lab.ts';

/** What a person waits for on the screen, and what they type then. */
export type Cue = readonly [expected: string, typed: string];

export interface TerminalRun {
  readonly exitCode: number | null;
  /** All that was on the screen. */
  readonly screen: string;
}

/** Typed in place of a line. */
export const interrupt = '\u0003';

/** How long one answer of the program may take. */
const patienceMilliseconds = 40_000;

/** Runs a program of a host on a terminal of its own, with someone who types; what is typed is in no argument of any process. */
export async function onTerminal(
  host: LabHost,
  argv: readonly string[],
  cues: readonly Cue[],
): Promise<TerminalRun> {
  const line = shellCommand(...argv);
  const child = spawn('env', [...host.prefix, 'script', '-qefc', line, '/dev/null'], { stdio: 'pipe' });
  let screen = '';
  let seen = 0;
  const waiting = [...cues];
  const giveUp = (): void => {
    child.kill('SIGKILL');
  };
  let timer = setTimeout(giveUp, patienceMilliseconds);
  const look = (): void => {
    const [cue] = waiting;
    if (cue === undefined) return;
    const [expected, typed] = cue;
    const at = screen.indexOf(expected, seen);
    if (at < 0) return;
    seen = at + expected.length;
    waiting.shift();
    clearTimeout(timer);
    timer = setTimeout(giveUp, patienceMilliseconds);
    child.stdin.write(typed === interrupt ? typed : `${typed}\n`);
    look();
  };
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text.replaceAll('\r', '');
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (screen += text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  child.stdin.destroy();
  if (waiting.length > 0) throw new Error(`Never on the screen: ${waiting[0]?.[0] ?? ''}\n${screen}`);
  return { exitCode, screen };
}
