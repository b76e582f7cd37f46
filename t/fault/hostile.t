# Clients who mean harm, one section for each kind of it.

use strict;
use warnings;

use Test::More;
use IO::Socket::INET;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};

write_input();

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

# a Postgres that connects and refuses

# clients that do not read: hostile_stream.t

# what Redis says

# bytes that do not belong into a log

# many small things: resets, queues, foreign pages, strangers

done_testing();
