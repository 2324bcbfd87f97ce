# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks at some of a VM's pages again and again, to find how many of them change in which time.

Arguments: the VM's UUID, its memory in bytes, the number of pages to look at, then the windows in seconds, the longest
           last; no windows for a VM that is paused.
Prints:    a report after each second that ends a window, and at the end; the last one is the best. A report is
           "pages LOOKED-AT NOT-ZERO", then for each window that has passed "window SECONDS CHANGED": how long the window
           really was, and how many pages were different at its end (means of what was seen), then an empty line.
Runs on:   the source, as root or as the user of QEMU. Python 3.6 or newer, Linux.

It finds the VM's QEMU by its command line, and the VM's memory by the size of the mapping. Of each page it keeps a checksum
only, as QEMU's own page sampling does. A page that was never touched, or is in the swap, is not read (pagemap), so that
reading brings nothing in.

It looks so often that each window but the longest is seen from several beginnings: a VM that writes in bursts looks
different from each.
"""

import os
import random
import struct
import sys
import time
import zlib

# Bits of an entry in /proc/PID/pagemap, see Documentation/admin-guide/mm/pagemap.rst of the kernel.
SWAPPED = 62
PRESENT = 63

# Stored for a page instead of a checksum, which is never negative.
ZEROS = -1
IN_SWAP = -2


def find_process(uuid):
    """The process number of the VM's QEMU."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if b"-uuid" in words and words[words.index(b"-uuid") + 1] == uuid.encode():
            return pid
    sys.exit("no process")


def find_memory(pid, size):
    """The address at which the VM's memory begins."""
    with open("/proc/%s/maps" % pid) as maps:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if end - start == size:
                return start
    sys.exit("no mapping")


class Sample:
    """A random choice of the VM's pages."""

    def __init__(self, pid, start, size, count):
        self.page = os.sysconf("SC_PAGE_SIZE")
        self.addresses = sorted(start + random.randrange(size // self.page) * self.page for _ in range(count))
        self.pagemap = os.open("/proc/%s/pagemap" % pid, os.O_RDONLY)
        self.contents = os.open("/proc/%s/mem" % pid, os.O_RDONLY)
        self.zeros = bytes(self.page)

    def checksum(self, address):
        """What stands for the page's content."""
        entry = struct.unpack("Q", os.pread(self.pagemap, 8, address // self.page * 8))[0]
        if entry >> SWAPPED & 1:
            return IN_SWAP
        if not entry >> PRESENT & 1:
            return ZEROS
        data = os.pread(self.contents, self.page, address)
        return ZEROS if data == self.zeros else zlib.crc32(data)

    def look(self):
        """When the look began, and the checksums of all pages."""
        begin = time.monotonic()
        return begin, [self.checksum(address) for address in self.addresses]


def report(looks, moments, windows):
    """Prints what the looks at the first moments say."""
    print("pages", len(looks[0][1]), sum(value != ZEROS for value in looks[-1][1]))
    for window in windows:
        seen = [
            (looks[j][0] - looks[i][0], sum(a != b for a, b in zip(looks[i][1], looks[j][1])))
            for i in range(len(looks))
            for j in range(i + 1, len(looks))
            if abs(moments[j] - moments[i] - window) < 1e-6
        ]
        if seen:
            print("window", *("%.6f" % (sum(each) / len(seen)) for each in zip(*seen)))
    print(flush=True)


def main(uuid, memory, count, windows):
    pid = find_process(uuid)
    sample = Sample(pid, find_memory(pid, memory), memory, count)
    longest = max(windows, default=0)
    moments = sorted({0.0, longest} | set(windows) | {longest - window for window in windows})
    begin = time.monotonic()
    looks = []
    for moment in moments:
        time.sleep(max(0, begin + moment - time.monotonic()))
        looks.append(sample.look())
        if moment == longest or moment >= 1 and moment in windows:
            report(looks, moments, windows)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), [float(word) for word in sys.argv[4:]])
