# Background imports while things break: what was answered with 202 is there,
# once, whatever happens; what was not is there whole or not at all.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use Glyph::Fault;

my $small = "$root/small.csv";

sub spooled { return split ' ', `find $root/spool/jobs -type f` }

no_standby();
my $metrics = 'location = /metrics { glyph_metrics; }';

start_nginx(workers => 2, locations => $metrics, timeout => '8s');
write_input();
write_input($small, 20);

subtest 'nothing breaks' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background')), 202, 'answered with 202';
    is final($id, 20), 'completed', 'completed in Postgres';
    is visible($id), $rows, 'every row is there';
    is stored($id), $rows, 'once';
    ok wait_for(sub { !spooled() }, 3), 'the file is gone';
    like get("/jobs/$id/result"), qr/"total_rows":$rows,/, 'with a result';
};

subtest 'a client that waits' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background', "\@$small", '-H',
                           'Prefer: wait=10')), 200, 'gets the result';
    like slurp("$root/$id.body"), qr/"total_rows":20,/, 'as in the foreground';
    $id = uuid();
    sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    sql('SELECT pg_reload_conf()');
    is code_of($id, upload($id, '/background', "\@$small", '-H',
                           'Prefer: wait=1')), 202, 'or 202, after its time';
    no_standby();
    is final($id, 20), 'completed', 'and the import goes on';
};

subtest 'the client leaves' => sub {
    my $id = uuid();
    my $pid = upload($id, '/background', '--limit-rate', '600k');
    ok wait_for(sub { -e "$root/spool/jobs/$id.part" }, 5), 'a part is there';
    kill 'KILL', $pid;
    waitpid $pid, 0;
    ok wait_for(sub { !spooled() }, 5), 'then it is not';
    is state_of($id), '', 'and Postgres never heard of it';
};

subtest 'workers are killed while they import' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background')), 202, 'answered with 202';
    ok begun($id), 'rows were committed';
    kill 'KILL', workers();
    is final($id, 30), 'completed', 'it is completed all the same';
    is visible($id), $rows, 'every row is there';
    is stored($id), $rows, 'once';
};

subtest 'all of nginx is killed' => sub {
    my @ids = map { uuid() } 1 .. 3;
    my $partial = uuid();
    my $pid = upload($partial, '/background', '--limit-rate', '200k');
    is code_of($_, upload($_, '/background')), 202, 'answered' for @ids;
    system("gzip -nc $input > $root/input.gz") == 0 or die 'gzip';
    push @ids, uuid();
    is code_of($ids[-1], upload($ids[-1], '/background', "\@$root/input.gz",
                                '-H', 'Content-Encoding: gzip')), 202,
        'also one that is encoded';
    ok begun($ids[0]), 'rows were committed';
    kill_nginx();
    ok spooled() >= 2, 'files are left';
    launch();
    ok wait_for(sub {
        sql("SELECT count(*) FROM glyph.imports WHERE epoch > 1 AND id IN ("
            . join(',', map { "'$_'" } @ids) . ')') > 0
        || !grep { state_of($_) ne 'completed' } @ids;
    }, 4), 'recovery begins at once';
    is final($_, 30), 'completed', 'completed' for @ids;
    is stored($_), $rows, 'every row is there, once' for @ids;
    isnt code_of($partial, $pid), 202, 'what was not acknowledged';
    is state_of($partial), '', 'is not there';
    ok wait_for(sub { !spooled() }, 5), 'no file is left';
};

subtest 'a registry that changes in the middle' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background')), 202, 'answered with 202';
    ok begun($id), 'rows were committed';
    kill_nginx();
    Glyph::Fault::configure(workers => 2,
        http => 'glyph_score vram_weight=0.5;', locations => $metrics);
    launch();
    is final($id, 30), 'completed', 'it is completed';
    is stored($id), $rows, 'every row is there, once';
    is sql("SELECT count(DISTINCT raw_score - price_usd * 0) < 1000 FROM"
           . " glyph.listings WHERE import_id = '$id'"), 't', 'by one rule';
    like slurp("$root/logs/error.log"), qr/the import starts again/,
        'which the log tells';
    Glyph::Fault::configure(workers => 2, locations => $metrics);
    kill 'HUP', master();
};

