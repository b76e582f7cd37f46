# A body that nginx rejects after the content handler has returned, for every
# kind of job that there is.  Whoever sends one gets one answer, and nobody
# else notices: the workers stay the same.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;
use Glyph::H2;

my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};
my $port2 = ($ENV{TEST_NGINX_PORT} || 1984) + 4;
my $small = "$root/small.csv";

# what asks for each kind of job
my @kinds = (
    [ 'in the foreground', '/import' ],
    [ 'with Prefer: respond-async', '/upload', 'prefer' => 'respond-async' ],
    [ 'with Prefer: wait', '/upload', 'prefer' => 'wait=20' ],
    [ 'with ?background=true', '/upload?background=true' ],
    [ 'where all are background', '/background' ],
    [ 'as a dry run', '/import?dry_run=true' ],
    [ 'as a transform', '/score' ],
);

my $locations = '';

for my $lingering (qw(on off)) {
    my $at = "/$lingering";
    $locations .= <<"CONF";
        location $at/import { glyph_import; glyph_background off;
            lingering_close $lingering; client_max_body_size 1000; }
        location $at/upload { glyph_import; lingering_close $lingering;
            client_max_body_size 1000; }
        location $at/background { glyph_import background;
            lingering_close $lingering; client_max_body_size 1000; }
        location $at/score { glyph_transform; lingering_close $lingering;
            client_max_body_size 1000; }
CONF
}

my $http = <<"CONF";
    client_body_timeout 2s;
    lingering_timeout 1s;
    server {
        listen 127.0.0.1:$port2 http2;
        client_max_body_size 0;
        location /jobs { glyph_jobs; }
        $locations
    }
CONF

my $text = "title,price\nRTX 3080 Ti,100\n";

sub start {
    my (%with) = @_;
    start_nginx(workers => 1, http => $http, locations => $locations, %with);
    write_input($small, 3);
    return join ' ', workers();
}

sub check {
    my ($workers, $code) = @_;
    is status_of('/import', '-H', 'Content-Type: text/csv', '--data-binary',
                 "\@$small"), $code || 200, 'the next upload is served';
    is join(' ', workers()), $workers, 'by the same worker';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
}

# Opens a connection and sends a request's head.
sub head {
    my ($path, @headers) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port)
        or die "connect: $!";
    my $lines = '';
    push @headers, host => 'x', 'content-type' => 'text/csv';
    while (my ($name, $value) = splice @headers, 0, 2) {
        $lines .= "$name: $value\r\n";
    }
    syswrite $socket, "POST $path HTTP/1.1\r\n$lines\r\n";
    return $socket;
}

# All that comes until the server closes, or until then.
sub rest {
    my ($socket, $until) = @_;
    my $out = '';
    while (time < $until
           && IO::Select->new($socket)->can_read($until - time))
    {
        sysread $socket, $out, 65536, length $out or last;
    }
    return $out;
}

sub chunk { return sprintf "%x\r\n%s\r\n", length $_[0], $_[0] }

my @chunked = ('transfer-encoding' => 'chunked');

# what nginx does not like: the headers, parts of the body, and the answer
my @bad = (
    [ 'a bad chunk in a later packet', 400, 'body_malformed', \@chunked,
      chunk($text), "zz\r\n" ],
    [ 'a chunk that is too large', 413, 'body_too_large', \@chunked,
      chunk($text), chunk('x' x 2000) ],
    [ 'a body that does not go on', 408, 'body_timeout',
      [ 'content-length' => 200 ], $text ],
    [ 'chunks that do not go on', 408, 'body_timeout', \@chunked,
      chunk($text) ],
);

# All of them at a time.
sub http1 {
    my @all;
    local $SIG{PIPE} = 'IGNORE';

    for my $kind (@kinds) {
        my ($what, $path, @headers) = @$kind;
        for my $at ('/on', '/off') {
            for my $bad (@bad) {
                my ($name, $status, $code, $length, @parts) = @$bad;
                push @all, { what => "$what, lingering_close $at: $name",
                             status => $status, code => $code,
                             parts => \@parts,
                             socket => head("$at$path", @headers, @$length) };
            }
        }
    }
    for my $n (0, 1) {
        sleep 0.2;
        for my $one (grep { defined $_->{parts}[$n] } @all) {
            syswrite $one->{socket}, $one->{parts}[$n];
        }
    }
    my $until = time + 20;
    for my $one (@all) {
        my $got = rest($one->{socket}, $until);
        my @lines = $got =~ m{^HTTP/1.1 (\d+)}mg;
        is "@lines", $one->{status}, $one->{what};
        like $got, qr/"code":"$one->{code}"/, 'and says so';
    }
}

subtest 'over HTTP/1.1' => sub {
    my $workers = start();
    http1();
    check($workers);
};

# what a stream may do: its content-length, its data, more of it with the end
# of the stream or without, or a reset; and its status, if there can be one
my @streams = (
    [ 'too short', 200, "title,price\n", 'RTX ', 1, 400 ],
    [ 'too long', 20, "title,price\n", "RTX 3080 Ti,100\n", 1, 400 ],
    [ 'larger than allowed', undef, "title,price\n", 'x' x 2000, 0, 413 ],
    [ 'silent', 200, $text, undef, 0, 408 ],
    [ 'reset', 200, $text, 'reset', 0, undef ],
);

