#!/usr/bin/env perl
#
# A registry of so many models that nobody sells, for measuring what its size
# costs:
#
#   registry.pl MODELS

use strict;
use warnings;

my ($models) = @ARGV;
die "usage: registry.pl MODELS\n" unless $models && !@ARGV[1 .. $#ARGV];

print "model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,"
    . "generation,cuda_cores,slot_width,pcie_generation,form_factor,released,"
    . "aliases\n";

my @series = map { my $a = $_; map { "$a$_" } qw(X T F V Z) } qw(Q J K W Y);
my @rank = ('', '_TI', '_SUPER', '_PRO');

for my $n (0 .. $models - 1) {
    my $model = $series[$n % @series] . '_'
        . (1000 + 10 * (int($n / @series / @rank) % 900))
        . $rank[int($n / @series) % @rank];
    my $vram = (4, 8, 12, 16, 24)[$n % 5];
    print "$model,$model,nvidia,desktop,$vram," . (75 + $n % 400)
        . ",0,0,Bench,1024,2,4,PCIe,2024-01-01,\n";
}
