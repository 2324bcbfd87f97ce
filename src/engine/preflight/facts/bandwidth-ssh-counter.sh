#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts what comes through the ssh connection of its own shell, in one line on standard input.
#
# Arguments: none.
# Prints:    "counting" when it is ready, then "BYTES NANOSECONDS" at the end of the line.
# Runs on:   the destination, POSIX sh.
#
# The first byte is waited for and not counted, so that waiting is no part of the time.
echo counting
dd bs=1 count=1 of=/dev/null 2>/dev/null
begin=$(date +%s%N)
bytes=$(head -n 1 | wc -c)
end=$(date +%s%N)
echo "$bytes $((end - begin))"
