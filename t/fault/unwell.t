# A Postgres that takes connections and refuses what it is asked: whoever waits
# is told why and in time, nobody is told that it is away, and all goes on by
# itself when it is well again.  Five causes, of writes and of reads.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my $small = "$root/small.csv";
my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

# whatever the database has for a default
$ENV{PGOPTIONS} = '-c default_transaction_read_only=off';

# functions that every write or read calls
my %called = (
    write => ['begin_batch(jsonb)', 'repeats(uuid[])'],
    read => ['job_status(uuid, text)', 'api_args(jsonb, text[])'],
);

my $full = q{LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE =}
    . q{ ''53100'', MESSAGE = ''no space left on device''; END'};
my $library = q{LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'};

# By another name; with "as", there is one that stands in for it.  The schema is
# of another number meanwhile: of its own one the module knows the functions.
sub take_away {
    my ($side, $as) = @_;
    my $all = "INSERT INTO glyph.schema_versions VALUES (99, now(), 'test');";
    for my $function (@{$called{$side}}) {
        my ($name) = $function =~ /^(\w+)/;
        my $result = sql("SELECT pg_get_function_result("
                         . "'glyph.$function'::regprocedure)");
        $all .= "ALTER FUNCTION glyph.$function RENAME TO gone_$name;";
        next unless $as;
        $all .= "CREATE FUNCTION glyph.$function RETURNS $result $as;"
            . "GRANT EXECUTE ON FUNCTION glyph.$function TO glyph_writer;";

        # only one that is there can be named, but it can be gone later
        $all .= q{UPDATE pg_proc SET probin = '$libdir/glyph_gone'}
            . " WHERE oid = 'glyph.$function'::regprocedure;"
            if $as eq $library;
    }
    sql($all);
}

sub bring_back {
    my ($side) = @_;
    my $all = 'SET client_min_messages = error;'
        . 'DELETE FROM glyph.schema_versions WHERE version = 99;';
    for my $function (@{$called{$side}}) {
        my ($name, $args) = $function =~ /^(\w+)(\(.*\))$/;
        $all .= "DROP FUNCTION IF EXISTS glyph.$function;"
            . "ALTER FUNCTION glyph.gone_$name$args RENAME TO $name;";
    }
    sql($all);
}

my %cause = (
    'a database that is read only' => {
        class => 25, code => 'store_unwell', status => 503,
        write => sub {
            sql('ALTER DATABASE glyph SET default_transaction_read_only = on');
            sql('SELECT count(pg_terminate_backend(pid)) FROM'
                . " pg_stat_activity WHERE usename = 'glyph_edge'");
        },
        write_end => sub {
            sql('ALTER DATABASE glyph RESET default_transaction_read_only');
        },
    },
    'a right that is missing' => {
        class => 42, code => 'store_broken', status => 500,
        write => sub { sql('REVOKE INSERT ON glyph.listings FROM glyph_writer') },
        write_end => sub { sql('GRANT INSERT ON glyph.listings TO glyph_writer') },
        read => sub { sql('REVOKE SELECT ON glyph.imports FROM glyph_writer') },
        read_end => sub { sql('GRANT SELECT ON glyph.imports TO glyph_writer') },
    },
    'a disk that is full' => {
        class => 53, code => 'store_unwell', status => 503,
        write => sub {
            sql("CREATE FUNCTION test_only() RETURNS trigger $full;"
                . ' CREATE TRIGGER test_only BEFORE INSERT ON glyph.listings'
                . ' FOR EACH ROW EXECUTE FUNCTION test_only()');
        },
        write_end => sub {
            sql('DROP TRIGGER test_only ON glyph.listings;'
                . ' DROP FUNCTION test_only()');
        },
        read => sub { take_away('read', $full) },
        read_end => sub { bring_back('read') },
    },
    'an older schema' => {
        class => 42, code => 'store_broken', status => 500,
        read_code => 'query_missing',
        write => sub { take_away('write') },
        write_end => sub { bring_back('write') },
        read => sub { take_away('read') },
        read_end => sub { bring_back('read') },
    },
    'a library that does not load' => {
        class => 58, code => 'store_broken', status => 500,
        write => sub { take_away('write', $library) },
        write_end => sub { bring_back('write') },
        read => sub { take_away('read', $library) },
        read_end => sub { bring_back('read') },
    },
);

sub healthy { return get('/health') =~ /"status":"ok"/ }

# Lines of the log about Postgres that an operator sees.
sub said {
    return grep { /\[(?:error|warn|notice)\].*postgres/ }
        split /\n/, slurp("$root/logs/error.log");
}

sub metric {
    my ($name) = @_;
    return get('/metrics') =~ /^\Q$name\E (\d+)$/m ? $1 : 'none';
}

# The answer to an upload, and how long it took.
sub answer {
    my ($path) = @_;
    my $id = uuid();
    my $began = time;
    my $status = code_of($id, upload($id, $path, "\@$small"));
    return ($id, $status, slurp("$root/$id.body"), time - $began);
}

sub start {
    start_nginx(timeout => '2s', http => 'glyph_events_wait 500ms;',
                locations => <<'LOCATIONS');
        location = /any { glyph_import; }
        location = /listings { glyph_query listings; }
        location = /metrics { glyph_metrics; }
LOCATIONS
    write_input($small, 50);
    write_input();
}

sub writes {
    my ($with) = @_;
    my $refused = qr/"status":$with->{status},"code":"$with->{code}",.*"sqlstate_class":"$with->{class}"/;

    start();
    my $kept = uuid();
    is code_of($kept, upload($kept, '/background')), 202, 'a large file';
    ok begun($kept), 'of which a part is there';
    is((answer('/import'))[1], 200, 'an import');

    my $imports = sql('SELECT count(*) FROM glyph.imports');
    $with->{write}->();

    # the first may meet a session that was ended
    my ($id, $status, $body, $took);
    for (1 .. 3) {
        ($id, $status, $body, $took) = answer('/import');
        last if $status != 503 || $body !~ /store_unavailable/;
        sleep 0.5;
    }
    is $status, $with->{status}, 'is refused';
    like $body, $refused, 'for what it is';
    cmp_ok $took, '<', $ENV{GLYPH_ASAN} ? 8 : 5, 'within the time-out';
    is stored($id), 0, 'and nothing of it is there';

    my $ok = 0;
    my $seen = '';
    for (1 .. 20) {
        my $health = get('/health');
        $ok++ if $health !~ /"status":"degraded".*"postgres":\{"state":"unwell","error":"/;
        sleep 0.1;
    }
    is $ok, 0, 'health says so all the time' or diag get('/health');
    is metric('glyph_postgres_workers{state="unwell"}'), 1, 'and a gauge';
    my $counter = qq(glyph_postgres_refusals_total{class="$with->{class}",side="write"});
    cmp_ok metric($counter), '>', 0, 'what was refused is counted';

    ($id, $status, $body, $took) = answer('/import');
    like $body, $refused, 'the next one, too';
    cmp_ok $took, '<', 1, 'at once';

    my ($queued, $accepted) = answer('/any');
    is $accepted, 202, 'one that may be kept is';

    my @said = grep { !/connection was lost|can be used again/ } said();
    is scalar(grep { /postgres refuses to write: .*, SQLSTATE $with->{class}/ }
              @said), 1, 'the log has one line' or diag join "\n", @said;
    cmp_ok scalar(@said), '<=', 3, 'and few others' or diag join "\n", @said;
    my $tries = metric($counter);
    sleep 4;
    cmp_ok metric($counter) - $tries, '<=', 4, 'it is tried less and less';

    $with->{write_end}->();
    ok wait_for(\&healthy, 15), 'it is well again';
    is scalar(grep { /postgres can be used again/ } said()) <= 2, 1,
        'which is said';
    is final($_, 30), 'completed', 'what was kept is imported'
        for $kept, $queued;
    is visible($kept), $rows, 'all of it';
    is visible($queued), 50, 'each once';
    is((answer('/import'))[1], 200, 'imports work');
    is sql('SELECT count(*) FROM glyph.imports'), $imports + 2,
        'what was refused has left nothing';
    ok !glob("$root/spool/quarantine/*"), 'no file was given up';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
}

sub reads {
    my ($with) = @_;
    my $code = $with->{read_code} || $with->{code};
    my $refused = qr/"status":$with->{status},"code":"$code",.*"sqlstate_class":"$with->{class}"/;

    start();
    my ($id) = answer('/import');
    is status_of("/jobs/$id/status"), 200, 'a job';
    is status_of('/listings'), 200, 'and its listings';

    $with->{read}->();
    like get("/jobs/$id/status"), qr/"completed".*"unconfirmed":true/,
        'its status is what Redis says, and marked so';
    like get('/listings'), $refused, 'and a query';
    like get("/jobs/$id/events"), $refused, 'and its events';
    like get('/jobs'), $refused, 'and the list of jobs';

    my $ok = 0;
    for (1 .. 20) {
        $ok++ if get('/health') !~ /"status":"degraded".*"state":"unwell"/;
        get('/listings');
        sleep 0.1;
    }
    is $ok, 0, 'health says so all the time' or diag get('/health');
    cmp_ok metric(qq(glyph_postgres_refusals_total{class="$with->{class}",side="read"})),
        '>', 3, 'each is counted';
    my @said = said();
    is scalar(grep { /postgres refuses to read: .*, SQLSTATE $with->{class}/ }
              @said), 1, 'the log has one line' or diag join "\n", @said;
    cmp_ok scalar(@said), '<=', 2, 'and few others' or diag join "\n", @said;

    $with->{read_end}->();
    ok wait_for(\&healthy, 15), 'it is well again';
    is scalar(grep { /postgres can be read again/ } said()), 1,
        'which is said once';
    is status_of("/jobs/$id/status"), 200, 'the job is there';
    is status_of('/listings'), 200, 'and its listings';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
}

for my $name (sort keys %cause) {
    my $with = $cause{$name};
    subtest "$name, and writes" => sub { writes($with) };
    subtest "$name, and reads" => sub { reads($with) } if $with->{read};
}

# Of the moment, but for ever

subtest 'transactions that never can be serialized' => sub {
    start();
    sql('CREATE FUNCTION test_only() RETURNS trigger LANGUAGE plpgsql AS'
        . " 'BEGIN RAISE EXCEPTION USING ERRCODE = ''40001''; END';"
        . ' CREATE TRIGGER test_only BEFORE INSERT ON glyph.listings'
        . ' FOR EACH ROW EXECUTE FUNCTION test_only()');
    my ($id, $status, $body, $took) = answer('/import');
    is $status, 503, 'an import is refused';
    like $body, qr/"code":"store_unwell",.*"sqlstate_class":"40"/,
        'for what it is';
    cmp_ok $took, '<', $ENV{GLYPH_ASAN} ? 10 : 6, 'in time';
    sql('DROP TRIGGER test_only ON glyph.listings; DROP FUNCTION test_only()');
    ok wait_for(\&healthy, 15), 'it is well again';
    is((answer('/import'))[1], 200, 'imports work');
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# No read is refused by it: what can be done is done.

subtest 'a database that is read only, and reads' => sub {
    start();
    my ($id) = answer('/import');
    $cause{'a database that is read only'}{write}->();
    ok wait_for(sub { get('/health') =~ /"state":"unwell"/ }, 10), 'unwell';
    is status_of("/jobs/$id/status"), 200, 'a job is told';
    is status_of('/listings'), 200, 'and listings';
    like get("/jobs/$id", '-X', 'DELETE'), qr/"code":"(?:job_finished|store_unwell)"/,
        'a cancel is not "out of reach"';
    $cause{'a database that is read only'}{write_end}->();
    ok wait_for(\&healthy, 15), 'it is well again';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# Whoever is killed while Postgres refuses has not been killed by the file.

subtest 'runs that end meanwhile are not held against a file' => sub {
    start();
    my $kept = uuid();
    is code_of($kept, upload($kept, '/background')), 202, 'a large file';
    ok begun($kept), 'of which a part is there';
    $cause{'a right that is missing'}{write}->();
    ok wait_for(sub { get('/health') =~ /"state":"unwell"/ }, 10), 'unwell';
    for (1 .. 7) {
        sleep 1;
        kill 'KILL', workers();
        wait_for(sub { get('/health') =~ /"status"/ }, 10);
    }
    $cause{'a right that is missing'}{write_end}->();
    is final($kept, 30), 'completed', 'it is imported';
    is visible($kept), $rows, 'all of it';
    ok !glob("$root/spool/quarantine/*"), 'no file was given up';
    ok stop_nginx(), 'nginx ends when asked';
};

done_testing();