subtest 'Postgres is down' => sub {
    stores('crash');
    ok wait_for(sub { get('/health') =~ /"postgres":\{"state":"down"/ }, 15),
        'health says so';
    is status_of('/health'), 200, 'and that uploads are taken';
    my @ids = map { uuid() } 1 .. 30;
    for my $id (@ids) {
        is code_of($id, upload($id, '/background', "\@$small")), 202,
            'answered with 202';
    }
    like get("/jobs/$ids[3]/status"), qr/"state":"queued"/, 'it is queued';
    is status_of("/jobs/$ids[3]", '-X', 'DELETE'), 503,
        'a cancel is not possible';
    is status_of('/jobs/' . uuid() . '/status'), 503,
        'nor is it known what there is not';
    stores('stores') or diag slurp("$root/stores.log");
    is final($ids[-1], 30), 'completed', 'the last is completed';
    is join(' ', map { final($_, 10) } @ids),
        join(' ', ('completed') x 30), 'all are';
    is join(' ', map { stored($_) } @ids), join(' ', (20) x 30),
        'with all rows, once';
    ok wait_for(sub { !spooled() }, 5), 'no file is left';
};

subtest 'a queued job is cancelled' => sub {
    my @ids = map { uuid() } 1 .. 6;
    code_of($_, upload($_, '/background')) for @ids;
    is status_of("/jobs/$ids[-1]", '-X', 'DELETE'), 202, 'acknowledged';
    is state_of($ids[-1]), 'cancelled', 'at once';
    # it may have begun just before
    ok wait_for(sub { get("/jobs/$ids[-1]/status")
                      =~ /"state" ?: ?"cancelled"/ }, 10),
        'and the status says so';
    final($_, 30) for @ids;
    is state_of($ids[-1]), 'cancelled', 'it stays so';
    ok wait_for(sub { stored($ids[-1]) == 0 }, 10), 'and has no row';
    ok wait_for(sub { !spooled() }, 10), 'no file is left';
};

subtest 'the connection is lost that a status is read over' => sub {
    my $id = uuid();
    code_of($id, upload($id, '/background', "\@$small"));
    final($id, 10);
    my $lock = fork;
    if ($lock == 0) {
        exec 'psql', '-Xq', '-o', '/dev/null', $ENV{GLYPH_PG}, '-c',
            'BEGIN; LOCK TABLE glyph.imports; SELECT pg_sleep(4)';
    }
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE"
            . " '%LOCK TABLE glyph.imports%' AND wait_event = 'PgSleep'")
    }, 5), 'imports are locked';
    my $pid = fork;
    if ($pid == 0) {
        exec 'curl', '-s', '-m', 20, '-o', "$root/$id.body",
            "$url/jobs/$id/status";
    }
    ok wait_for(sub {
        get('/metrics') =~ /^glyph_postgres_queries\{queue="read"\} 1$/m
    }, 5), 'a query waits, as a metric tells';
    my $ended = wait_for(sub {
        sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            . " WHERE application_name LIKE 'glyph-read%'"
            . " AND wait_event_type = 'Lock'")
    }, 5);
    is $ended, 1, 'it is lost';
    waitpid $_, 0 for $pid, $lock;
    like slurp("$root/$id.body"), qr/"state" ?: ?"completed"/,
        'it is read over the next one';
};

subtest 'a running job is cancelled' => sub {
    my $id = uuid();
    code_of($id, upload($id, '/background'));
    ok begun($id), 'rows were committed';
    like status_of("/jobs/$id", '-X', 'DELETE'), qr/^(202|409)$/, 'answered';
    my $state = final($id, 5);
    is visible($id), $state eq 'completed' ? $rows : 0, 'all or nothing';
    ok wait_for(sub { !spooled() }, 5), 'no file is left';
};

subtest 'a reload in the middle' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background')), 202, 'answered with 202';
    ok begun($id), 'rows were committed';
    my @old = workers();
    kill 'HUP', master();
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 10),
        'the old workers end at once';
    is final($id, 30), 'completed', 'the new ones complete it';
    is stored($id), $rows, 'every row is there, once';
};

subtest 'a configuration that imports nothing any more' => sub {
    my @ids = map { uuid() } 1 .. 4;
    is code_of($_, upload($_, '/background')), 202, 'answered with 202'
        for @ids;
    my $conf = slurp("$root/nginx.conf");
    open my $out, '>', "$root/nginx.conf" or die;
    print $out $conf =~ s/glyph_import\b[^;]*;/return 404;/gr;
    close $out;
    my @old = workers();
    kill 'HUP', master();
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 10), 'the old workers end';
    ok wait_for(sub {
        slurp("$root/logs/error.log") =~ /\[warn\].*uploads wait in the spool/
    }, 5), 'the log tells that uploads wait';
    ok spooled() >= 1, 'they do';
    open $out, '>', "$root/nginx.conf" or die;
    print $out $conf;
    close $out;
    kill 'HUP', master();
    is final($_, 30), 'completed', 'and are imported as soon as something does'
        for @ids;
    is stored($_), $rows, 'every row is there, once' for @ids;
};

