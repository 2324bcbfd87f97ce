#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a Python program with whichever Python 3 the host has.
#
# Arguments: the program's text, then the program's own arguments.
# Prints:    what the program prints. Exit status 127: the host has no Python 3.
# Runs on:   the source and the destination, POSIX sh.
#
# RHEL 8 has no python3 in PATH unless somebody installs it. The Python of its own tools is platform-python (3.6).
for python in python3 /usr/libexec/platform-python; do
  command -v "$python" >/dev/null 2>&1 && exec "$python" -c "$@"
done
exit 127
