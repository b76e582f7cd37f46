# The errors of a job: mended and sent again; very many of them, or of listings,
# and clients that do not read them.  Its warnings, each once, whatever breaks.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);

use lib 't/lib';
use Glyph::Fault;

plan skip_all => 'TEST_NGINX_LOAD_MODULES is not set'
    unless $ENV{TEST_NGINX_LOAD_MODULES};

# AddressSanitizer keeps what was freed for a while
my $most = $ENV{GLYPH_ASAN} ? 64_000 : 16_000;

my @csv = ('-H', 'Accept: text/csv');
my @json = ('-H', 'Accept: application/x-ndjson');

# Sends a file; the ImportResult, or the problem.
sub import_file {
    my ($text, $id, $query) = @_;
    spew("$root/file.csv", $text);
    return get('/import' . ($query || ''), '-H', 'Content-Type: text/csv',
               '-H', "Glyph-Job-Id: $id", '--data-binary',
               "\@$root/file.csv");
}

sub mended {
    my ($text, $sed, $name, $query) = @_;
    my $id = uuid();
    import_file($text, $id, $query);
    my $file = get("/jobs/$id/errors", @csv);
    spew("$root/bad.csv", $file);
    system('sed', '-i', '-e', $sed, "$root/bad.csv");
    $id = uuid();
    my $result = import_file(slurp("$root/bad.csv"), $id, $query);
    my ($bad) = $result =~ /"invalid_rows":(\d+)/;
    is $bad, 0, "$name: mended and sent again" or diag $file, $result;
    return ($id, $result);
}

sub value {
    my ($id, $what) = @_;
    return sql("SELECT $what FROM glyph.listings WHERE import_id = '$id'"
               . " ORDER BY import_index");
}

sub resident {
    my ($worker) = workers();
    return slurp("/proc/$worker/status") =~ /VmRSS:\s*(\d+)/ ? $1 : 0;
}

# A request whose answer is not read yet.
sub asked {
    my ($path, $accept) = @_;
    my ($port) = $url =~ /:(\d+)$/;
    my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port")
        or die "connect: $!";
    print $s "GET $path HTTP/1.1\r\nHost: x\r\nAccept: $accept\r\n"
        . "Connection: close\r\n\r\n";
    return $s;
}

sub body_of {
    my ($s) = @_;
    local $/;
    my ($head, $text) = split /\r\n\r\n/, scalar(<$s>), 2;
    return $text unless $head =~ /^Transfer-Encoding: chunked/m;
    my ($out, $pos) = ('', 0);
    while (substr($text, $pos, 20) =~ /^([0-9a-f]+)\r\n/) {
        my $n = hex $1;
        $pos += length($1) + 2;
        return $out if $n == 0;
        $out .= substr $text, $pos, $n;
        $pos += $n + 2;
    }
    return "$out (cut off)";
}

# What of Postgres the reads of this worker hold.
sub busy {
    return sql("SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle'"
               . " AND application_name LIKE 'glyph-read:%'");
}

start_nginx(locations => 'location = /listings { glyph_query listings; }'
    . ' location /imports { glyph_imports; }'
    . ' location = /few { glyph_import; glyph_max_errors 3; }');

