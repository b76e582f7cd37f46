# What the fuzzer of uploads has found (t/fuzz/http.t), each by itself, and a
# few seconds of it.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use IO::Socket::INET;

use Glyph::Fault;
use Glyph::Fuzz;

my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};

sub metric {
    my ($name) = @_;
    my $sum = 0;
    $sum += $_ for get('/metrics') =~ /^\Q$name\E(?:\{[^}]*\})? (\d+)$/mg;
    return $sum;
}

sub csv {
    my ($rows) = @_;
    return join '', "title,price\n", map { "RTX 3080 no $_,700\n" } 1 .. $rows;
}

# Neither a job nor a block is given back by a client that leaves when all of
# its rows are there, and some of them are not sent.

subtest 'a transform that is not read to its end' => sub {
    my $small = $port + 1;

    start_nginx(http => <<"CONF", locations => <<'LOCATIONS');
glyph_max_jobs 4;
    server {
        listen 127.0.0.1:$small sndbuf=4k;
        client_max_body_size 0;
        location = /score { glyph_transform; }
    }
CONF
location = /score { glyph_transform; }
        location = /metrics { glyph_metrics; }
LOCATIONS

    # answers of one block, and of two and more

    for my $rows (1_000, 2_500, 4_000) {
        my $body = csv($rows);
        my @clients = map {
            my $s = IO::Socket::INET->new(PeerAddr => $host,
                                          PeerPort => $small)
                or die "connect: $!";
            print {$s} "POST /score HTTP/1.1\r\nHost: t\r\n"
                . "Content-Type: text/csv\r\nContent-Length: "
                . length($body) . "\r\n\r\n$body";
            $s->flush;
            $s;
        } 1 .. 4;

        ok wait_for(sub { metric('glyph_transforms') == 4 }, 5),
            "$rows rows wait to be read";
        sleep 0.5;
        close $_ for @clients;

        ok wait_for(sub { metric('glyph_transforms') == 0 }, 5),
            'and are forgotten with their clients'
            or diag get('/metrics') =~ /^glyph_(?:transforms|buffers_in).*$/mg;
        is metric('glyph_buffers_in_use'), 0, 'no buffer is kept';
    }

    is metric('glyph_transforms_total'), 12, 'each is counted';
    is_deeply [get('/metrics')
               =~ /^glyph_transforms_total\{state="completed"\} (\d+)$/m],
        [0], 'and none as completed';
    is status_of('/score', '-H', 'Content-Type: text/csv', '--data-binary',
                 "title,price\nRTX 3090,700\n"), 200, 'the next is served';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'uploads by chance' => sub {
    fuzz(seed => 3, seconds => 12, cases => 150, parallel => 24, rounds => 2);
};

done_testing();
