#!/usr/bin/perl

# The metrics of several workers, through everything that happens to workers:
# a reload, a kill, stores that go away; and whether Prometheus' own tool finds
# anything to complain about.

use strict;
use warnings;

use File::Path qw(make_path remove_tree);
use IO::Socket::INET;
use IPC::Open2;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'run by util/test.sh' unless $ENV{TEST_NGINX_GLYPH_PG};

my $root = "$ENV{TEST_NGINX_SERVROOT}-metrics";
my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 3;
my $url = "http://127.0.0.1:$port";
my $workers = 2;

$SIG{INT} = $SIG{TERM} = sub { exit 130 };

END {
    my $status = $?;
    my $master = master();
    kill 'TERM', $master if $master;
    wait_for(sub { !$master || !kill(0, $master) }, 10);
    $? = $status;
}


sub slurp {
    my $path = shift;
    open my $in, '<', $path or return '';
    local $/;
    return scalar <$in> // '';
}

sub wait_for {
    my ($what, $seconds) = @_;
    for (my $end = time + $seconds; time < $end; sleep 0.05) {
        return 1 if $what->();
    }
    return '';
}

sub master { return slurp("$root/logs/nginx.pid") =~ /(\d+)/ ? $1 : 0 }

sub workers {
    my $master = master();
    return split ' ', `pgrep -P $master`;
}

sub configure {
    my $zone = shift;
    my $user = $> == 0 ? 'user root;' : '';
    my $modules = join '', map { "load_module $_;\n" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} || '';

    open my $out, '>', "$root/nginx.conf" or die "$root: $!";
    print $out <<"CONF";
$user
$modules
worker_processes $workers;
error_log logs/error.log info;
pid logs/nginx.pid;
thread_pool default threads=2;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    glyph_models $ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv;
    glyph_postgres "$ENV{TEST_NGINX_GLYPH_PG}";
    glyph_redis $ENV{TEST_NGINX_GLYPH_REDIS};
    glyph_spool_path $root/spool;
    glyph_zone $zone;
    server {
        listen 127.0.0.1:$port reuseport;
        location = /import { glyph_import; client_max_body_size 0; }
        location = /metrics { glyph_metrics; }
        location = /health { glyph_health; }
    }
}
CONF
    close $out;
}

sub nginx {
    my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';
    return system("$preload $ENV{TEST_NGINX_BINARY} -p $root/ -c nginx.conf"
                  . " -e logs/error.log @_ > $root/nginx.log 2>&1") == 0;
}

sub reload {
    my %old = map { $_ => 1 } workers();
    nginx('-s reload') or die slurp("$root/nginx.log");
    return wait_for(sub {
        my @now = workers();
        return @now == $workers && !grep { $old{$_} } @now;
    }, 10);
}

sub upload {
    my $rows = shift;
    return scalar `curl -s -m 10 -H 'Content-Type: text/csv' \\
        --data-binary '$rows' $url/import`;
}

sub metrics { return scalar `curl -s -m 5 $url/metrics` }

sub value {
    my $name = shift;
    return metrics() =~ /^\Q$name\E (\S+)$/m ? $1 : 'none';
}

sub becomes {
    my ($name, $value, $what) = @_;
    wait_for(sub { value($name) eq $value }, 5);
    is(value($name), $value, $what);
}

# A request that has sent half of its body.  The kernel chooses the worker.
sub half {
    my $socket = IO::Socket::INET->new("127.0.0.1:$port") or die "$port: $!";
    print $socket "POST /import HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\n"
        . "title,price\nRTX 3090,700\n";
    return $socket;
}


remove_tree($root);
make_path("$root/logs", "$root/spool");
chmod 0777, $root, "$root/spool";

configure('edge 1m');
nginx() or die slurp("$root/nginx.log");
wait_for(sub { `curl -s -m 2 $url/health` =~ /"status":"ok"/ }, 10)
    or die 'nginx is not healthy: ' . slurp("$root/logs/error.log");


# sums

becomes('glyph_workers', 2, 'both workers are counted');
becomes('glyph_buffers_limit{kind="block"}', 64, 'and what they have');
becomes('glyph_redis_workers{state="connected"}', 2, 'and their connections');

upload("title,price\nRTX 3090,700\nRTX 3090,x") for 1 .. 20;

is(value('glyph_rows_total{result="valid"}'), 20, 'rows of all workers');
is(value('glyph_rejected_rows_total{code="price_invalid"}'), 20,
   'rejected rows of all workers');
is(value('glyph_jobs_total{state="completed"}'), 20, 'jobs of all workers');

my @half = map { half() } 1 .. 10;

becomes('glyph_uploads_in_flight', 10, 'uploads of all workers');
becomes('glyph_jobs{state="receiving"}', 10, 'which are jobs, too');

close $_ for @half;

becomes('glyph_uploads_in_flight', 0, 'none after the clients have left');
becomes('glyph_jobs_total{state="failed"}', 10, 'and their jobs have failed');


# promtool, on metrics that are not all 0

my $pid = open2(my $out, my $in, 'promtool check metrics 2>&1');
print $in metrics();
close $in;
my $complaints = do { local $/; <$out> };
waitpid $pid, 0;

is($? >> 8, 0, 'promtool is content');
is($complaints, '', 'and finds nothing to complain about');


# a reload

ok(reload(), 'reload');
is(value('glyph_rows_total{result="valid"}'), 20, 'counters survive a reload');
is(value('glyph_job_duration_seconds_count'), 30, 'and histograms');
becomes('glyph_workers', 2, 'the old workers are not counted any more');
becomes('glyph_buffers_limit{kind="block"}', 64, 'nor what they had');

my ($held) = half();
becomes('glyph_uploads_in_flight', 1, 'an upload');
my @old = workers();
nginx('-s reload');
wait_for(sub { workers() > 2 }, 5);
becomes('glyph_workers', 3, 'the worker that leaves is there with its upload');
becomes('glyph_uploads_in_flight', 1, 'which is counted still');

my %old = map { $_ => 1 } @old;
my ($leaving) = grep { $old{$_} } workers();
kill 'KILL', $leaving;
becomes('glyph_workers', 2, 'it is killed, and nobody takes its place');
becomes('glyph_uploads_in_flight', 0, 'its gauges are gone with it');


# a kill

@half = map { half() } 1 .. 8;
becomes('glyph_uploads_in_flight', 8, 'uploads');

kill 'KILL', workers();
wait_for(sub { metrics() ne '' }, 10);

becomes('glyph_uploads_in_flight', 0, 'gauges are 0 after all were killed');
becomes('glyph_workers', 2, 'the new workers are counted, the old ones not');
is(value('glyph_rows_total{result="valid"}'), 20, 'counters survive a kill');


# another zone, another size

configure('edge 2m');
ok(reload(), 'reload with a zone of another size');
is(value('glyph_rows_total{result="valid"}'), 0, 'begins again');


# a store that is lost

$workers = 1;
configure('edge 1m');
reload();

is(value('glyph_redis_reconnects_total'), 0, 'Redis was not lost');

(my $path = $ENV{TEST_NGINX_GLYPH_REDIS}) =~ s/^unix://;
my $clients = `redis-cli -s $path client kill type normal`;
ok($clients > 0, 'Redis closes connections');
wait_for(sub { value('glyph_redis_reconnects_total') > 0 }, 5);
cmp_ok(value('glyph_redis_reconnects_total'), '>', 0,
       'which are made again, and counted');

unlike(slurp("$root/logs/error.log"), qr/\[alert\](?!.*exited on signal 9)/,
       'no alerts');

done_testing();