subtest 'mended and sent again' => sub {
    my ($id, $result) = mended("title,price,seller\nRTX 3090,700,ann\n"
        . "RTX 3080,3OO,bob\n", 's/3OO/300/', 'a price');
    is value($id, 'title || price || seller'), 'RTX 3080300.00bob',
        'nothing else has changed';
    is value($id, 'extra'), '', 'our columns are not kept';
    unlike $result, qr/"code":"row_short"/, 'nor missed';

    ($id) = mended("Titel;Preis;Ort\nRTX 3090;7,50;A\nRTX 3080;ab 5;B\n",
                   's/ab 5/5,50/', 'semicolons');
    is value($id, 'title || price || region'), 'RTX 30805.50B', 'its cells';

    ($id) = mended("title,price,notes,x\r\n\"RTX\r\n3080\",x\r\n",
                   's/,x,/,8,/', 'a record of two lines that is short');
    is value($id, "replace(title, E'\\r\\n', '|') || price || "
                  . "coalesce(extra::text, '')"), 'RTX|30808.00',
        'has no column of ours as its own';

    mended("title,price\nRTX 3080,8,surplus\n,5\n",
           's/,surplus//;s/^,5/RTX 3070,5/', 'a column too many');
    mended("title,price\n\"RTX 3080,8\nRTX 3090,9\n", 's/^"RTX/RTX/',
           'an open quote');
    mended("a|b\nRTX 3080|x\n", 's/|x|/|8|/', 'with the same options',
           '?map=a:title,b:price&delimiter=%7C');

    # one of two is mended, and then the other
    $id = uuid();
    import_file("title,price\nRTX 3080,x\nRTX 3090,y\n", $id);
    (my $file = get("/jobs/$id/errors", @csv)) =~ s/,x,/,8,/;
    $id = uuid();
    like import_file($file, $id), qr/"valid_rows":1,"invalid_rows":1,/,
        'still one is wrong';
    is get("/jobs/$id/errors", @csv), "title,price,_line,_codes,_messages\r\n"
        . "RTX 3090,y,3,\"price_invalid\","
        . "\"price: the price cannot be read as one amount of money\"\r\n",
        'it has our columns once';
};

subtest 'jobs that did not complete' => sub {
    my $id = uuid();
    spew("$root/file.csv", "title,price\n" . "RTX 3080,x\n" x 9);
    get('/few', '-H', 'Content-Type: text/csv', '-H', "Glyph-Job-Id: $id",
        '--data-binary', "\@$root/file.csv");
    is state_of($id), 'failed', 'too many errors';
    is scalar(() = get("/jobs/$id/errors", @csv) =~ /\n/g), 5,
        'the errors it had are there';

    $id = uuid();
    spew("$root/file.csv", "title,price\n" . "RTX 3080,x\n" x 50_000);
    my $pid = upload($id, "\@$root/file.csv", '--limit-rate', '200k');
    ok begun($id), 'an import that runs';
    is status_of("/jobs/$id/errors", @csv), 409, 'has no whole file yet';
    like get("/jobs/$id/errors", @json, '-D', "$root/head"),
        qr/"code":"job_running"/, 'nor all lines';
    like slurp("$root/head"), qr/^Retry-After: 1\r/m, 'later';
    like get("/jobs/$id/errors?limit=2", @csv),
        qr/\Atitle,price,_line,_codes,_messages\r\n(?:RTX 3080,x,.*\n){2}\z/,
        'but a page';
    is status_of("/jobs/$id", '-X', 'DELETE'), 202, 'cancelled';
    is final($id, 10), 'cancelled', 'so it ends';
    waitpid $pid, 0;
    like get("/jobs/$id/errors", @csv), qr/\n(?:RTX 3080,x,.*\n)+\z/,
        'with the errors that were committed';
};

subtest 'very many errors' => sub {
    my $n = 100_000;
    my $id = uuid();
    my $pad = 'x' x 250;
    like import_file("title,price,x\nRTX 3090,7,y\n" . join('', map {
        "RTX 3080 $_,x,$pad\n" } 1 .. $n), $id), qr/"invalid_rows":$n,/,
        "$n of them";
    my $file = get("/jobs/$id/errors", @csv);
    my @lines = split /\r\n/, $file;
    is scalar(@lines), $n + 1, 'come in one file';
    is scalar(grep { my $l = $_ + 2;
                     $lines[$_] !~ /^RTX 3080 $_,x,$pad,$l,"price_invalid",/ }
                   1 .. $n), 0, 'in order';
    my $all = get("/jobs/$id/errors", @json);
    is scalar(() = $all =~ /\n/g), $n, 'and as lines';
    ok $file eq get("/jobs/$id/errors", @csv, '--compressed'),
        'the same again';

    my $before = resident();
    my @slow = map { asked("/jobs/$id/errors", 'text/csv') } 1 .. 8;
    sleep 2;
    cmp_ok resident() - $before, '<', $most,
        'eight clients that do not read cost little memory';
    ok wait_for(sub { busy() == 0 }, 10), 'and hold no query';
    is status_of("/jobs/$id/errors?limit=1"), 200, 'others are answered';
    ok body_of($slow[0]) eq $file, 'all of it comes when they read';
    close $_ for @slow;
    is status_of("/jobs/$id/errors?limit=1"), 200, 'or leave';
};

