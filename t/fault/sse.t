# Streams of a job's states while things happen: several workers, a reload,
# Redis that goes and comes back, readers that do not read.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Fault;
use Glyph::Listen;

use File::Path qw(make_path remove_tree);
use IO::Select;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my ($port) = $url =~ /:(\d+)$/;
my $slow_port = $port + 1;
my $h2_port = $port + 2;
my $redis = "$root/redis.sock";
my $redis_pid;

END {
    my $status = $?;
    kill 'KILL', $redis_pid if $redis_pid;
    $? = $status;
}


# Redis and nginx of our own

sub start_redis {
    $redis_pid = fork;
    die "fork: $!" unless defined $redis_pid;
    if ($redis_pid == 0) {
        open STDOUT, '>>', "$root/redis.log";
        open STDERR, '>&', \*STDOUT;
        exec 'redis-server', '--port', 0, '--unixsocket', $redis,
            '--unixsocketperm', 777, '--save', '', '--appendonly', 'no',
            '--maxmemory-policy', 'noeviction', '--dir', $root;
    }
    wait_for(sub { redis('ping') eq 'PONG' }, 10) or die 'no redis';
}

sub stop_redis {
    kill 'KILL', $redis_pid;
    waitpid $redis_pid, 0;
    undef $redis_pid;
}

sub redis {
    open my $in, '-|', "redis-cli -s $redis @_ 2>/dev/null" or die;
    local $/;
    my $out = <$in>;
    close $in;
    $out = '' unless defined $out;
    $out =~ s/\s+\z//;
    return $out;
}

sub start {
    my (%with) = @_;
    my $line = exists $with{redis} ? $with{redis}
                                   : "glyph_redis unix:$redis timeout=1s;";
    my $user = $> == 0 ? 'user root;' : '';
    unlink "$root/logs/error.log";
    open my $out, '>', "$root/nginx.conf" or die "nginx.conf: $!";
    print $out <<"CONF";
$user
load_module $ENV{TEST_NGINX_LOAD_MODULES};
worker_processes 2;
pid logs/nginx.pid;
error_log logs/error.log info;
thread_pool default threads=2;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path body;
    glyph_models $ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv;
    glyph_postgres "$ENV{GLYPH_PG}" timeout=15s;
    $line
    glyph_spool_path $root/spool;
    glyph_events_heartbeat 300ms;
    keepalive_requests 10000;
    server {
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$slow_port sndbuf=4k;
        @{[ listen_http2("127.0.0.1:$h2_port") ]}
        location = /import { glyph_import; client_max_body_size 0; }
        location /jobs { glyph_jobs; }
        location /soon { glyph_jobs; glyph_events_wait 300ms; }
        location = /health { glyph_health; }
        location = /pid { return 200 \$pid; }
    }
}
CONF
    close $out;
    launch();
}


# A stream: {events}, each {at, id, event, data, state, …}; {end} is what the
# connection ended with.

package Stream;

sub new {
    my ($class, $id, %with) = @_;
    my $self = bless { events => [], comments => 0, buf => '', body => '',
                       id => $id }, $class;
    my $port = $with{port} || $port;
    my $socket = IO::Socket::INET->new(Proto => 'tcp') or die "socket: $!";
    setsockopt $socket, Socket::SOL_SOCKET, Socket::SO_RCVBUF, 2048
        if $with{slow};
    connect $socket, Socket::pack_sockaddr_in($port,
        Socket::inet_aton('127.0.0.1')) or die "connect: $!";
    $self->{socket} = $socket;

    # whose connection it is
    syswrite $socket, "GET /pid HTTP/1.1\r\nHost: x\r\n\r\n";
    my $answer = '';
    until ($answer =~ /\r\n\r\n(\d+)$/) {
        sysread $socket, $answer, 4096, length $answer or die 'no answer';
    }
    ($self->{worker}) = $answer =~ /\r\n\r\n(\d+)$/;

    my $headers = join '', map { "$_\r\n" } @{ $with{headers} || [] };
    syswrite $socket, "GET /jobs/$id/events HTTP/1.1\r\nHost: x\r\n"
        . "$headers\r\n";
    $socket->blocking(0);
    return $self;
}

sub ended { return defined $_[0]{end} }

sub last { return $_[0]{events}[-1] || { event => '' } }

