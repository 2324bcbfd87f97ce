// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { InteractiveVirsh } from '../../src/libvirt/interactive-virsh.ts';
import { nodePlatform } from '../../src/platform/node.ts';

/** The real virsh, with libvirt's test driver. */
describe('virsh at its prompt', () => {
  async function withVirsh(use: (virsh: InteractiveVirsh) => Promise<void>): Promise<void> {
    const end = new AbortController();
    try {
      await use(new InteractiveVirsh(nodePlatform(), 'test:///default', { signal: end.signal }));
    } finally {
      end.abort();
    }
  }

  it('takes every name literally', async () => {
    const names = [
      ...['a b', `it's "$(x)" \\ ; #`, '-n', '', '!!', '^a^b'],
      ...['tab\there', '\x01\x02\x04\x08\x0b\x15\x17\x18', '\x1b[A\x1bd\x7f', '\x16', '\x80\x9f'],
      ...['é 漢äâ€ 🙂 中文ÿ', 'x'.repeat(5000), '漢'.repeat(2000)],
    ];
    await withVirsh(async (virsh) => {
      const answers = await Promise.all(
        names.map((name) => virsh.ask({ id: name, argv: ['echo', '--', name] })),
      );
      expect(answers).toEqual(names.map((name) => ({ id: name, ok: true, text: name })));
    });
  });

  it('runs commands that follow from answers, also after errors', async () => {
    await withVirsh(async (virsh) => {
      const listed = await virsh.ask({ id: 'list', argv: ['pool-list', '--uuid'] });
      const uuid = listed.ok ? listed.text.trim() : '';
      expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
      const answers = await Promise.all([
        virsh.ask({ id: 'pool', argv: ['pool-dumpxml', '--pool', uuid] }),
        virsh.ask({ id: 'none', argv: ['pool-dumpxml', '--pool', 'no such pool'] }),
        virsh.ask({ id: 'unknown', argv: ['no-such-command', 'x'] }),
        virsh.ask({ id: 'option', argv: ['pool-list', '--no-such-option'] }),
        virsh.ask({ id: 'hostname', argv: ['hostname'] }),
      ]);
      expect(answers).toMatchObject([
        { ok: true, text: expect.stringContaining(`<uuid>${uuid}</uuid>`) as string },
        { ok: false, error: expect.stringContaining("failed to get pool 'no such pool'") as string },
        { ok: false, error: expect.stringContaining("unknown command: 'no-such-command'") as string },
        { ok: false, error: expect.stringContaining('--no-such-option') as string },
        { ok: true },
      ]);
    });
  });

  it('passes a text to a command', async () => {
    await withVirsh(async (virsh) => {
      const xml =
        '<pool type="dir">\n  <name>given</name>\n  <target>\n    <path>/tmp</path>\n  </target>\n</pool>';
      expect(await virsh.ask({ id: 'a', argv: ['pool-define', '/dev/stdin'] }, xml)).toMatchObject({
        ok: true,
      });
      expect(await virsh.ask({ id: 'b', argv: ['pool-info', 'given'] })).toMatchObject({ ok: true });
    });
  });
});