subtest 'very long records' => sub {
    my $n = 1000;
    my $id = uuid();
    import_file("title,price,x\nRTX 3090,7,y\n" . join('', map {
        "RTX 3080 $_,x," . 'x' x 60_000 . "\n" } 1 .. $n), $id);
    my $before = resident();
    my $s = asked("/jobs/$id/errors", 'text/csv');
    my $page = asked("/jobs/$id/errors?limit=1000", 'application/json');
    sleep 2;
    cmp_ok resident() - $before, '<', $most, 'cost little memory';
    is scalar(() = body_of($s) =~ /\r\n/g), $n + 1, 'but all come';
    is scalar(() = body_of($page) =~ /"row_index"/g), 5,
        'a page has 256 kB of them';
};

# 30 MB of rows: a page has 1 MB of them.
subtest 'large listings' => sub {
    my $id = uuid();
    import_file("title,price,x,bulk_notes\n" . join('', map {
        "RTX 3080 $_,7," . 'x' x 15_000 . ',' . 'y' x 15_000 . "\n" }
        1 .. 1000), $id);
    my $path = "/listings?import_id=$id&limit=1000";
    my ($next, $all, $pages, $longest) = ($path, '', 0, 0);
    while ($next && $pages < 50) {
        my $page = get($next, @json, '-D', "$root/head");
        $longest = length $page if length $page > $longest;
        $all .= $page;
        $pages++;
        ($next) = slurp("$root/head") =~ /^Link: <([^>]+)>; rel="next"/m;
    }
    is $pages, 29, 'are on pages';
    cmp_ok $longest, '<', 1.2e6, 'of about 1 MB';
    is join(' ', $all =~ /"import_index":(\d+)/g), join(' ', 0 .. 999),
        'that have all rows, once and in order';

    my $whole = get($path);
    my $before = resident();
    my @slow = map { asked($path, '*/*') } 1 .. 8;
    sleep 2;
    cmp_ok resident() - $before, '<', $most,
        'eight clients that do not read cost little memory';
    ok wait_for(sub { busy() == 0 }, 10), 'and hold no query';
    ok body_of($slow[7]) eq $whole, 'the page comes when it is read';
    close $_ for @slow;
};

# Each third row has a warning, and each hundredth an error besides.
my $warned = "$root/warned.csv";
my $third = $rows / 3;

sub warned_input {
    spew($warned, "title,price,currency\n" . join('', map {
        "NVIDIA GeForce RTX 3080 Ti no $_," . ($_ % 300 ? "$_.50" : 'x') . ','
        . ($_ % 3 ? 'USD' : 'SEK') . "\n" } 0 .. $rows - 1));
}

# Those of an import that are kept: how many, and how many of them are the next
# one and of the right row.
sub kept {
    my ($id) = @_;
    return sql("SELECT count(*) || ' ' || count(*) FILTER (WHERE good) FROM"
               . ' (SELECT number = row_number() OVER (ORDER BY number) - 1'
               . "  AND code = 'no_rate' AND column_name = 'currency'"
               . "  AND value = 'SEK' AND line = import_index + 2"
               . '  AND import_index % 3 = 0 AS good'
               . "  FROM glyph.import_warnings WHERE import_id = '$id') w");
}

sub counted {
    my ($id) = @_;
    return sql("SELECT warnings_count FROM glyph.imports WHERE id = '$id'");
}

# In errors of rows nothing is said of their currency's rate.
my $all = $third - $rows / 300;

