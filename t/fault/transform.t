# Streams while things break: with stream=on both directions move at the pace
# of the slower one, in bounded memory, and an answer that is cut off looks cut
# off.  Without, it begins when the body has ended.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Listen;

use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(uname);
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'TEST_NGINX_LOAD_MODULES is not set'
    unless $ENV{TEST_NGINX_LOAD_MODULES};

my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 3;
my $port2 = $port + 1;
my $root = abs_path($ENV{TEST_NGINX_SERVROOT} ? "$ENV{TEST_NGINX_SERVROOT}/.."
                                              : 't') . '/transformroot';
my $url = "http://127.0.0.1:$port";
my $rows = 60_000;
my $input = "$root/input.csv";

sub wait_for {
    my ($what, $seconds) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        my $value = $what->();
        return $value if $value;
        sleep 0.05;
    }
    return $what->();
}

sub slurp {
    my ($name) = @_;
    open my $in, '<', $name or return '';
    local $/;
    my $text = <$in>;
    return defined $text ? $text : '';
}

sub start_nginx {
    remove_tree($root);
    make_path("$root/logs");
    chmod 0777, $root;

    my $user = $> == 0 ? 'user root;' : '';
    open my $out, '>', "$root/nginx.conf" or die "nginx.conf: $!";

    # few buffers: whoever keeps one stops all who come after
    print $out <<"CONF";
$user
load_module $ENV{TEST_NGINX_LOAD_MODULES};
worker_processes 1;
pid logs/nginx.pid;
error_log logs/error.log info;
thread_pool default threads=1;
events { worker_connections 128; }
http {
    access_log off;
    client_body_temp_path body;
    glyph_models $ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv;
    glyph_buffers 6 16k blocks=4;
    glyph_postgres "host=/nonexistent" timeout=1s;
    glyph_spool_path $root/spool;
    client_max_body_size 0;
    server {
        listen 127.0.0.1:$port sndbuf=64k rcvbuf=64k;
        location = /score { glyph_transform; }
        location = /hasty {
            glyph_transform;
            send_timeout 1s;
            client_body_timeout 1s;
        }
        location = /packed {
            glyph_transform;
            gzip on;
            gzip_types text/csv;
        }
        location = /measured { glyph_transform; limit_rate 2m; }
        location = /import { glyph_import; }
        location = /ping { return 200 pong; }
    }
    server {
        @{[ listen_http2("127.0.0.1:$port2") ]}
        location = /score { glyph_transform; }
    }
}
CONF
    close $out;

    my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';

    system("$preload $ENV{TEST_NGINX_BINARY} -p $root/ -c nginx.conf"
           . " -e logs/error.log > $root/start.log 2>&1") == 0
        or die 'nginx: ' . slurp("$root/start.log");
    wait_for(sub { `curl -s -m 2 $url/ping` eq 'pong' }, 10)
        or die 'nginx does not answer: ' . slurp("$root/logs/error.log");
}

sub master { return slurp("$root/logs/nginx.pid") =~ /(\d+)/ ? $1 : 0 }

sub workers {
    my $master = master();
    return split ' ', `pgrep -P $master`;
}

sub resident {
    my ($worker) = workers();
    return slurp("/proc/$worker/status") =~ /VmRSS:\s*(\d+)/ ? $1 : 0;
}

sub row { return "NVIDIA GeForce RTX 3080 Ti no $_[0]," . (100 + $_[0] % 900)
    . ".50,https://example.com/itm/$_[0]\n" }

sub body { my ($from, $to) = @_; return join '', map { row($_) } $from .. $to }

my $head = "title,price,source_url\n";

sub spew {
    my ($name, $text) = @_;
    open my $out, '>', $name or die "$name: $!";
    print $out $text;
    close $out or die "$name: $!";
}

# What a transform of the first n rows is, columns import_index and title.
sub expected {
    my ($n) = @_;
    return join '', "import_index,title\r\n",
        map { $_ - 1 . ",NVIDIA GeForce RTX 3080 Ti no $_\r\n" } 1 .. $n;
}