subtest 'a file that is damaged' => sub {
    my $id = uuid();
    open my $out, '>', "$root/spool/jobs/$id" or die;
    print $out 'not a spool file' x 100;
    close $out;
    chmod 0666, "$root/spool/jobs/$id";
    ok wait_for(sub { -e "$root/spool/quarantine/$id" }, 5),
        'goes to quarantine';
    ok !-e "$root/spool/jobs/$id", 'and is not tried again';
    like slurp("$root/logs/error.log"), qr/\[crit\].*$id.*quarantine/,
        'which the log tells';

    $id = uuid();
    open $out, '>', "$root/spool/jobs/$id" or die;
    close $out;
    chmod 0666, "$root/spool/jobs/$id";
    ok wait_for(sub { -e "$root/spool/quarantine/$id" }, 5),
        'so does an empty one';
    like get('/metrics'), qr/^glyph_quarantined_files_total 2$/m,
        'and a metric counts them';
};

# A byte of when it came, which is in the first 32, and one of a label.
subtest 'a file of which a byte has become another' => sub {
    for my $what ('prefix', 'options') {
        my $id = uuid();
        my $file = "$root/spool/jobs/$id";
        is code_of($id, upload($id, '/background?source_label=shop-a')), 202,
            "$what: acknowledged";
        kill_nginx();
        my $bytes = slurp($file);
        my $at = $what eq 'prefix' ? 24 : index $bytes, 'shop-a';
        substr($bytes, $at, 1) ^= "\1";
        cmp_ok $at, '>', 0, 'a byte of it is changed';
        spew($file, $bytes);
        launch();
        ok wait_for(sub { -e "$root/spool/quarantine/$id" }, 10),
            'it goes to quarantine';
        isnt state_of($id), 'completed', 'and is not imported';
        sql("SELECT glyph.cancel('$id', '')");
    }
};

subtest 'no room' => sub {
    Glyph::Fault::configure(workers => 2,
        http => 'glyph_spool_max_size 100k;');
    my @old = workers();
    kill 'HUP', master();
    wait_for(sub { !grep { kill 0, $_ } @old }, 10);
    my $id = uuid();
    is code_of($id, upload($id, '/background')), 507, 'is a 507';
    like slurp("$root/$id.body"), qr/"code":"spool_full"/, 'with a code';
    $id = uuid();
    is code_of($id, upload($id, '/background', '-H',
                           'Transfer-Encoding: chunked')), 507,
        'also when the length is not known';
    ok wait_for(sub { !spooled() }, 10), 'nothing is kept';
    $id = uuid();
    is code_of($id, upload($id, '/background', "\@$small")), 202,
        'a small one is taken';
    is final($id, 10), 'completed', 'and completed';
};

subtest 'too many jobs' => sub {
    Glyph::Fault::configure(http => 'glyph_max_jobs 1;');
    my @old = workers();
    kill 'HUP', master();
    wait_for(sub { !grep { kill 0, $_ } @old }, 10);
    my ($id, $late) = (uuid(), uuid());
    my $pid = upload($id, '--limit-rate', '600k');
    ok begun($id), 'one is running';
    is code_of($late, upload($late, "\@$small")), 429, 'another is refused';
    like slurp("$root/$late.body"), qr/"code":"too_many_jobs"/, 'with a code';
    like get('/import', '-D', '-', '-o', '/dev/null', '-H',
             'Content-Type: text/csv', '-d', 'title'),
        qr/^Retry-After: [1-9]\d?\r$/m, 'and when to come again';
    my ($dry, $dry2) = (uuid(), uuid());
    my $dry_pid = upload($dry, '/import?dry_run=true', '--limit-rate', '600k');
    sleep 0.5;
    is code_of($dry2, upload($dry2, '/import?dry_run=true', "\@$small")), 429,
        'dry runs are counted for themselves';
    like slurp("$root/$dry2.body"),
        qr/"detail":"1 transforms and dry runs are running;/, 'and told of so';
    is code_of($id, $pid), 200, 'the first is not disturbed';
    is code_of($dry, $dry_pid), 200, 'nor is the dry run';
};

subtest 'what is left' => sub {
    is sql("SELECT count(*) FROM glyph.imports WHERE state NOT IN"
           . " ('completed', 'failed', 'cancelled')"), 0,
        'no import is unfinished'
        or diag sql('SELECT * FROM glyph.imports WHERE state NOT IN'
                    . " ('completed', 'failed', 'cancelled')");
    is join(' ', spooled()), '', 'no file is left';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

done_testing;
