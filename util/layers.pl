#!/usr/bin/env perl
#
# The layers of src, from the ground: a folder includes its own headers and
# those of folders before it, and none of those behind it.  Says which includes
# point up, with file and line.

use strict;
use warnings;

use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";

# words, bytes, JSON text; a price, a date, a condition, a row's identity; what
# columns are called; records of JSON, of CSV; a body's way to the file; models
# and titles; a scored listing; what it is written as; the pipeline itself
my @core = qw(text value column json csv body title listing out pipeline);

my %level = map { $core[$_] => $_ } 0 .. $#core;
my $bad = 0;

for my $file (glob 'src/core/*/*.[ch]') {
    my ($folder) = $file =~ m{^src/core/(\w+)/};

    if (!exists $level{$folder}) {
        print "$file: \"$folder\" is no layer\n";
        $bad = 1;
        next;
    }

    open my $in, '<', $file or die "$file: $!\n";

    while (<$in>) {
        my ($name) = /^\s*#\s*include\s+"([^"]+)"/ or next;

        if ($name !~ m{^(\w+)/} || !exists $level{$1}) {
            print "$file:$.: \"$name\" is in no layer\n";
            $bad = 1;

        } elsif ($level{$1} > $level{$folder}) {
            print "$file:$.: \"$name\" is above\n";
            $bad = 1;
        }
    }
}

exit $bad;
