# What is refused early: the client can read why, also one that goes on sending
# or sends all first; and nothing is read for it that need not be.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);

use lib 't/lib';
use Glyph::Fault;
use Glyph::Listen;

plan skip_all => 'TEST_NGINX_LOAD_MODULES is not set'
    unless $ENV{TEST_NGINX_LOAD_MODULES};

my ($port) = $url =~ /:(\d+)$/;
my $port2 = $port + 1;
my $size = 100 * 1024 * 1024;
my $large = "$root/large.csv";
my $form = "$root/form";

sub fill {
    my ($name, $head, $tail) = @_;
    open my $out, '>', $name or die "$name: $!";
    print $out $head;
    my $line = 'x' x 98 . ",\n";
    print $out $line x 1000 while tell($out) < $size;
    print $out $tail;
    close $out or die "$name: $!";
}

sub connection {
    my ($to) = @_;
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . ($to || $port))
        or die "connect: $!";
    return $s;
}

# What is said to the request, and whether the connection was reset.
sub raw {
    my ($request, $to) = @_;
    my $s = connection($to);
    local $SIG{PIPE} = 'IGNORE';
    my $broken = defined syswrite($s, $request) ? '' : "send: $!";
    my $text = '';
    my $select = IO::Select->new($s);
    while ($select->can_read(5)) {
        my $n = sysread $s, $text, 65536, length $text;
        $broken = "read: $!" unless defined $n;
        last unless $n;
    }
    return wantarray ? ($text, $broken) : $text;
}

# curl's exit code, the status, the code, and how many bytes went out.
sub curl {
    my ($path, @options) = @_;
    my $base = $url;
    $base =~ s/:$port$/:$port2/ if grep { /http2/ } @options;
    open my $in, '-|', 'curl', '-s', '-m', 60, '-o', "$root/answer", '-w',
        '%{http_code} %{size_upload}', '-X', 'POST', @options, "$base$path"
        or die "curl: $!";
    my ($status, $sent) = split / /, <$in>;
    close $in;
    my ($code) = slurp("$root/answer") =~ /"code":"(\w+)"/;
    return ($? >> 8, $status, $code || slurp("$root/answer"), $sent);
}

sub refused {
    my ($name, $status, $code, $least, $path, @options) = @_;
    subtest $name => sub {
        my ($exit, $got, $why, $sent) = curl($path, @options);
        is $got, $status, 'the status';
        is $why, $code, 'the reason';
        is $exit, 0, 'no error of the connection';
        cmp_ok $sent, '<=', $least, "sent before it stopped: $sent";
    };
}

start_nginx(http => <<"CONF", locations => <<'LOCATIONS');
    glyph_problems on;
    server {
        @{[ listen_http2("127.0.0.1:$port2") ]}
        client_max_body_size 0;
        lingering_timeout 1s;
        location = /import { glyph_import; }
        location = /score { glyph_transform; }
    }
CONF
    location = /small { glyph_import; client_max_body_size 1m; }
    location = /score { glyph_transform; }
    location = /listings { glyph_query listings; }
    location = /metrics { glyph_metrics; }
    location /imports { glyph_imports; }
LOCATIONS

fill($large, "a,b\n", '');
fill($form, "--b\r\nContent-Disposition: form-data; name=\"file\";"
     . " filename=\"a.csv\"\r\n\r\na,b\n", "\r\n--b--\r\n");

my @csv = ('-H', 'Content-Type: text/csv');
my @file = ('--data-binary', "\@$large");
my @form = ('-H', 'Content-Type: multipart/form-data; boundary=b',
            '--data-binary', "\@$form");
my $part = $size * 0.9;

for my $path ('/import', '/score') {
    refused("$path, a wrong header", 422, 'columns_missing', $part, $path,
            @csv, '-H', 'Expect:', @file);
    refused("$path, waiting for 100", 422, 'columns_missing', $part, $path,
            @csv, @file);
    refused("$path, in chunks", 422, 'columns_missing', $part, $path, @csv,
            '-H', 'Expect:', '-T', $large);
    refused("$path, as a form", 422, 'columns_missing', $part, $path, @form,
            '-H', 'Expect:');
    refused("$path, over HTTP/2", 422, 'columns_missing', $part, $path, @csv,
            '--http2-prior-knowledge', @file);
    refused("$path, by its headers", 400, 'option_unknown', $part,
            "$path?x=1", @csv, '-H', 'Expect:', @file);
    refused("$path, by its headers, over HTTP/2", 400, 'option_unknown',
            $part, "$path?x=1", @csv, '--http2-prior-knowledge', @file);
    refused("$path, asked for nothing", 400, 'option_unknown', 0, "$path?x=1",
            @csv, '-H', 'Expect: 100-continue', @file);
}