my $args = 'columns=import_index,title';

sub curl {
    return scalar `curl -s -m 60 -H 'Content-Type: text/csv' -H 'Accept: text/csv' -H Expect: @_`;
}

sub connection {
    my ($place, $options) = @_;
    my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port",
        Proto => 'tcp') or die "connect: $!";
    $s->autoflush(1);
    $options = "?$args&stream=on" unless defined $options;
    print $s "POST /$place$options HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: text/csv\r\nAccept: text/csv\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n";
    return $s;
}

sub chunk { return sprintf "%x\r\n%s\r\n", length $_[0], $_[0] }

# All that comes until the end, or until it matches.
sub receive {
    my ($s, $seconds, $until) = @_;
    my $end = time + $seconds;
    my $text = '';
    my $select = IO::Select->new($s);
    while (time < $end) {
        last if defined $until && $text =~ $until;
        next unless $select->can_read(0.1);
        my $n = sysread $s, $text, 65536, length $text;
        last unless $n;
    }
    return $text;
}

# Writes as much as is taken; how many bytes, once nothing has moved for a
# while.
sub stuff {
    my ($s, $text) = @_;
    my $sent = 0;
    my $select = IO::Select->new($s);
    $s->blocking(0);
    while ($sent < length $text && $select->can_write(1)) {
        my $n = syswrite $s, $text, 65536, $sent;
        last unless defined $n;
        $sent += $n;
    }
    $s->blocking(1);
    return $sent;
}

sub unchunk {
    my ($text) = @_;
    my $out = '';
    $text =~ s/^.*?\r\n\r\n//s;
    my $pos = 0;
    while ($pos < length $text && substr($text, $pos, 20) =~ /^([0-9a-f]+)\r\n/) {
        my $n = hex $1;
        $pos += length($1) + 2;
        return ($out, substr $text, $pos) if $n == 0;
        $out .= substr $text, $pos, $n;
        $pos += $n + 2;
    }
    return ($out, undef);
}

sub logged {
    my ($pattern, $from) = @_;
    return wait_for(sub {
        substr(slurp("$root/logs/error.log"), $from) =~ $pattern;
    }, 10);
}

sub log_end { return -s "$root/logs/error.log" }

start_nginx();
spew($input, $head . body(1, $rows));

my $expected = expected($rows);

sub whole {
    my ($name) = @_;
    is curl('-T', $input, '-X', 'POST', "'$url/score?$args$_'"), $expected,
        $name . ($_ && ', with stream=on') for '', '&stream=on';
}

subtest 'nothing breaks' => sub {
    whole('every row comes, in order');
    my $out = curl('-D', "$root/head", '-o', "$root/1", '-o', "$root/2",
        '-w', "'%{http_code} %{num_connects};'", '--data-binary',
        "\@$input", "'$url/score?$args' '$url/score?$args'");
    is $out, '200 1;200 0;', 'twice on one connection';
    is slurp("$root/1"), $expected, 'all rows';
    is slurp("$root/2"), $expected, 'both times';
    like slurp("$root/head"), qr/^Glyph-Rows: total=$rows, valid=$rows, /m,
        'the counts follow as a trailer';
};

subtest 'HTTP/2' => sub {
    is curl('--http2-prior-knowledge', '-T', $input, '-X', 'POST',
        '-D', "$root/head", "'http://127.0.0.1:$port2/score?$args'"),
        $expected, 'every row comes';
    like slurp("$root/head"), qr/^glyph-rows: total=$rows, valid=$rows, /m,
        'with the trailer';
};

subtest 'filters of the answer' => sub {
    is curl('--compressed', '-T', $input, '-X', 'POST',
        "'$url/packed?$args'"), $expected, 'gzip';
    is curl('-T', $input, '-X', 'POST', "'$url/measured?$args'"), $expected,
        'limit_rate';
};

