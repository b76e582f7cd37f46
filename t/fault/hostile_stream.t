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

sub body { return join '', "title,price,source_url\n", map { row($_) } 1 .. $_[0] }

# What a transform of n rows is, columns import_index and title.
sub expected {
    return join '', "import_index,title\r\n",
        map { $_ - 1 . ",NVIDIA GeForce RTX 3080 Ti no $_\r\n" } 1 .. $_[0];
}

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
    while (substr($rest, $pos, 20) =~ /^([0-9a-f]+)\r\n/) {
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

sub spew {
    my ($name, $text) = @_;
    open my $out, '>', $name or die "$name: $!";
    print $out $text;
    close $out or die "$name: $!";
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
        cmp_ok resident() - $before, '<', 64 * 512 + 16_384,
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

done_testing();
