#!/usr/bin/env perl
#
# Many zstd bodies at a time, each with a window of 8 MB that it fills, from
# 130 KB that are sent:
#
#   flood.pl PORT PATH N
#
# Says "sent" when all have come but their last block, which is sent when a
# line is read or the input ends; then how many had which answer.

use strict;
use warnings;

use IO::Socket::INET;

my ($port, $path, $n) = @ARGV;

# A block of RFC 8878: 0 raw, 1 one byte many times.
sub block {
    my ($type, $size, $bytes, $last) = @_;
    return substr(pack('V', $size << 3 | $type << 1 | ($last ? 1 : 0)), 0, 3)
        . $bytes;
}

my $rows = join '', map { "RTX 3090 no $_,700\n" } 1 .. 100;
my $head = "title,price\n";
my $body = "\x28\xb5\x2f\xfd\x00\x68" . block(0, length $head, $head)
    . (block(0, length $rows, $rows) . block(1, 131_072, "\n")) x 70;
my $end = block(0, length $rows, $rows, 1);
my @sockets;

for (1 .. $n) {
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
        or die "connect: $!";
    print {$s} "POST $path HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        . "Content-Type: text/csv\r\nContent-Encoding: zstd\r\n"
        . 'Content-Length: ' . length("$body$end") . "\r\n\r\n$body"
        or die "send: $!";
    $s->flush;
    push @sockets, $s;
}

$| = 1;
print "sent\n";
scalar <STDIN>;

$SIG{PIPE} = 'IGNORE';
my %answers;

for my $s (@sockets) {
    print {$s} $end;
    $s->flush;
    local $/;
    my $answer = <$s> // '';
    my ($status) = $answer =~ m{^HTTP/1.1 (\d+)};
    my ($code) = $answer =~ /"code":"(encoding_\w+)"/;
    my $retry = $answer =~ /^Retry-After: \d/m ? ' later' : '';
    $answers{join(' ', $status // 'none', $code // ()) . $retry}++;
}

print map { "$_: $answers{$_}\n" } sort keys %answers;
