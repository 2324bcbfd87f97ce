// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { decodeJob, isOutgoingMigration, parseJobText } from '../../src/libvirt/job.ts';

/** The output of `virsh domjobinfo` of libvirt 9.0 during a migration. */
const running = `Job type:         Unbounded   
Operation:        Outgoing migration
Time elapsed:     2391         ms
Data processed:   73.218 MiB
Data remaining:   52.383 MiB
Data total:       136.008 MiB
Memory processed: 73.218 MiB
Memory remaining: 52.383 MiB
Memory total:     136.008 MiB
Memory bandwidth: 31.967 MiB/s
Dirty rate:       1500         pages/s
Page size:        4096         bytes
Iteration:        2            
Postcopy requests: 0           
Constant pages:   2632         
Normal pages:     18611        
Normal data:      72.699 MiB
Expected downtime: 300          ms
Setup time:       3            ms`;

const mebi = 2 ** 20;

describe('a job from the text of virsh', () => {
  it('is read', () => {
    const job = parseJobText(running);
    expect(job).toEqual({
      type: 'unbounded',
      operation: 'migration-out',
      elapsedMilliseconds: 2391,
      dataTotal: 136.008 * mebi,
      dataProcessed: 73.218 * mebi,
      dataRemaining: 52.383 * mebi,
      memoryTotal: 136.008 * mebi,
      memoryProcessed: 73.218 * mebi,
      memoryRemaining: 52.383 * mebi,
      diskTotal: 0,
      diskRemaining: 0,
      throughput: 31.967 * mebi,
      dirtyPagesPerSecond: 1500,
      pageSize: 4096,
      iteration: 2,
    });
    expect(job === undefined ? false : isOutgoingMigration(job)).toBe(true);
  });

  it('tells the downtime of a completed one', () => {
    const job = parseJobText(
      'Job type:         Completed   \nOperation:        Incoming migration\nTotal downtime:   12           ms\n',
    );
    expect(job).toMatchObject({ type: 'completed', operation: 'migration-in', downtimeMilliseconds: 12 });
    expect(job === undefined ? true : isOutgoingMigration(job)).toBe(false);
  });

  it('tells what is copied of disks, which virsh calls files', () => {
    const copying =
      'Job type:         Unbounded   \nOperation:        Outgoing migration\nFile processed:   15.000 MiB\nFile remaining:   85.000 MiB\nFile total:       100.000 MiB\n';
    expect(parseJobText(copying)).toMatchObject({ diskTotal: 100 * mebi, diskRemaining: 85 * mebi });
  });

  it('tells by how much auto-converge throttles the VM, where it does', () => {
    const text = 'Job type:         Unbounded   \nOperation:        Outgoing migration\n';
    expect(parseJobText(`${text}Auto converge throttle: 30\n`)?.throttlePercent).toBe(30);
    expect(parseJobText(text)).not.toHaveProperty('throttlePercent');
    const told = new Map([['auto_converge_throttle', 30]]);
    expect(decodeJob(2, told).throttlePercent).toBe(30);
    expect(decodeJob(2, new Map([['auto_converge_throttle', 0]]))).not.toHaveProperty('throttlePercent');
  });

  it('knows each operation that virsh names', () => {
    const names = {
      Start: 'start',
      Save: 'save',
      Restore: 'restore',
      Snapshot: 'snapshot',
      'Snapshot revert': 'snapshot-revert',
      'Snapshot delete': 'snapshot-delete',
      Dump: 'dump',
      Backup: 'backup',
      'Something new': 'unknown',
    };
    for (const [name, operation] of Object.entries(names))
      expect(parseJobText(`Job type:         Bounded     \nOperation:        ${name}\n`)?.operation).toBe(
        operation,
      );
  });

  it('is none where there is no job, and where the text is another', () => {
    for (const text of [
      'Job type:         None        \n',
      '',
      'error: failed to get domain',
      'Tâche : x',
      'Job type:',
    ])
      expect(parseJobText(text)).toBeUndefined();
    expect(parseJobText('Job type: constructor')).toBeUndefined();
    expect(parseJobText('Job type: Bounded\nData total: x constructor\nIteration: 1 toString')).toMatchObject(
      {
        dataTotal: 0,
        iteration: 1,
      },
    );
  });
});

describe('a figure that is none', () => {
  it.each(['1e400', '-5', 'Infinity', '73,218', 'NaN'])(
    '%s is taken for what libvirt did not tell',
    (figure) => {
      expect(parseJobText(running.replace('73.218', figure))).toMatchObject({
        dataProcessed: 0,
        iteration: 2,
      });
    },
  );

  it('is none from D-Bus too', () => {
    expect(
      decodeJob(
        2,
        new Map([
          ['data_total', -1],
          ['downtime', NaN],
        ]),
      ),
    ).toMatchObject({
      dataTotal: 0,
      downtimeMilliseconds: 0,
    });
  });
});

describe('a job from D-Bus', () => {
  it('is read with what libvirt gives, in the order of its enumerations', () => {
    const job = decodeJob(
      2,
      new Map([
        ['operation', 5],
        ['time_elapsed', 7],
        ['memory_bps', 33],
        ['memory_dirty_rate', 11],
        ['memory_page_size', 16384],
        ['memory_iteration', 4],
        ['downtime', 0],
      ]),
    );
    expect(job).toMatchObject({
      type: 'unbounded',
      operation: 'migration-out',
      elapsedMilliseconds: 7,
      throughput: 33,
      dirtyPagesPerSecond: 11,
      pageSize: 16384,
      iteration: 4,
      downtimeMilliseconds: 0,
      dataTotal: 0,
    });
  });

  it('does without what libvirt does not give, and with what this project does not know', () => {
    const job = decodeJob(0, new Map());
    expect(job).toMatchObject({ type: 'none', operation: 'unknown', pageSize: 4096 });
    expect(job.downtimeMilliseconds).toBeUndefined();
    const odd = new Map<string, number | string>([
      ['operation', 99],
      ['data_total', 'much'],
    ]);
    expect(decodeJob(99, odd)).toMatchObject({ type: 'none', operation: 'unknown', dataTotal: 0 });
  });
});
