# Redis is a hint: whatever it says, answers are right, streams are of our
# making, imports complete.

use strict;
use warnings;

use POSIX ();
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_REDIS is not set' unless $ENV{GLYPH_REDIS};

use lib 't/lib';
use Glyph::Fault;

my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};
my $small = "$root/small.csv";

sub redis {
    open my $in, '-|', 'redis-cli', '-s', $ENV{GLYPH_REDIS}, @_
        or die "redis-cli: $!";
    local $/;
    my $out = <$in>;
    close $in;
    return $out;
}

sub now { return int(time * 1000) }

# A document as a worker writes it.
sub document {
    my ($id, $state) = @_;
    return qq({"job_id":"$id","state":"$state",)
        . '"created_at":"2026-11-24T01:05:10.889Z","started_at":null,'
        . '"finished_at":null,"filename":"a.csv","source_label":null,'
        . '"campaign_id":null,"progress":{"bytes":10,"bytes_total":100,"rows":1,'
        . '"rows_committed":0,"percent":10,"rows_per_second":5,'
        . '"eta_seconds":1.5},"counts":{"rows":1,"valid":1,"invalid":0,'
        . '"warnings":0},"error":null,"undone_at":null}';
}

sub put {
    my ($id, %fields) = @_;
    redis('del', "glyph:job:$id");
    redis('hset', "glyph:job:$id", updated => now(), %fields);
    redis('publish', "glyph:events:$id", $fields{job});
}

# What is in the hash, by the name of what is wrong with it.
sub poisons {
    my ($id) = @_;
    my $doc = document($id, 'processing');
    my %ours = (tenant => '', state => 'processing', job => $doc);
    (my $cr = $doc) =~ s/2026-/\revent: evil\rdata: {}\r\r/;
    (my $lf = $doc) =~ s/2026-/\nevent: evil\ndata: {}\n\n/;
    (my $between = $doc) =~ s/,/,\n\nevent: evil\n\n/;
    (my $bell = $doc) =~ s/2026-/\a\e[2J/;
    (my $more = $doc) =~ s/\}$/,"state":"failed","links":{"result":"http:\/\/evil"}}/;
    (my $number = $doc) =~ s/"rows":1/"rows":[1]/;
    my %wrong = (
        'not JSON' => { job => 'event: evil' },
        'nothing' => { job => '' },
        'one byte' => { job => '{' },
        'half a document' => { job => substr $doc, 0, 60 },
        'two documents' => { job => $doc . $doc },
        'another id' => { job => document(uuid(), 'processing') },
        'another tenant' => { tenant => 'other' },
        'another state in the document'
            => { job => document($id, 'failed') },
        'a state that is none' => { state => 'exploded' },
        'members that are not ours' => { job => $more },
        'an array for a number' => { job => $number },
        'a time to come' => { updated => now() + 3_600_000 },
        'a time that is none' => { updated => 'soon' },
        'a time without end' => { updated => '9' x 40 },
        'a time that is negative' => { updated => -1 },
        'carriage returns' => { job => $cr },
        'line feeds' => { job => $lf },
        'line feeds between' => { job => $between },
        'control characters' => { job => $bell },
        'bytes that are no UTF-8'
            => { job => $doc =~ s/2026-/\xff\xfe/r },
        'a document of 20 KB' => { job => $doc =~ s/"error":null/
            '"error":{"code":"x","detail":"' . 'x' x 20_000 . '"}'/er },
        'a failure without a reason' => { state => 'failed',
            job => document($id, 'failed') },
        'a good end that Postgres does not know' => { state => 'completed',
            job => document($id, 'completed') },
    );
    return map { $_ => { %ours, %{ $wrong{$_} } } } keys %wrong;
}

sub events { return get("/jobs/$_[0]/events", '-m', 5) }

start_nginx();
stop_nginx();
write_input($small, 20);
write_input();

