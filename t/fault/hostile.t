# Clients who mean harm, one section for each kind of it.

use strict;
use warnings;

use Test::More;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};

sub connection {
    return IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port)
        || die "connect: $!";
}

subtest 'bytes that are no HTTP' => sub {
    start_nginx();
    my $s = connection();
    print {$s} "\x16\x03\x01\x02\0\1\0\r\n\r\n";
    $s->flush;
    like join('', <$s>), qr/400 Bad Request/, 'a 400';
    close $s;
    is status_of('/health'), 200, 'and the next is served';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# a body that nginx rejects after the content handler has returned: see
# hostile_life.t

# rows chosen so that their hashes collide

# a length that is announced and not sent

# A request whose body is announced, and what is sent of it.
sub announce {
    my ($path, $length, $body, @headers) = @_;
    my $s = connection();
    print {$s} join("\r\n", "POST $path HTTP/1.1", 'Host: x',
        'Content-Type: text/csv', "Content-Length: $length", @headers, '', '')
        . $body;
    $s->flush;
    return $s;
}

# What comes within so many seconds, or until the connection is closed.
sub answer {
    my ($s, $seconds) = @_;
    my ($got, $end) = ('', time + $seconds);
    while ((my $left = $end - time) > 0 && $got !~ /\}\s*(0\r\n\r\n)?\z/) {
        vec(my $set = '', fileno $s, 1) = 1;
        next unless select $set, undef, undef, $left;
        sysread $s, $got, 65536, length $got or last;
    }
    return $got;
}

sub parts { my @parts = glob "$root/spool/jobs/*.part"; return @parts }

sub parts_size {
    my $size = 0;
    $size += (stat)[12] * 512 || 0 for parts();
    return $size;
}

my $small = "$root/small.csv";

