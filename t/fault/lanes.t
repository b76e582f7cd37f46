# Blocks of one import in several transactions at a time, in any order: what it
# becomes is the same as in one, whoever ends or takes it waits for all of them and
# for no other, and of whatever is lost or killed nothing is lost or doubled.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;
use Glyph::Session;

my $n = 300_000;
my $large = "$root/large.csv";
my $small = "$root/small.csv";
my $locations = 'location /imports { glyph_imports; }';

# Backends of our workers in a transaction that writes.
sub writing {
    return split ' ', sql("SELECT pid FROM pg_stat_activity WHERE"
        . " application_name ~ '^glyph:' AND backend_xid IS NOT NULL");
}

# At least so many at once, in an import that has ranges already.
sub busy {
    my ($id, $lanes) = @_;
    return wait_for(sub { writing() >= $lanes && ranges($id) }, 20);
}

sub ranges {
    return sql("SELECT count(*) FROM glyph.import_progress"
               . " WHERE import_id = '$_[0]'");
}

# Nobody can write to listings until it is closed: lanes are open, and stay.
sub blocked {
    my $session = Glyph::Session->new;
    $session->run('BEGIN; LOCK TABLE glyph.listings IN SHARE ROW EXCLUSIVE'
                  . ' MODE');
    return $session;
}

sub signal_backend {
    my ($signal, $pid) = @_;
    sql("COPY (SELECT) TO PROGRAM 'kill -$signal $pid; cat > /dev/null'");
}

sub start {
    my ($writers, %with) = @_;
    stop_nginx();
    no_standby();
    start_nginx(locations => $locations, writers => $writers, %with);
    write_input($large, $n);
    write_input($small, 20);
    write_input();
}

sub seconds {
    my ($what) = @_;
    my $began = time;
    $what->();
    return time - $began;
}

# All of it once, and nothing left of the ways there.
sub complete {
    my ($id, $count) = @_;
    is state_of($id), 'completed', 'completed';
    is sql("SELECT i.rows || ' ' || i.valid_rows || ' ' || count(*) || ' ' ||"
           . ' count(DISTINCT l.import_index) FROM glyph.imports i JOIN'
           . " glyph.listings l ON l.import_id = i.id WHERE i.id = '$id'"
           . ' GROUP BY i.id'), "$count $count $count $count",
        'every row is there, once, and counted';
    is ranges($id), 0, 'no range is left';
}

sub nothing_of {
    my ($id, $state) = @_;
    is final($id, 5), $state, $state;
    is visible($id), 0, 'no row is visible';
    my $stored = stored($id);
    is ranges($id), 0, 'no range is left';
    sleep 0.5;
    cmp_ok stored($id), '<=', $stored, 'and no row comes later';
}

start(4);

subtest 'four lanes' => sub {
    my $id = uuid();
    my $mixed = "$root/mixed.csv";
    open my $out, '>', $mixed or die "$mixed: $!";
    print $out "title,price,currency\n";
    for my $i (1 .. $n) {
        print $out "RTX 3080 Ti no $i,", $i % 50 ? 100 + $i % 900 : 'none',
            $i % 100 == 1 ? ",SEK\n" : ",USD\n";
    }
    close $out;

    my $pid = upload($id, "\@$mixed");
    ok busy($id, 3), 'several transactions at a time';
    my ($running) = get("/jobs/$id/status") =~ /"rows_committed":(\d+)/;
    cmp_ok $running, '>', 0, 'its status has what is committed';
    cmp_ok sql("SELECT glyph.job_status('$id', '')->'progress'->>'rows'"), '>=',
        $running, 'as Postgres says, too';
    is code_of($id, $pid), 200, 'it is completed';

    my ($valid, $invalid, $warned) = ($n - $n / 50, $n / 50, $n / 100);
    like slurp("$root/$id.body"),
        qr/"total_rows":$n,"valid_rows":$valid,"invalid_rows":$invalid,/,
        'its result counts them';
    is sql("SELECT rows || ' ' || valid_rows || ' ' || invalid_rows FROM"
           . " glyph.imports WHERE id = '$id'"), "$n $valid $invalid",
        'so does its row';
    is stored($id), $valid, 'as many listings';
    is sql('SELECT count(*) FROM glyph.import_errors WHERE import_id ='
           . " '$id'"), $invalid, 'as many errors';
    is sql("SELECT i.warnings_count || ' ' || count(*) || ' ' ||"
           . ' count(DISTINCT w.number) || \' \' || max(w.number) FROM'
           . ' glyph.imports i JOIN glyph.import_warnings w ON w.import_id ='
           . " i.id WHERE i.id = '$id' GROUP BY i.id"),
        "$warned $warned $warned " . ($warned - 1), 'as many warnings';
    is sql('SELECT min(l.score) = min(i.score_min) AND max(l.score) ='
           . ' max(i.score_max) FROM glyph.imports i JOIN glyph.listings l ON'
           . " l.import_id = i.id WHERE i.id = '$id'"), 't', 'and its scores';
    is ranges($id), 0, 'no range is left';
};

