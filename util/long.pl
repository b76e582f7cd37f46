#!/usr/bin/env perl
#
# Files of C with more than 700 lines and functions with more than 100, but
# for tables that are made of data: what has grown out of one concept.

use strict;
use warnings;

use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";

my %made = map { $_ => 1 } glob 'src/core/*/glyph_{synonyms,lexicon_*,*_words}.c';
my ($files, $functions) = (0, 0);

for my $file (glob '*.c src/*/*.[ch] src/core/*/*.[ch]') {
    my ($name, $from);

    next if $made{$file};

    open my $in, '<', $file or die "$file: $!\n";

    while (<$in>) {
        ($name, $from) = ($1, $.) if /^(\w+)\(/;

        if (/^\}$/ && defined $name) {
            if ($. - $from > 100) {
                printf "%s: %s() has %d lines\n", $file, $name, $. - $from;
                $functions++;
            }

            undef $name;
        }
    }

    if ($. > 700) {
        print "$file has $. lines\n";
        $files++;
    }

    close $in;
}

print "$files files and $functions functions are long\n";
