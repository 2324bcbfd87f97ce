#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sends zeros to the listener of bandwidth-listener.sh.
#
# Arguments: address and port of the listener, the most to send in bytes, the longest to send in seconds.
# Prints:    "connected" when it is, then "connection TEXT", what the kernel knows about the connection while it is full (ss -ti).
# Runs on:   the source. bash, for its /dev/tcp.
export LC_ALL=C
address=$1
port=$2
bytes=$3
seconds=$4
exec 4<>"/dev/tcp/$address/$port" || exit 1
echo connected
timeout "$seconds" head -c "$bytes" /dev/zero >&4 &
sender=$!
sleep 0.5
ss -tinH dst "$address" dport = ":$port" 2>/dev/null | tr '\n' ' ' | sed 's/^/connection /'
echo
wait $sender
exec 4>&-
