// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { domainFact } from './domain.ts';
import { asLibvirtd } from './ssh-route.ts';

/** How much of a VM's memory holds something: pages of zeros cost a migration nearly nothing. */
export interface GuestMemory {
  readonly nonZeroBytes: number;
}

/** Pages that are looked at: with so many, one standard deviation is at most 0.6 % of the memory. */
const samples = 8192;

/**
 * Parameters: UUID, memory in bytes, samples. Finds the VM's QEMU by its command line and its memory by the size of the mapping;
 * looks at pages here and there: one that was never touched is not looked into (pagemap), of the others only whether
 * they are all zeros. What is in them goes nowhere. Prints samples and how many are not zeros. QEMU's own resident
 * memory is no good for this: it holds QEMU's buffers and huge pages of which only a part was written.
 */
const script = `
import os, random, struct, sys
uuid, memory, samples = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        words = open("/proc/%s/cmdline" % pid, "rb").read().split(b"\\0")
    except OSError:
        continue
    if b"-uuid" in words and words[words.index(b"-uuid") + 1] == uuid.encode():
        break
else:
    sys.exit("no process")
for line in open("/proc/%s/maps" % pid):
    start, end = (int(part, 16) for part in line.split()[0].split("-"))
    if end - start == memory:
        break
else:
    sys.exit("no mapping")
page = os.sysconf("SC_PAGE_SIZE")
count = 0
zeros = bytes(page)
with open("/proc/%s/pagemap" % pid, "rb", 0) as pagemap, open("/proc/%s/mem" % pid, "rb", 0) as contents:
    for _ in range(samples):
        address = start + random.randrange(memory // page) * page
        entry = struct.unpack("Q", os.pread(pagemap.fileno(), 8, address // page * 8))[0]
        if entry >> 62 & 1 or entry >> 63 and os.pread(contents.fileno(), page, address) != zeros:
            count += 1
print(samples, count)
`;

/** How much of the VM's memory is not zeros, by a sample. */
export const guestMemoryFact = defineFact<GuestMemory, { domain: typeof domainFact }>({
  name: 'guest-memory',
  choices: ['vm'],
  needs: { domain: domainFact },
  slow: true,
  gather: async ({ domain: { memoryBytes } }, context) => {
    const { stdout, stderr } = await context.platform.run(
      [
        ...['sh', '-c'],
        'for python in python3 /usr/libexec/platform-python; do command -v "$python" >/dev/null 2>&1 && exec "$python" "$@"; done; exit 127',
        ...['sh', '-c', script, context.choices.vm.uuid, String(memoryBytes), String(samples)],
      ],
      { signal: context.signal, ...asLibvirtd(context) },
    );
    const [, looked, found] = /^(\d+) (\d+)$/m.exec(stdout) ?? [];
    if (looked === undefined || found === undefined) {
      throw new FactUnavailable({
        why: msg('How much of the memory holds something could not be seen.'),
        original: stderr.trim(),
      });
    }
    return { nonZeroBytes: (memoryBytes * Number(found)) / Number(looked) };
  },
});