warned_input();

subtest 'very many warnings' => sub {
    my $id = uuid();
    is code_of($id, upload($id, "\@$warned")), 200, 'an import';
    is kept($id), "$all $all", 'each once, in order';
    is counted($id), $all, 'and counted';
    my $csv = get("/jobs/$id/errors?severity=warning", @csv);
    is scalar(() = $csv =~ /,warning,no_rate,currency,SEK,/g), $all,
        'they come in one file';
    is scalar(() = $csv =~ /^row_index,/mg), 1, 'with one header';
    my @places = get("/jobs/$id/errors?severity=all", @json)
        =~ /^\{"row_index":(\d+)/mg;
    is scalar(@places), $third, 'with the errors as lines';
    is scalar(grep { $places[$_] != 3 * $_ } 0 .. $#places), 0, 'in order';
    is status_of("/jobs/$id/errors?severity=all", @json, '-H',
                 'If-None-Match: *'), 304, 'and do not change';
    is status_of("/imports/$id", '-X', 'DELETE'), 200, 'undone';
    is kept($id), "$all $all", 'they stay, as errors do';
};

subtest 'workers are killed while they import' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background', "\@$warned")), 202, 'taken';
    ok begun($id), 'rows were committed';
    kill 'KILL', workers();
    is final($id, 30), 'completed', 'it is completed all the same';
    is kept($id), "$all $all", 'each is there once, in order';
    is counted($id), $all, 'and counted';

    $id = uuid();
    my $pid = upload($id, "\@$warned", '--limit-rate', '600k');
    ok begun($id), 'one in the foreground';
    is status_of("/jobs/$id/errors?severity=warning", @csv), 409,
        'has no whole list yet';
    like get("/jobs/$id/errors?severity=warning&limit=2", @csv),
        qr/\Arow_index,.*\r\n3,.*\r\n6,.*\r\n\z/, 'but a page';
    kill 'KILL', workers();
    waitpid $pid, 0;
    is final($id, 30), 'failed', 'fails';
    my $n = counted($id);
    is kept($id), "$n $n", 'and has those of what was committed';
};

subtest 'backends are ended while they write' => sub {
    my $id = uuid();
    my $pid = upload($id, "\@$warned", '--limit-rate', '1m');
    ok begun($id), 'an import has begun';
    for (1 .. 8) {
        sql('SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity'
            . " WHERE application_name LIKE 'glyph:%'");
        sleep 0.2;
    }
    is code_of($id, $pid), 200, 'it is completed all the same';
    is kept($id), "$all $all", 'each is there once, in order';
    is counted($id), $all, 'and counted';
};

subtest 'all of nginx is killed, and its rules change' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background', "\@$warned")), 202, 'taken';
    ok begun($id), 'rows were committed';
    kill_nginx();
    Glyph::Fault::configure(http => 'glyph_score vram_weight=0.5;'
        . ' glyph_max_warnings 1000;');
    launch();
    is final($id, 30), 'completed', 'it is completed';
    like slurp("$root/logs/error.log"), qr/the import starts again/, 'anew';
    is kept($id), '1000 1000', 'as many as may be are kept, each once';
    is counted($id), $all, 'all are counted';
};

subtest 'a job that runs in another worker' => sub {
    Glyph::Fault::configure(workers => 2, http => 'glyph_max_warnings 10;');
    kill 'HUP', master();
    ok wait_for(sub { workers() == 2 }, 20), 'two workers';
    my $id = uuid();
    my $pid = upload($id, "\@$warned", '--limit-rate', '600k');
    ok begun($id), 'an import that runs';
    sleep 0.3;
    like get("/jobs/$id/status"),
        qr/"warnings" ?: ?\d{3,}, ?"skipped" ?: ?0, ?"warnings_kept" ?: ?10\}/, 'is known'
        for 1 .. 8;
    waitpid $pid, 0;
    is final($id, 30), 'completed', 'and completes';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'and has not complained';

done_testing;
