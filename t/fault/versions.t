# The present module and the next one, whose schema is a step further, side by
# side over both: what a step that only adds must not harm.  The next one is this
# one but for what it knows of the schema.  make soak does the same with 0.1.0.

use strict;
use warnings;

use File::Path qw(make_path remove_tree);
use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my $build = "$ENV{GLYPH_BUILD}/nginx";
plan skip_all => "$build/Makefile is not there" unless -e "$build/Makefile";

use Glyph::Fault;
use Glyph::Versions;

my $next = "$ENV{GLYPH_BUILD}/next";
my ($version) = slurp('src/pg/ngx_glyph_schema.h')
    =~ /NGX_GLYPH_SCHEMA_VERSION +(\d+)/;

# Columns that the old one does not write, and functions with other bodies.
remove_tree($next);
make_path("$next/util", "$next/src/pg");
system("cp -R conf $next/ && cp util/schema.pl $next/util/"
       . " && cp src/pg/ngx_glyph_pg_conn.c $next/src/pg/") == 0 or die 'cp';
spew("$next/conf/schema/steps/" . ($version + 1) . '.sql', <<'SQL');
-- What a next version may add.

    ALTER TABLE glyph.imports ADD COLUMN IF NOT EXISTS next_note text;
    ALTER TABLE glyph.listings
        ADD COLUMN IF NOT EXISTS next_rank int NOT NULL DEFAULT 7;
    CREATE INDEX IF NOT EXISTS imports_next ON glyph.imports (next_note);
SQL
for my $file (glob "$next/conf/schema/*.sql") {
    (my $text = slurp($file)) =~ s/(AS \$\$\n)(BEGIN|DECLARE)/$1-- the next one\n$2/g;
    spew($file, $text);
}

my $top = $build =~ m{^/} ? '' : "$ENV{PWD}/";
system("perl $next/util/schema.pl -w && perl $next/util/schema.pl"
       . " > $next/schema.sql") == 0 or die 'schema.pl';
(my $makefile = slurp("$build/Makefile"))
    =~ s{\S+/addon/pg/(ngx_glyph_pg_conn\.o)}{$top$next/$1}g;
$makefile =~ s{\S+/src/pg/(ngx_glyph_pg_conn\.c)}{$top$next/src/pg/$1}g;
$makefile =~ s{\Q$build\E/(ngx_glyph_module\.so)}{$top$next/$1}g;
spew("$next/Makefile", $makefile);
system("env -u MAKEFLAGS make -s -C $build/tree -f $top$next/Makefile modules"
       . " > $next/make.log 2>&1") == 0
    or die "the next module: " . slurp("$next/make.log");

my %models = (models => "$ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv");

side_by_side(
    old => { %models, module => $ENV{TEST_NGINX_LOAD_MODULES},
             schema => "$ENV{GLYPH_BUILD}/schema.sql", version => $version },
    new => { %models, module => "$top$next/ngx_glyph_module.so",
             schema => "$next/schema.sql", version => $version + 1 });

done_testing();