refused('a size', 413, 'body_too_large', $part, '/small', @csv, '-H',
        'Expect:', @file);
refused('a size that is not told', 413, 'body_too_large', $part, '/small',
        @csv, '-H', 'Expect:', '-T', $large);
refused('where nothing is sent', 405, 'method_not_allowed', $part,
        '/listings', @csv, '-H', 'Expect:', @file);

sub resident {
    my ($worker) = workers();
    return slurp("/proc/$worker/status") =~ /VmRSS:\s*(\d+)/ ? $1 : 0;
}

# One answer, and whether the connection is closed behind it.
sub answer {
    my ($s) = @_;
    my $text = '';
    my $select = IO::Select->new($s);
    while ($select->can_read(10)) {
        last unless sysread $s, $text, 65536, length $text;
        last if $text =~ /^Content-Length: (\d+)\r\n.*?\r\n\r\n(.*)\z/ms
            && length $2 >= $1;
    }
    return $text;
}

subtest 'a client that sends all before it reads' => sub {
    my $body = slurp($large);
    my $head = "Host: x\r\nContent-Type: text/csv\r\nContent-Length: "
        . length($body) . "\r\n\r\n";
    my $before = resident();
    for my $path ('/import', '/score', '/import?x=1', '/small') {
        my $s = connection();
        print $s "POST $path HTTP/1.1\r\n$head";
        my $sent = print $s $body;
        ok $sent, "$path: can send all of it";
        my $text = answer($s);
        like $text, qr/^HTTP\/1.1 4.*"code":"\w+"/s, 'and then read why not';

        # nginx reads a body away, or else says that it closes
        next if $text =~ /^Connection: close\r$/m;
        print $s "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
        like answer($s), qr/"status":"ok"/, 'and the next request is one';
    }
    cmp_ok resident() - $before, '<', $ENV{GLYPH_ASAN} ? 64_000 : 16_000,
        'it costs no memory';
};

# HTTP/2 by hand: what comes in frames, [type, flags, stream, bytes].
sub frame {
    my ($type, $flags, $stream, $bytes) = @_;
    return substr(pack('N', length $bytes), 1)
        . pack('CCN', $type, $flags, $stream) . $bytes;
}

sub frames {
    my ($s, $until) = @_;
    my ($in, @frames) = '';
    my $select = IO::Select->new($s);
    while ($select->can_read(10)) {
        last unless sysread $s, $in, 65536, length $in;
        while (length $in >= 9) {
            my $n = unpack 'N', "\0" . substr $in, 0, 3;
            last if length $in < 9 + $n;
            my ($type, $flags, $stream) = unpack 'x3 CCN', $in;
            push @frames, [$type, $flags, $stream, substr $in, 9, $n];
            substr $in, 0, 9 + $n, '';
            return @frames if $type == $until;
        }
    }
    return @frames;
}

subtest 'a stream that the client does not end' => sub {
    my %field = (':method' => 'POST', ':path' => '/score', ':scheme' => 'http',
        ':authority' => 'x');
    my $fields = join '', map { "\0" . pack('C/a*', $_)
        . pack('C/a*', $field{$_}) } sort keys %field;
    my $s = connection($port2);
    my $began = time;
    print $s "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(4, 0, 0, '')
        . frame(1, 4, 1, $fields . "\0" . pack('C/a*', 'content-type')
                . pack('C/a*', 'text/csv'))
        . join('', map { frame(0, 0, 1, ($_ ? '' : "a,b\n") . 'x,' x 8000) }
               0 .. 3);

    # the first 32 KB decide
    sleep 0.5;
    print $s frame(0, 0, 1, 'x,' x 3000);
    my @frames = frames($s, 3);
    my ($data) = map { $_->[3] } grep { $_->[0] == 0 } @frames;
    like $data, qr/"code":"columns_missing"/, 'is answered';
    my $reset = $frames[-1];
    is "$reset->[0] $reset->[2] " . unpack('N', $reset->[3]), '3 1 0',
        'then reset, without an error';
    cmp_ok time - $began, '>', 0.8, 'but not at once';
};

