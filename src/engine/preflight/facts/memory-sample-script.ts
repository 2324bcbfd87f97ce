// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Looks at some of a VM's pages again and again, in python. Parameters: UUID, its memory in bytes, how many pages, then the windows
 * in seconds, the longest last. Finds the VM's QEMU by its command line and its memory by the size of the mapping. Of each
 * page only a checksum is kept, as QEMU's own page sampling does it, and nothing of what is in it goes anywhere; one that
 * was never touched, or is in the swap, is not read (pagemap), so that reading brings nothing in.
 *
 * It looks so often that each window but the longest is seen from several beginnings: a VM that writes in bursts looks
 * different from each. Prints how many pages were looked at and how many of them were not zeros in the end, then for each window how long it really
 * was and how many pages were different in the end (means of what was seen).
 */
export const memorySampleScript = `
import os, random, struct, sys, time, zlib
uuid, memory, samples = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
windows = [float(word) for word in sys.argv[4:]]
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
addresses = sorted(start + random.randrange(memory // page) * page for _ in range(samples))
pagemap = os.open("/proc/%s/pagemap" % pid, os.O_RDONLY)
contents = os.open("/proc/%s/mem" % pid, os.O_RDONLY)
zeros = bytes(page)
def look():
    begin = time.monotonic()
    sums = []
    for address in addresses:
        entry = struct.unpack("Q", os.pread(pagemap, 8, address // page * 8))[0]
        if entry >> 62 & 1:
            sums.append(-2)
        elif entry >> 63:
            data = os.pread(contents, page, address)
            sums.append(-1 if data == zeros else zlib.crc32(data))
        else:
            sums.append(-1)
    return begin, sums
longest = max(windows, default=0)
moments = sorted({0.0, longest} | set(windows) | {longest - window for window in windows})
begin = time.monotonic()
looks = []
for moment in moments:
    time.sleep(max(0, begin + moment - time.monotonic()))
    looks.append(look())
print("pages", samples, sum(value != -1 for value in looks[-1][1]))
for window in windows:
    seen = [
        (looks[j][0] - looks[i][0], sum(a != b for a, b in zip(looks[i][1], looks[j][1])))
        for i in range(len(moments)) for j in range(i + 1, len(moments))
        if abs(moments[j] - moments[i] - window) < 1e-6
    ]
    print("window", *("%.6f" % (sum(each) / len(seen)) for each in zip(*seen)))
`;