subtest 'rows come while the body arrives' => sub {
    my $s = connection('score');
    print $s chunk($head . body(1, 2000));
    my $text = receive($s, 10, qr/no 1500\r\n/);
    like $text, qr/^HTTP\/1.1 200 /, 'the answer has begun';
    like $text, qr/no 1500\r\n/, 'with most of the rows that were sent';
    print $s chunk(body(2001, 2010)) . "0\r\n\r\n";
    $text .= receive($s, 10, qr/\r\n0\r\n.*\r\n\r\n\z/s);
    my ($body, $rest) = unchunk($text);
    is $body, expected(2010), 'then the others';
    like $rest, qr/^Glyph-Rows: total=2010/, 'and the end';
};

subtest 'a client that does not read' => sub {
    my $before = resident();
    my $s = connection('score');
    my $all = chunk($head . body(1, 400_000)) . "0\r\n\r\n";
    my $sent = stuff($s, $all);
    cmp_ok $sent, '<', 12_000_000, "is not read from either: $sent bytes";
    cmp_ok resident() - $before, '<', 20_000, 'and costs little memory';
    is `curl -s -m 5 $url/ping`, 'pong', 'others are answered';
    whole('others have their rows, too');

    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        print $s substr $all, $sent;
        require POSIX;
        POSIX::_exit(0);
    }
    my $text = receive($s, 60, qr/\r\n0\r\n.*\r\n\r\n\z/s);
    waitpid $pid, 0;
    my ($body, $rest) = unchunk($text);
    ok $body eq expected(400_000), 'once it reads, every row comes';
    like $rest, qr/^Glyph-Rows: total=400000/, 'and the end';
};

subtest 'many that do not read' => sub {
    my @all = map { connection('score') } 1 .. 3;
    stuff($_, chunk($head . body(1, 200_000))) for @all;
    like curl('-T', $input, '-X', 'POST', "'$url/import?dry_run=true'"),
        qr/"valid_rows":$rows,/, 'imports do not wait for them';
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        sleep 1;
        close $_ for @all;
        require POSIX;
        POSIX::_exit(0);
    }
    close $_ for @all;
    whole('and streams only until they leave');
    waitpid $pid, 0;
};

subtest 'a client that never reads' => sub {
    my $from = log_end();
    my $text = chunk($head . body(1, 400_000));
    my $s = connection('hasty');
    stuff($s, $text);
    ok logged(qr/ends early: client_stalled.*
.*\[error\].* is cut off after \d+ bytes: client_stalled/, $from),
        'is given up after send_timeout';
    my ($body, $rest) = unchunk(receive($s, 5));
    is $rest, undef, 'without an end';
    whole('others have their rows');
};

subtest 'a client that leaves' => sub {
    my $from = log_end();
    for (1 .. 5) {
        my $s = connection('score');
        stuff($s, chunk($head . body(1, 100_000)));
        close $s;
        $s = connection('score');
        print $s chunk($head . body(1, 5000));
        receive($s, 5, qr/no 10\r\n/);
        close $s;
        $s = connection('score');
        print $s "10000\r\ntitle,pr";
        close $s;
    }
    ok wait_for(sub {
        my $n = () = substr(slurp("$root/logs/error.log"), $from)
            =~ /transform ends early: client_gone/g;
        return $n == 15;
    }, 10), 'all of them are noticed';
    whole('and keep nothing');
};

subtest 'a client that sends slowly' => sub {
    my @slow = map { connection('score') } 1 .. 3;
    for my $i (1 .. 10) {
        print $_ chunk(substr $head . row(1), 3 * $i, 3) for @slow;
        sleep 0.02;
    }
    whole('others do not wait for it');
    close $_ for @slow;
};

subtest 'a client that stops sending' => sub {
    my $from = log_end();
    my $s = connection('hasty');
    print $s chunk($head . body(1, 5000));
    my ($body, $rest) = unchunk(receive($s, 10));
    like $body, qr/no 1000\r\n/, 'gets what there was';
    is $rest, undef, 'without an end';
    ok logged(qr/\[error\].*the answer is cut off after \d+ bytes/, $from),
        'which the log tells';
    whole('others have their rows');
};