sub read {
    my $self = shift;
    my $n = sysread $self->{socket}, $self->{buf}, 65536,
        length $self->{buf};
    return if !defined $n;

    if (!defined $self->{code}) {
        $self->{buf} =~ s/^HTTP\/1.1 (\d+).*?\r\n\r\n//s or return;
        $self->{code} = $1;
    }
    while ($self->{buf} =~ /^([0-9a-f]+)\r\n/i
           && length $self->{buf} >= length($1) + 4 + hex $1)
    {
        my $size = hex $1;
        my $skip = length($1) + 2;
        $self->{body} .= substr $self->{buf}, $skip, $size;
        $self->{buf} = substr $self->{buf}, $skip + $size + 2;
        $self->{end} = 'last chunk' if $size == 0;
    }
    while ($self->{body} =~ s/^(.*?)\n\n//s) {
        my $text = $1;
        my %event = (at => Time::HiRes::time());
        for my $line (split /\n/, $text) {
            if ($line =~ /^:/) {
                $self->{comments}++;
            } elsif ($line =~ /^(\w+): (.*)$/) {
                $event{$1} = $2;
            }
        }
        next unless $event{event};
        for my $name (qw(bytes rows rows_per_second percent eta_seconds)) {
            ($event{$name}) = $event{data} =~ /"$name" ?: ?([\d.]+|null)/;
        }
        push @{ $self->{events} }, \%event;
    }
    if ($n == 0 && !defined $self->{end}) {
        $self->{end} = 'closed';
    }
}

package main;

# Reads from all until all have ended, or what() is true, or time is up.
sub pump {
    my ($streams, $seconds, $what) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        my %of = map { $_->{socket} => $_ } grep { !$_->ended } @$streams;
        return 1 if !%of || $what && $what->();
        my $select = IO::Select->new(map { $_->{socket} } values %of);
        $of{$_}->read for $select->can_read(0.05);
    }
    return 0;
}

# Streams of a job in each of the two workers.
sub both {
    my ($id, %with) = @_;
    my %of;
    for (1 .. 50) {
        my $stream = Stream->new($id, %with);
        $of{ $stream->{worker} } ||= $stream;
        last if keys %of == 2;
    }
    return values %of;
}

sub gapless {
    my ($stream) = @_;
    my @ids = map { $_->{id} } @{ $stream->{events} };
    return !grep { $ids[$_] != $ids[0] + $_ } 0 .. $#ids;
}

sub rising {
    my ($stream, $name) = @_;
    my @values = map { $_->{$name} } @{ $stream->{events} };
    return !grep { $values[$_] < $values[$_ - 1] } 1 .. $#values;
}

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return $sorted[@sorted / 2];
}

sub channels { return redis('pubsub', 'channels', "'glyph:events:*'") }

remove_tree($root);
make_path("$root/logs");
chmod 0777, $root;

start_redis();
start();
write_input();

subtest 'streams that are there before the job, in both workers' => sub {
    my $id = uuid();
    my @streams = both($id);
    is scalar @streams, 2, 'two workers';
    my $pid = upload($id, '--limit-rate', '1m');
    my $status = '';
    ok pump(\@streams, 30, sub {
        $status = get("/jobs/$id/status")
            if !$status && @{ $streams[0]{events} } > 5;
        return 0;
    }), 'they end';
    is code_of($id, $pid), 200, 'the upload is answered with 200';

    like $status, qr/"bytes" ?: ?\d+.*"rows" ?: ?\d+.*"percent" ?: ?\d+/,
        'meanwhile the status has bytes, rows and percent';
    like $status, qr/"rows_per_second" ?: ?\d+.*"eta_seconds" ?: ?[\d.]+/,
        'and rate and time left';

    for my $stream (@streams) {
        my @events = @{ $stream->{events} };
        my @gaps = map { $events[$_]{at} - $events[$_ - 1]{at} } 1 .. $#events;

        is $stream->{code}, 200, 'answered with 200';
        is $stream->{end}, 'last chunk', 'ended properly';
        cmp_ok scalar @events, '>', 10, 'many events';
        is $stream->last->{event}, 'completed', 'the last one is the end';
        is $stream->last->{rows}, $rows, 'with all rows';
        is scalar(grep { $_->{event} ne 'progress' } @events), 1,
            'the others are progress';
        ok gapless($stream), 'numbered without gaps';
        ok rising($stream, 'rows') && rising($stream, 'bytes'),
            'progress does not go back';
        cmp_ok median(@gaps), '<=', 0.2, 'an event every 200 ms or more often';
        cmp_ok @events / ($events[-1]{at} - $events[0]{at}), '<', 12,
            'and at most every 100 ms';
    }

    ok wait_for(sub { channels() eq '' }, 5), 'nobody is subscribed any more';
};

