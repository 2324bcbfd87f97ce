// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { migrationFailure } from '../../../src/engine/failure/failure.ts';
import { classifyError, LibvirtError } from '../../../src/libvirt/errors.ts';

/** The errors of the D-Bus call and of virsh (libvirt 9.0) if the destination refuses and its connection is closed first. */
const closed = [
  'End of file while reading data: : Input/output error',
  'Cannot recv data: : Connection reset by peer',
  'Cannot recv data: Connection reset by peer',
];

describe('a failure whose reason did not come through', () => {
  it.each(closed)('%s', (text) => {
    const failure = migrationFailure(new LibvirtError(classifyError(text), text));
    expect(plainText(failure.summary)).toBe(
      'The connection to the destination closed before libvirt gave a reason.',
    );
    expect(failure.advice === undefined ? '' : plainText(failure.advice)).toMatch(
      /^The libvirt log of the destination or of this host has the reason\./,
    );
    expect(failure.original).toBe(text);
    const journal = "journalctl -u libvirtd -u virtqemud --since '15 minutes ago' --no-pager";
    expect(failure.remedies?.map(({ command, host }) => [command, host])).toEqual([
      [journal, 'destination'],
      [journal, 'source'],
      ['tail -n 100 /var/log/libvirt/libvirtd.log', undefined],
    ]);
  });

  it('differs from one that libvirt gave', () => {
    const text = 'operation failed: domain is not processing incoming migration';
    expect(migrationFailure(new LibvirtError(classifyError(text), text))).toEqual({
      summary: { text: 'The migration failed.', args: [] },
      original: text,
    });
  });
});
