#!/usr/bin/perl

# The fence (conf/schema): what another session may believe of an import
# whose owner died, hangs or was stopped in the middle of a transaction.  Each
# state is really caused: a backend is held in COMMIT by a synchronous standby
# that does not exist, clients are killed, backends are stopped by SIGSTOP.
#
# Needs a superuser of a private server in GLYPH_PG.  All imports made here
# have a tenant of their own and are deleted in the end.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

use Glyph::Id;
use Glyph::Session;

my $schema = "$ENV{GLYPH_BUILD}/schema.sql";
my $conninfo = $ENV{GLYPH_PG};
my $tenant = "fence-$$";
my $node = uuid();
my $admin;
my $sync_set;

plan skip_all => 'GLYPH_PG is not set' unless defined $conninfo;


# With a worker it is one of its backends.  Only the victims wait for the
# standby that does not exist.

sub session {
    my ($worker) = @_;

    return Glyph::Session->new(
        name => defined $worker ? "glyph:$worker" : 'fence.t',
        options => '-c synchronous_commit=local');
}


# SQL of a batch of $n listings that begins at row $from.

sub batch {
    my ($id, $epoch, $worker, $from, $n, $state, %meta) = @_;
    my $to = $from + $n - 1;
    my $rows = $from + $n;
    my $durable = $meta{durable} ? 'true' : 'false';
    my $first = $from > 0 ? '' : <<"META";
, {"tenant": "$tenant", "node": "$node", "worker": "$worker",
   "durable": $durable, "filename": "fence.csv"}
META

    return <<"SQL";
SELECT FROM glyph.begin_batch('[["$id", $epoch$first]]');
INSERT INTO glyph.listings (import_id, import_index, title, canonical_model,
    match_type, match_score, match_notes, is_valid_gpu, price, currency,
    q7b, q13b, q70b, raw_score, quantization_score, score)
SELECT '$id', n, 'RTX 3080 Ti', 'RTX_3080_TI', 'exact', 1, '', true, 500,
       'USD', 2, 1, 0, 0.3, 0.2, 36
  FROM generate_series($from, $to) n;
SELECT FROM glyph.commit_progress('[{"id": "$id", "epoch": $epoch,
    "state": "$state", "rows": $rows, "valid": $rows, "score_min": 36,
    "score_max": 36}]')
SQL
}


sub wait_for {
    my ($sql) = @_;

    for (1 .. 100) {
        return 1 if $admin->run($sql) eq 't';
        sleep 0.05;
    }

    diag "waited in vain: $sql";
    return 0;
}

sub signal_backend {
    my ($signal, $pid) = @_;

    # By the server itself: it may run as another user than this test
    return $admin->run("COPY (SELECT) TO PROGRAM 'kill -$signal $pid'");
}

sub imports_row {
    my ($id) = @_;

    return $admin->run("SELECT state, epoch, rows FROM glyph.imports"
                       . " WHERE id = '$id'");
}

sub stored {
    my ($id) = @_;

    return $admin->run("SELECT count(*) FROM glyph.listings"
                       . " WHERE import_id = '$id'");
}

sub visible {
    my ($id) = @_;

    return $admin->run("SELECT count(*) FROM glyph.listing_view"
                       . " WHERE import_id = '$id'");
}

# No row of import $id twice, no gap, and all of them or none to be seen.
# (The key forbids the first; this says so in the test's own terms.)