subtest 'a job that has ended' => sub {
    Glyph::Fault::configure();
    launch();
    my $id = uuid();
    is code_of($id, upload($id, "\@$small")), 200, 'completed';
    my $before = get("/jobs/$id/status");
    like $before, qr/"state" ?: ?"completed"/, 'as its status says';
    like events($id), qr/^event: completed$/m, 'and its events';

    my %poisons = poisons($id);
    for my $name (sort keys %poisons) {
        put($id, %{ $poisons{$name} });
        is get("/jobs/$id/status"), $before, "$name: the status stays";
        unlike events($id), qr/^(event|data): (?!completed$|\{"job_id" : "$id")/m,
            "$name: and the end is the only event";
    }

    put($id, tenant => '', state => 'processing',
        job => document($id, 'processing'));
    is get("/jobs/$id/status"), $before, 'against Postgres: it stays, too';
    my $events = events($id);
    like $events, qr/^event: completed$/m, 'the stream comes to the end';
    is status_of("/jobs/$id/result"), 200, 'there is a result';
    is status_of("/jobs/$id", '-X', 'DELETE'), 409, 'and nothing to cancel';

    redis('del', "glyph:job:$id");
    redis('set', "glyph:job:$id", 'no hash at all');
    is get("/jobs/$id/status"), $before, 'no hash: it stays';
    redis('del', "glyph:job:$id");
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'a job that there is not' => sub {
    Glyph::Fault::configure(http => 'glyph_events_wait 100ms;');
    launch();
    my $id = uuid();
    my %poisons = poisons($id);
    for my $name (sort keys %poisons) {
        put($id, %{ $poisons{$name} });
        is status_of("/jobs/$id/status"), 404, "$name: there is none";
        is status_of("/jobs/$id/events"), 404, "$name: it has no events";
    }
    put($id, tenant => '', state => 'failed',
        job => document($id, 'failed')
               =~ s/"error":null/"error":{"code":"client_gone"}/r);
    like get("/jobs/$id/status"), qr/"code":"client_gone".*"unconfirmed":true/,
        'that one has failed only Redis may know, and it is unconfirmed';
    is status_of("/jobs/$id/result"), 404, 'it has no result';
    redis('del', "glyph:job:$id");
    is status_of("/jobs/$id", '-X', 'DELETE'), 404, 'none to cancel';
    is sql("SELECT count(*) FROM glyph.imports WHERE id = '$id'"), 0,
        'and none is made';
    redis('del', "glyph:job:$id");
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'a job that another worker has just begun' => sub {
    Glyph::Fault::configure();
    launch();
    my $id = uuid();
    for my $path ('result', 'errors') {
        put($id, tenant => '', state => 'processing',
            job => document($id, 'processing'));
        my @as_csv = $path eq 'errors' ? ('-H', 'Accept: text/csv') : ();
        like get("/jobs/$id/$path", @as_csv), qr/"code":"job_running"/,
            "its $path are to come";
    }
    redis('del', "glyph:job:$id");
    is status_of("/jobs/$id/result"), 404, 'it is no more';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest '100 MB' => sub {
    Glyph::Fault::configure();
    launch();
    my $id = uuid();
    is code_of($id, upload($id, "\@$small")), 200, 'completed';
    my $before = get("/jobs/$id/status");
    my ($worker) = workers();
    my $memory = sub {
        slurp("/proc/$worker/status") =~ /VmHWM:\s+(\d+)/ ? $1 : 0 };
    my $was = $memory->();
    system("head -c 100000000 /dev/zero | tr '\\0' x"
        . " | redis-cli -s $ENV{GLYPH_REDIS} -x hset glyph:job:$id job > /dev/null");
    is redis('hstrlen', "glyph:job:$id", 'job'), "100000000\n", 'are there';
    for (1 .. 3) {
        is get("/jobs/$id/status"), $before, 'the status stays';
        like events($id), qr/^event: completed$/m, 'and the end';
        sleep 0.5;
    }
    cmp_ok $memory->() - $was, '<', 8000, 'kB at most are taken for them';
    like slurp("$root/logs/error.log"), qr/an answer of more than 256 KB/,
        'the log says why the connection was ended';
    redis('del', "glyph:job:$id");

    # a message, too
    my $other = uuid();
    my $pid = upload($other, '--limit-rate', '600k');
    ok begun($other), 'another one runs';
    for my $channel ("glyph:events:$other", 'glyph:control') {
        system("head -c 20000000 /dev/zero | tr '\\0' x"
            . " | redis-cli -s $ENV{GLYPH_REDIS} -x publish $channel > /dev/null");
    }
    like get("/jobs/$other/status"), qr/"state":"(receiving|processing)"/,
        'its status is there';
    is code_of($other, $pid), 200, 'and it completes';
    ok wait_for(sub { get('/health') =~ /"redis":\{"state":"connected"/ }, 5),
        'Redis is used again';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'a job that runs, and Redis lies all the time' => sub {
    Glyph::Fault::configure(workers => 2);
    launch();
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '1m');
    ok begun($id), 'it runs';

    my $liar = fork;
    die "fork: $!" unless defined $liar;
    if ($liar == 0) {
        my %poisons = poisons($id);
        while (1) {
            put($id, %$_) for values %poisons;
        }
    }
    my (%codes, @wrong);
    my $end = time + 2;
    while (time < $end) {
        my $answer = get("/jobs/$id/status", '-w', "\n%{http_code}");
        $answer =~ s/\s*(\d+)$//;
        $codes{$1}++;
        push @wrong, $answer unless $answer =~ /^\{"job_id" ?: ?"$id", ?"state" ?: ?"(receiving|processing|completed)"/
            && $answer !~ /evil|[\r\x07\e]/;
    }
    is join(' ', sort keys %codes), 200, 'its status is always there';
    is join("\n", @wrong), '', 'and right';
    my $events = events($id);
    unlike $events, qr/evil|[\r\x07\e]/, 'nothing is put into its events';
    unlike $events, qr/^event: (failed|cancelled)/m, 'nor another end';
    is code_of($id, $pid), 200, 'it completes';
    kill 'KILL', $liar;
    waitpid $liar, 0;
    is visible($id), $rows, 'with all rows';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'the status of a job that runs elsewhere' => sub {
    Glyph::Fault::configure(workers => 2);
    launch();
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '1m');
    ok begun($id), 'it runs';
    my (@times, %percent);
    for (1 .. 40) {
        my $answer = get("/jobs/$id/status", '-w', '%{time_total}');
        push @times, $1 if $answer =~ s/([\d.]+)$//;
        $percent{$1}++ if $answer =~ /"percent":(\d+)/;
        sleep 0.02;
    }
    @times = sort { $a <=> $b } @times;
    cmp_ok $times[20], '<', 0.05, 'is there at once';
    cmp_ok scalar keys %percent, '>', 3, 'and moves';
    is code_of($id, $pid), 200, 'it completes';
    ok stop_nginx(), 'nginx ends when asked';
};

subtest 'a cancel that nobody has asked for' => sub {
    Glyph::Fault::configure(workers => 2);
    launch();
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '1m');
    ok begun($id), 'an import runs';
    redis('publish', 'glyph:control', $_) for $id, "${id}other", 'nonsense',
        '', $id . "\r\n\0" x 100, uuid();
    redis('eval', "for i = 1, 5000 do redis.call('publish', 'glyph:control',"
        . " '$id') end", 0);
    is code_of($id, $pid), 200, 'and completes';
    is visible($id), $rows, 'with all rows';

    # one that Postgres knows of, of an upload that writes no more batches
    my $s = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port)
        or die "connect: $!";
    $id = uuid();
    print {$s} "POST /import HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\n"
        . "Content-Length: 100000\r\nGlyph-Job-Id: $id\r\n\r\n"
        . "title,price\nRTX 3090,700\n" . "RTX 3080,500\n" x 2000;
    $s->flush;
    ok wait_for(sub { status_of("/jobs/$id/status") == 200 }, 5),
        'another one has stopped';
    wait_for(sub { state_of($id) }, 3);
    sleep 1;        # until it has written what there is
    sql("SELECT glyph.cancel('$id', '', true)");
    ok !IO::Select->new($s)->can_read(1), 'it is cancelled, and does not know';
    redis('publish', 'glyph:control', $id);
    ok +IO::Select->new($s)->can_read(2), 'until it is told';
    like scalar(<$s>), qr/ 409 /, 'and so is its client';
    close $s;       # nginx would linger
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'Postgres cannot be asked' => sub {
    {
        local $ENV{GLYPH_PG} = 'host=/nonexistent dbname=glyph user=glyph';
        Glyph::Fault::configure(timeout => '1s');
        launch();
    }
    my $id = uuid();
    my %ours = (tenant => '', updated => now() - 60_000);
    put($id, %ours, state => 'completed', job => document($id, 'completed'));
    like get("/jobs/$id/status"),
        qr/"state":"completed".*"unconfirmed":true,"links":\{/,
        'an end is told, as one that is not confirmed';
    put($id, %ours, state => 'processing', job => document($id, 'processing'));
    is status_of("/jobs/$id/status"), 503, 'what is old is not told';
    delete $ours{updated};
    put($id, %ours, state => 'processing',
        job => document($id, 'processing'));
    my $status = get("/jobs/$id/status");
    like $status, qr/"state":"processing"/, 'what is of now is';
    unlike $status, qr/unconfirmed/, 'as it is';
    redis('del', "glyph:job:$id");
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# Answers whatever comes with those bytes; with more and more of "flood".
sub no_redis {
    my ($bytes, $flood) = @_;
    my $path = "$root/no_redis.sock";
    unlink $path;
    my $listen = IO::Socket::UNIX->new(Local => $path, Listen => 16)
        or die "$path: $!";
    chmod 0777, $path;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    return $pid if $pid;
    $SIG{CHLD} = 'IGNORE';
    $SIG{TERM} = 'DEFAULT';
    alarm 60;       # it must not outlive a test that dies
    while (my $client = $listen->accept) {
        if (fork) {
            close $client;
            next;
        }
        my $end = time + 5;
        $SIG{PIPE} = 'DEFAULT';
        alarm 6;
        while (time < $end && sysread $client, my $buf, 65536) {
            syswrite $client, $bytes;
            while ($flood && time < $end) {
                syswrite $client, $flood or last;
            }
        }
        POSIX::_exit(0);
    }
    POSIX::_exit(0);
}

subtest 'a server that is no Redis' => sub {
    my $big = 'x' x 65536;
    my %servers = (
        'an array of numbers' => ["*3\r\n:1\r\n:2\r\n:3\r\n"],
        'an array of nothing' => ["*3\r\n\$-1\r\n\$-1\r\n\$-1\r\n"],
        'an empty array' => ["*0\r\n"],
        'an array of errors' => ["*3\r\n-message\r\n-x\r\n-y\r\n"],
        'an array of one' => ["*1\r\n+message\r\n"],
        'no array' => ["*-1\r\n"],
        'a length below zero' => ["*-5\r\n"],
        'an array without end' => ["*2000000000\r\n", ":1\r\n" x 10_000],
        'arrays in arrays' => ["*1\r\n" x 100],
        'a string without end' => ["\$2000000000\r\n", $big],
        'a line without end' => ['+', $big],
        'an error with control characters'
            => ["-ERR \e[2J\a\b\x01\xff\r\n"],
        'numbers' => [":1\r\n"],
        'messages that nobody asked for'
            => ["*3\r\n+message\r\n+glyph:control\r\n+x\r\n" x 100],
        'an end that nobody asked for'
            => ["*3\r\n+unsubscribe\r\n+glyph:events:\r\n:0\r\n" x 3],
        'HTTP' => ["HTTP/1.1 400 Bad Request\r\n\r\n"],
        'nothing' => [''],
    );
    for my $name (sort keys %servers) {
        my $pid = no_redis(@{ $servers{$name} });
        Glyph::Fault::configure(
            redis => "unix:$root/no_redis.sock timeout=1s");
        launch();
        my $id = uuid();
        is code_of($id, upload($id, "\@$small")), 200, "$name: imports work";
        like get("/jobs/$id/status"), qr/"state" ?: ?"completed"/,
            "$name: their status is there";
        sleep 0.5;
        my $memory = 0;
        for (workers()) {
            $memory += $1
                if slurp("/proc/$_/status") =~ /VmHWM:\s+(\d+)/;
        }
        cmp_ok $memory, '<', 150_000, "$name: kB of memory";
        like get('/health'), qr/"status":"(ok|degraded)"/, "$name: health";
        kill 'TERM', $pid;
        waitpid $pid, 0;
        ok stop_nginx(), "$name: nginx ends when asked";
        unlike slurp("$root/logs/error.log"), qr/[^\n -~]/,
            "$name: nothing but text in the log";
        is join("\n", bad_lines()), '', "$name: nothing bad in it";
        unlink "$root/logs/error.log";
    }
};

done_testing();