subtest 'a job that is slow is told of all the same' => sub {
    my $id = uuid();
    my @streams = both($id);
    my $pid = upload($id, '--limit-rate', '100k');
    pump(\@streams, 4);
    for my $stream (@streams) {
        my @events = @{ $stream->{events} };
        my @gaps = map { $events[$_]{at} - $events[$_ - 1]{at} } 1 .. $#events;
        cmp_ok scalar @events, '>', 8, 'there are events';
        cmp_ok median(@gaps), '<=', 0.2, 'every 200 ms or more often';
    }
    kill 'KILL', $pid;
    waitpid $pid, 0;
    ok pump(\@streams, 10), 'the client leaves: they end';
    for my $stream (@streams) {
        is $stream->last->{event}, 'failed', 'as failed';
        like $stream->last->{data}, qr/client_gone/, 'which is why';
    }
};

subtest 'a cancel' => sub {
    my $id = uuid();
    my @streams = both($id);
    my $pid = upload($id, '--limit-rate', '600k');
    ok begun($id), 'rows were committed';
    is status_of("/jobs/$id", '-X', 'DELETE'), 202, 'cancelled';
    ok pump(\@streams, 5), 'the streams end';
    is $_->last->{event}, 'cancelled', 'as cancelled' for @streams;
    is code_of($id, $pid), 409, 'the client is told';
};

subtest 'the worker of the job is killed' => sub {
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '600k');
    ok begun($id), 'rows were committed';
    my @streams = both($id);
    pump(\@streams, 1);

    # the one of the job has its lines in the log
    my ($owner) = sql("SELECT pid FROM glyph.workers w JOIN glyph.imports i"
        . " ON i.worker = w.worker WHERE i.id = '$id'") =~ /(\d+)/;
    my ($stream) = grep { $_->{worker} != $owner } @streams;
    kill 'KILL', $owner;
    ok pump([ $stream ], 20), 'the stream of the other worker ends';
    is $stream->last->{event}, 'failed', 'as failed';
    like $stream->last->{data}, qr/worker_lost/, 'which is why';
    waitpid $pid, 0;
};

subtest 'a reload' => sub {
    my $id = uuid();
    my @streams = both($id);
    my $waiting = Stream->new(uuid());
    my $pid = upload($id, '--limit-rate', '600k');
    ok begun($id), 'rows were committed';
    pump(\@streams, 1);
    my @old = workers();
    kill 'HUP', master();
    ok pump([ @streams, $waiting ], 3), 'the streams end, within 3 seconds';
    for my $stream (@streams) {
        is $stream->{end}, 'last chunk', 'properly';
        is $stream->last->{event}, 'progress', 'the job has not';
    }
    is $waiting->{end}, 'last chunk',
        'the one that waits for a job, too, so that it is asked for again';

    my $seen = $streams[0]->last->{id};
    my @again = both($id, headers => [ "Last-Event-ID: $seen" ]);
    ok pump(\@again, 30), 'those who come back are told the rest';
    for my $stream (@again) {
        is $stream->last->{event}, 'completed', 'completed';
        is $stream->{events}[0]{id}, $seen + 1, 'the numbers go on';
    }
    is code_of($id, $pid), 200, 'the upload is answered with 200';
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 15), 'the old workers end';
};

subtest 'Redis is killed, and started again' => sub {
    my $id = uuid();
    my @streams = both($id);
    my $pid = upload($id, '--limit-rate', '300k');
    ok pump(\@streams, 10, sub {
        !grep { @{ $_->{events} } < 5 } @streams }), 'events come';
    stop_redis();
    my @before = map { scalar @{ $_->{events} } } @streams;
    pump(\@streams, 4);
    my @without = map { @{ $streams[$_]{events} } - $before[$_] } 0, 1;
    cmp_ok $without[$_], '>=', 2, 'without Redis they still come' for 0, 1;

    start_redis();
    ok wait_for(sub { redis('hget', "glyph:job:$id", 'state') ne '' }, 5),
        'the job is written to the new one';
    pump(\@streams, 1);
    @before = map { scalar @{ $_->{events} } } @streams;
    pump(\@streams, 2);
    cmp_ok @{ $streams[$_]{events} } - $before[$_], '>=', 8,
        'and they come as often as before' for 0, 1;
    ok pump(\@streams, 30), 'the streams end';
    is $_->last->{event}, 'completed', 'completed' for @streams;
    is code_of($id, $pid), 200, 'the upload is answered with 200';
};

