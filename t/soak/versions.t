# The module of 0.1.0 and today's, side by side over one schema: of its version,
# then of ours.  The old one is made of the project's history.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path);
use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my $commit = '6d5f8cf679ef61ac33616b927394614e34af738e';
my $old = "$ENV{GLYPH_BUILD}/0.1.0";

plan skip_all => "the history does not reach back to $commit"
    if !-e "$old/build/ngx_glyph_module.so"
        && system("git cat-file -e $commit^{commit} 2> /dev/null") != 0;

use Glyph::Fault;
use Glyph::Versions;

my ($version) = slurp('src/pg/ngx_glyph_schema.h')
    =~ /NGX_GLYPH_SCHEMA_VERSION +(\d+)/;

if (!-e "$old/build/ngx_glyph_module.so") {
    make_path($old);
    system("git archive $commit | tar -x -C $old") == 0 or die 'git archive';
    system("env -u MAKEFLAGS make -s -C $old module BUILD=build"
           . " > $old/make.log 2>&1") == 0
        or BAIL_OUT("$old/make.log says why 0.1.0 was not built");
}

side_by_side(
    old => { module => abs_path("$old/build/ngx_glyph_module.so"),
             models => abs_path("$old/conf/gpu_models.csv"),
             schema => "$old/conf/schema.sql", version => 1 },
    new => { module => $ENV{TEST_NGINX_LOAD_MODULES},
             models => "$ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv",
             schema => "$ENV{GLYPH_BUILD}/schema.sql", version => $version });

done_testing();
