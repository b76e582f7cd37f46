# A background import with an Idempotency-Key, in the moment between its file's
# being on the disk and Postgres' knowing that: whatever happens then, nobody
# was told 202, so that it is imported once, or not at all and the key is free.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Fault;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

my $small = "$root/small.csv";
my $n = 2000;

sub spooled { return split ' ', `find $root/spool/jobs -type f` }

# A transaction that keeps the import's row locked.
sub hold {
    my ($id) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        $ENV{PGAPPNAME} = 'holder';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec 'psql', '-Xq', $ENV{GLYPH_PG}, '-c',
            "BEGIN; SELECT 1 FROM glyph.imports WHERE id = '$id' FOR UPDATE;"
            . ' SELECT pg_sleep(60)';
    }
    wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE application_name ="
            . " 'holder' AND query LIKE '%$id%' AND wait_event = 'PgSleep'");
    }, 5) or die 'no lock';
    return $pid;
}

sub let_go {
    my ($pid) = @_;
    sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
        . " WHERE application_name = 'holder'");
    waitpid $pid, 0;
}

sub waiting {
    return sql('SELECT count(*) FROM pg_stat_activity WHERE query LIKE'
               . " 'SELECT glyph.spooled(%' AND wait_event_type = 'Lock'");
}

sub end_backend {
    return sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE'
               . " query LIKE 'SELECT glyph.spooled(%'");
}

# An upload that has come as far as that; its id, key, curl and lock.
sub sealed {
    my ($id, $key) = (uuid(), uuid());
    my $pid = upload($id, '/background', "\@$small", '--limit-rate', '100k',
                     '-H', "Idempotency-Key: $key");
    ok wait_for(sub { state_of($id) eq 'receiving' }, 5), 'the key is claimed';
    my $lock = hold($id);
    ok wait_for(sub { -e "$root/spool/jobs/$id" && waiting() }, 10),
        'the file is there, and Postgres is being told';
    return ($id, $key, $pid, $lock);
}

# With that key there is one import in the end, be it the first or another.
sub once {
    my ($id, $key) = @_;
    my $state = final($id, 20);
    like $state, qr/^(completed|failed)$/, 'the import ends';
    is visible($id), $state eq 'completed' ? $n : 0, 'with all rows, or none';
    my ($again, $code) = (uuid());
    ok wait_for(sub {
        $code = code_of($again, upload($again = uuid(), '/background',
            "\@$small", '-H', 'Prefer: wait=20', '-H', "Idempotency-Key: $key"));
        $code == 200;
    }, 20), 'the key is answered with a result' or diag $code;
    is slurp("$root/$again.body") =~ /"import_id":"$id"/ ? 'first' : 'new',
        $state eq 'completed' ? 'first' : 'new', 'the first import\'s, if any';
    is sql("SELECT count(*) FROM glyph.imports WHERE idempotency_key = '$key'"
           . " AND state = 'completed'"), 1, 'one is completed';
    ok wait_for(sub { !spooled() }, 10), 'no file is left';
    is `ls $root/spool/quarantine`, '', 'nor in quarantine';
    unlike slurp("$root/logs/error.log"), qr/\[crit\]/, 'nor a [crit]';
}

no_standby();
start_nginx();
write_input($small, $n);

subtest 'the worker is killed, Postgres never hears of it' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    kill 'KILL', workers();
    end_backend();
    is code_of($id, $pid), '000', 'there is no answer';
    let_go($lock);
    once($id, $key);
};

subtest 'the worker is killed, Postgres has heard of it' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    kill 'KILL', workers();
    is code_of($id, $pid), '000', 'there is no answer';
    let_go($lock);
    once($id, $key);
};

subtest 'all is killed, and the reaper is first' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    kill_nginx();
    is code_of($id, $pid), '000', 'there is no answer';
    my $worker = sql("SELECT worker FROM glyph.imports WHERE id = '$id'");
    end_backend();
    let_go($lock);
    is sql("SELECT failed FROM glyph.reap('$worker')"), 1, 'it is failed';
    launch();
    once($id, $key);
    is error_of($id), 'worker_lost', 'as the status says';
};

subtest 'all is killed, and a runner is first' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    kill_nginx();
    is code_of($id, $pid), '000', 'there is no answer';
    end_backend();
    let_go($lock);

    # as if its reaper were late: nobody knows of the worker
    sql("UPDATE glyph.imports SET worker = '" . uuid() . "' WHERE id = '$id'");
    launch();
    is final($id, 20), 'completed', 'it is imported';
    is sql("SELECT durable FROM glyph.imports WHERE id = '$id'"), 't',
        'as one that has a file';
    once($id, $key);
};

subtest 'the connection is lost' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    end_backend();
    is code_of($id, $pid), 503, 'is a 503';
    like slurp("$root/$id.body"), qr/"code":"outcome_unknown"/, 'with a code';
    let_go($lock);
    is final($id, 20), 'completed', 'it is imported';
    once($id, $key);
};

subtest 'Postgres crashes' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    stores('crash');
    is code_of($id, $pid), 503, 'is a 503';
    like slurp("$root/$id.body"), qr/"code":"outcome_unknown"/, 'with a code';
    waitpid $lock, 0;
    stores('stores') or diag slurp("$root/stores.log");
    is final($id, 30), 'completed', 'it is imported';
    once($id, $key);
};

subtest 'the client leaves' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    kill 'KILL', $pid;
    waitpid $pid, 0;
    select undef, undef, undef, 0.5;
    let_go($lock);
    once($id, $key);
};

subtest 'it is cancelled' => sub {
    my ($id, $key, $pid, $lock) = sealed();
    let_go($lock);

    # before or after, as it comes
    my $cancel = status_of("/jobs/$id", '-X', 'DELETE');
    like $cancel, qr/^(202|409)$/, 'acknowledged, or too late';
    like code_of($id, $pid), qr/^(202|409)$/, 'answered';
    is final($id, 20), $cancel == 202 ? 'cancelled' : 'completed',
        'it ends so';
    ok wait_for(sub { !spooled() }, 10), 'no file is left';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
