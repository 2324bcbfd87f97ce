# SPDX-License-Identifier: LGPL-2.1-or-later
# The same as bandwidth-listener.py, with the same arguments and output, for a destination without Python.
use strict;
use warnings;
use IO::Socket::IP;
use Time::HiRes qw(time);

$| = 1;
my ($address, @ports) = @ARGV;
my ($server, $port);
PLACE: for my $place ($address, $address =~ /:/ ? '::' : '0.0.0.0') {
    for (@ports) {
        $port = $_;
        $server = IO::Socket::IP->new(
            LocalHost => $place,
            LocalPort => $port,
            Listen    => 1,
            ReuseAddr => 1,
            Proto     => 'tcp',
        ) and last PLACE;
    }
}
$server or die "no free port\n";
print "listening $port\n";
my $peer = $server->accept;
print "accepted\n";
close $server;

my ($count, $first, $last, @tenths) = (0);
while (my $size = sysread($peer, my $space, 1 << 20)) {
    $last = time;
    if (defined $first) {
        $count += $size;
        $tenths[($last - $first) * 10] += $size;
    } else {
        $first = $last;
    }
}
print join(' ', 'tenths', map { $_ || 0 } @tenths), "\n";
printf "received %d %d\n", $count, (($last || 0) - ($first || 0)) * 1e9;
