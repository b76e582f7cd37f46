# Clients that do not read what they are sent, or not yet.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Socket;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};
my ($on, $off, $narrow) = ($port + 1, $port + 2, $port + 3);

# one server as it is, two proxies before it, and one with little room in its
# sockets
sub places {
    my ($more) = @_;
    $more = '' unless defined $more;
    return <<"CONF";
        location = /score { glyph_transform; }
        location = /hasty { glyph_transform; send_timeout 1s; }
        location /listings { glyph_query listings; }
        location = /metrics { glyph_metrics; }
        $more
    }
    server {
        listen 127.0.0.1:$on;
        client_max_body_size 0;
        proxy_http_version 1.1;
        proxy_buffering off;
        location / { proxy_pass http://127.0.0.1:$port; }
    }
    server {
        listen 127.0.0.1:$off;
        client_max_body_size 0;
        proxy_http_version 1.1;
        proxy_buffering off;
        proxy_request_buffering off;
        location / { proxy_pass http://127.0.0.1:$port; }
    }
    server {
        listen 127.0.0.1:$narrow sndbuf=16k rcvbuf=64k;
        client_max_body_size 0;
        send_timeout 300s;
        location = /score { glyph_transform; }
        location = /hasty { glyph_transform; send_timeout 1s; }
        location = /import { glyph_import; glyph_background off; }
        location /jobs { glyph_jobs; }
        location /listings { glyph_query listings; }
CONF
}

sub row {
    return "NVIDIA GeForce RTX 3080 Ti no $_[0]," . (100 + $_[0] % 900)
        . ".50,https://example.com/itm/$_[0]\n";
}

sub body {
    return join '', "title,price,source_url\n", map { row($_) } 1 .. $_[0];
}

# What a transform of n rows is, columns import_index and title.
sub expected {
    return join '', "import_index,title\r\n",
        map { $_ - 1 . ",NVIDIA GeForce RTX 3080 Ti no $_\r\n" } 1 .. $_[0];
}

# kB, of 64 such clients
my $most = $ENV{GLYPH_ASAN} ? 120_000 : 48_000;

my $two = 'columns=import_index,title';

# A connection that takes little in.
sub connection {
    my ($to) = @_;
    socket my $s, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
    setsockopt $s, SOL_SOCKET, SO_RCVBUF, 8192 or die "setsockopt: $!";
    connect $s, sockaddr_in($to, inet_aton($host)) or die "connect: $!";
    my $old = select $s;
    $| = 1;
    select $old;
    return $s;
}

sub head {
    my ($path, $length) = @_;
    return "POST $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Content-Type: text/csv\r\nAccept: text/csv\r\n"
        . "Content-Length: $length\r\n\r\n";
}

# Writes all of it, or what is taken before nothing moves for so long.
sub stuff {
    my ($s, $text, $seconds) = @_;
    my $sent = 0;
    my $select = IO::Select->new($s);
    $s->blocking(0);
    while ($sent < length $text && $select->can_write($seconds)) {
        my $n = syswrite $s, $text, 262144, $sent;
        last unless defined $n;
        $sent += $n;
    }
    $s->blocking(1);
    return $sent;
}

# All that comes until the end, while it sends what is still to be sent; the
# head, and the body without its chunks' heads.
sub receive {
    my ($s, $seconds, $rest_of) = @_;
    my ($text, $end, $sent) = ('', time + $seconds, 0);
    $rest_of = '' unless defined $rest_of;
    my $read = IO::Select->new($s);
    $s->blocking(0);
    while (time < $end) {
        my $write = $sent < length $rest_of ? $read : undef;
        my ($in, $out) = IO::Select->select($read, $write, undef, 0.5);
        if ($out && @$out) {
            my $n = syswrite $s, $rest_of, 65536, $sent;
            $sent += $n if defined $n;
        }
        next unless $in && @$in;
        sysread $s, $text, 1048576, length $text or last;
    }
    my ($head, $rest) = split /\r\n\r\n/, $text, 2;
    return ($head, '') unless defined $rest;
    return ($head, $rest) unless $head =~ /^Transfer-Encoding: chunked/mi;
    my ($out, $pos) = ('', 0);
    while ($pos < length $rest
           && substr($rest, $pos, 20) =~ /^([0-9a-f]+)\r\n/)
    {
        my $n = hex $1;
        last if $n == 0;
        $out .= substr $rest, $pos + length($1) + 2, $n;
        $pos += length($1) + $n + 4;
    }
    return ($head, $out);
}

sub curl {
    my ($path, $file, @options) = @_;
    return get($path, '-H', 'Content-Type: text/csv', '-H', 'Accept: text/csv',
        '-H', 'Expect:', @options, '--data-binary', "\@$file");
}

sub resident {
    my ($worker) = workers();
    return slurp("/proc/$worker/status") =~ /VmRSS:\s*(\d+)/ ? $1 : 0;
}

sub parts { return split ' ', `find $root/spool -name '*.part'` }

sub metric {
    my ($name) = @_;
    return get('/metrics') =~ /^\Q$name\E (\d+)/m ? $1 : undef;
}

sub over {
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
}

# So many that have sent a request, or as much of it as is taken, and read
# nothing of the answer: each a connection, and what is still to be sent.
sub crowd {
    my ($n, $request) = @_;
    my @crowd;
    for (1 .. $n) {
        my $s = connection($narrow);
        my $sent = stuff($s, $request, 0.1);
        push @crowd, [$s, substr $request, $sent];
    }
    return @crowd;
}

my $rows30 = 430_000;
my $text30 = body($rows30);

subtest 'nothing of the answer leaves before the whole body is here' => sub {
    start_nginx(locations => places());
    my $text = body(100_000);
    my $all = head("/score?$two", length $text) . $text;
    my $end = substr $all, -100, 100, '';
    my $s = connection($port);
    is stuff($s, $all, 5), length $all, 'all but its end is taken';
    ok !IO::Select->new($s)->can_read(2), 'and nothing comes';
    print {$s} $end;
    my ($head, $body) = receive($s, 60);
    like $head, qr/^HTTP\/1.1 200 /, 'then a 200';
    ok $body eq expected(100_000), 'with every row';
    ok wait_for(sub { !parts() }, 10), 'and the file is gone';
    over();
};

subtest 'a client that sends all before it reads' => sub {
    start_nginx(locations => places());
    for ([direct => $port], ['behind nginx' => $on],
         ['behind nginx that does not buffer' => $off])
    {
        my ($name, $to) = @$_;
        my $s = connection($to);
        my $all = head("/score?$two", length $text30) . $text30;
        is stuff($s, $all, 20), length $all, "$name: 30 MB are taken";
        my ($head, $body) = receive($s, 120);
        like $head, qr/^HTTP\/1.1 200 /, 'the answer is a 200';
        ok $body eq expected($rows30), 'every row comes';
    }
    over();
};

for my $mode ('', '&stream=on') {
    subtest "clients that do not read, /score?…$mode" => sub {
        start_nginx(locations => places(), http => 'glyph_buffers 32 16k'
            . ' blocks=8;');
        spew("$root/small.csv", body(5000));
        spew("$root/large.csv", body(60_000));
        my $before = resident();
        my $text = body(20_000);
        my @crowd = crowd(64, head("/score?$mode", length $text) . $text);

        for my $other ('', '&stream=on') {
            my $began = time;
            ok curl("/score?$two$other", "$root/small.csv")
                eq expected(5000), "others have their rows, $two$other";
            ok curl("/score?$two$other", "$root/large.csv")
                eq expected(60_000), 'also of a larger file';
            cmp_ok time - $began, '<', 15, 'soon';
        }
        cmp_ok resident() - $before, '<', $most,
            'they cost little memory';
        ok metric('glyph_buffers_in_use{kind="stream_block"}')
            <= metric('glyph_buffers_limit{kind="stream_block"}'),
            'the metrics tell of the blocks';
        is metric('glyph_buffers_in_use{kind="turn_block"}'), 0,
            'half of them are never with such clients';
        cmp_ok metric('glyph_buffers_in_use{kind="stream_chunk"}'), '<=', 24,
            'nor are most chunks';

        # what some had to give back, and others kept, is not lost
        spew("$root/whole.csv", $text);
        my $whole = curl('/score?stream=on', "$root/whole.csv");
        my $good = grep {
            (receive($_->[0], 60, $_->[1]))[1] eq $whole
        } @crowd[0, 7, 8, 31, 32, 63];
        is $good, 6, 'and once they read, they get all of it';
        close $_->[0] for @crowd;
        ok wait_for(sub {
            metric('glyph_transforms') == 0
                && metric('glyph_buffers_in_use{kind="stream_chunk"}') == 0
                && metric('glyph_buffers_in_use{kind="stream_block"}') == 0;
        }, 20), 'they leave nothing lent';
        ok wait_for(sub { !parts() }, 10), 'and no file';
        over();
    };
}

subtest 'clients that send most of it and no more' => sub {
    start_nginx(locations => places(), http => 'glyph_buffers 32 16k'
        . ' blocks=8;');
    spew("$root/small.csv", body(5000));
    spew("$root/large.csv", body(60_000));
    my $text = body(4000);
    my $request = head('/score?', length($text) + 100) . $text;
    my @crowd = crowd(64, $request);
    ok wait_for(sub { metric('glyph_transforms') == 64 }, 10),
        'there are 64 of them';
    for my $other ('', '&stream=on') {
        ok curl("/score?$two$other", "$root/small.csv") eq expected(5000),
            "others have their rows, $two$other";
        ok curl("/score?$two$other", "$root/large.csv") eq expected(60_000),
            'also of a larger file';
    }
    is metric('glyph_buffers_in_use{kind="spool_chunk"}'), 0,
        'the chunks for the disk are free';
    close $_->[0] for @crowd;
    ok wait_for(sub { metric('glyph_transforms') == 0 && !parts() }, 20),
        'they leave nothing';
    over();
};

subtest 'a client that stalls' => sub {
    start_nginx(locations => places());
    my $text = body(20_000);
    for my $mode ('', '&stream=on') {
        my $from = -s "$root/logs/error.log";
        my ($c) = crowd(1, head("/hasty?$mode", length $text) . $text);
        ok wait_for(sub {
            substr(slurp("$root/logs/error.log"), $from)
                =~ /\[error\].* is cut off after \d+ bytes: client_stalled/;
        }, 15), "is an error line with a code, /hasty?$mode";
        my ($head, $body) = receive($c->[0], 10);
        like $head, qr/ 200 /, 'it had its 200';
        my $rows = () = $body =~ /\r\n/g;
        cmp_ok $rows, '<', 20_001, 'and not all rows';
    }
    is metric('glyph_stalled_clients_total'), 2, 'the metrics count them';
    ok wait_for(sub { !parts() }, 10), 'nothing is left in the spool';
    over();
};

subtest 'a body for which there is no room' => sub {
    start_nginx(locations => places(), http => 'glyph_spool_max_size 2m;');
    spew("$root/small.csv", body(10_000));
    spew("$root/large.csv", body(60_000));
    my @status = ('-o', "$root/answer", '-w', '%{http_code}');
    my @unknown = ('-H', 'Transfer-Encoding: chunked');
    is curl("/score?$two", "$root/large.csv", @status), 507, 'is a 507';
    like slurp("$root/answer"), qr/"code":"spool_full"/, 'that says why';
    is curl("/score?$two", "$root/large.csv", @status, @unknown), 507,
        'also if its length is not known';
    ok curl("/score?$two&stream=on", "$root/large.csv") eq expected(60_000),
        'with stream=on it needs none';
    ok curl("/score?$two", "$root/small.csv") eq expected(10_000),
        'nor does a small one';
    ok wait_for(sub { !parts() }, 10), 'nothing of it is left';
    ok wait_for(sub { get('/metrics') =~ /^glyph_spool_bytes 0$/m }, 10),
        'or counted';
    over();
};

subtest 'a worker that dies' => sub {
    start_nginx(locations => places());
    my $text = body(100_000);
    my $jobs = get('/jobs');
    my $s = connection($port);
    stuff($s, substr(head('/score?', length $text) . $text, 0, 5_000_000), 5);
    ok wait_for(sub { parts() == 1 }, 10), 'a part of the body is there';
    kill 'KILL', workers();
    ok wait_for(sub { !parts() }, 15), 'it goes';
    ok wait_for(sub { get('/metrics') =~ /^glyph_spool_bytes 0$/m }, 10),
        'and is not counted';
    is get('/jobs'), $jobs, 'no import is made of it';
    over();
};

subtest 'nginx is to end in the middle' => sub {
    start_nginx(locations => places());
    my $text = body(100_000);
    my $all = head("/score?$two", length $text) . $text;
    my $s = connection($port);
    my $end = substr $all, 5_000_000, length $all, '';
    stuff($s, $all, 5);
    kill 'QUIT', master();
    sleep 1;
    stuff($s, $end, 5);
    my ($head, $body) = receive($s, 60);
    ok $body eq expected(100_000), 'it still has its rows';
    close $s;
    over();
    is parts(), 0, 'and no file stays';
};

# The answers that are read from Postgres, and that of an import.
subtest 'clients that do not read other answers' => sub {
    start_nginx(locations => places('location = /ping { return 200 pong; }'));
    my ($id, $bad) = (uuid(), uuid());
    write_input("$root/good.csv", 5000);
    spew("$root/bad.csv", "title,price\nRTX 3090,700\n"
         . join '', map { "RTX 3090 no $_ " . 'x' x 200 . ",none\n" }
           1 .. 20_000);
    is code_of($_->[0], upload($_->[0], "/import?max_errors=1000000",
                               "\@$root/$_->[1]")), 200, $_->[1]
        for [$id, 'good.csv'], [$bad, 'bad.csv'];
    my %length = map { $_->[0] => length get(@{$_->[1]}) } (
        ['errors' => ["/jobs/$bad/errors", '-H', 'Accept: text/csv']],
        ['listings' => ["/listings?limit=1000&import_id=$id"]]);
    cmp_ok $length{$_}, '>', 400_000, "$_: long enough" for keys %length;
    my $before = resident();

    for (["errors" => "/jobs/$bad/errors", 'text/csv'],
         ["listings" => "/listings?limit=1000&import_id=$id", 'application/json'],
         ["events" => "/jobs/$id/events", 'text/event-stream'],
         ["result" => "/jobs/$bad/result", 'application/json'])
    {
        my ($name, $path, $type) = @$_;
        my @crowd = crowd(64, "GET $path HTTP/1.1\r\nHost: x\r\n"
            . "Accept: $type\r\n\r\n");
        my $began = time;
        is length get("/jobs/$bad/errors", '-H', 'Accept: text/csv'),
            $length{errors}, "$name: others have their errors";
        is length get("/listings?limit=1000&import_id=$id"),
            $length{listings}, 'and listings';
        like get("/jobs/$id/events"), qr/event: completed/, 'and events';
        is code_of($_, upload($_, "\@$root/good.csv")), 200, 'and imports'
            for uuid();
        cmp_ok time - $began, '<', 15, 'soon';
        close $_->[0] for @crowd;
    }
    cmp_ok resident() - $before, '<', 3 * $most, 'they cost little memory';
    over();
};

done_testing();
