# Foreground uploads while things break: whatever happens, an import is there
# whole or not at all, what was answered with 200 is there, and nothing stays
# unfinished.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my @slow = ('--limit-rate', '600k');

no_standby();
start_nginx();
write_input();

subtest 'nothing breaks' => sub {
    my $id = uuid();
    is code_of($id, upload($id)), 200, 'answered with 200';
    is state_of($id), 'completed', 'completed in Postgres';
    is visible($id), $rows, 'every row is there';
};

subtest 'the client leaves' => sub {
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';
    kill 'KILL', $pid;
    waitpid $pid, 0;
    is final($id, 10), 'failed', 'the import failed';
    is error_of($id), 'client_gone', 'and says why';
    is visible($id), 0, 'no row is visible';
};

subtest 'a worker is killed' => sub {
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';
    kill 'KILL', workers();
    isnt code_of($id, $pid), 200, 'the client is not told 200';
    is final($id, 15), 'failed', 'the reaper fails the import';
    is error_of($id), 'worker_lost', 'and says why';
    is visible($id), 0, 'no row is visible';
};

subtest 'a worker is killed while its backend is in COMMIT' => sub {
    my $id = uuid();
    sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    sql('SELECT pg_reload_conf()');
    wait_for(sub { sql('SHOW synchronous_standby_names') eq 'nobody' }, 5);

    my $pid = upload($id);
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event ="
            . " 'SyncRep' AND application_name LIKE 'glyph:%'") > 0;
    }, 20), 'the backend waits in COMMIT';
    kill 'KILL', workers();
    isnt code_of($id, $pid), 200, 'the client is not told 200';
    sleep 2;

    no_standby();

    my $state = final($id, 30);
    like $state, qr/^(completed|failed)$/, "it ended: $state";
    my $want = $state eq 'completed' ? $rows : 0;
    is visible($id), $want, 'all rows are visible, or none';
    sleep 2;
    is state_of($id), $state, 'and that stays so';
    is visible($id), $want, 'and so do the rows';
};

subtest 'a commit that is cut off while it waits for a standby' => sub {
    my $id = uuid();
    sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    sql('SELECT pg_reload_conf()');
    wait_for(sub { sql('SHOW synchronous_standby_names') eq 'nobody' }, 5);
    write_input("$root/small.csv", 20);

    my $pid = upload($id, "\@$root/small.csv");
    my $waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        . " AND application_name LIKE 'glyph:%'";
    my $first = wait_for(sub { sql("SELECT pid $waiting") }, 10);
    ok $first, 'the backend waits in COMMIT';
    sql("SELECT pg_terminate_backend($first)");

    # it has committed here, and only here
    is state_of($id), 'completed', 'the import can be seen';
    ok wait_for(sub {
        sql("SELECT count(*) $waiting AND pid <> $first") > 0;
    }, 10), 'the one that asks for the outcome waits, too';
    sleep 1;
    is slurp("$root/$id.code"), '', 'the client is not told 200 yet';

    no_standby();
    is code_of($id, $pid), 200, 'but when it is safe';
    is stored($id), 20, 'every row is there, once';
};

subtest 'a cancel while a stopped backend holds a batch' => sub {
    wait_for(sub { get('/health') =~ /"status":"ok"/ }, 10);
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';

    # in the middle of a transaction that has the import's row
    my $backend = wait_for(sub {
        my $found = sql("SELECT pid FROM pg_stat_activity WHERE"
            . " application_name LIKE 'glyph:%' AND backend_xid IS NOT NULL"
            . ' LIMIT 1') or return '';
        kill 'STOP', $found;
        return $found if sql("SELECT count(*) FROM pg_stat_activity WHERE"
            . " pid = $found AND backend_xid IS NOT NULL");
        kill 'CONT', $found;
        return '';
    }, 20);
    ok $backend, 'the backend is stopped in a transaction';

    my $code = status_of("/jobs/$id", '-X', 'DELETE');
    isnt $code, 202, "the cancel is not acknowledged ($code)";

    kill 'CONT', $backend if $backend;
    wait_for(sub {
        $code = status_of("/jobs/$id", '-X', 'DELETE');
        return $code =~ /^(202|409)$/;
    }, 20);
    like $code, qr/^(202|409)$/, "then it is ($code)";

    # what was refused has cancelled nothing: it may be complete by now

    my $told = code_of($id, $pid);
    my $state = final($id, 10);
    my $rows = 0;

    if ($state eq 'completed') {
        is $told, 200, 'it was complete before, and the client is told so';
        $rows = sql("SELECT valid_rows FROM glyph.imports WHERE id = '$id'");
    } else {
        isnt $told, 200, 'the client is not told 200';
        like $state, qr/^(cancelled|failed)$/, 'the import has ended';
    }

    is visible($id), $rows, 'all of its rows are visible, or none';
    sleep 2;
    is visible($id), $rows, 'and later';
};

