# Exactly once in corners: a row that Postgres refuses, a file that makes no
# progress, two nodes over one Postgres, a small upload beside a huge one.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my $small = "$root/small.csv";

sub spooled { return split ' ', `find $root/spool/jobs -type f` }

# The runs without progress that a spool file counts.
sub attempts {
    my ($id) = @_;
    open my $in, '<:raw', "$root/spool/jobs/$id" or return 0;
    read $in, my $prefix, 16 or return 0;
    return unpack 'x12 L', $prefix;
}

# A session that holds a lock until it is closed.
sub locked {
    my ($mode) = @_;
    my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];
    open my $out, '|-', $psql, '-X', '-q', $ENV{GLYPH_PG} or die "psql: $!";
    $out->autoflush;
    print $out "BEGIN; LOCK TABLE glyph.listings IN $mode MODE;\n";
    wait_for(sub {
        sql("SELECT count(*) FROM pg_locks WHERE relation ="
            . " 'glyph.listings'::regclass AND mode = 'ExclusiveLock'"
            . ' AND granted') > 0;
    }, 10) or die 'no lock';
    return $out;
}

no_standby();
start_nginx(locations => 'location /imports { glyph_imports; }');
write_input();
write_input($small, 20);

for my $path ('/import', '/background') {
    subtest "a row that Postgres refuses, by $path" => sub {
        my $id = uuid();
        sql("ALTER TABLE glyph.listings ADD CONSTRAINT test_only CHECK"
            . " (title NOT LIKE '%no 7') NOT VALID");
        code_of($id, upload($id, $path, "\@$small"));
        is final($id, 20), 'completed', 'the import is completed';
        sql('ALTER TABLE glyph.listings DROP CONSTRAINT test_only');
        is stored($id), 19, 'the others are there, once';
        is sql("SELECT errors->0->>'code' FROM glyph.import_errors"
               . " WHERE import_id = '$id' AND import_index = 6"),
            'store_refused', 'it is an error, with its code';
        is sql("SELECT rows || ' ' || valid_rows || ' ' || invalid_rows FROM"
               . " glyph.imports WHERE id = '$id'"), '20 19 1', 'and counted';

        my $counts = qr/"total_rows":20,"valid_rows":19,"invalid_rows":1,
            .*"total_rows":20,"successful_rows":19,"failed_rows":1,/x;
        like get("/imports/$id"), $counts, 'so does the result count it';
        like slurp("$root/$id.body"), $counts, 'and the answer'
            if $path eq '/import';
    };
}

subtest 'a file that makes no progress' => sub {
    my $id = uuid();
    my $lock = locked('EXCLUSIVE');
    is code_of($id, upload($id, '/background', "\@$small")), 202, 'queued';

    for my $attempt (1 .. 5) {
        is wait_for(sub { attempts($id) >= $attempt ? $attempt : 0 }, 15),
            $attempt, "attempt $attempt";
        sleep 0.3;
        kill 'KILL', workers();
    }

    wait_for(sub {
        slurp("$root/logs/error.log") =~ /$id.*quarantine/;
    }, 15);
    close $lock;
    like final($id, 20), qr/^(failed|completed)$/, 'it ends';
    like slurp("$root/logs/error.log"), qr/\[crit\].*$id.*5 runs had no/,
        'in quarantine, says the log';
    is error_of($id), 'quarantined', 'and its state';
    ok wait_for(sub { -e "$root/spool/quarantine/$id" }, 5), 'with its file';
    is visible($id), 0, 'no row is visible';
};

subtest 'a small upload beside a huge one' => sub {
    my ($huge, $many) = (uuid(), "$root/huge.csv");
    write_input($many, 400_000);
    my $pid = upload($huge, "\@$many");
    ok begun($huge), 'the huge one has begun';
    my @ids = map { uuid() } 1 .. 10;
    is code_of($_, upload($_, "\@$small")), 200, 'a small one is done'
        for @ids;
    is state_of($huge), 'processing', 'before the huge one is';
    is code_of($huge, $pid), 200, 'which is not disturbed';
    is stored($huge), 400_000, 'every row is there, once';
};

