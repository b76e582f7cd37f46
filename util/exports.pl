#!/usr/bin/env perl
#
# What a file of src shows to others, by the objects of the last build: how many
# functions have one other file that calls them, or none; of the files that
# know nginx, and of core.  With -v, which they are.

use strict;
use warnings;

use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";

my $told = @ARGV && $ARGV[0] eq '-v';
my (%home, %users, %all, %one, %none);

# what has moved or gone leaves its object behind

for my $object (glob 'build/nginx/addon/*/*.o') {
    my ($dir, $name) = $object =~ m{/(\w+)/(\w+)\.o$};

    next if !-e "src/$dir/$name.c" && !-e "src/core/$dir/$name.c"
        && !-e "$name.c";

    my ($part) = $name =~ /^(?:ngx_glyph_)?(\w+)$/;

    for (`nm $object`) {
        my ($kind, $symbol) = /(\w) ((?:ngx_)?glyph_\w+)$/ or next;

        $home{$symbol} = $part if $kind eq 'T';
        $users{$symbol}{$part} = 1 if $kind eq 'U';
    }
}

for my $file (glob 'src/cli/*.c') {
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    $users{$_}{cli} = 1 for <$in> =~ /\b(glyph_\w+)\(/g;
}

for my $symbol (sort { $home{$a} cmp $home{$b} || $a cmp $b } keys %home) {
    my @users = sort keys %{ $users{$symbol} // {} };
    my $side = $symbol =~ /^ngx/ ? 'src' : 'src/core';

    $all{$side}++;

    next if @users > 1;

    (@users ? \%one : \%none)->{$side}++;
    print "$home{$symbol}: $symbol: ", $users[0] // 'nobody', "\n" if $told;
}

printf "%s: %d functions are seen by others: %d have one user, %d none\n", $_,
    $all{$_}, $one{$_} // 0, $none{$_} // 0 for sort keys %all;
