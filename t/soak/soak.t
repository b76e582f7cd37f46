# The proof that what is acknowledged is there, once, whatever happens: run by
# "make soak".  SOAK_SECONDS bounds it, SOAK_SEED repeats it.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use Glyph::Soak;

# 1.4 million rows are about 100 MB
soak(seed => $ENV{SOAK_SEED} || time, faults => 10_000,
     seconds => $ENV{SOAK_SECONDS} || 600, round => 16, clients => 5,
     large => 1_400_000, long => 10);

done_testing;
