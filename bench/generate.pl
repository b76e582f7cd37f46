#!/usr/bin/env perl
#
# Listings as sellers write them, the same for the same options:
#
#   --bytes=100M | --rows=N   how much (K, M and G are powers of 1000)
#   --seed=1
#   --errors=1       percent of rows that no shop should send: no price, a
#                    range, a word for one, no title, an impossible quantity
#   --distinct=10    percent of rows with a title that no row before has; the
#                    others repeat one of the last 40 titles, as the feeds
#                    of shops do (of two real ones, 5 and 7 percent are
#                    distinct)
#   --registry=conf/gpu_models.csv   whose models the titles name

use strict;
use warnings;

use Getopt::Long;

my %opt = (bytes => undef, rows => undef, seed => 1, errors => 1,
    distinct => 10, registry => 'conf/gpu_models.csv');
GetOptions(\%opt, qw(bytes=s rows=i seed=i errors=f distinct=f registry=s))
    && ($opt{bytes} || $opt{rows}) && !@ARGV
    or die "usage: generate.pl --bytes=SIZE|--rows=N [--seed=N]"
         . " [--errors=PERCENT] [--distinct=PERCENT] [--registry=FILE]\n";

my %unit = ('' => 1, K => 1e3, M => 1e6, G => 1e9);
my $bytes = 9e18;
if (defined $opt{bytes}) {
    my ($n, $u) = $opt{bytes} =~ /^(\d+(?:\.\d+)?)([KMG]?)$/
        or die "generate.pl: what is --bytes=$opt{bytes}?\n";
    $bytes = $n * $unit{$u};
}
my $rows = $opt{rows} // 9e18;

# a generator of our own, so that every perl gives the same file
my $state = ($opt{seed} * 2654435761 + 12345) % 4294967296;
sub rnd { $state = ($state * 1664525 + 1013904223) % 4294967296;
          return int(($state >> 8) * $_[0] / 16777216) }
sub one { return $_[rnd(scalar @_)] }

my @cards = cards($opt{registry});
my @brands = ('EVGA', 'ASUS ROG STRIX', 'Asus', 'MSI', 'Gigabyte', 'PNY',
    'Zotac', 'Sapphire', 'XFX', 'Dell OEM', 'HP', 'Lenovo', 'NEW', '', '', '');
my @noise = ('OC', 'Gaming X Trio', 'Founders Edition', 'low profile', 'GDDR6',
    'Graphics Card', 'graphics card GPU', 'tested, works', '(new, sealed)',
    'with box', 'VENTUS 2X', '3x DP 1x HDMI', 'Video Card - works great', '',
    '', '');
my @places = ('', '', ' - FREE SHIPPING', ' L@@K', ' *USA seller*');
my @conditions = ('New', 'Used', 'used', 'Refurbished', 'Open box',
    'For parts', 'Used - Good', 'NEW');
my @regions = ('USA', 'EU', 'UK', 'CA', 'JP', 'DE', '');
my @ages = ('', '', 'Current', '3 days ago', '2 weeks', '1 month');
my @notes = (('') x 8, ('ships today') x 4, ('SKU: ') x 6,
    ('"returns accepted, 30 days"') x 4, '"sold ""as is"", no refund"',
    "\"two lines:\nof a note\"");
my @tracking = ('', '?utm_source=feed&utm_medium=csv', '?ref=', '#reviews');
my @wrong = ('N/A', '-5', 'call', '', '0', '$300 - $450', 'from 99',
    'a lot');

sub cards {
    my ($file) = @_;
    my %shop = (nvidia => ['NVIDIA GeForce', 'NVIDIA', 'GeForce', ''],
        amd => ['AMD Radeon', 'Radeon', 'AMD', ''],
        intel => ['Intel', 'Intel', '']);
    my @made;
    open my $in, '<', $file or die "$file: $!\n";
    scalar <$in>;
    while (<$in>) {
        my ($model, $family, $vendor, $class, $vram) = split /,/;
        (my $name = $model) =~ s/_\d+GB$//;
        $name =~ tr/_/ /;
        $name =~ s/\b(TI|SUPER|MOBILE|ADA)\b/\u\L$1/g;
        for my $brand (@{$shop{$vendor} || ['']}) {
            next if $class ne 'desktop' && $brand =~ /GeForce|Radeon/;
            my $full = $brand eq '' ? $name : "$brand $name";
            push @made, $full;
            push @made, "$full ${vram}GB", "$full $vram GB", "$full ${vram}G"
                if $vram =~ /^\d+$/;
        }
    }
    return @made;
}

sub title {
    my $title = join ' ', grep { $_ ne '' } one(@brands), one(@cards),
        one(@noise);
    $title .= one(@places);
    $title =~ s/ // if rnd(40) == 0;
    $title = lc $title if rnd(30) == 0;
    return $title =~ /,/ || rnd(8) == 0 ? "\"$title\"" : $title;
}

sub price {
    my $whole = 20 + rnd(6000);
    my $cents = rnd(2) ? '99' : sprintf '%02d', rnd(100);
    my $how = rnd(12);
    return "$whole.$cents" if $how < 6;
    return "\$$whole.$cents" if $how < 9;
    return "USD $whole" if $how == 9;
    return "\"\$1," . sprintf('%03d', $whole % 1000) . ".$cents\"" if $how == 10;
    return "$whole";
}

my @recent = map { title() } 1 .. 40;
my $distinct = int($opt{distinct} * 100);
my $errors = int($opt{errors} * 100);
my $written = 0;
my $out = '';

sub flush {
    $written += length $out;
    print $out or die "generate.pl: $!\n";
    $out = '';
}

$out .= "title,price,condition,quantity,seller,region,listing_age,source_url,"
    . "bulk_notes,warehouse\n";

for (my $n = 0; $n < $rows && $written + length $out < $bytes; $n++) {
    my $slot = rnd(40);
    $recent[$slot] = title() if rnd(10000) < $distinct;

    my $title = $recent[$slot];
    my $price = price();
    my $quantity = 1 + rnd(20);
    if (rnd(10000) < $errors) {
        my $how = rnd(@wrong + 2);
        if ($how < @wrong) { $price = $wrong[$how] }
        elsif ($how == @wrong) { $title = '' }
        else { $quantity = '-3' }
    }

    # some listings are sent twice
    my $item = $opt{seed} * 100000000 + (rnd(50) ? $n : int($n / 2));
    my $note = one(@notes);
    $note .= rnd(10000000) if $note eq 'SKU: ';
    my $query = one(@tracking);
    $query .= rnd(1000) if $query eq '?ref=';

    $out .= "$title,$price," . one(@conditions) . ",$quantity,seller"
        . rnd(5000) . ',' . one(@regions) . ',' . one(@ages)
        . ",https://market.example/itm/$item$query,$note,W" . rnd(20) . "\n";
    flush() if length $out > 65536;
}
flush();
