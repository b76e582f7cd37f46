#!/usr/bin/env perl
#
# What a file of src/*/ngx_* shows to others, by the objects of the last build:
# how many functions have one other file that calls them, or none.  With -v,
# which they are.

use strict;
use warnings;

use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";

my $told = @ARGV && $ARGV[0] eq '-v';
my (%home, %users);

# what has moved or gone leaves its object behind

for my $object (glob 'build/nginx/addon/*/ngx_glyph_*.o') {
    my ($dir, $name) = $object =~ m{/(\w+)/(\w+)\.o$};

    next if !-e "src/$dir/$name.c" && !-e "$name.c";

    my ($part) = $object =~ m{/(?:ngx_glyph_)?(\w+)\.o$};

    for (`nm $object`) {
        my ($kind, $symbol) = /(\w) (ngx_glyph_\w+)$/ or next;

        $home{$symbol} = $part if $kind eq 'T';
        $users{$symbol}{$part} = 1 if $kind eq 'U';
    }
}

my %n = ( 0 => 0, 1 => 0 );

for my $symbol (sort { $home{$a} cmp $home{$b} || $a cmp $b } keys %home) {
    my @users = sort keys %{ $users{$symbol} // {} };

    next if @users > 1;

    $n{ scalar @users }++;
    print "$home{$symbol}: $symbol: ", $users[0] // 'nobody', "\n" if $told;
}

printf "%d functions are seen by others: %d have one user, %d none\n",
    scalar keys %home, $n{1}, $n{0};
