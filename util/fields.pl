#!/usr/bin/env perl
#
# How many things a job can be in: the fields of ngx_glyph_job_s, with those of
# the structs of src/job in it, a bit as one.  More than the limit is an error.

use strict;
use warnings;

use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";

# 60 is the goal: seven are the writer's own, in ngx_glyph_import_t
my $limit = 67;
my %struct;

for my $file (glob 'src/job/*.h') {
    open my $in, '<', $file or die "$file: $!\n";

    my $text = do { local $/; <$in> };

    $text =~ s{/\*.*?\*/}{}gs;

    $struct{$2} = $1 while $text =~ /typedef struct \{(.*?)\n\} (\w+);/gs;
    $struct{"$1_t"} = $2 while $text =~ /struct (\w+)_s \{(.*?)\n\};/gs;
}

my $n = fields('ngx_glyph_job_t');

print "a job has $n fields\n";

exit($n > $limit);


sub fields {
    my ($name) = @_;
    my $n = 0;

    for (grep { /\S/ } split /;/, $struct{$name}) {
        my ($type, $rest) = /^\s*(?:const )?(\w+)\s+(.*)$/s;

        $n += ($struct{$type} && $rest !~ /^[*(]/) ? fields($type) : 1;
    }

    return $n;
}
