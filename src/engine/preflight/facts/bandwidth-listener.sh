#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts a listener that measures what comes through a TCP connection.
#
# Arguments: the text of bandwidth-listener.py, the text of bandwidth-listener.pl, the longest the listener lives in seconds, the
#            address to listen on (all, if the host does not have it), then ports, of which the first free one is taken.
# Prints:    what the listener prints (see bandwidth-listener.py), or "no listener" where neither language is there.
# Runs on:   the destination, POSIX sh. It ends by itself after its time, whatever happens.
#
# python3 is on every host with libvirt's own tools, platform-python on RHEL 8, perl on nearly every other.
export LC_ALL=C
python_program=$1
perl_program=$2
life=$3
shift 3
for python in python3 /usr/libexec/platform-python; do
  command -v "$python" >/dev/null 2>&1 && exec timeout "$life" "$python" -c "$python_program" "$@"
done
command -v perl >/dev/null 2>&1 && exec timeout "$life" perl -e "$perl_program" "$@"
echo "no listener"
