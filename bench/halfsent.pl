#!/usr/bin/env perl
#
# Uploads that have sent so much of their body and wait:
#
#   halfsent.pl PORT CONNECTIONS BYTES
#
# Says so when all have sent it, and holds them until it is ended.

use strict;
use warnings;

use IO::Socket::INET;

my ($port, $n, $bytes) = @ARGV;

my $body = "title,price,source_url,seller\n";
for (my $i = 0; length($body) < $bytes; $i++) {
    $body .= "ASUS ROG Strix GeForce RTX 3080 Ti 12GB no $i,"
        . (300 + $i % 700) . ".50,https://example.com/itm/$i,seller$i\n";
}
$body = substr $body, 0, $bytes;

my @sockets;
for (1 .. $n) {
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
        or die "connect: $!";
    print {$s} "POST /api/import/csv HTTP/1.1\r\nHost: bench\r\n"
        . "Content-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n$body"
        or die "send: $!";
    $s->flush;
    push @sockets, $s;
}

$| = 1;
print "sent\n";
sleep;