subtest 'a small import is one transaction, its row copied' => sub {
    my $id = uuid();
    is code_of($id, upload($id, "\@$small")), 200, 'completed';
    is sql("SELECT count(*) FROM (SELECT xmin FROM glyph.imports WHERE id ="
           . " '$id' UNION SELECT xmin FROM glyph.listings WHERE import_id ="
           . " '$id') x"), 1, 'one';
};

subtest 'cancel, with four lanes busy' => sub {
    for (1 .. 3) {
        my $id = uuid();
        my $pid = upload($id, "\@$large");
        ok busy($id, 4), 'four';
        my $status;
        cmp_ok seconds(sub {
            $status = status_of("/jobs/$id", '-X', 'DELETE');
        }), '<', 2, 'at once';
        is $status, 202, 'cancelled';
        nothing_of($id, 'cancelled');
        is code_of($id, $pid), 409, 'the upload is answered';
    }
    unlike slurp("$root/logs/error.log"), qr/terminating connection/,
        'no backend had to be ended';
};

subtest 'cancel by a worker that knows of no lanes' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$large");
    ok busy($id, 4), 'four';
    my $state;
    cmp_ok seconds(sub {
        $state = sql("SELECT state FROM glyph.cancel('$id', '')");
    }), '<', 4, 'not for ever';
    # its lock may be passed until the import is complete
    if ($state eq 'completed') {
        is code_of($id, $pid), 200, 'it came too late';
        complete($id, $n);
        return;
    }
    is $state, 'cancelled', 'cancelled';
    nothing_of($id, 'cancelled');
    is code_of($id, $pid), 409, 'the upload is answered';
};

subtest 'fail, with four lanes busy' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$large");
    ok busy($id, 4), 'four';
    kill 'KILL', $pid;
    cmp_ok seconds(sub { final($id, 10) }), '<', 2, 'at once';
    waitpid $pid, 0;
    nothing_of($id, 'failed');
    is error_of($id), 'client_gone', 'as its client has left';
};

subtest 'adopt, with four lanes busy' => sub {
    my ($id, $other) = (uuid(), uuid());
    my $pid = upload($id, "\@$large");
    ok busy($id, 4), 'four';
    my $taken;
    cmp_ok seconds(sub {
        sql("SELECT glyph.fence('$id', NULL, '$other')");
        $taken = sql("SELECT found, state, have_rows[1][1], rows = (SELECT"
            . " sum(x.hi - x.lo) FROM (SELECT (have_rows)[g][1] AS lo,"
            . " (have_rows)[g][2] AS hi FROM generate_series(1,"
            . ' array_length(have_rows, 1)) g) x) FROM glyph.take_over('
            . "'$id', '$other', NULL)");
    }), '<', 2, 'at once';
    is $taken, 't|processing|0|t', 'with all that there is';
    my $stored = stored($id);
    is sql("SELECT (glyph.so_far(i)).rows FROM glyph.imports i WHERE id = '$id'"),
        $stored, 'which is every row, and no other';
    is code_of($id, $pid), 503, 'the upload is told';
    is stored($id), $stored, 'and nothing comes later';
    sql("SELECT glyph.cancel('$id', '')");
};

subtest 'fenced by somebody who dies then' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$large");
    for (1 .. 3) {
        ok busy($id, 2), 'lanes';
        sql("SELECT glyph.fence('$id', '')");
    }
    is code_of($id, $pid), 200, 'its owner takes it again, and goes on';
    complete($id, $n);
};

subtest 'undo, with four lanes busy' => sub {
    my ($done, $id) = (uuid(), uuid());
    is code_of($done, upload($done, "\@$small")), 200, 'one is completed';
    my $pid = upload($id, "\@$large");
    ok busy($id, 4), 'four of another';
    my $answer;
    cmp_ok seconds(sub {
        $answer = get("/imports/$done", '-X', 'DELETE');
    }), '<', 2, 'at once';
    like $answer, qr/"rows":20\b/, 'undone';
    is status_of("/imports/$id", '-X', 'DELETE'), 409, 'what runs is not';
    is code_of($id, $pid), 200, 'and is not disturbed';
    complete($id, $n);
};

subtest 'lanes that do not end, beside those of another import' => sub {
    my ($id, $other) = (uuid(), uuid());
    my @pid = (upload($id, "\@$large"), upload($other, "\@$large"));
    ok busy($_, 2), 'lanes' for $id, $other;
    my $lock = blocked();
    my $status;
    cmp_ok seconds(sub {
        $status = status_of("/jobs/$id", '-X', 'DELETE');
    }), '<', 4, 'they are ended';
    is $status, 202, 'it is cancelled';
    $lock->run('ROLLBACK');
    nothing_of($id, 'cancelled');
    is code_of($id, $pid[0]), 409, 'its upload is answered';
    is code_of($other, $pid[1]), 200, 'the other one goes on';
    complete($other, $n);
};

