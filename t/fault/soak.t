# Uploads of all kinds while faults come at random, for less than a minute;
# "make soak" is the long form.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use Glyph::Soak;

soak(seed => 7, faults => 8, seconds => 45, round => 4, clients => 3,
     large => 0, long => 2);

done_testing;
