// SPDX-License-Identifier: LGPL-2.1-or-later
/** No measurement sends more than this, nor longer than `mostSeconds`. */
export const mostBytes = 128 * 1024 * 1024;
export const mostSeconds = 2;

/**
 * The listener, for the destination's shell. Parameters: address, the longest it lives in seconds, then ports, of which the
 * first free one is taken. It says `listening PORT` when it does, takes one connection, reads it to its end, says how many bytes came in how many
 * nanoseconds from the first on, and how many in each tenth of a second; and it ends by itself after its time, whatever happens. python3 is there on
 * every host with libvirt's own tools, platform-python on RHEL 8, perl on nearly every other. The programs are constant.
 */
export const listenerScript = `
export LC_ALL=C
address=$1; life=$2; shift 2
for python in python3 /usr/libexec/platform-python; do
  command -v "$python" >/dev/null 2>&1 && exec timeout "$life" "$python" -c '
import socket, sys, time
address, ports = sys.argv[1], [int(port) for port in sys.argv[2:]]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
for port in ports:
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((address, port))
        server.listen(1)
        break
    except OSError:
        server.close()
else:
    sys.exit("no free port")
print("listening", port, flush=True)
peer, _ = server.accept()
server.close()
space = bytearray(1 << 20)
count, first, last, tenths = 0, None, None, []
while True:
    size = peer.recv_into(space)
    if size == 0:
        break
    last = time.monotonic()
    if first is None:
        first = last
    else:
        count += size
        tenth = int((last - first) * 10)
        while len(tenths) <= tenth:
            tenths.append(0)
        tenths[tenth] += size
print("tenths", *tenths, flush=True)
print("received", count, int(((last or 0) - (first or 0)) * 1e9), flush=True)
' "$address" "$@"
done
command -v perl >/dev/null 2>&1 && exec timeout "$life" perl -MIO::Socket::IP -MTime::HiRes=time -e '
$| = 1; my ($address, @ports) = @ARGV; my ($server, $port);
for (@ports) { $port = $_; $server = IO::Socket::IP->new(LocalHost => $address, LocalPort => $_, Listen => 1, ReuseAddr => 1, Proto => "tcp") and last }
$server or die "no free port\\n";
print "listening $port\\n"; my $peer = $server->accept; close $server;
my ($count, $first, $last, @tenths) = (0);
while (my $size = sysread($peer, my $space, 1 << 20)) {
  $last = time; if (defined $first) { $count += $size; $tenths[($last - $first) * 10] += $size } else { $first = $last }
}
print join(" ", "tenths", map { $_ || 0 } @tenths), "\\n";
printf "received %d %d\\n", $count, (($last || 0) - ($first || 0)) * 1e9;
' "$address" "$@"
echo "no listener"
`;

/** The port on which the listener listens, by what it has said up to now. */
export function listeningPort(said: string): string | undefined {
  return /^listening (\d{1,5})\n/m.exec(said)?.[1];
}

/**
 * The sender, for this host's bash. Parameters: address and port of the listener, bytes and seconds at most. Prints what the
 * kernel knows about the connection while it is full (`ss -ti`).
 */
export const senderScript = `
export LC_ALL=C
exec 4<>"/dev/tcp/$1/$2" || exit 1
timeout "$4" head -c "$3" /dev/zero >&4 & sender=$!
sleep 0.5
ss -tinH dst "$1" dport = ":$2" 2>/dev/null | tr '\\n' ' ' | sed 's/^/connection /'; echo
wait $sender; exec 4>&-
`;

/** The sender gets no longer than this for all it does, in seconds. */
export const senderLife = mostSeconds + 3;

/** What a measurement said. */
export interface Probe {
  readonly bytesPerSecond: number;
  readonly roundTripMilliseconds?: number;
  readonly mtu?: number;
}

/** With fewer whole tenths of a second than that, the mean of all is taken. */
const fewTenths = 5;

/**
 * Bytes per second: what came in the middle one of the tenths of a second, each but the first (a window that opens, a shaper's full
 * bucket) and the last (not whole). The mean would take a moment in which one of the hosts was busy with something else
 * for a slower link: with two processors at 1 Gbit/s it was up to a fifth too low.
 */
function middle(tenths: readonly number[]): number | undefined {
  const whole = tenths.slice(1, -1).sort((a, b) => a - b);
  if (whole.length < fewTenths) return undefined;
  const [low = 0, high = 0] = [whole[(whole.length - 1) >> 1], whole[whole.length >> 1]];
  // A way that is idle for more than half of the time is left to the mean.
  return high > 0 ? (low + high) * 5 : undefined;
}

/** Reads what listener and sender printed; undefined if nothing came through. */
export function parseProbe(text: string): Probe | undefined {
  const [, bytes, nanoseconds] = /^received (\d+) (\d+)$/m.exec(text) ?? [];
  if (bytes === undefined || !(Number(nanoseconds) > 0) || Number(bytes) <= 0) return undefined;
  const connection = /^connection (.*)$/m.exec(text)?.[1] ?? '';
  // The least round trip: while the connection is full, the mean one is the queue's.
  const roundTrip = /\bminrtt:([\d.]+)/.exec(connection)?.[1];
  const mtu = /\bpmtu:(\d+)/.exec(connection)?.[1];
  const tenths = (/^tenths((?: \d{1,15})+)$/m.exec(text)?.[1] ?? '').trim().split(' ').map(Number);
  return {
    bytesPerSecond: middle(tenths) ?? Number(bytes) / (Number(nanoseconds) / 1e9),
    ...(roundTrip === undefined ? {} : { roundTripMilliseconds: Number(roundTrip) }),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
  };
}
