#!/usr/bin/env perl
#
# Listings as sellers write them, the same for the same seed:
#
#   generate.pl MEGABYTES [SEED]

use strict;
use warnings;

my ($mb, $seed) = @ARGV;
die "usage: generate.pl MEGABYTES [SEED]\n" unless $mb;

# a generator of our own, so that every perl gives the same file
my $state = $seed || 1;
sub rnd { $state = ($state * 1103515245 + 12345) % 2147483648;
          return int($state / 65536) % $_[0] }
sub one { return $_[rnd(scalar @_)] }

my @cards = ('GeForce RTX 3060 12GB', 'RTX 3080 Ti', 'RTX4070Ti 12G',
    'GeForce RTX 4090 24GB', 'GTX 1660 Super 6GB', 'Radeon RX 7900 XTX 24GB',
    'RX 6800 XT 16GB', 'Tesla P40 24GB', 'NVIDIA A100 80GB SXM4',
    'NVIDIA H100 PCIe 80GB', 'NVIDIA L40S 48GB', 'Quadro RTX 8000 48GB',
    'RTX A6000 48GB', 'RTX 6000 Ada Generation 48GB', 'Intel Arc A770 16GB',
    'NVIDIA T4 16GB', 'Radeon PRO W7900 48GB', 'AMD Instinct MI210 64GB',
    'RTX 5090 32GB', 'NVLink bridge for RTX 3090', 'GTX 1080 Ti 11GB');
my @brands = ('EVGA', 'ASUS ROG STRIX', 'MSI', 'Gigabyte', 'PNY', 'Zotac',
    'Sapphire', 'XFX', 'Dell OEM', 'HP', 'Lenovo', '');
my @noise = ('OC', 'Gaming X Trio', 'Founders Edition', 'low profile',
    'GDDR6', 'tested, works', 'new sealed', 'with box', 'VENTUS 2X', '');
my @conditions = ('New', 'Used', 'Refurbished', 'Open box', 'For parts');
my @regions = ('USA', 'EU', 'UK', 'CA', 'JP');

print "title,price,condition,quantity,seller,region,source_url,bulk_notes\n";

my ($bytes, $n) = (0, 0);
while ($bytes < $mb * 1048576) {
    my $title = join ' ', grep { $_ ne '' } one(@brands), one(@cards),
        one(@noise), 'lot ' . rnd(100000);
    my $price = sprintf '%d.%02d', 20 + rnd(9000), rnd(100);
    $price = one("\$$price", "USD $price", $price, $price);
    $price = one('N/A', '-5', 'call') if rnd(200) == 0;
    $title = "\"$title\"" if $title =~ /,/ || rnd(4) == 0;
    my $row = join ',', $title, $price, one(@conditions), 1 + rnd(20),
        'seller' . rnd(5000), one(@regions),
        "https://market.example/itm/$n?utm_source=feed" . rnd(10),
        one('', 'ships today', '"returns accepted, 30 days"',
            'SKU: ' . rnd(10000000));
    $bytes += length($row) + 1;
    $n++;
    print "$row\n";
}