sub imports {
    return sql("SELECT count(*) FROM glyph.imports WHERE state <> 'failed'");
}

subtest 'headers that cannot be' => sub {
    my $csv = "Host: x\r\nContent-Type: text/csv\r\n";
    my $body = "title,price\nRTX 3090,7\n";
    my $n = length $body;
    my %head = ("two lengths" => "Content-Length: $n\r\nContent-Length: 5\r\n",
        'two equal lengths' => "Content-Length: $n\r\nContent-Length: $n\r\n",
        'a length and chunks'
            => "Content-Length: $n\r\nTransfer-Encoding: chunked\r\n",
        'a length that is none' => "Content-Length: 1x\r\n",
        'a negative length' => "Content-Length: -1\r\n",
        'a length over all bounds' => "Content-Length: 99999999999999999999\r\n",
        '1 MB of a header' => 'X-Large: ' . 'x' x 1048576 . "\r\n",
        '1 MB of an id' => 'Glyph-Job-Id: ' . 'x' x 1048576 . "\r\n");
    my $imports = imports();
    for my $name (sort keys %head) {
        my ($text, $broken) = raw("POST /import HTTP/1.1\r\n$csv$head{$name}"
                                  . "\r\n$body");
        like $text, qr/^HTTP\/1.1 (400|413) .*\r\n\r\n\{"type":"urn:glyph:problem:(request_malformed|body_too_large)"/s,
            $name;
        is $broken, '', "$name: no reset";
        is scalar(() = $text =~ /^HTTP/mg), 1, "$name: one answer";
    }
    is imports(), $imports, 'nothing is imported';

    for my $name ('Glyph-Job-Id', 'Idempotency-Key', 'Content-Digest',
                  'Prefer', 'traceparent', 'Accept', 'If-None-Match') {
        my $text = raw("POST /import HTTP/1.1\r\n${csv}Connection: close\r\n"
            . "$name: " . 'x' x 7000 . "\r\nContent-Length: $n\r\n\r\n$body");
        like $text, qr/^HTTP\/1.1 (200|400) .*\}\n?\z/s, "a long $name";
    }
};

subtest 'methods' => sub {
    my $id = uuid();
    my %allow = ('/import' => 'POST', '/score' => 'POST',
        '/jobs' => 'GET, HEAD', "/jobs/$id" => 'GET, HEAD, DELETE',
        "/jobs/$id/status" => 'GET, HEAD', "/jobs/$id/result" => 'GET, HEAD',
        "/jobs/$id/errors" => 'GET, HEAD', "/jobs/$id/events" => 'GET, HEAD',
        '/imports' => 'GET, HEAD', "/imports/$id" => 'GET, HEAD, DELETE',
        '/listings' => 'GET, HEAD', '/health' => 'GET, HEAD',
        '/metrics' => 'GET, HEAD');
    for my $path (sort keys %allow) {
        my $allow = "$allow{$path}, OPTIONS";
        for my $method (qw(GET HEAD POST PUT PATCH DELETE PROPFIND BREW)) {
            next if $allow =~ /\b$method\b/;
            my $text = raw("$method $path HTTP/1.1\r\nHost: x\r\n"
                           . "Connection: close\r\nContent-Length: 0\r\n\r\n");
            like $text, qr/^HTTP\/1.1 405 .*^Allow: $allow\r$/ms,
                "$method $path";
        }
        my $text = raw("OPTIONS $path HTTP/1.1\r\nHost: x\r\n"
                       . "Connection: close\r\n\r\n");
        like $text, qr/^HTTP\/1.1 204 .*^Allow: $allow\r$/ms,
            "OPTIONS $path";
        my ($post) = $text =~ /^Accept-Post: (.*)\r$/m;
        is defined $post ? $post : '',
            $allow =~ /POST/ ? 'text/csv, multipart/form-data, application/json, application/x-ndjson' : '',
            'and what can be posted';
    }
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'and has not complained';

done_testing;