subtest 'a reader that does not read' => sub {
    my $id = uuid();
    my $slow = Stream->new($id, slow => 1, port => $slow_port);
    my ($fast) = both($id);
    my $pid = upload($id, '--limit-rate', '500k');
    ok pump([ $fast ], 40), 'the other stream ends';
    is code_of($id, $pid), 200, 'the upload is answered with 200';
    sleep 0.5;
    ok pump([ $slow ], 10), 'it ends when it is read';
    is $slow->last->{event}, 'completed', 'with the newest state';
    ok gapless($slow), 'numbered without gaps';
    cmp_ok @{ $slow->{events} }, '<', @{ $fast->{events} } / 2,
        'it has missed states (' . @{ $slow->{events} } . ' of '
        . @{ $fast->{events} } . ')';
};

subtest 'over HTTP/2' => sub {
    my $id = uuid();
    my $reader = fork;
    die "fork: $!" unless defined $reader;
    if ($reader == 0) {
        open STDOUT, '>', "$root/h2.out";
        exec 'curl', '-sN', '-m', 30, '--http2-prior-knowledge',
            "http://127.0.0.1:$h2_port/jobs/$id/events";
    }
    my $pid = upload($id, '--limit-rate', '1m');
    is code_of($id, $pid), 200, 'the upload is answered with 200';
    waitpid $reader, 0;
    is $? >> 8, 0, 'the stream ends properly';
    my @events = slurp("$root/h2.out") =~ /^event: (\w+)$/mg;
    is $events[-1], 'completed', 'with the end';
    cmp_ok scalar(grep { $_ eq 'progress' } @events), '>', 10,
        'after progress';
};

subtest "another tenant's job that runs" => sub {
    my $id = uuid();
    my $now = int(time * 1000);
    redis('hset', "glyph:job:$id", 'tenant', 'other', 'state', 'processing',
        'updated', $now, 'job', '{}');
    is status_of("/soon/$id/events"), 404, 'is none';
    is status_of('/soon/' . uuid() . '/events'), 404, 'like one that is none';
};

subtest 'a job that does not move' => sub {
    my $id = uuid();
    sql('INSERT INTO glyph.imports (id, state, epoch, durable, node)'
        . " VALUES ('$id', 'queued', 1, true, gen_random_uuid())");
    my @streams = both($id);
    pump(\@streams, 2);
    for my $stream (@streams) {
        is scalar @{ $stream->{events} }, 1, 'is told of once';
        cmp_ok $stream->{comments}, '>=', 4, 'and then there are heartbeats';
    }
    sql("UPDATE glyph.imports SET state = 'failed', finished_at = now(),"
        . " error = '{\"code\":\"worker_lost\"}' WHERE id = '$id'");
    ok pump(\@streams, 5), 'an end that only Postgres knows is found';
    is $_->last->{event}, 'failed', 'failed' for @streams;
};

subtest 'clients that leave' => sub {
    my $id = uuid();
    my @streams = map { Stream->new($id) } 1 .. 100;
    ok wait_for(sub { channels() eq "glyph:events:$id" }, 5), 'subscribed';
    my $stay = shift @streams;
    close $_->{socket} for @streams;
    sleep 0.5;
    is channels(), "glyph:events:$id", 'one is left';
    close $stay->{socket};
    ok wait_for(sub { channels() eq '' }, 5), 'none is left';

    # the same id again, while the last one leaves
    for (1 .. 20) {
        my $stream = Stream->new($id);
        close $stream->{socket};
    }
    my @last = both($id);
    my $pid = upload($id, '--limit-rate', '2m');
    ok pump(\@last, 30), 'a new one is told all';
    cmp_ok scalar @{ $_->{events} }, '>', 5, 'while it runs' for @last;
    is $_->last->{event}, 'completed', 'and the end' for @last;
    is code_of($id, $pid), 200, 'the upload is answered with 200';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

start(redis => '');

subtest 'no Redis' => sub {
    my $id = uuid();
    my @streams = both($id);
    my $pid = upload($id, '--limit-rate', '1m');
    ok pump(\@streams, 30), 'the streams end';
    is code_of($id, $pid), 200, 'the upload is answered with 200';
    for my $stream (@streams) {
        cmp_ok scalar @{ $stream->{events} }, '>=', 4, 'there were events';
        is $stream->last->{event}, 'completed', 'and the end';
    }
    my @counts = sort { $a <=> $b } map { scalar @{ $_->{events} } } @streams;
    cmp_ok $counts[1], '>', 10, 'in the worker of the job as often as ever';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing();