subtest 'a cancel in the middle' => sub {
    wait_for(sub { get('/health') =~ /"status":"ok"/ }, 10);
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';
    is status_of("/jobs/$id", '-X', 'DELETE'),
        202, 'the cancel is acknowledged';
    is visible($id), 0, 'no row is visible';
    is code_of($id, $pid), 409, 'the client is told';
    is state_of($id), 'cancelled', 'the import is cancelled';
    is status_of("/jobs/$id", '-X', 'DELETE'),
        409, 'a second cancel finds it finished';
};

subtest 'a backend is terminated' => sub {
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '2m');
    ok begun($id), 'rows were committed';
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        . " WHERE application_name LIKE 'glyph:%'");
    is code_of($id, $pid), 200, 'the upload goes on and is answered with 200';
    is visible($id), $rows, 'every row is there';
    is stored($id),
        $rows, 'once';
};

SKIP: {
    skip 'GLYPH_RUN is not set', 1 unless $ENV{GLYPH_RUN};

    subtest 'Postgres crashes and is back' => sub {
        my $id = uuid();
        my $pid = upload($id, '--limit-rate', '1m');
        ok begun($id), 'rows were committed';
        stores('crash');
        sleep 1;
        my $late = uuid();
        is code_of($late, upload($late)), 503,
            'an upload that begins now is refused';
        stores('stores') or diag slurp("$root/stores.log");
        is code_of($id, $pid), 200, 'the upload is answered with 200';
        is stored($id),
            $rows, 'every row is there, once';
        is state_of($late), '', 'of the other there is no trace';
    };
}

subtest 'a reload in the middle' => sub {
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '2m');
    ok begun($id), 'rows were committed';
    my @old = workers();
    kill 'HUP', master();
    is code_of($id, $pid), 200, 'the upload is answered with 200';
    is visible($id), $rows, 'every row is there';
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 15), 'the old worker ended';
};

SKIP: {
    skip 'GLYPH_RUN is not set', 1 unless $ENV{GLYPH_RUN};

    subtest 'a reload, and then Postgres crashes' => sub {
        my $id = uuid();
        my $pid = upload($id, '--limit-rate', '1m');
        ok begun($id), 'rows were committed';
        my @old = workers();
        kill 'HUP', master();
        wait_for(sub {
            my %old = map { $_ => 1 } @old;
            return grep { !$old{$_} } workers();
        }, 5);
        sleep 0.3;
        stores('crash');
        sleep 1;
        stores('stores') or diag slurp("$root/stores.log");
        is code_of($id, $pid), 200, 'the old worker goes on';
        is stored($id), $rows, 'every row is there, once';
        ok wait_for(sub { !grep { kill 0, $_ } @old }, 15), 'and ends';
    };
}

subtest 'what is left' => sub {
    is sql("SELECT count(*) FROM glyph.imports WHERE state NOT IN"
           . " ('completed', 'failed', 'cancelled')"), 0,
        'no import is unfinished'
        or diag sql('SELECT * FROM glyph.imports WHERE state NOT IN'
                    . " ('completed', 'failed', 'cancelled')");
    ok wait_for(sub {
        sql("SELECT count(*) FROM glyph.listings l JOIN glyph.imports i"
            . " ON i.id = l.import_id WHERE i.state <> 'completed'") == 0;
    }, 30), 'the rows of those that never completed are purged';

    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

done_testing();