subtest 'a backend that is stopped before COMMIT' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$large");
    ok busy($id, 3), 'lanes';
    my ($stopped) = writing();
    signal_backend('STOP', $stopped);
    # three times 2 s, and what the machine has to do besides
    is status_of("/jobs/$id", '-X', 'DELETE', '-m', 60), 503,
        'nothing is acknowledged while it may commit';
    signal_backend('CONT', $stopped);
    ok wait_for(sub {
        status_of("/jobs/$id", '-X', 'DELETE') =~ /^(?:202|409)$/;
    }, 10), 'and then it is';
    nothing_of($id, 'cancelled');
    # which has given up waiting if the stop was longer than its timeout
    like code_of($id, $pid), qr{^(?:409|503)$}, 'the upload is answered';
};

subtest 'a backend that is stopped for a while' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$large");
    ok busy($id, 3), 'lanes';
    my ($stopped) = writing();
    signal_backend('STOP', $stopped);
    sleep 1;
    signal_backend('CONT', $stopped);
    is code_of($id, $pid), 200, 'it is completed';
    complete($id, $n);
};

subtest 'connections are lost, one after the other' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$large");
    for my $i (1 .. 6) {
        my @pid = busy($id, 2) ? writing() : ();
        sql("SELECT pg_terminate_backend($pid[$i % @pid])") if @pid;
    }
    is code_of($id, $pid), 200, 'it is completed';
    complete($id, $n);
};

subtest 'a backend is killed' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$large");
    ok busy($id, 3), 'lanes';
    # who sends it is ended by the restart, maybe before it can say so
    eval { signal_backend('KILL', (writing())[0]) };
    ok wait_for(sub { eval { sql('SELECT 1') } }, 60), 'Postgres restarts';
    is code_of($id, $pid), 200, 'it is completed';
    complete($id, $n);
};

subtest 'killed in COMMIT' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background', "\@$large")), 202, 'queued';
    ok busy($id, 2), 'lanes';
    sql("ALTER SYSTEM SET synchronous_standby_names = 'glyph_no_such_standby'");
    sql('SELECT pg_reload_conf()');
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE application_name ~"
            . " '^glyph:' AND wait_event = 'SyncRep'") > 1;
    }, 20), 'several hang in COMMIT';
    kill 'KILL', workers();
    sleep 1;
    no_standby();
    is final($id, 60), 'completed', 'the next worker goes on';
    complete($id, $n);
};

subtest 'a hole is refused' => sub {
    my $id = uuid();
    my $row = sub {
        my ($epoch, $state, $rest) = @_;
        return "SELECT FROM glyph.commit_progress('[{\"id\": \"$id\","
            . " \"epoch\": $epoch, \"state\": \"$state\", \"fold\": true$rest}]')";
    };
    my $s = Glyph::Session->new;
    $s->run("SELECT FROM glyph.begin_batch('[[\"$id\", 1, {\"tenant\": \"\"}]]')");
    $s->run("SELECT FROM glyph.add_progress('[[\"$id\", 0, 10, 0, 0, 10, 0, 1,"
            . " 1, 2], [\"$id\", 20, 30, 0, 0, 10, 0, 1, 1, 2]]')");
    is $s->run($row->(1, 'processing', '')), '', 'while it runs it is none';
    like $s->run($row->(1, 'completed', ', "total": 30, "total_warnings": 0')),
        qr/23000:.*has not all of its rows/, 'when it is to be completed it is';
    $s->run("SELECT FROM glyph.add_progress('[[\"$id\", 10, 20, 0, 0, 9, 1, 1,"
            . " 1, 2]]')");
    like $s->run($row->(1, 'completed', ', "total": 31, "total_warnings": 0')),
        qr/23000:/, 'and so is a row too few';
    is $s->run($row->(1, 'completed', ', "total": 30, "total_warnings": 0')),
        '', 'without one it is completed';
    is sql("SELECT rows || ' ' || valid_rows || ' ' || invalid_rows FROM"
           . " glyph.imports WHERE id = '$id'"), '30 29 1', 'with its sums';
    is ranges($id), 0, 'no range is left';
    sql("DELETE FROM glyph.imports WHERE id = '$id'");
};

subtest 'taken over by a worker that knows of no lanes' => sub {
    my $id = uuid();
    my $pid = upload($id, '/background', "\@$large");
    is code_of($id, $pid), 202, 'queued';
    ok busy($id, 2), 'lanes';
    kill_nginx();
    is sql("SELECT rows > 0, fingerprint ~ '^0{32}.{9}\$' FROM glyph.take('$id',"
           . ' NULL, NULL)'), 't|t', 'it is told to begin again';
    launch();
    is final($id, 60), 'completed', 'as it does';
    complete($id, $n);
};

for my $writers (1, 2, 4) {
    subtest "kills, with writers=$writers" => sub {
        start($writers, workers => 2);
        my @ids = map { uuid() } 1 .. 3;
        code_of($_, upload($_, '/background')) for @ids;
        for (1 .. 8) {
            sleep 0.2 + rand 0.6;
            my @workers = workers();
            kill 'KILL', $workers[rand @workers] if @workers;
        }
        is final($_, 60), 'completed', 'completed' for @ids;
        complete($_, $rows) for @ids;
        unlike slurp("$root/logs/error.log"), qr/duplicate key/,
            'no row was sent twice';
    };
}

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing();
