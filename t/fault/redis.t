# Redis as operators set it up: with passwords, users and databases, behind
# Sentinels, restarted, too small.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Fault;
use Glyph::Redis;

use File::Path qw(make_path remove_tree);
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my ($port) = $url =~ /:(\d+)$/;

# An nginx with that glyph_redis.
sub start {
    my ($redis) = @_;
    my $user = $> == 0 ? 'user root;' : '';
    make_path("$root/logs");
    unlink "$root/logs/error.log";
    open my $out, '>', "$root/nginx.conf" or die "nginx.conf: $!";
    print $out <<"CONF";
$user
load_module $ENV{TEST_NGINX_LOAD_MODULES};
worker_processes 1;
pid logs/nginx.pid;
error_log logs/error.log info;
thread_pool default threads=2;
events { worker_connections 128; }
http {
    access_log off;
    client_body_temp_path body;
    glyph_models $ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv;
    glyph_postgres "$ENV{GLYPH_PG}" timeout=15s;
    glyph_redis $redis;
    glyph_spool_path $root/spool;
    server {
        listen 127.0.0.1:$port;
        location = /import { glyph_import; client_max_body_size 0; }
        location /jobs { glyph_jobs; }
        location = /health { glyph_health full; }
    }
}
CONF
    close $out;
    launch();
}

sub stop {
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
}

sub logged { return slurp("$root/logs/error.log") =~ /$_[0]/ }

