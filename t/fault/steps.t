# The schema of 0.1.0, with data in it, brought to the present one under a
# running nginx: nothing is lost, nothing fails, and what was interrupted goes
# on when it is run again.  Then the same of the number before.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;
use Glyph::Session;

my $schema = "$ENV{GLYPH_BUILD}/schema.sql";
my ($version) = slurp('src/pg/ngx_glyph_schema.h') =~ /_VERSION +(\d+)/;
my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];
(my $dump = $psql) =~ s/psql$/pg_dump/;

for my $name (qw(glyph_steps glyph_fresh)) {
    sql("DROP DATABASE IF EXISTS $name");
    sql("CREATE DATABASE $name");
}

(my $fresh = $ENV{GLYPH_PG}) =~ s/dbname=\S+/dbname=glyph_fresh/;
$ENV{GLYPH_PG} =~ s/dbname=\S+/dbname=glyph_steps/;

# Runs a file; what it says of errors.
sub run_file {
    my ($file, $db, @options) = @_;
    return scalar `$psql -Xq -v ON_ERROR_STOP=1 @options -f $file '$db' 2>&1`;
}

sub shape {
    my ($db) = @_;
    return join '', grep { !/^--|restrict/ } `$dump -s '$db'`;
}

sub counts {
    return sql('SELECT count(*), sum(valid_rows), sum(invalid_rows),'
               . ' (SELECT count(*) FROM glyph.listings),'
               . ' (SELECT count(*) FROM glyph.import_errors)'
               . " FROM glyph.imports WHERE state = 'completed'");
}

is run_file('t/data/schema-1.sql', $ENV{GLYPH_PG}), '', "0.1.0's schema";
is run_file($schema, $fresh), '', 'a new one';
isnt shape($ENV{GLYPH_PG}), shape($fresh), 'they differ';

start_nginx(workers => 2, http => 'glyph_max_jobs 1000;');
write_input();

my $small = "$root/small.csv";
open my $out, '>', $small or die "$small: $!";
print $out "title,price\nRTX 3090,700\nRTX 3080,none\n";
close $out;

my @old = map { uuid() } 1 .. 3;
is code_of($_, upload($_, "\@$small")), 200, 'an upload into the old one'
    for @old;
is counts(), '3|3|3|3|3', 'is there';

my $warned = "$root/warned.csv";
open $out, '>', $warned or die "$warned: $!";
print $out "title,price,currency\n", "RTX 3090,700,SEK\n" x 5;
close $out;

# What of the warnings of an upload can be read.
sub rule_of {
    my ($id) = @_;
    return sql("SELECT identity_rule FROM glyph.imports WHERE id = '$id'");
}

sub warnings_of {
    my ($id) = @_;
    return scalar(() = get("/jobs/$id/errors?severity=warning", '-H',
                           'Accept: application/x-ndjson') =~ /"no_rate"/g);
}

sub warned {
    my $id = uuid();
    is code_of($id, upload($id, "\@$warned")), 200, 'an upload with warnings';
    like slurp("$root/$id.body"), qr/"warnings_count":5,.*"row_index":4,/,
        'has them in its result';
    return $id;
}

my $unkept = warned();
like get("/jobs/$unkept/errors?severity=warning"),
    qr/"code":"query_missing","detail":"[^"]*schema.sql/,
    'but nowhere else: what to do is said';

subtest 'interrupted behind its steps' => sub {
    my $part = "$root/part.sql";
    (my $text = slurp($schema)) =~ s/^-- All that can be replaced.*//ms;
    open my $out, '>', $part or die "$part: $!";
    print $out $text;
    close $out;

    is run_file($part, $ENV{GLYPH_PG}), '', 'the steps are done';
    is sql('SELECT max(version) FROM glyph.schema_versions'), $version,
        'and the schema knows it';
    is sql('SELECT string_agg(DISTINCT identity_rule::text, chr(44))'
           . ' FROM glyph.imports'), 1, 'what was there is of the first rule';
    my $id = uuid();
    is code_of($id, upload($id, "\@$small")), 200,
        'connections that are open go on';

    # others find functions that are not of the version
    kill 'HUP', master();
    ok wait_for(sub { get('/health') =~ /schema_mismatch.*schema\.sql/ }, 10),
        'health says which file to run';
};

subtest 'all of it, under load' => sub {
    my @ids = map { uuid() } 1 .. 4;
    my @pids = map { upload($_, '/background') } @ids;

    # Each is in the spool, or is the answer of a node without its schema
    is code_of($ids[$_], $pids[$_]), 202, 'taken' for 0 .. 3;
    is run_file($schema, $ENV{GLYPH_PG}), '', 'the file is run';
    ok wait_for(sub { get('/health') !~ /schema_mismatch/ }, 20),
        'health has nothing to say any more';
    is final($_, 60), 'completed', 'completed' for @ids;
    is visible($_), $rows, 'all rows' for @ids;
};