# All of a kind over one connection, and all kinds at a time.
sub http2 {
    my ($times) = @_;
    my @all;
    for my $kind (@kinds) {
        my ($what, $path, @headers) = @$kind;
        my $h2 = Glyph::H2->new($host, $port2);
        push @headers, 'content-type' => 'text/csv';
        for my $stream ((@streams) x $times) {
            my ($name, $length, $data, @then) = @$stream;
            my @length = defined $length ? ('content-length' => $length) : ();
            my $id = $h2->post("/on$path", @headers, @length);
            $h2->data($id, $data);
            push @all, [ $h2, $id, "$what: $name", @then ];
        }
    }
    sleep 0.2;
    for (@all) {
        my ($h2, $id, $what, $data, $end) = @$_;
        next if !defined $data;
        $data eq 'reset' ? $h2->reset($id) : $h2->data($id, $data, $end);
    }
    for (grep { defined $_->[5] } @all) {
        my ($h2, $id, $what, $data, $end, $status) = @$_;
        my $got = $h2->answer($id, 20);
        is "$got->{answers} " . ($got->{status} || 'none'), "1 $status", $what;
    }
}

subtest 'over HTTP/2' => sub {
    my $workers = start();
    http2(3);
    check($workers);
};

# many on one connection, which then ends under all of them
subtest 'over HTTP/2, and the connection is closed' => sub {
    my $workers = start();
    for my $kind (@kinds) {
        my ($what, $path, @headers) = @$kind;
        my $h2 = Glyph::H2->new($host, $port2);
        my @ids = map { $h2->post("/on$path", @headers, 'content-type', 'text/csv',
                                  'content-length', 200) } 1 .. 13;
        $h2->data($_, $text) for @ids;
        sleep 0.15;
        $h2->data($_, "RTX ", 1) for @ids[0 .. 5];
        $h2->close;
    }
    check($workers);
};

# Postgres takes transactions, and does not end them
sub hang {
    sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    sql('SELECT pg_reload_conf()');
    sleep 0.3;
}

sub answers {
    my ($h2, $status, $ids, $what) = @_;
    my @got = map { $h2->answer($_, 15) } @$ids;
    is join(' ', map { "$_->{answers}:" . ($_->{status} || 'none') } @got),
        join(' ', map { "1:$status" } @got), $what;
    return @got;
}

subtest 'many of one connection are answered at a time' => sub {
    my $workers = start(timeout => '2s', workers => 1);
    my $h2 = Glyph::H2->new($host, $port2);
    my @jobs = map { uuid() } 1 .. 12;
    hang();
    my @ids = map { $h2->post('/on/import', 'content-type' => 'text/csv',
                              'glyph-job-id' => $_) } @jobs;
    $h2->data($_, $text, 1) for @ids;
    my @got = answers($h2, 503, \@ids, 'once each');
    # those that came before Postgres was lost are of one transaction

    my @lost = grep { $got[$_]{body} =~ /"code":"outcome_unknown"/ } 0 .. 11;
    my @told = grep { $got[$_]{body} =~ /"code":"store_unavailable"/ } 0 .. 11;
    cmp_ok scalar(@lost), '>', 0, 'the outcome of some is not known';
    is @lost + @told, 12, 'and none of the others was begun';
    no_standby();
    is final($jobs[$_], 20), 'completed', 'completed' for @lost;
    is visible($jobs[$_]), 0, 'nothing of the others' for @told;
    check($workers);
};

subtest 'a cancel over the connection of the upload' => sub {
    my $workers = start();
    my @paths = grep { $_->[1] =~ /import$|upload|background/ } @kinds;
    for my $kind (@paths) {
        my ($what, $path, @headers) = @$kind;
        my $job = uuid();
        my $h2 = Glyph::H2->new($host, $port2);
        my $id = $h2->post("/on$path", @headers, 'content-type' => 'text/csv',
                           'glyph-job-id' => $job, 'content-length' => 200);
        $h2->data($id, $text);
        sleep 0.1;
        my $cancel = $h2->begin('DELETE', "/jobs/$job");
        answers($h2, 202, [ $cancel ], "$what: it is taken");
        my ($got) = answers($h2, 409, [ $id ], 'and the upload is answered');
        like $got->{body}, qr/"code":"cancelled"/, 'with a code';
        is state_of($job), 'cancelled', 'and is cancelled';
    }
    check($workers);
};

subtest 'the worker ends while clients wait for their imports' => sub {
    start(http => "glyph_runners 1;\n$http");
    my $h2 = Glyph::H2->new($host, $port2);
    hang();
    my @ids = map { $h2->post('/on/upload', 'prefer' => 'wait=30',
                              'content-type' => 'text/csv') } 1 .. 8;
    $h2->data($_, $text, 1) for @ids;
    sleep 1;
    kill 'QUIT', master();
    my $answered = sub {
        return scalar grep { $h2->answer($_, 0.05)->{ended} } @ids;
    };
    ok wait_for(sub { $answered->() >= 7 }, 20), 'those in the queue';
    no_standby();
    my @got = map { $h2->answer($_, 20) } @ids;
    is scalar(grep { "$_->{answers}$_->{status}" =~ /^120[02]$/ } @got), 8,
        'and the one that runs';
    ok stop_nginx(), 'nginx ends';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
    launch();
    for my $got (@got) {
        my ($job) = $got->{body} =~ /"(?:job|import)_id":"([^"]+)"/;
        is final($job, 20), 'completed', 'completed by the next';
    }
    ok stop_nginx(), 'which ends, too';
};

subtest 'while Postgres is away' => sub {
    local $ENV{GLYPH_PG} = 'host=127.0.0.1 port=1 user=glyph dbname=glyph';
    my $workers = start(timeout => '2s');
    @kinds = (
        [ 'an import', '/upload' ],
        [ 'that waits', '/upload', 'prefer' => 'wait=1' ],
    );
    http1();
    http2(3);
    check($workers, 503);
};

done_testing();
