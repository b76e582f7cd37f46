# Uploads over HTTP/1.1 and HTTP/2, right and wrong, from a seed: run by "make
# fuzz" and "make asan".
#
#   FUZZ_SECONDS=60   how long
#   FUZZ_SEED=        a number, printed with what fails
#   FUZZ_ROUND=       that round alone
#   FUZZ_CASES=       and of it these cases alone, "7" or "7,10-20"
#   FUZZ_VERBOSE=1    tells when a store stops, or nginx reloads

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use Glyph::Fuzz;

my $seed = $ENV{FUZZ_SEED} || time;

diag "seed $seed";

fuzz(seed => $seed, seconds => $ENV{FUZZ_SECONDS} || 60, cases => 400,
     parallel => 24);

done_testing;