subtest 'while uploads are on their way' => sub {
    my @ids = map { uuid() } 1 .. 4;
    my @pids = map { upload($_) } @ids;
    ok begun($ids[0]), 'one has begun';
    is run_file($schema, $ENV{GLYPH_PG}), '', 'again';
    is code_of($ids[$_], $pids[$_]), 200, 'completed' for 0 .. 3;
    is visible($_), $rows, 'all rows' for @ids;
    is rule_of($_), 2, 'their digests are of the present rule' for @ids;
};

subtest 'while a purge is in the midst of its work' => sub {
    my $purge = Glyph::Session->new;
    $purge->run('BEGIN; SELECT 1 FROM glyph.imports LIMIT 1 FOR UPDATE;'
        . ' DELETE FROM glyph.listings WHERE false');
    my $pid = open my $run, '-|', $psql, '-Xq', '-v', 'ON_ERROR_STOP=1', '-f',
        $schema, $ENV{GLYPH_PG} or die "psql: $!";
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_locks WHERE NOT granted"
            . " AND relation = 'glyph.imports'::regclass") > 0;
    }, 10), 'it waits';
    is $purge->run('UPDATE glyph.imports SET rows = rows'), '',
        'for the purge, which goes on';
    $purge->run('COMMIT');
    ok close $run, 'and then it goes on, too';
};

is counts(), join('|', 13, 8 * $rows + 9, 4, 8 * $rows + 9, 4),
    'nothing is lost, nothing is double';
is shape($ENV{GLYPH_PG}), shape($fresh), 'and the schema is as a new one';
is sql('SELECT string_agg(version::text, chr(44) ORDER BY version)'
       . ' FROM glyph.schema_versions'), join(',', 1 .. $version),
   'with its history';
ok wait_for(sub {
    sql('SELECT count(*) FROM glyph.imports WHERE (ordered_at IS NULL'
        . ' OR summed_at IS NULL) AND valid_rows > 1000') == 0;
}, 20), 'and large imports have their orders and summaries';

subtest 'warnings' => sub {
    is warnings_of($unkept), 0, 'of before are none';
    my $id = warned();
    is warnings_of($id), 5, 'of now are kept';
    is rule_of($id), 2, 'of an import that is copied: the rule is this one\'s';
};

# A number 2 is the present one without what came later.
subtest 'from 2 to the present one' => sub {
    sql('DROP VIEW glyph.warning_view, glyph.model_summary_view,'
        . ' glyph.region_summary_view, glyph.seller_summary_view');
    sql('DROP FUNCTION glyph.api_warnings, glyph.make_orders(),'
        . ' glyph.make_orders(uuid), glyph.next_orders, glyph.order_import');
    sql('DROP TABLE glyph.import_warnings');
    sql('DROP TABLE glyph.listing_orders');
    sql('DROP TABLE glyph.import_progress');
    sql('ALTER TABLE glyph.imports DROP ordered_at, DROP summed_at');
    sql('DROP FUNCTION glyph.next_summaries, glyph.make_summaries');
    sql('DROP TABLE glyph.import_models, glyph.import_sellers,'
        . ' glyph.import_reports');
    sql('DELETE FROM glyph.schema_versions WHERE version > 2');
    my $count = counts();

    kill 'HUP', master();
    ok wait_for(sub { get('/health') =~ /"status":"ok"/ }, 20), 'works';
    my $id = warned();
    my $long = uuid();
    my $pid = upload($long, '--limit-rate', '1m');
    ok begun($long), 'another one has begun';
    is run_file($schema, $ENV{GLYPH_PG}), '', 'the file is run';
    is code_of($long, $pid), 200, 'completed';
    is visible($long), $rows, 'with all rows';
    is warnings_of($id), 0, 'of before are none';
    kill 'HUP', master();
    ok wait_for(sub { warnings_of(warned()) == 5 }, 10), 'of now are kept';
    is shape($ENV{GLYPH_PG}), shape($fresh), 'the schema is as a new one';
    is sql("SELECT count(*) FROM glyph.imports WHERE state <> 'completed'"),
        0, 'nothing has failed';
};

subtest 'what is newer is not taken back' => sub {
    sql("INSERT INTO glyph.schema_versions VALUES (99, now(), 'later')");
    like run_file($schema, $ENV{GLYPH_PG}), qr/is at version 99, this file/,
        'refused';
    sql('DELETE FROM glyph.schema_versions WHERE version = 99');
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing();