subtest 'what is announced and not sent takes no room' => sub {
    start_nginx(http => 'glyph_spool_max_size 1m;');
    write_input($small, 1000);
    my @sockets = map { announce('/background', 1_000_000, "title,price\n") }
        1 .. 5;
    ok wait_for(sub { parts() == 5 }, 5), 'five who announce are let in';
    ok wait_for(sub { get('/health') =~ /"spool":\{"bytes":[1-9]/ }, 5)
        && get('/health') =~ /"spool":\{"bytes":(\d{1,4}),/,
        'what counts is what is there';
    cmp_ok parts_size(), '<', 200_000, 'so does the disk';
    my $id = uuid();
    is code_of($id, upload($id, '/background', "\@$small")), 202,
        'another upload is taken';
    is final($id, 10), 'completed', 'and completed';
    $_ = announce('/background', 2_000_000, '') for my ($more);
    like answer($more, 3), qr/ 507 .*"code":"spool_full"/s,
        'more than the limit is refused before a byte of it';
    like slurp("$root/logs/error.log"),
        qr/\[info\].*no room for the 2000000 bytes/, 'which is no alarm';
    unlike slurp("$root/logs/error.log"), qr/\[(crit|error)\]/, 'nor is more';
    close $_ for @sockets, $more;       # nginx would linger
    ok wait_for(sub { get('/health') =~ /"spool":\{"bytes":0,/ }, 5),
        'then nothing is counted';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# A byte now and then: client_body_timeout never comes.
sub trickle {
    my ($path) = @_;
    my $s = announce($path, 100_000, "title,price\n");
    my ($start, $got) = (time, '');
    while ($got eq '' && time - $start < 10) {
        print {$s} 'A,1' . "\n" or last;
        $s->flush;
        $got = answer($s, 0.2);
    }
    return ($got . answer($s, 1), time - $start);
}

subtest 'a body has its time' => sub {
    start_nginx(http => 'glyph_upload_timeout 1s;', locations =>
        'location = /score { glyph_transform; }'
        . ' location = /patient { glyph_import; glyph_background off;'
        . ' glyph_upload_timeout 0; }');
    write_input($small, 1000);
    local $SIG{PIPE} = 'IGNORE';
    for my $path ('/import', '/background', '/import?dry_run=true', '/score')
    {
        my ($got, $seconds) = trickle($path);
        like $got, qr/ 408 .*"code":"upload_timeout"/s, "$path: a 408";
        cmp_ok $seconds, '<', 6, 'soon';
    }
    my $id = uuid();
    is code_of($id, upload($id, '/patient', "\@$small", '--limit-rate',
        '30k')), 200, 'where there is none a slow body is waited for';
    ok wait_for(sub { !parts() }, 5), 'no part is left';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# Holds up every import for so many seconds, in the background, or until it is
# let go.
sub hold {
    my ($seconds) = @_;
    defined(my $pid = fork) or die "fork: $!";
    if ($pid == 0) {
        local $SIG{TERM} = 'DEFAULT';
        open STDERR, '>', '/dev/null';
        eval { sql('BEGIN; LOCK TABLE glyph.imports IN EXCLUSIVE MODE;'
                   . " SELECT pg_sleep($seconds)") };
        require POSIX;
        POSIX::_exit(0);
    }
    wait_for(sub { sql("SELECT 1 FROM pg_locks WHERE granted AND mode ="
        . " 'ExclusiveLock' AND relation = 'glyph.imports'::regclass") }, 10);
    return $pid;
}

sub let_go {
    my ($pid) = @_;
    sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
        . " WHERE query LIKE 'BEGIN; LOCK TABLE glyph.imports%'");
    waitpid $pid, 0;
}

subtest 'our time is not the client\'s' => sub {
    start_nginx(http => 'glyph_upload_timeout 2s;'
        . ' glyph_buffers 4 16k blocks=2;');
    write_input();
    my $pid = hold(5);
    my $id = uuid();
    is code_of($id, upload($id)), 200,
        'who waits for Postgres for longer is not cut off';
    waitpid $pid, 0;
    is visible($id), $rows, 'all rows are there';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# a length that no sum can hold

subtest 'the largest length there is' => sub {
    start_nginx(http => 'glyph_spool_max_size 1m;');
    my $most = 0;
    for my $length ('9223372036854775807', '9223372036854775000',
                    '9223372036853727231')
    {
        local $SIG{PIPE} = 'IGNORE';
        my $s = announce('/background', $length, '');
        print {$s} 'title,price' . ("\nA,1" x 16_000) or last for 1 .. 64;
        like answer($s, 3), qr/ 507 .*"code":"spool_full"/s, "$length: a 507";
        $most = parts_size() if parts_size() > $most;
        close $s;
    }
    cmp_ok $most, '<', 1_100_000, 'nothing is written beyond the limit';
    ok wait_for(sub { get('/health') =~ /"spool":\{"bytes":0,/ }, 5),
        'and nothing is left';
    unlike slurp("$root/logs/error.log"), qr/\[(crit|error)\]/, 'no alarm';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'more than any disk has' => sub {
    start_nginx();
    my $s = announce('/background', '9223372036854775807', "title,price\n");
    like answer($s, 3), qr/ 507 .*"code":"spool_full"/s, 'a 507';
    close $s;
    like slurp("$root/logs/error.log"),
        qr/\[info\].*no room for the 9223372036854775807 bytes/,
        'which is no alarm';
    unlike slurp("$root/logs/error.log"), qr/\[crit\]/, 'nor is more';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'what others are told meanwhile' => sub {
    start_nginx(http => 'glyph_max_jobs 1;');
    my $id = uuid();
    my $s = announce('/import', '9223372036854775807', 'ti',
                     "Glyph-Job-Id: $id");
    ok wait_for(sub { get("/jobs/$id/status") =~ /"bytes":2,/ }, 5),
        'a job that will take for ever';
    like get("/jobs/$id/status"),
        qr/"bytes_total":9223372036854775807,.*"percent":0,/,
        'its progress is what it is';
    sleep 3;
    like get('/import', '-D', '-', '-o', '/dev/null', '-H',
             'Content-Type: text/csv', '-d', 'title'),
        qr/ 429 .*^Retry-After: [1-9]\d?\r$/ms, 'others may come again soon';
    close $s;
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# a Postgres that connects and refuses: t/fault/unwell.t

# clients that do not read: hostile_stream.t

# what Redis says

# bytes that do not belong into a log

# A Redis whose every word is a refusal.
sub rude {
    my ($word) = @_;
    my $listen = IO::Socket::INET->new(Listen => 8, LocalAddr => '127.0.0.1')
        or die "listen: $!";
    defined(my $pid = fork) or die "fork: $!";
    return ($pid, $listen->sockport) if $pid;
    $SIG{TERM} = 'DEFAULT';
    while (my $s = $listen->accept) {
        next if fork;
        while (sysread $s, my $command, 65536) {
            syswrite $s, "-$word\r\n";
        }
        require POSIX;
        POSIX::_exit(0);
    }
}

# Every byte that a terminal could take for an order, and what a browser sends
# for it.
my $nasty = "\e[31m\e]0;x\a\x01\x08\x0b\x1f\x7f";
my $coded = '%0A2026%2F01%2F01%20%5Bnote%5D%20%1B%5B31m%07%7F%C2%9B%FF%5C';

subtest 'bytes that a terminal would obey' => sub {
    my ($pid, $redis_port) = rude("ERR \e[31m\a no\x7f");
    start_nginx(redis => "127.0.0.1:$redis_port", locations =>
        "location = /from { glyph_import; glyph_import_root $root; }"
        . ' location = /listings { glyph_query listings; }'
        . ' location = /report { glyph_query report; }'
        . ' location = /models { glyph_query models; }'
        . ' location /imports { glyph_imports; }'
        . ' location = /score { glyph_transform; }');
    write_input($small, 10);

    my @csv = ('-H', 'Content-Type: text/csv', '-d', "title,price\nT4,1\n");
    my ($path) = $coded =~ /(.*)%FF/;
    status_of("/from?path=$_", '-X', 'POST') for $path, "logs/$path", $coded;
    ok wait_for(sub { slurp("$root/logs/error.log") =~
        /"logs\/\\x0A2026.*\\x1B\[31m\\x07\\x7F\\xC2\\x9B" below/ }, 5),
        'a path is told of, with what it was';

    my $id = uuid();
    my @parameters = qw(map columns delimiter decimal currency filename
        source_label campaign_id metadata max_errors max_error_ratio reject
        stage background dry_run errors path format header seen_at wait);
    for my $name (@parameters, $coded) {
        status_of("$_?$name=$coded", @csv) for '/import', '/background',
            '/score';
    }
    for my $name (qw(limit after model min_price sort seller region fields
        import_id format bom safe q state), $coded)
    {
        status_of("$_?$name=$coded") for '/listings', '/report', '/models',
            '/imports', '/jobs', "/jobs/$id/errors", "/jobs/$id/status";
    }
    status_of("/jobs/$coded/status");
    status_of("/imports/$coded", '-X', 'DELETE');

    # nginx itself tells of Referer as it came, with lines of its own
    for my $name (qw(Glyph-Job-Id Idempotency-Key Prefer Content-Encoding
        Content-Digest Content-Disposition Accept Accept-Language
        Last-Event-ID If-None-Match traceparent X-Request-Id User-Agent
        Cookie Origin))
    {
        status_of($_, @csv, '-H', "$name: $nasty") for '/import',
            '/background', '/score';
    }
    status_of('/import', '-H', "Content-Type: text/csv; charset=$nasty",
              '-d', 'x');
    status_of('/import', '-F', "$nasty=x", '-F', "file=\@$small;filename="
              . "\"$nasty\"");
    status_of('/import', '-F', "source_label=$nasty", '-F',
              "file=\@$small;type=$nasty");
    status_of('/import', '-H', 'Content-Type: text/csv', '--data-binary',
              "title,price,$nasty\n$nasty,$nasty,$nasty\n");

    my $log = slurp("$root/logs/error.log");
    like $log, qr/redis .*ERR \\x1B\[31m\\x07 no/, 'Redis is told of, too';
    unlike $log, qr/[\x00-\x09\x0b-\x1f\x7f]/, 'no byte is an order';
    is join("\n", grep { !m{^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[[a-z]+\] } }
            split /\n/, $log), '', 'and each line is one of nginx\'';
    kill 'TERM', $pid;
    waitpid $pid, 0;
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# many small things: resets, queues, foreign pages, strangers

# So many bytes of a file.
sub file_of {
    my ($size) = @_;
    my $file = "title,price\n";
    for (my $i = 1; length $file < $size; $i++) {
        $file .= "NVIDIA GeForce RTX 3080 10GB no $i,300\n";
    }
    return $file;
}

sub one {
    my ($id, $file) = @_;
    return announce('/import', length $file, $file, "Glyph-Job-Id: $id",
                    'Connection: close');
}

# How many of the imports were completed before this one.
sub rank {
    my ($id) = @_;
    return sql('SELECT count(*) FROM glyph.imports WHERE finished_at < (SELECT'
        . " finished_at FROM glyph.imports WHERE id = '$id')");
}

# All wait, the first in @files first of all; then where "which" comes in.
sub turn_of {
    my ($which, @files) = @_;
    sql('DELETE FROM glyph.imports');
    my @ids = map { uuid() } @files;
    my $pid = hold(30);
    my $blocker = file_of(600_000);
    my @sockets = map { one(uuid(), $blocker) } 1 .. 4;
    sleep 1;
    for my $i (0 .. $#files) {
        push @sockets, one($ids[$i], $files[$i]);
    }
    ok wait_for(sub { get('/metrics') =~ /waiting\{kind="chunk"\} (\d+)/
                      && $1 > @files / 2 }, 15), 'all wait';
    let_go($pid);
    like answer($_, 60), qr/ 200 /, 'each is imported' for @sockets[4, -1];
    my $left = grep { answer($_, 60) !~ /^HTTP\S+ 200 / }
        @sockets[5 .. $#sockets - 1];
    is $left, 0, 'all others, too';
    return rank($ids[$which]);
}

subtest 'a queue' => sub {
    start_nginx(http => 'glyph_buffers 4 64k blocks=2;'
        . ' client_header_buffer_size 64k;', timeout => '30s', locations => 'location = /metrics { glyph_metrics; }');
    my $one = file_of(20);
    my $rank = turn_of(200, (file_of(12_000)) x 200, $one);
    cmp_ok $rank, '<', 60, "one row behind 200 uploads is done after $rank";
    $rank = turn_of(0, file_of(12_000), ($one) x 200);
    cmp_ok $rank, '<', 60, "a larger one before 200 of one row after $rank";
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

sub reset_upload {
    my (@headers) = @_;
    my $s = connection();
    print {$s} join "\r\n", 'POST /import HTTP/1.1', 'Host: x',
        'Content-Type: text/csv', 'Content-Length: 1000', @headers, '',
        "title,price\nRTX 3090,7";
    $s->flush;
    setsockopt $s, SOL_SOCKET, SO_LINGER, pack('ll', 1, 0);
    close $s;
}

subtest 'uploads that are reset leave nothing' => sub {
    start_nginx();
    my $before = sql('SELECT count(*) FROM glyph.imports');
    reset_upload() for 1 .. 400;
    my @ids = map { uuid() } 1 .. 100;
    reset_upload("Glyph-Job-Id: $_") for @ids;
    ok wait_for(sub {
        (() = slurp("$root/logs/error.log") =~ /ends early: client_gone/g)
            >= 500;
    }, 30), '500 of them';
    ok wait_for(sub { get('/health') =~ /"jobs_in_worker":0/ }, 10),
        'have ended';
    is sql('SELECT count(*) FROM glyph.imports'), $before, 'without a row';
    like get("/jobs/$ids[0]/status"),
        qr/"state" ?: ?"failed".*"code" ?: ?"client_gone"/s,
        'who has chosen an id is told';
    like get("/jobs/$ids[1]/events", '-m', 10), qr/^event: failed\r?$/m,
        'by events, too';
    is status_of('/jobs/' . uuid() . '/status'), 404, 'of no other';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

sub damaged {
    my ($name, @paths) = @_;
    for my $path (@paths) {
        like get($path), qr/"status":500,"code":"store_damaged"/,
            "$name: $path";
    }
}

subtest 'a row that was damaged by hand' => sub {
    start_nginx(http => 'glyph_events_wait 500ms;',
                locations => 'location /imports { glyph_imports; }');
    my $file = "$root/damaged.csv";
    my ($id, $other) = (uuid(), uuid());
    open my $out, '>', $file or die "$file: $!";
    print $out "title,price\nRTX 3090,700\nRTX 3080,x\n";
    close $out;
    is code_of($_, upload($_, "\@$file")), 200, 'an import' for $id, $other;

    my $change = sub {
        sql("UPDATE glyph.imports SET $_[0] WHERE id = '$id'");
    };
    sql('ALTER TABLE glyph.imports DROP CONSTRAINT imports_state_check');
    $change->("state = 'lost'");
    damaged('a state that is none', "/jobs/$id", "/jobs/$id/status",
            "/jobs/$id/result", "/jobs/$id/errors", "/jobs/$id/events",
            "/imports/$id", '/jobs');
    is status_of("/jobs/$other/status"), 200, 'another one is told';
    like get("/jobs/$other/events"), qr/^event: completed/m,
        'and has its events';
    $change->("state = 'completed', error = '1'");
    damaged('an error that is none', "/jobs/$id/status", "/jobs/$id/events",
            '/jobs', '/imports');
    my $result = sql("SELECT result FROM glyph.imports WHERE id = '$other'");
    $change->("error = NULL, result = '[1]'");
    damaged('a result that is none', "/jobs/$id/result", "/imports/$id",
            '/jobs', '/imports');
    $change->(q(result = '{"summary_stats":{"processing_time_ms":"x"}}'));
    is status_of("/jobs/$id/status"), 200, 'a time that is none is none';
    $change->("created_at = 'infinity', result = NULL, started_at = NULL,"
              . ' finished_at = NULL');
    my $status = get("/jobs/$id/status");
    is status_of("/jobs/$other/status"), 200, 'another one is told';
    $change->("created_at = now(), started_at = now(), finished_at = now(),"
              . " result = '$result'");
    sql("UPDATE glyph.import_errors SET errors = '{}'"
        . " WHERE import_id = '$id'");
    damaged('errors that are none', "/jobs/$id/errors");
    like get("/jobs/$id/errors", '-H', 'Accept: text/csv'),
        qr/"status":500,"code":"store_damaged"/, 'nor as CSV';
    sql("UPDATE glyph.import_errors SET errors = '[]'"
        . " WHERE import_id = '$id'");
    is status_of("/jobs/$id/$_"), 200, "$_ is there again"
        for qw(status result errors);
    sql('ALTER TABLE glyph.imports ADD CONSTRAINT imports_state_check CHECK'
        . " (state IN ('receiving', 'queued', 'processing', 'completed',"
        . " 'failed', 'cancelled'))");
    like get('/health'), qr/"status":"ok"/, 'the store is well';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# A file whose row says what it cannot: it is kept, and nobody dies of it.

subtest 'a background import whose row is damaged' => sub {
    start_nginx();
    my $id = uuid();
    sql('ALTER TABLE glyph.imports DROP CONSTRAINT imports_state_check');
    sql("CREATE FUNCTION test_only() RETURNS trigger LANGUAGE plpgsql AS"
        . " 'BEGIN NEW.state := ''lost''; RETURN NEW; END';"
        . ' CREATE TRIGGER test_only BEFORE INSERT ON glyph.imports'
        . " FOR EACH ROW WHEN (NEW.id = '$id')"
        . ' EXECUTE FUNCTION test_only()');
    write_input("$root/small.csv", 50);
    is code_of($id, upload($id, '/background', "\@$root/small.csv")), 202,
        'a file';
    ok wait_for(sub { -e "$root/spool/quarantine/$id" }, 10), 'is kept';
    like slurp("$root/logs/error.log"),
        qr/\[crit\].*goes to quarantine: .* is damaged/, 'as the log says';
    like get("/jobs/$id/status"), qr/"status":500,"code":"store_damaged"/,
        'and the status';
    unlike slurp("$root/logs/error.log"), qr/exited on signal/,
        'no worker has died';
    sql('DROP TRIGGER test_only ON glyph.imports; DROP FUNCTION test_only()');
    sql("UPDATE glyph.imports SET state = 'failed', finished_at = now()"
        . " WHERE id = '$id'");
    sql('ALTER TABLE glyph.imports ADD CONSTRAINT imports_state_check CHECK'
        . " (state IN ('receiving', 'queued', 'processing', 'completed',"
        . " 'failed', 'cancelled'))");
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

done_testing();