# The refusal comes with the last row, long after the first of the answer.
subtest 'a file that is refused in the middle' => sub {
    my $bad = "$root/bad.csv";
    spew($bad, $head . body(1, $rows) . "RTX 3090,none,\n");

    for my $type ('text/csv', 'application/json', 'application/x-ndjson') {
        my $from = log_end();
        my $code = system("curl -s -m 30 -o $root/out -H 'Prefer:"
            . " handling=strict' -H 'Content-Type: text/csv' -H 'Accept:"
            . " $type' --data-binary \@$bad '$url/score?$args'") >> 8;
        is $code, 18, "$type: curl misses the end";
        like slurp("$root/out"), qr/RTX 3080 Ti no 100\b/, 'and has rows';
        ok logged(qr/\[error\].*the answer is cut off after \d+ bytes: strict/,
            $from), 'the log says why';
    }

    my @bad = ('-o', '/dev/null', '-w', "'%{exitcode} %{http_code}'",
        '-H', "'Prefer: handling=strict'", '--data-binary', "\@$bad");
    is curl('--http1.0', @bad, "'$url/score?$args'"), '56 200',
        'HTTP/1.0: a reset';
    is curl('--http2-prior-knowledge', @bad,
        "'http://127.0.0.1:$port2/score?$args'"), '92 200',
        'HTTP/2: a reset of the stream';
    whole('others have their rows');
};

# sched_getattr(2)'s runtime: a thread's slice, in ns; 0 before Linux 6.12
sub slice {
    my ($thread) = @_;
    my $attr = "\0" x 48;
    my $call = (uname())[4] eq 'x86_64' ? 315 : 275;
    return syscall($call, $thread + 0, $attr, 48, 0) == 0
        ? unpack 'x24 Q', $attr : 0;
}

subtest 'when threads compute, the event loop does not wait for their turn' => sub {
    my $usual = slice(master())
        or plan skip_all => 'this kernel has one slice for all';
    my ($worker) = workers();
    is slice($worker), 100_000, 'its slice is short';
    my @threads = grep { $_ != $worker }
        map { m{/(\d+)$} } glob "/proc/$worker/task/*";
    ok @threads > 0, 'there are threads';
    is slice($_), $usual, 'and theirs as long as it was' for @threads;
};

subtest 'a reload in the middle' => sub {
    my @old = workers();
    my $s = connection('score');
    print $s chunk($head . body(1, 3000));
    my $text = receive($s, 10, qr/no 1500\r\n/);
    kill 'HUP', master();
    my %old = map { $_ => 1 } @old;
    ok wait_for(sub { scalar grep { !$old{$_} } workers() }, 10),
        'there is a new worker';
    sleep 0.5;
    print $s chunk(body(3001, 6000)) . "0\r\n\r\n";
    $text .= receive($s, 20, qr/\r\n0\r\n.*\r\n\r\n\z/s);
    my ($body, $rest) = unchunk($text);
    is $body, expected(6000), 'the stream goes on to its end';
    close $s;
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 15), 'the old worker ended';
    whole('the new one works');
};

subtest 'what is left' => sub {
    my $pid = master();
    kill 'QUIT', $pid;
    ok wait_for(sub {
        !kill(0, $pid) || slurp("/proc/$pid/stat") =~ /\) Z/ }, 15),
        'nginx ends when asked';

    my @bad = grep { /\[(alert|emerg)\]|AddressSanitizer|runtime error:/ }
        split /\n/, slurp("$root/logs/error.log");
    is "@bad", '', 'nothing bad in the error log';
};

END {
    if ($root && -e "$root/logs/nginx.pid") {
        my $pid = master();
        kill 'TERM', $pid if $pid;
    }
}

done_testing();
