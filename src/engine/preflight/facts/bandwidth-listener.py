# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes one TCP connection and counts what comes through it.

Arguments: the address to listen on, then ports, of which the first free one is taken. If the host does not have the address
           (another one forwards it), all of its addresses.
Prints:    "listening PORT" when it does, "accepted" when the connection is there; at the end "tenths BYTES...", the bytes in each tenth of a second, and
           "received BYTES NANOSECONDS", from the first block on, which is not counted.
Runs on:   the destination, for bandwidth-listener.sh, which ends it after its time. Python 3.6 or newer.
"""

import socket
import sys
import time


def listen(address, ports):
    """A socket that listens on the first free port, and that port."""
    family, wildcard = (socket.AF_INET6, "::") if ":" in address else (socket.AF_INET, "0.0.0.0")
    for place in (address, wildcard):
        for port in ports:
            server = socket.socket(family, socket.SOCK_STREAM)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                server.bind((place, port))
                server.listen(1)
                return server, port
            except OSError:
                server.close()
    sys.exit("no free port")


def count(peer):
    """Bytes, seconds, and the bytes of each tenth of a second."""
    space = bytearray(1 << 20)
    received, first, last, tenths = 0, None, None, []
    while True:
        size = peer.recv_into(space)
        if size == 0:
            break
        last = time.monotonic()
        if first is None:
            first = last
            continue
        received += size
        tenth = int((last - first) * 10)
        while len(tenths) <= tenth:
            tenths.append(0)
        tenths[tenth] += size
    return received, (last or 0) - (first or 0), tenths


def main(address, ports):
    server, port = listen(address, ports)
    print("listening", port, flush=True)
    peer, _ = server.accept()
    print("accepted", flush=True)
    server.close()
    received, seconds, tenths = count(peer)
    print("tenths", *tenths, flush=True)
    print("received", received, int(seconds * 1e9), flush=True)


main(sys.argv[1], [int(port) for port in sys.argv[2:]])
