#!/usr/bin/env perl
#
# How long an upload of one row takes behind many larger ones, which begin
# anew as soon as they have their answer:
#
#   turns.pl PORT CLIENTS ROWS SECONDS

use strict;
use warnings;

use Errno qw(EAGAIN EINPROGRESS EINTR);
use IO::Poll qw(POLLIN POLLOUT POLLHUP POLLERR);
use IO::Socket::INET;
use Time::HiRes qw(clock_gettime sleep CLOCK_MONOTONIC);

my ($port, $clients, $rows, $seconds) = @ARGV;

sub request {
    my ($body) = @_;
    return "POST /api/import/csv HTTP/1.1\r\nHost: bench\r\n"
        . "Connection: close\r\nContent-Type: text/csv\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}

sub now { return clock_gettime(CLOCK_MONOTONIC) }

sub crowd {
    my $body = "title,price,source_url,seller\n";
    for my $i (1 .. $rows) {
        $body .= "ASUS ROG Strix GeForce RTX 3080 Ti 12GB no $i,"
            . (300 + $i % 700) . ".50,https://example.com/itm/$i,seller$i\n";
    }
    my $request = request($body);
    my (%sent, %socket);
    my $poll = IO::Poll->new;
    my $begin = sub {
        my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $port, Blocking => 0) or return;
        $socket{$s} = $s;
        $sent{$s} = 0;
        $poll->mask($s => POLLIN | POLLOUT);
    };
    $begin->() for 1 .. $clients;
    while (1) {
        $poll->poll(1);
        for my $s ($poll->handles(POLLIN | POLLHUP | POLLERR)) {
            my $n = sysread $s, my $answer, 65536;
            next if $n || (!defined $n && ($!{EAGAIN} || $!{EINTR}));
            $poll->remove($s);
            delete $sent{$s};
            delete $socket{$s};
            close $s;
            $begin->();
        }
        for my $s ($poll->handles(POLLOUT)) {
            next unless defined $sent{$s};
            my $n = syswrite $s, $request, 65536, $sent{$s};
            $sent{$s} += $n || 0;
            $poll->mask($s => POLLIN) if $sent{$s} == length $request;
        }
    }
}

defined(my $pid = fork) or die "fork: $!";
crowd() if $pid == 0;

sleep 3;

my $one = request("title,price\nNVIDIA GeForce RTX 3080 10GB,300\n");
my (@ms, %status);
my $end = now() + $seconds;

while ((my $start = now()) < $end || !@ms) {
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
        or die "connect: $!";
    syswrite $s, $one or die "send: $!";
    local $/;
    my $answer = <$s>;
    $status{defined $answer && $answer =~ m{^HTTP/1.1 (\d+)} ? $1 : 0}++;
    push @ms, (now() - $start) * 1000;
    sleep 0.02;
}

kill 'KILL', $pid;
waitpid $pid, 0;

@ms = sort { $a <=> $b } @ms;
printf "p%d %.1f\n", $_, $ms[@ms * $_ / 100] for 50, 99;
print "n ", scalar @ms, "\n";
print "status $_ $status{$_}\n" for sort keys %status;