for my $with (['/import', 500, $small], ['/import', 500, $input],
              ['/background', 202, $small])
{
    my ($path, $status, $file) = @$with;
    my $what = $file eq $small ? 'small' : 'large';

    subtest "a $what import whose end Postgres refuses, by $path" => sub {
        my $id = uuid();
        sql('ALTER TABLE glyph.imports ADD CONSTRAINT test_only CHECK'
            . " (id <> '$id' OR state <> 'completed') NOT VALID");
        is code_of($id, upload($id, $path, "\@$file")), $status, "a $status";
        like slurp("$root/$id.body"), qr/"code":"store_refused"/, 'for that'
            if $path eq '/import';
        ok wait_for(sub { get("/jobs/$id/status")
            =~ /"state" ?: ?"failed".*"code" ?: ?"store_refused"/s }, 20),
            'it has failed, with its code';
        is visible($id), 0, 'no row is visible';
        sql('ALTER TABLE glyph.imports DROP CONSTRAINT test_only');
    };
}

subtest 'an import of which Postgres takes no end at all' => sub {
    my $id = uuid();
    sql('ALTER TABLE glyph.imports ADD CONSTRAINT test_only CHECK'
        . " (id <> '$id' OR state NOT IN ('completed', 'failed')) NOT VALID");
    is code_of($id, upload($id, '/import', "\@$input")), 500, 'a 500';
    like slurp("$root/$id.body"), qr/"status":500,.*"code":"store_refused"/s,
        'as for one whose failure could be written';
    is visible($id), 0, 'no row is visible';
    sql('ALTER TABLE glyph.imports DROP CONSTRAINT test_only');
};

subtest 'two nodes over one Postgres' => sub {
    my ($mine, $theirs) = (uuid(), uuid());
    my $first = $root;

    # the file of a node that is down is not another node's business
    is code_of($mine, upload($mine, '/background')), 202, 'one takes a file';
    ok begun($mine), 'and has begun';
    kill_nginx();

    rename "$root/spool", "$root/spool.first" or die "rename: $!";
    launch();
    is code_of($theirs, upload($theirs, '/background', "\@$small")), 202,
        'the other takes another';
    is final($theirs, 20), 'completed', 'and completes it';
    is state_of($mine), 'processing', 'the first one waits for its node';
    isnt sql("SELECT count(DISTINCT node) FROM glyph.imports WHERE id IN"
             . " ('$mine', '$theirs')"), 1, 'they are two nodes';
    ok stop_nginx(), 'the other node ends';
    rename "$root/spool", "$root/spool.second" or die "rename: $!";
    rename "$root/spool.first", "$root/spool" or die "rename: $!";
    launch();
    is final($mine, 30), 'completed', 'which is back and completes it';
    is stored($mine), $rows, 'every row is there, once';
};

subtest 'a database whose default is not to flush' => sub {
    my $id = uuid();
    sql("ALTER SYSTEM SET wal_writer_delay = '10s'");
    sql('ALTER ROLE glyph SET synchronous_commit = off');
    sql('SELECT pg_reload_conf()');
    ok stop_nginx(), 'nginx ends when asked';
    launch();
    is code_of($id, upload($id, "\@$small")), 200, 'an import';
    my $answer = `curl -s -X DELETE $url/imports/$id`;
    stores('crash');
    like $answer, qr/"rows":20\b/, 'is undone';
    stores('stores') or diag slurp("$root/stores.log");
    is sql("SELECT undone_at IS NOT NULL FROM glyph.imports WHERE id = '$id'"),
        't', 'and stays undone when Postgres crashes at once';
    sql('ALTER ROLE glyph RESET synchronous_commit');
    sql('ALTER SYSTEM RESET wal_writer_delay');
    sql('SELECT pg_reload_conf()');
};

subtest 'what is left' => sub {
    is join(' ', spooled()), '', 'no file';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", grep { !/postgres refused (?:row 7 of|an import:)/ } bad_lines()), '',
        'nothing else bad in the error log';
};

done_testing;