sub settled {
    my ($id, $state, $rows, $name) = @_;

    like(imports_row($id), qr/^$state\|\d+\|\d+$/, "$name: $state");
    is(visible($id), $state eq 'completed' ? $rows : 0,
       "$name: rows to be seen");
    is($admin->run("SELECT count(*) = count(DISTINCT import_index)
                           AND count(*) = coalesce(max(import_index) + 1, 0)
                      FROM glyph.listings WHERE import_id = '$id'"),
       't', "$name: no row twice, none left out");
}


# A worker's session with its COMMIT sent and hanging, and the client killed.

sub die_in_commit {
    my ($worker, $sql) = @_;
    my $victim = session($worker);

    $victim->send("BEGIN; SET LOCAL synchronous_commit = on; $sql; COMMIT");
    ok(wait_for("SELECT wait_event = 'SyncRep' FROM pg_stat_activity"
                . " WHERE pid = $victim->{backend}"),
       'the backend hangs in COMMIT');
    $victim->kill;
    sleep 0.1;
    is($admin->run("SELECT count(*) FROM pg_stat_activity"
                   . " WHERE pid = $victim->{backend}"), 1,
       'and outlives its client');
}

sub standby {
    my ($name) = @_;

    $admin->run("ALTER SYSTEM SET synchronous_standby_names = '$name'");
    $admin->run('SELECT pg_reload_conf()');
    $sync_set = $name ne '';

    # sync_standbys_defined is set by the checkpointer, a moment later
    wait_for("SELECT current_setting('synchronous_standby_names') = '$name'");
    sleep 0.3;
}

sub reset_standby {
    $admin->run('ALTER SYSTEM RESET synchronous_standby_names');
    $admin->run('SELECT pg_reload_conf()');
    $sync_set = 0;
}


sub test_killed_in_commit {
    my ($id, $worker, $out);
    my $taker = uuid();

    standby('glyph_no_such_standby');

    # The last batch of an import that others can see already

    ($id, $worker) = (uuid(), uuid());
    $admin->run('BEGIN; ' . batch($id, 1, $worker, 0, 10, 'processing')
                . '; COMMIT');
    die_in_commit($worker, batch($id, 1, $worker, 10, 10, 'completed'));
    is(imports_row($id), 'processing|1|10', 'a plain read shows the past');

    $out = $admin->run("SELECT found, state, epoch, rows
                          FROM glyph.take('$id', '$taker', NULL)");
    is($out, 't|completed|1|20', 'take() waits, ends it, and sees the end');
    settled($id, 'completed', 20, 'killed in the last COMMIT, taken');

    # A batch in the middle: the new owner goes on behind it

    ($id, $worker) = (uuid(), uuid());
    $admin->run('BEGIN; ' . batch($id, 1, $worker, 0, 10, 'processing')
                . '; COMMIT');
    die_in_commit($worker, batch($id, 1, $worker, 10, 10, 'processing'));

    $out = $admin->run("SELECT state, epoch, rows
                          FROM glyph.take('$id', '$taker', NULL)");
    is($out, 'processing|2|20', 'take() sees all that was committed');
    like($admin->run('BEGIN; ' . batch($id, 1, $worker, 20, 10, 'completed')
                     . '; ROLLBACK'), qr/GL001/, 'the old epoch is refused');
    $admin->run('ROLLBACK');
    is($admin->run('BEGIN; ' . batch($id, 2, $taker, 20, 10, 'completed')
                   . '; COMMIT'), '', 'the new one is not');
    settled($id, 'completed', 30, 'killed in a COMMIT, taken, gone on');

    # A small upload: its only batch is the first, nobody can see the row

    ($id, $worker) = (uuid(), uuid());
    die_in_commit($worker, batch($id, 1, $worker, 0, 10, 'completed'));
    is(imports_row($id), '', 'a plain read shows nothing');
    $out = $admin->run("SELECT found, state, rows
                    FROM glyph.take('$id', '$taker', NULL, '$worker')");
    is($out, 't|completed|10', 'take() finds a first batch in COMMIT');
    settled($id, 'completed', 10, 'killed in its only COMMIT, taken');

    # The reaper in the same cases

    ($id, $worker) = (uuid(), uuid());
    die_in_commit($worker, batch($id, 1, $worker, 0, 10, 'completed'));
    reap_all($worker);
    settled($id, 'completed', 10, 'killed in its only COMMIT, reaped');

    ($id, $worker) = (uuid(), uuid());
    $admin->run('BEGIN; ' . batch($id, 1, $worker, 0, 10, 'processing')
                . '; COMMIT');
    die_in_commit($worker, batch($id, 1, $worker, 10, 10, 'completed'));
    reap_all($worker);
    settled($id, 'completed', 20, 'killed in the last COMMIT, reaped');

    ($id, $worker) = (uuid(), uuid());
    die_in_commit($worker, batch($id, 1, $worker, 0, 10, 'processing'));
    reap_all($worker);
    settled($id, 'failed', 0, 'killed in its first COMMIT, reaped');

    reset_standby();
}

# As the reaper does it: again until nothing remains.

sub reap_all {
    my ($worker) = @_;

    ok(wait_for("SELECT remaining = 0 FROM glyph.reap('$worker', 100)"),
       'reap() comes to an end');
}


# Three waits of six seconds each, at the same time: cancels that meet a
# stopped backend, in a later batch and in the first, and a reap that meets an
# import that somebody else has locked.

sub test_stopped_and_locked {
    my @id = (uuid(), uuid());
    my @cancel = map { "SELECT was, state FROM glyph.cancel('$_', '$tenant',"
                       . ' true)' } @id;
    my ($worker, $dead, $other) = (uuid(), uuid(), uuid());
    my @reap = map { uuid() } 1 .. 5;
    my (@victim, @caller, $reaper, $locker, $out);

    $admin->run('BEGIN; ' . batch($id[0], 1, $worker, 0, 10, 'processing')
                . '; COMMIT');

    @victim = (session($worker), session($worker));
    $victim[0]->run('BEGIN; '
                    . batch($id[0], 1, $worker, 10, 10, 'completed'));
    $victim[1]->run('BEGIN; '
                    . batch($id[1], 1, $worker, 0, 10, 'completed'));
    signal_backend('STOP', $_->{backend}) for @victim;

    $admin->run('BEGIN; ' . batch($_, 1, $dead, 0, 1, 'processing')
                . '; COMMIT') for @reap[0 .. 3];
    $admin->run('BEGIN; '
                . batch($reap[4], 1, $dead, 0, 1, 'processing', durable => 1)
                . '; COMMIT');
    $locker = session($other);
    $locker->run("BEGIN; SELECT FROM glyph.imports WHERE id = '$reap[1]'"
                 . ' FOR UPDATE');

    @caller = (session(), session());
    $reaper = session();
    $caller[$_]->send($cancel[$_]) for 0, 1;
    $reaper->send("SELECT failed, remaining FROM glyph.reap('$dead', 100)");

    like($caller[0]->get, qr/ERROR:  55P03:/,
         'a cancel is not acknowledged while a stopped backend holds it');
    like($caller[1]->get, qr/ERROR:  55P03:/,
         'nor when that has not committed anything yet');

    is($reaper->get, '3|1', 'reap() skips and counts one that stays locked');
    is($locker->run('SELECT 1'), 1, "another worker's backend is let alone");
    like(imports_row($reap[4]), qr/^processing\|1\|/,
         'a durable import is not for the reaper');
    is($admin->run("SELECT error->>'code' FROM glyph.imports"
                   . " WHERE id = '$reap[0]'"), 'worker_lost', 'and why');
    $locker->run('ROLLBACK');
    is($reaper->run('SELECT failed, remaining'
                    . " FROM glyph.reap('$dead', 100)"), '1|0',
       'reap() fails it when it is free');

    # The first would commit now, if the cancel had not ended it; the other, of
    # the same worker, has no lock on that import, and none can be seen on its own

    $_->send('COMMIT') for @victim;
    signal_backend('CONT', $_->{backend}) for @victim;
    like($victim[0]->get, qr/57P01|gone/, 'who held the lock wakes up and ends');
    is($victim[1]->get, '', 'who did not goes on');

    is($caller[0]->run($cancel[0]), 'processing|cancelled', 'cancel again');
    is($caller[1]->run($cancel[1]), 'completed|completed',
       'what was not acknowledged may come too late');

    settled($id[0], 'cancelled', 0, 'cancelled under a stopped backend');
    settled($id[1], 'completed', 10, 'not cancelled under a stopped backend');
    is($caller[0]->run($cancel[0]), 'cancelled|cancelled', 'idempotent');
}


sub test_begin_batch {
    my $worker = uuid();
    my ($id, $gone, $new) = sort map { uuid() } 1 .. 3;
    my ($s, $out);

    $s = session($worker);
    $s->run('BEGIN; ' . batch($id, 3, $worker, 0, 5, 'processing')
            . '; COMMIT');

    for my $epoch (2, 4) {
        $out = $s->run("SELECT glyph.begin_batch('[[\"$id\", $epoch]]')");
        like($out, qr/ERROR:  GL001:/, "epoch $epoch in place of 3");
        like($out, qr/DETAIL:  \["$id"\]/, 'names the import');
    }

    $out = $s->run(qq{SELECT glyph.begin_batch('[["$id", 3], ["$gone", 1],
        ["$new", 1, {"tenant": "$tenant"}]]')});
    like($out, qr/DETAIL:  \["$gone"\]/, 'names only the missing one');
    is(imports_row($new), '', 'and creates nothing');

    like($s->run("SELECT glyph.fail('$id', 2, 'x', NULL)"), qr/GL001/,
         'fail() with an old epoch');
    like($s->run("SELECT glyph.commit_progress('[{\"id\": \"$id\",
                 \"epoch\": 2, \"rows\": 99}]')"), qr/GL001/,
         'commit_progress() with an old epoch');
    $s->run("SELECT glyph.fail('$id', 3, 'timeout', 'too slow')");
    is(imports_row($id), 'failed|3|5', 'fail() with the right one');

    like($s->run("SELECT glyph.begin_batch('[[\"$id\", 3]]')"), qr/GL001/,
         'a final state is refused, whatever the epoch');
    like($s->run("SELECT glyph.commit_progress('[{\"id\": \"$id\",
                 \"epoch\": 3, \"state\": \"completed\"}]')"), qr/GL001/,
         'and stays what it is');
    is($s->run("SELECT state, epoch FROM glyph.take('$id', '$worker',"
               . ' NULL)'), 'failed|3', 'take() of a final state');
    is($s->run("SELECT found FROM glyph.take('$gone', '$worker', NULL)"),
       'f', 'take() of what is not there');
    is(imports_row($gone), '', 'leaves nothing behind');
    is($s->run("SELECT found FROM glyph.cancel('$id', 'other')"), 'f',
       "cancel() of another tenant's import");
}


# Six sessions at once, each in batches of eight of the same twelve imports, in
# a new order each time; the first to come creates them.

sub test_no_deadlock {
    my @id = map { uuid() } 1 .. 12;
    my @s = map { session() } 1 .. 6;
    my ($sql, @jobs, $out);
    my $meta = qq({"tenant": "$tenant"});

    for my $s (@s) {
        $sql = '';

        for (1 .. 40) {
            @jobs = (sort { rand() <=> 0.5 } @id)[0 .. 7];
            $sql .= "BEGIN;\nSELECT FROM glyph.begin_batch('["
                . join(', ', map { qq(["$_", 1, $meta]) } @jobs) . "]');\n"
                . "SELECT FROM glyph.commit_progress('["
                . join(', ', map { qq({"id": "$_", "epoch": 1}) }
                             reverse @jobs)
                . "]');\nCOMMIT;\n";
        }

        $s->send($sql . "SELECT 'end'");
    }

    $out = join ' ', map { $_->get(30) } @s;
    is($out, join(' ', ('end') x @s), 'many jobs in any order: no deadlock');
}


sub test_takers {
    my ($id, $worker) = (uuid(), uuid());
    my @s = (session(uuid()), session(uuid()));
    my ($sql, %won, $own, $lost);

    $admin->run('BEGIN; ' . batch($id, 1, $worker, 0, 5, 'processing')
                . '; COMMIT');

    is($s[0]->run("BEGIN; SELECT epoch FROM glyph.take('$id', NULL, NULL)"),
       2, 'the first of two takers');
    $s[1]->send("SELECT epoch FROM glyph.take('$id', NULL, NULL)");
    sleep 0.2;
    $s[0]->run('COMMIT');
    is($s[1]->get, 3, 'the second waits, and gets the next epoch');

    $sql = "SELECT epoch FROM glyph.take('$id', NULL, NULL);\n" x 50;
    $_->send($sql) for @s;
    $won{$_}++ for map { split /\n/, $_->get } @s;
    is_deeply([sort { $a <=> $b } keys %won], [4 .. 103],
              'two takers race: every epoch has a winner');
    is_deeply([grep { $_ != 1 } values %won], [], 'and only one');

    # A worker that lost a connection takes its own import back

    $own = session($worker);
    $lost = session($worker);
    $lost->run("BEGIN; SELECT FROM glyph.begin_batch('[[\"$id\", 103]]')");
    is($own->run("SELECT epoch FROM glyph.take('$id', '$worker', NULL)"),
       104, 'take() ends the old backend of the same worker');
    is($own->run('SELECT pg_backend_pid()'), $own->{backend},
       'and not its own');
    like($lost->run('COMMIT'), qr/57P01|gone/, 'the old one is gone');
}


sub test_cancel_first {
    my ($id, $worker) = (uuid(), uuid());
    my $s = session($worker);
    my $out;

    is($admin->run("SELECT found FROM glyph.cancel('$id', '$tenant')"), 'f',
       'cancel() of an unknown import');
    is($admin->run('SELECT found, was, state'
                   . " FROM glyph.cancel('$id', '$tenant', true)"),
       't||cancelled', 'cancel() before the first batch');

    $out = $s->run('BEGIN; ' . batch($id, 1, $worker, 0, 5, 'completed')
                   . '; COMMIT');
    like($out, qr/ERROR:  GL001:/, 'the first batch meets the fence');
    settled($id, 'cancelled', 0, 'cancelled first');
    is(stored($id), 0, 'no row was stored');
}


sub test_purge {
    my ($id, $kept, $undone) = map { uuid() } 1 .. 3;
    my $worker = uuid();
    my ($n, $calls, $max);

    # what other suites have left
    1 while $admin->run('SELECT glyph.purge()') > 0;

    $admin->run('BEGIN; ' . batch($_, 1, $worker, 0, 120, 'processing')
                . '; COMMIT') for $id;
    $admin->run('BEGIN; ' . batch($_, 1, $worker, 0, 30, 'completed')
                . '; COMMIT') for $kept, $undone;
    $admin->run("INSERT INTO glyph.import_errors VALUES ('$id', 120, 122, 9,"
                . " '[]', 'x')");
    $admin->run("INSERT INTO glyph.import_warnings VALUES ('$id', 0, 0, 2,"
                . " 'no_rate', NULL, NULL, 'x')");
    $admin->run("SELECT glyph.cancel('$id', '$tenant')");

    is($admin->run("SELECT * FROM glyph.undo('$undone', '$tenant')"),
       't|completed|30', 'undo()');
    is(visible($undone), 0, 'is gone for readers at once');
    is(stored($undone), 30, 'though still there');
    is($admin->run("SELECT * FROM glyph.undo('$undone', '$tenant')"),
       't|completed|0', 'undo() again');
    is($admin->run("SELECT * FROM glyph.undo('$id', '$tenant')"),
       't|cancelled|0', 'undo() of what was not completed');
    is($admin->run("SELECT found FROM glyph.undo('$undone', 'other')"), 'f',
       "undo() of another tenant's import");

    for ($calls = $max = 0; $calls < 100; $calls++) {
        $n = $admin->run('SELECT glyph.purge(50)');
        $max = $n if $n > $max;
        last if $n == 0;
    }

    cmp_ok($calls, '>=', 3, 'purge() works in ranges');
    cmp_ok($max, '<=', 100, 'of bounded size');
    is(stored($id), 0, 'purge() of a cancelled import');
    is(stored($undone), 0, 'and of an undone one');
    is(visible($kept), 30, 'a completed one is left alone');
    is($admin->run("SELECT count(*) FROM glyph.import_errors"
                   . " WHERE import_id = '$id'"), 1, 'errors stay');
    is($admin->run("SELECT count(*) FROM glyph.import_warnings"
                   . " WHERE import_id = '$id'"), 1, 'and warnings');
    is($admin->run("SELECT count(*) FROM glyph.imports WHERE purged_at IS"
                   . " NULL AND id IN ('$id', '$undone')"), 0,
       'nothing is left to look at again');
    is($admin->run('SELECT glyph.purge(50)'), 0, 'purge() stops');
}


# What a call has done is dead and stays in the index until it commits: to pass
# it again for each import is a call that times out, does nothing, and is tried
# again.

sub test_purge_many {
    my ($n, $read, $left, $calls) = (3000);

    $admin->run("INSERT INTO glyph.imports (id, tenant, state, epoch)"
                . " SELECT gen_random_uuid(), '$tenant', 'cancelled', 1"
                . " FROM generate_series(1, $n)");

    $read = $admin->run('BEGIN; SELECT FROM glyph.purge(); SELECT'
                        . " pg_stat_get_xact_tuples_returned("
                        . "'glyph.imports_purge'::regclass); COMMIT");
    ($read) = $read =~ /(\d+)/;
    cmp_ok($read, '>=', 1000, 'purge() of many imports does some');
    cmp_ok($read, '<=', 2 * $n, 'and reads of each once');

    for ($calls = 1; $calls < 10; $calls++) {
        last if $admin->run('SELECT glyph.purge()') == 0;
    }

    is($calls, 3, 'no more than a thousand a call');
}


sub test_silent_nodes {
    my ($silent, $alive, $other) = (uuid(), uuid(), uuid());
    my ($lost, $durable, $running) = (uuid(), uuid(), uuid());

    $admin->run('BEGIN; ' . batch($lost, 1, $silent, 0, 10, 'processing')
                . '; ' . batch($durable, 1, $silent, 0, 10, 'processing',
                               durable => 1)
                . '; ' . batch($running, 1, $alive, 0, 10, 'processing')
                . '; COMMIT');
    $admin->run("SELECT glyph.heartbeat('$_', '$node', 1, 'x')")
        for $silent, $alive;
    $admin->run("UPDATE glyph.imports SET updated_at = now() - interval '2 min'"
                . " WHERE id IN ('$lost', '$durable', '$running')");

    is($admin->run("SELECT glyph.reap_silent('$other')"), 0,
       'who has given a sign of life is left alone');
    $admin->run("UPDATE glyph.workers SET heartbeat_at = now() - interval"
                . " '2 min' WHERE worker = '$silent'");
    is($admin->run("SELECT glyph.reap_silent('$node')"), 0,
       'the own node has locks for that');
    is($admin->run("SELECT glyph.reap_silent('$other')"), 1,
       'a silent one is reaped');
    is($admin->run("SELECT state FROM glyph.imports WHERE id = '$lost'"),
       'failed', 'its import has failed');
    is($admin->run("SELECT state FROM glyph.imports WHERE id = '$durable'"),
       'processing', 'a durable one waits for its node');
    like($admin->run("SELECT glyph.job_status('$durable', '$tenant')"),
         qr/"stalled"/, 'and is shown as stalled');
    is($admin->run("SELECT state FROM glyph.imports WHERE id = '$running'"),
       'processing', "and another worker's goes on");
    $admin->run("SELECT glyph.cancel('$_', '$tenant')")
        for $durable, $running;
}


sub test_schema_twice {
    my $catalog = <<'SQL';
SELECT md5(string_agg(d, E'\n' ORDER BY d)) FROM (
    SELECT pg_get_functiondef(oid) FROM pg_proc
     WHERE pronamespace = 'glyph'::regnamespace
    UNION ALL
    SELECT c.relname || a.attname || format_type(a.atttypid, a.atttypmod)
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'glyph'::regnamespace
    UNION ALL
    SELECT pg_get_indexdef(indexrelid) FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = 'glyph'::regnamespace
    UNION ALL
    SELECT v::text FROM glyph.schema_versions v
) x(d)
SQL
    my $before = $admin->run($catalog);
    my (@run, $out);

    for (1, 2) {
        open my $fh, '-|', 'sh', '-c',
            'exec psql -qXAt -v ON_ERROR_STOP=1 -f "$1" "$2" 2>&1', 'sh',
            $schema, $conninfo or die "psql: $!";
        push @run, $fh;
    }

    for (@run) {
        local $/;
        $out = <$_> // '';
        ok(close $_, 'the schema once more, twice at the same time');
        is($out, '', 'says nothing');
    }

    is($admin->run($catalog), $before, 'and changes nothing');
    cmp_ok($admin->run('SELECT glyph.schema_version()'), '>=', 1,
           'schema_version()');
}


sub cleanup {
    my $ours = "(SELECT id FROM glyph.imports WHERE tenant = '$tenant')";

    return unless $admin;

    # A session of its own: any other may hang, if a test went wrong
    my $hanging = join ', ', @Glyph::Session::backends;
    $admin = session();
    reset_standby() if $sync_set;
    $admin->run('SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
                . " WHERE pid IN ($hanging) AND (application_name = 'fence.t'"
                . " OR application_name LIKE 'glyph:%')");
    $admin->run("DELETE FROM glyph.listings WHERE import_id IN $ours");
    $admin->run("DELETE FROM glyph.$_ WHERE import_id IN $ours")
        for qw(import_errors import_warnings import_progress);
    $admin->run("DELETE FROM glyph.imports WHERE tenant = '$tenant'");
}

END {
    local $?;
    cleanup();
}

$SIG{INT} = $SIG{TERM} = sub { exit 1 };


$admin = session();

test_schema_twice();
test_begin_batch();
test_cancel_first();
test_no_deadlock();
test_takers();
test_purge();
test_purge_many();
test_silent_nodes();

SKIP: {
    skip 'synchronous_standby_names is in use', 1
        if $admin->run('SHOW synchronous_standby_names') ne '';
    test_killed_in_commit();
}

test_stopped_and_locked();

done_testing();
