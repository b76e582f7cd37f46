#!/usr/bin/env perl
#
# The results of a run as docs/benchmarks.md:
#
#   report.pl RESULTS MACHINE
#
# RESULTS has a line for each: part, what, value, unit, ratio, of what, goal,
# between tabs.  MACHINE is Markdown about the machine and the versions.

use strict;
use warnings;

my %part = (
    upload => ['Upload to committed', 'Postgres\' own COPY of the same rows, '
        . 'already scored, into the same table with the same indexes, is the '
        . 'limit.'],
    pipeline => ['The pipeline alone', 'A bare parse of the file by libcsv in '
        . 'one thread, and what it takes to receive and to keep the file, are '
        . 'the limits.'],
    hostile => ['Input that was chosen to cost much', 'Processor time of '
        . 'the core over that of ordinary input of the same size (4 MB); and '
        . 'the memory of a worker under a flood.'],
    small => ['Many small uploads', 'Each is answered when it is durable. '
        . 'pgbench inserts the same rows, ten and the import\'s in a '
        . 'transaction, into the same tables.'],
    memory => ['Memory', ''],
    latency => ['What others on the same worker see', 'The client of the GETs '
        . 'runs in a real-time class, as if on a machine of its own.'],
    callbacks => ['How long a call of the module by nginx took',
        'Processor time, from a build whose every function tells of its entry '
        . 'and exit (bench/callbacks.c), during uploads of every kind.'],
    'growth-size' => ['Growth: size of the file', 'A transform\'s time is '
        . 'linear, the largest worker (last column) as large as for any file: '
        . 'nothing is kept of a row but its keys for dedup, 12 bytes each, up '
        . 'to glyph_dedup_size. An upload\'s time is Postgres\': millions of '
        . 'rows have indexes that are larger than its buffers, and psql \copy '
        . 'of them is slower by as much.'],
    'growth-parallel' => ['Growth: uploads at a time', 'The throughput is that '
        . 'of the two connections to Postgres; memory (last column) is bounded '
        . 'by glyph_buffers.'],
    'growth-errors' => ['Growth: share of wrong rows', 'A wrong row costs the '
        . 'pipeline its message and Postgres a row of import_errors, which '
        . 'has one index to a listing\'s several.'],
    'growth-registry' => ['Growth: size of the registry', 'Titles are matched '
        . 'by one automaton of all names: only the processor\'s caches know '
        . 'how many there are.'],
    'growth-table' => ['Growth: listings that are there', 'Every key of '
        . 'listings begins with the import\'s id or is a digest; what grows is '
        . 'the depth of Postgres\' b-trees and what of them is in memory, '
        . 'for psql \copy alike.'],
);
my @order = qw(upload pipeline hostile small memory latency callbacks
    growth-size growth-parallel growth-errors growth-registry growth-table);

my ($results, $machine) = @ARGV;
open my $in, '<', $results or die "$results: $!";

my %lines;
while (<$in>) {
    chomp;
    my ($part, $what, $value, $unit, $ratio, $of, $goal) = split /\t/;
    push @{$lines{$part}}, [$what, join(' ', grep { length } $value, $unit),
        defined $ratio ? "$ratio $of" : '', $goal // ''];
}
close $in;

open $in, '<', $machine or die "$machine: $!";
print <<HEAD, <$in>;
# Benchmarks

Written by `make bench`: medians, each peer in the same run, in turn. A ratio
above its goal, if it has one (last column), reaches it. What it took, and what
holds back those that fall short: [performance.md](performance.md).

HEAD

for my $part (grep { $lines{$_} } @order) {
    my ($title, $text) = @{$part{$part}};
    print "\n## $title\n", $text ? "\n" . wrap($text) : '',
        "\n| what | | ratio | |\n|---|---|---|---|\n";
    print '| ', join(' | ', @$_), " |\n" for @{$lines{$part}};
}

sub wrap {
    my ($out, $line) = ('', '');
    for my $word (split ' ', $_[0]) {
        if (length("$line $word") > 79) { $out .= "$line\n"; $line = '' }
        $line .= ($line eq '' ? '' : ' ') . $word;
    }
    return "$out$line\n";
}
