#!/usr/bin/env perl
#
# How long a GET takes on a connection that is kept, one every 2 ms:
#
#   latency.pl PORT PATH SECONDS

use strict;
use warnings;

use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(clock_gettime sleep CLOCK_MONOTONIC);

my ($port, $path, $seconds) = @ARGV;

my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
    or die "connect: $!";
setsockopt $s, IPPROTO_TCP, TCP_NODELAY, 1;

# nginx ends a connection after keepalive_requests
my ($served, @ms) = 0;
my $end = clock_gettime(CLOCK_MONOTONIC) + $seconds;

while ((my $start = clock_gettime(CLOCK_MONOTONIC)) < $end) {
    if (++$served % 900 == 0) {
        $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $port) or die "connect: $!";
        setsockopt $s, IPPROTO_TCP, TCP_NODELAY, 1;
    }

    syswrite $s, "GET $path HTTP/1.1\r\nHost: bench\r\n\r\n" or die "send: $!";

    my $answer = '';
    until ($answer =~ /\r\n\r\nstatic\n\z/) {
        sysread $s, $answer, 4096, length $answer or die "receive: $answer";
    }

    push @ms, (clock_gettime(CLOCK_MONOTONIC) - $start) * 1000;
    sleep 0.002;
}

@ms = sort { $a <=> $b } @ms;
printf "p%d %.3f\n", $_, $ms[@ms * $_ / 100] for 50, 99;
