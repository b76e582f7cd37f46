# Codes of docs/errors.md that only a fault brings about: what the client is
# told, and that it is so.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Codes;
use Glyph::Fault;

my %codes = codes();
my $small = "$root/small.csv";
my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

# A session that holds a lock until it is closed.
sub session {
    my ($statement, $held) = @_;
    open my $out, '|-', $psql, '-X', '-q', '-o', '/dev/null', $ENV{GLYPH_PG}
        or die "psql: $!";
    $out->autoflush;
    print $out "BEGIN; $statement;\n";
    wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE state ="
            . " 'idle in transaction' AND query LIKE '%$held%'"
            . ' AND pid <> pg_backend_pid()') > 0;
    }, 10) or die 'no lock';
    return $out;
}

sub body { return slurp("$root/$_[0].body") }

# A problem document of a code, with the code's status.
sub problem {
    my ($code) = @_;
    return qr/"status":$codes{$code},"code":"$code"/;
}

start_nginx(timeout => '2s', locations =>
    'location /imports { glyph_imports; }'
    . 'location = /short { glyph_import; glyph_job_timeout 1s; }');
write_input();
write_input($small, 20);

subtest 'job_timeout' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/short', '--limit-rate', '100k')), 408,
        'a body that takes too long';
    like body($id), problem('job_timeout'), 'says so';
    is final($id, 10), 'failed', 'the import fails';
    is error_of($id), 'job_timeout', 'for that reason';
    is visible($id), 0, 'no row is visible';
};

subtest 'import_locked' => sub {
    my $id = uuid();
    is code_of($id, upload($id, "\@$small")), 200, 'an import';

    my $lock = session("SELECT 1 FROM glyph.imports WHERE id = '$id'"
                       . ' FOR UPDATE', $id);
    like get("/imports/$id", '-X', 'DELETE', '-D', "$root/head"),
        problem('import_locked'), 'that another one holds';
    like slurp("$root/head"), qr/^Retry-After: \d+\r/m, 'later';
    is visible($id), 20, 'it is not undone';

    close $lock;
    like get("/imports/$id", '-X', 'DELETE'), qr/"rows":20\b/,
        'it can be, when it is free';
};

subtest 'ownership_lost' => sub {
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '500k');
    ok begun($id), 'an import that runs';
    sql('UPDATE glyph.imports SET epoch = epoch + 1,'
        . " worker = gen_random_uuid() WHERE id = '$id'");
    is code_of($id, $pid), 503, 'another worker takes it';
    like body($id), problem('ownership_lost'), 'which is told';
    is state_of($id), 'processing', 'and is its owner';
    is status_of("/jobs/$id", '-X', 'DELETE'), 202, 'or is cancelled';
    is final($id, 10), 'cancelled', 'as anything else';
};

subtest 'spool_unreadable' => sub {
    my $id = uuid();
    my $lock = session('LOCK TABLE glyph.listings IN EXCLUSIVE MODE',
                       'glyph.listings IN');
    is code_of($id, upload($id, '/background')), 202, 'a spooled file';
    ok truncate("$root/spool/jobs/$id", 2_000_000), 'of which the disk loses'
        . ' a part';
    close $lock;
    is final($id, 20), 'failed', 'fails';
    is error_of($id), 'spool_unreadable', 'for that reason';
    like get("/jobs/$id/status"), qr/"spool_unreadable"/, 'which is told';
    ok -e "$root/spool/quarantine/$id", 'and is kept';
    is visible($id), 0, 'no row is visible';
};

subtest 'outcome_unknown' => sub {
    my $id = uuid();
    # what the worker writes again when Postgres is back must not sleep, too
    my $until = sql("SELECT clock_timestamp() + interval '10 s'");
    sql("CREATE FUNCTION test_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN"
        . " PERFORM pg_sleep_until(''$until''); RETURN NULL; END';"
        . ' CREATE CONSTRAINT TRIGGER test_only AFTER INSERT OR UPDATE ON'
        . ' glyph.imports DEFERRABLE INITIALLY DEFERRED FOR EACH ROW'
        . " WHEN (NEW.id = '$id' AND NEW.state = 'completed')"
        . ' EXECUTE FUNCTION test_only()');

    my $pid = upload($id, "\@$small", '-D', "$root/head");
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity"
            . " WHERE wait_event = 'PgSleep'") > 0;
    }, 10), 'a transaction that is about to end';
    ok stores('crash'), 'Postgres crashes';
    is code_of($id, $pid), 503, 'nobody knows how it ended';
    like body($id), problem('outcome_unknown'), 'which is said';
    like slurp("$root/head"), qr{^Location: /jobs/$id/status\r}m,
        'and where to ask';

    ok stores('stores'), 'Postgres is back' or diag slurp("$root/stores.log");
    sql('DROP TRIGGER test_only ON glyph.imports; DROP FUNCTION test_only()');
    my $state = final($id, 30);
    like $state, qr/^(?:completed|failed)$/, 'the import ends';
    is visible($id), $state eq 'completed' ? 20 : 0, 'with all rows, or none';

    # which its worker asks for, after Postgres has ended the transaction

    ok wait_for(sub {
        get("/jobs/$id/status") =~ /"state" ?: ?"$state"/;
    }, 10), 'and the status tells';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'and has not complained';

done_testing;
