# Far more uploads at a time than there are buffers: those that wait get their
# turn, also when the clients of those before them are gone.

use strict;
use warnings;

use Test::More;
use IO::Socket::INET;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};

start_nginx(http => 'glyph_buffers 4 4k;');
write_input();

sub in_worker { return get('/health') =~ /"jobs_in_worker":(\d+)/ ? $1 : -1 }

# connections that have sent a part of an upload, "$n" of them
sub half_sent {
    my ($n, $bytes, $header) = @_;
    $header = defined $header ? "$header\r\n" : '';
    my $body = "title,price\n";
    $body .= "GeForce RTX 3080 no $_,$_.50\n" for 1 .. $bytes / 30;
    return map {
        my $s = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port)
            or die "connect: $!";
        print {$s} "POST /import HTTP/1.1\r\nHost: x\r\n"
            . "Content-Type: text/csv\r\nContent-Length: 1000000\r\n$header\r\n$body";
        $s->flush;
        $s;
    } 1 .. $n;
}

subtest 'the clients leave all at once' => sub {
    for my $bytes (300, 12000) {
        my @clients = half_sent(150, $bytes);
        ok wait_for(sub { in_worker() == 150 }, 10), 'they are being received'
            or diag in_worker();
        @clients = ();
        ok wait_for(sub { in_worker() == 0 }, 20), 'nothing is left of them'
            or diag in_worker();
    }
};

subtest 'nobody is forgotten' => sub {
    my @ids = map { uuid() } 1 .. 8;
    my @pids = map { upload($_) } @ids;
    my @clients = half_sent(100, 3000);
    @clients = ();
    is code_of($ids[$_], $pids[$_]), 200, 'an upload beside them' for 0 .. 7;
    is visible($_), $rows, 'every row is there' for @ids[0, 3, 7];
    ok wait_for(sub { in_worker() == 0 }, 20), 'nothing is left of the others';
};

# what does not fill a buffer has its turn, too
subtest 'rows of a client that pauses' => sub {
    my $id = uuid();
    my @clients = half_sent(1, 40_000, "Glyph-Job-Id: $id");
    ok wait_for(sub { get("/jobs/$id/status") =~ /"rows":1333\b/ }, 10),
        'are counted to the last' or diag get("/jobs/$id/status");
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing();