sub connected {
    return wait_for(sub {
        get('/health') =~ /"redis":\{"state":"connected"/ }, $_[0] || 5);
}

# An upload of some seconds, and what it leaves in Redis while it runs.
sub tells {
    my ($id, $what) = @_;
    return wait_for(sub { $what->('hget', "glyph:job:$id", 'state') }, 5)
        =~ /^(receiving|processing)$/;
}

# So many ports in a row that nobody has.
sub ports {
    my ($n) = @_;
    for (my $first = $port + 1;; $first++) {
        my @ports = $first .. $first + $n - 1;
        return @ports
            unless grep { IO::Socket::INET->new("127.0.0.1:$_") } @ports;
    }
}

remove_tree($root);
make_path($root);
chmod 0777, $root;
write_input();

subtest 'a user, a password and a database, over a socket' => sub {
    server('acl', "maxmemory-policy noeviction\n"
        . "user default off\n"
        . "user admin on >secret2 ~* &* +\@all\n"
        . 'user glyph on >geheim ~glyph:job:* &glyph:control &glyph:events:*'
        . ' -@all +hset +expire +publish +hmget +subscribe +unsubscribe'
        . ' +select');
    my $admin = sub { cli('acl', '--user', 'admin', '--pass', 'secret2',
        '--no-auth-warning', '-n', 3, @_) };
    start("unix:$root/acl.sock user=glyph password=geheim db=3");
    ok connected(), 'connected';
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '600k');
    ok tells($id, $admin), 'a job that runs is in that database';
    is $admin->('-n', 0, 'exists', "glyph:job:$id"), 0, 'and in no other';
    like $admin->('pubsub', 'channels'), qr/glyph:control/,
        'subscriptions work, too';

    # another worker would learn of the cancel by it
    sql("SELECT glyph.cancel('$id', '')");
    $admin->('publish', 'glyph:control', $id);
    is code_of($id, $pid), 409, 'as the job shows';
    cmp_ok $admin->('ttl', "glyph:job:$id"), '>', 80_000,
        'it stays for glyph_job_ttl';
    stop();

    start("unix:$root/acl.sock user=glyph password=wrong timeout=1s");
    ok wait_for(sub {
        get('/health') =~ /"status":"degraded".*"redis":\{"state":"down","error":"WRONGPASS/
    }, 5), 'a wrong password: health says so';
    is code_of($id, upload($id = uuid())), 200, 'imports work';
    stop();

    start("unix:$root/acl.sock");
    ok wait_for(sub { get('/health') =~ /"redis":\{"state":"down","error":"NOAUTH/ },
        5), 'none at all: health says so';
    stop();
    end_server('acl');
};

subtest 'only a password, over TCP' => sub {
    my ($tcp) = ports(1);
    server('pass', "port $tcp\nbind 127.0.0.1\nrequirepass geheim");
    start("localhost:$tcp password=geheim");
    ok connected(), 'connected, by name';
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '1m');
    ok tells($id, sub { cli('pass', '--pass', 'geheim', '--no-auth-warning',
        @_) }), 'a job that runs is there';
    is code_of($id, $pid), 200, 'and completes';
    stop();
    end_server('pass');
};

subtest 'an eviction policy that loses jobs' => sub {
    my $warned = sub { return scalar(() = slurp("$root/logs/error.log") =~
        /\[warn\].*maxmemory-policy "allkeys-lru"/g) };
    server('lru', 'maxmemory-policy allkeys-lru');
    start("unix:$root/lru.sock");
    ok connected(), 'connected';
    ok wait_for(sub { $warned->() == 1 }, 5), 'there is a warning';
    end_server('lru');
    ok wait_for(sub { get('/health') =~ /"redis":\{"state":"down"/ }, 5),
        'it goes';
    again('lru');
    ok connected(10), 'it comes back';
    ok wait_for(sub { $warned->() == 2 }, 5), 'there is a warning again';
    cli('lru', 'config', 'set', 'maxmemory-policy', 'noeviction');
    stop();

    start("unix:$root/lru.sock");
    ok connected(), 'mended';
    sleep 0.5;
    is $warned->(), 0, 'there is none';
    stop();
    end_server('lru');
};

subtest 'a restart' => sub {
    server('plain', 'maxmemory-policy noeviction');
    start("unix:$root/plain.sock");
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '500k');
    ok tells($id, sub { cli('plain', @_) }), 'a job that runs is there';
    end_server('plain');
    ok wait_for(sub { get('/health') =~ /"status":"degraded"/ }, 5),
        'Redis is gone';
    like get("/jobs/$id/status"), qr/"state" ?: ?"(receiving|processing)"/,
        'the status is there all the same';
    again('plain');
    ok tells($id, sub { cli('plain', @_) }), 'the job is there again';
    is code_of($id, $pid), 200, 'it completes';
    ok wait_for(sub {
        cli('plain', 'hget', "glyph:job:$id", 'state') eq 'completed' }, 5),
        'which Redis learns, too';

    end_server('plain');
    my $began = time;
    ok wait_for(sub { logged('"' . "$root/plain.sock" . '" is down') }, 5),
        'the log says that it is down';
    sleep 3;
    my %lines;
    $lines{$_}++ for slurp("$root/logs/error.log")
        =~ /\[error\] \S+ (redis.* is down: .*)/g;
    is join("\n", grep { $lines{$_} > 2 } keys %lines), '',
        'once for each outage and reason, not for every attempt';

    # hung, not gone
    again('plain');
    ok connected(10), 'it is back';
    kill 'STOP', $servers{plain};
    is code_of($id, upload($id = uuid())), 200,
        'a Redis that hangs does not hold up an import';
    ok wait_for(sub { get('/health') =~ /no (answer|connection) within the timeout/ }, 5),
        'and is noticed';
    kill 'CONT', $servers{plain};
    ok connected(10), 'it is back';
    stop();
    end_server('plain');
};

subtest 'a subscription whose server hangs' => sub {
    server('hang', 'maxmemory-policy noeviction');
    start("unix:$root/hang.sock timeout=1s");
    ok connected(), 'connected';
    kill 'STOP', $servers{hang};
    ok wait_for(sub { logged('redis \(subscriptions\).*no answer') }, 15),
        'it is noticed without a message to wait for';
    kill 'CONT', $servers{hang};
    stop();
    end_server('hang');
};

subtest 'a worker that has just started' => sub {
    server('start', 'maxmemory-policy noeviction');
    my $unknown = uuid();
    start("unix:$root/start.sock");

    # every reload has workers that are not connected yet
    my (%codes, %health);
    for (1 .. 10) {
        kill 'HUP', master();
        for (1 .. 10) {
            $codes{ status_of("/jobs/$unknown/status") }++;
            $health{ get('/health') }++;
        }
    }
    is join(' ', sort keys %codes), 404, 'knows that there is no such job';
    is scalar(grep { !/"status":"ok".*"postgres":\{"state":"connected"\},"redis":\{"state":"connected"\}/ }
              keys %health), 0, 'is healthy only when it knows'
        or diag explain \%health;
    stop();

    end_server('start');
    start("unix:$root/start.sock");
    like get('/health'), qr/"status":"degraded".*"redis":\{"state":"down"/,
        'Redis is away: so it says at once';
    is status_of("/jobs/$unknown/status"), 503,
        'and cannot know whether there is such a job';
    stop();
};

subtest 'Sentinels' => sub {
    my ($dead, $one, $two, @sentinels) = ports(6);

    server('one', "port $one\nbind 127.0.0.1\nrepl-diskless-sync-delay 0\n"
        . 'maxmemory-policy noeviction');
    server('two', "port $two\nbind 127.0.0.1\nreplicaof 127.0.0.1 $one\n"
        . 'maxmemory-policy noeviction');
    for my $i (0 .. 2) {
        server("sentinel$i", "port $sentinels[$i]\nbind 127.0.0.1\n"
            . "requirepass auskunft\nsentinel sentinel-pass auskunft\n"
            . "sentinel monitor glyphs 127.0.0.1 $one 2\n"
            . "sentinel down-after-milliseconds glyphs 1000\n"
            . "sentinel failover-timeout glyphs 5000\n", '--sentinel');
    }
    my @ask = ('--pass', 'auskunft', '--no-auth-warning', 'sentinel');
    ok wait_for(sub {
        cli('sentinel0', @ask, 'master', 'glyphs') =~
            /num-slaves\n1\n.*num-other-sentinels\n2\n/s }, 15),
        'master, replica and Sentinels know each other';
    ok wait_for(sub { cli('two', 'info', 'replication') =~
        /master_link_status:up/ }, 15), 'the replica follows';

    # the first one is not there
    my $addresses = join ' ', map { "127.0.0.1:$_" } $dead, @sentinels;
    start("sentinel=glyphs $addresses sentinel_password=auskunft timeout=1s");
    ok connected(), 'connected, past a Sentinel that is not there';

    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '200k');
    ok tells($id, sub { cli('one', @_) }), 'a job that runs is in the master';
    ok logged("connected to \"127.0.0.1:$one\""), 'as the log says';

    end_server('one');
    ok wait_for(sub { cli('two', 'info', 'replication') =~ /role:master/ },
        20), 'the master is killed, and the replica becomes it';
    cli('two', 'del', "glyph:job:$id");
    ok wait_for(sub { logged("redis is connected to \"127.0.0.1:$two\"") }, 10),
        'the worker follows';
    ok tells($id, sub { cli('two', @_) }), 'the job is there';
    ok wait_for(sub { cli('two', 'pubsub', 'channels') =~ /glyph:control/ }, 5),
        'and the subscriptions';
    is status_of("/jobs/$id", '-X', 'DELETE'), 202, 'cancelled';
    is code_of($id, $pid), 409, 'the client is told';
    stop();

    start("sentinel=unknown $addresses sentinel_password=auskunft timeout=1s");
    ok wait_for(sub { get('/health') =~ /"redis":\{"state":"down","error":"it knows no such master/ }, 5),
        'a name that no Sentinel knows: health says so';
    stop();

    start("sentinel=glyphs $addresses sentinel_password=falsch timeout=1s");
    ok wait_for(sub { get('/health') =~ /"redis":\{"state":"down","error":"(WRONGPASS|NOAUTH)/ }, 5),
        'a wrong password of theirs: health says so';
    stop();

    end_server("sentinel$_") for 0 .. 2;
    start("sentinel=glyphs $addresses sentinel_password=auskunft timeout=1s");
    ok wait_for(sub { get('/health') =~ /"redis":\{"state":"down","error":"Connection refused/ }, 5),
        'no Sentinel is there: health says so';
    is code_of($id, upload($id = uuid())), 200, 'imports work';
    stop();
    end_server('two');
};

subtest 'a master that becomes a replica' => sub {
    my ($one, $two, $sentinel) = ports(3);
    server('one', "port $one\nbind 127.0.0.1");
    server('two', "port $two\nbind 127.0.0.1");
    server('sentinel', "port $sentinel\nbind 127.0.0.1\n"
        . "sentinel monitor glyphs 127.0.0.1 $one 1\n"
        . "sentinel down-after-milliseconds glyphs 60000\n", '--sentinel');
    start("sentinel=glyphs unix:$root/sentinel.sock timeout=1s");
    ok connected(), 'connected; a Sentinel on a socket will do';

    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '600k');
    ok tells($id, sub { cli('one', @_) }), 'a job that runs is in the master';
    cli('one', 'replicaof', '127.0.0.1', $two);
    ok wait_for(sub { get('/health') =~ /READONLY|it is no master/ }, 5),
        'a replica is not written to';
    cli('one', 'replicaof', 'no', 'one');
    ok connected(10), 'a master is';
    ok tells($id, sub { cli('one', @_) }), 'the job is there again';
    is code_of($id, $pid), 200, 'it completes';
    stop();
    end_server($_) for qw(sentinel one two);
};

done_testing();
