# Ids that clients choose: one that another import has, of this node or of
# another one, is a 409 as long as Postgres is there to say so.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my $small = "$root/small.csv";

sub spooled { return split ' ', `find $root/spool/jobs -type f` }

# No row can be made in imports until what is returned is closed.
sub locked {
    my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];
    open my $out, '|-', $psql, '-X', '-q', $ENV{GLYPH_PG} or die "psql: $!";
    $out->autoflush;
    print $out "BEGIN; LOCK TABLE glyph.imports IN EXCLUSIVE MODE;\n";
    wait_for(sub {
        sql("SELECT count(*) FROM pg_locks WHERE relation ="
            . " 'glyph.imports'::regclass AND mode = 'ExclusiveLock'"
            . ' AND granted') > 0;
    }, 10) or die 'no lock';
    return $out;
}

# Another node: its spool is another one.
sub change_node {
    my ($from, $to) = @_;
    ok stop_nginx(), 'a node ends';
    rename "$root/spool", "$root/spool.$from" or die "rename: $!";
    rename "$root/spool.$to", "$root/spool" if -e "$root/spool.$to";
    launch();
}

no_standby();
start_nginx();
write_input();
write_input($small, 20);

subtest 'two nodes over one Postgres' => sub {
    my ($id, $queued) = (uuid(), uuid());
    is code_of($id, upload($id, '/background', "\@$small")), 202, 'taken';
    is final($id, 10), 'completed', 'imported';

    my $node = sql("SELECT node FROM glyph.imports WHERE id = '$id'");
    change_node('first', 'second');

    my $start = time;
    is code_of($id, upload($id, '/background', '--limit-rate', '10k')), 409,
        'the other node refuses the id';
    like slurp("$root/$id.body"), qr/"code":"job_id_used"/, 'for that reason';
    cmp_ok time - $start, '<', 10, 'and not only when the body has come';
    is code_of($queued, upload($queued, '/background', "\@$small")), 202,
        'it takes another one';
    is final($queued, 10), 'completed', 'and imports it';
    isnt sql("SELECT node FROM glyph.imports WHERE id = '$queued'"), $node,
        'it is another node';
    is sql("SELECT state || ' ' || rows FROM glyph.imports WHERE id = '$id'"),
        'completed 20', 'the first import is as it was';
    is join(' ', spooled()), '', 'there is no file';
    change_node('second', 'first');
};

subtest 'an id that is taken while the body comes' => sub {
    my $id = uuid();
    my $pid = upload($id, '/background', '--limit-rate', '2m');
    ok wait_for(sub { scalar spooled() }, 5), 'the upload has begun';
    sql('INSERT INTO glyph.imports (id, state, epoch, durable, worker)'
        . " VALUES ('$id', 'queued', 1, true, gen_random_uuid())");
    is code_of($id, $pid), 409, 'it is refused';
    like slurp("$root/$id.body"), qr/"code":"job_id_used"/, 'for that reason';
    is sql("SELECT state || ' ' || epoch FROM glyph.imports"
           . " WHERE id = '$id'"), 'queued 1', 'the other one has not felt it';
    ok wait_for(sub { !spooled() }, 5), 'no file is left';
    sql("SELECT glyph.cancel('$id', '')");
};

subtest 'Postgres goes away while the body comes' => sub {
    my $id = uuid();
    my $pid = upload($id, '/background', '--limit-rate', '1m');
    ok wait_for(sub { scalar spooled() }, 5), 'the upload has begun';
    stores('crash');
    is code_of($id, $pid), 202, 'it is taken all the same';
    stores('stores') or diag slurp("$root/stores.log");
    is final($id, 30), 'completed', 'and imported';
    is stored($id), $rows, 'every row, once';
};

subtest 'what waits for Postgres' => sub {
    my $id = uuid();
    my $lock = locked();
    is status_of('/background', '-H', 'Content-Type: text/csv', '-m', 5,
                 '--data-binary', "\@$small"), 202,
        'an id of our own is new without asking';

    my $pid = upload($id, '/background', "\@$small");
    ok wait_for(sub { grep { /$id$/ } spooled() }, 5), 'a given one is sealed';
    sleep 0.3;
    is slurp("$root/$id.code"), '', 'and not acknowledged';
    kill 'KILL', $pid;
    waitpid $pid, 0;
    sleep 0.3;
    close $lock;
    is final($id, 10), 'failed', 'nor is it imported once the client left';
    is error_of($id), 'client_gone', 'for that reason';
    ok wait_for(sub { !spooled() }, 10), 'no file is left';
    is stored($id), 0, 'nor a row';
};

# Its row is made by a runner, and there may be many files before it.

subtest 'a file was acknowledged while Postgres was away' => sub {
    my ($first, $id) = (uuid(), uuid());
    my $long = "$root/long.csv";
    ok stop_nginx(), 'nginx ends when asked';
    start_nginx(http => 'glyph_runners 1;');
    write_input($long, 400_000);
    write_input($small, 20);

    stores('crash');
    is code_of($first, upload($first, '/background', "\@$long")), 202,
        'a long one is taken';
    is code_of($id, upload($id, '/background', "\@$small")), 202,
        'and a short one';
    stores('stores') or diag slurp("$root/stores.log");
    ok begun($first), 'the long one is imported';

    my $again = sub {
        my ($path, @options) = @_;
        return get($path, '-H', "Glyph-Job-Id: $id", '-H',
                   'Content-Type: text/csv', @options, '--data-binary',
                   "title,price\nRTX 3090,700\n");
    };
    like $again->('/import'), qr/"code":"job_id_used"/,
        'its id is no other import\'s';
    like $again->('/import', '-H', 'Idempotency-Key: ' . uuid()),
        qr/"code":"job_id_used"/, 'nor with a key';
    like $again->('/background'), qr/"code":"job_id_used"/,
        'nor in the background';
    like $again->('/background', '-H', 'Idempotency-Key: ' . uuid()),
        qr/"code":"job_id_used"/, 'nor with a key there';
    like get("/jobs/$id/status"), qr/"state":"queued"/, 'it still waits';

    is final($id, 60), 'completed', 'and is imported';
    is stored($id), 20, 'with its rows';
    is final($first, 60), 'completed', 'as the long one is';
    ok wait_for(sub { !spooled() }, 10), 'no file is left';
};

subtest 'what is left' => sub {
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
    is join(' ', glob "$root/spool*/quarantine/*"), '',
        'nothing in quarantine';
};

done_testing;
