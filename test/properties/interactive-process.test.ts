// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import { InteractiveVirsh } from '../../src/libvirt/interactive-virsh.ts';
import { parseAnswer, type VirshAnswer } from '../../src/libvirt/virsh.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { converse, fakeVirshPrompt } from '../fake-interactive-process.ts';
import { anyText } from './mangled.ts';

/** Passes the output of virsh to the process, in pieces that end at these places, and not more than `most` characters. */
interface Way {
  readonly cuts: readonly number[];
  readonly most?: number;
}

/** A virsh whose commands print the texts, one after the other. */
function virsh(texts: readonly string[], { cuts, most = Infinity }: Way): Pick<Platform, 'run'> {
  return {
    run: (argv, options = {}) => {
      let asked = 0;
      let printed = 0;
      const end = new AbortController();
      const onOutput = (text: string): void => {
        const own = text.startsWith(argv[4] ?? '');
        const left = own ? text : text.slice(0, Math.max(0, most - printed));
        if (!own) printed += text.length;
        const places = [0, ...cuts.map((cut) => cut % (left.length + 1)), left.length].sort((a, b) => a - b);
        places.slice(1).forEach((place, index) => options.onOutput?.(left.slice(places[index], place)));
        if (printed > most) end.abort();
      };
      const program = fakeVirshPrompt(() => texts[asked++] ?? '');
      return converse(argv, { ...options, onOutput, signal: end.signal }, program);
    },
  };
}

const cuts = fc.array(fc.nat(10_000), { maxLength: 6 });
/** No output of a command contains the mark of an interactive process, because the mark is random. */
const texts = fc.array(
  fc.oneof(
    anyText,
    anyText.map((text) => `virsh # ${text}\nerror: no`),
    anyText.map((text) => `<a>${text}</a>\n`),
  ),
  { minLength: 1, maxLength: 5 },
);

function ask(platform: Pick<Platform, 'run'>, count: number): readonly Promise<VirshAnswer | LibvirtError>[] {
  const interactive = new InteractiveVirsh(platform, 'test:///default', {
    signal: new AbortController().signal,
  });
  return Array.from({ length: count }, (_, index) =>
    interactive.ask({ id: String(index), argv: ['run', String(index)] }).catch((error: unknown) => {
      if (error instanceof LibvirtError) return error;
      throw error;
    }),
  );
}

/** The expected answer for the output of a command. */
function expected(text: string, index: number): unknown {
  const answer = parseAnswer(String(index), text);
  // If virsh could not connect, it says so for every command.
  return !answer.ok && answer.error.startsWith('failed to connect')
    ? (expect.any(LibvirtError) as unknown)
    : answer;
}

describe('virsh at its prompt', () => {
  it('gives each command its output, whatever it is and however it is split', async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (printed, places) => {
        const answers = await Promise.all(ask(virsh(printed, { cuts: places }), printed.length));
        expect(answers).toEqual(printed.map(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('reads 5 MB at once, in small pieces and with only line breaks', async () => {
    for (const unit of ['\n', '\nerror: x', 'ckm-']) {
      const text = unit.repeat(Math.ceil(5_000_000 / unit.length));
      // CPU time only, because other tests run at the same time.
      const begin = process.cpuUsage();
      const places = Array.from({ length: 300 }, (_, index) => index * 16_384);
      await Promise.all(ask(virsh([text, text.slice(0, 1000), 'x'], { cuts: places }), 3));
      expect(process.cpuUsage(begin).user / 1000, JSON.stringify(unit)).toBeLessThan(3000);
    }
  }, 30_000);

  it('gives the answers before it ends early, and an error for the rest', async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, fc.nat(2_000), async (printed, places, most) => {
        const answers = await Promise.all(ask(virsh(printed, { cuts: places, most }), printed.length));
        let ended = false;
        answers.forEach((answer, index) => {
          if (answer instanceof LibvirtError) ended = true;
          // No answer comes after a missing one.
          else expect([ended, answer]).toEqual([false, expected(printed[index] ?? '', index)]);
        });
      }),
      { numRuns: 300 },
    );
  });
});
