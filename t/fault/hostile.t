# Clients who mean harm, one section for each kind of it.

use strict;
use warnings;

use Test::More;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);

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
    is status_of('/health'), 200, 'and the next is served';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# a body that nginx rejects after the content handler has returned

# rows chosen so that their hashes collide

# a length that is announced and not sent

# a length that no sum can hold

# a Postgres that connects and refuses: t/fault/unwell.t

# clients that do not read

# what Redis says

# bytes that do not belong into a log

# many small things: resets, queues, foreign pages, strangers

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
    start_nginx(locations => 'location /imports { glyph_imports; }');
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
    $change->("created_at = now(), result = '$result'");
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
    sql("UPDATE glyph.imports SET state = 'failed' WHERE id = '$id'");
    sql('ALTER TABLE glyph.imports ADD CONSTRAINT imports_state_check CHECK'
        . " (state IN ('receiving', 'queued', 'processing', 'completed',"
        . " 'failed', 'cancelled'))");
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

done_testing();
