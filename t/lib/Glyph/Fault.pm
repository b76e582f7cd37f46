package Glyph::Fault;

# What the tests under t/fault share: an nginx of their own with more than one
# request at a time, uploads in the background of the test, and questions to
# Postgres about what has become of them.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Path qw(make_path remove_tree);
use Test::More;
use Time::HiRes qw(sleep time);

use Glyph::Id;

our @EXPORT = qw($root $url $input $rows sql wait_for slurp uuid start_nginx
    launch stop_nginx kill_nginx master workers write_input upload code_of
    state_of error_of visible stored final begun no_standby stores
    get bad_lines status_of spew);

my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 1;
my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

our $root = $ENV{TEST_NGINX_SERVROOT} || abs_path('t') . '/servroot';
$root =~ s{[^/]+/*$}{faultroot};
our $url = "http://127.0.0.1:$port";
our $input = "$root/input.csv";
our $rows = 60_000;

# nginx must not outlive its tests, however they end
$SIG{INT} = $SIG{TERM} = sub { exit 130 };

END {
    my $status = $?;
    eval { no_standby() };
    if (-e "$root/logs/nginx.pid") {
        kill 'TERM', master();
    }
    $? = $status;
}

sub sql {
    my ($sql) = @_;
    open my $in, '-|', $psql, '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1',
        $ENV{GLYPH_PG}, '-c', $sql or die "psql: $!";
    local $/;
    my $out = <$in>;
    close $in or die "psql failed: $sql\n";
    $out = '' unless defined $out;
    $out =~ s/\n\z//;
    return $out;
}

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

# Bytes; returns the name.
sub spew {
    my ($name, $bytes) = @_;
    open my $out, '>:raw', $name or die "$name: $!";
    print $out $bytes;
    close $out or die "$name: $!";
    return $name;
}

# %with: http (directives for http{}), locations, workers, timeout and writers
# (of Postgres), redis (what glyph_redis says).
sub start_nginx {
    my (%with) = @_;
    remove_tree($root);
    make_path("$root/logs");
    chmod 0777, $root;
    configure(%with);
    launch();
}

sub configure {
    my (%with) = @_;
    my $user = $> == 0 ? 'user root;' : '';
    my $workers = $with{workers} || 1;
    my $http = $with{http} || '';
    my $timeout = $with{timeout} || '15s';
    my $writers = $with{writers} ? "writers=$with{writers}" : '';
    my $locations = $with{locations} || '';
    my $redis = $with{redis} || $ENV{TEST_NGINX_GLYPH_REDIS};

    # the module's role is not the tests' superuser (util/stack.sh)
    (my $pg = $ENV{GLYPH_PG}) =~ s/user=glyph\b/user=glyph_edge/;
    open my $out, '>', "$root/nginx.conf" or die "nginx.conf: $!";
    print $out <<"CONF";
$user
# a new binary finds them as the old one did
env LD_PRELOAD;
env ASAN_OPTIONS;
load_module $ENV{TEST_NGINX_LOAD_MODULES};
worker_processes $workers;
pid logs/nginx.pid;
error_log logs/error.log info;
thread_pool default threads=4;
events { worker_connections 2048; }
http {
    access_log off;
    client_body_temp_path body;
    glyph_models $ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv;
    glyph_postgres "$pg" timeout=$timeout $writers;
    glyph_redis $redis;
    glyph_spool_path $root/spool;
    $http
    server {
        listen 127.0.0.1:$port;
        client_max_body_size 0;
        location = /import { glyph_import; glyph_background off; }
        location = /background { glyph_import background; }
        location /jobs { glyph_jobs; }
        location = /health { glyph_health full; }
        $locations
    }
}
CONF
    close $out;
}

sub launch {
    my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';

    system("$preload $ENV{TEST_NGINX_BINARY} -p $root/ -c nginx.conf"
           . " -e logs/error.log > $root/start.log 2>&1") == 0
        or die 'nginx: ' . slurp("$root/start.log");
    wait_for(sub { get('/health') =~ /"status"/ }, 10)
        or die 'nginx is not healthy: ' . slurp("$root/logs/error.log");
}

sub get {
    my ($path, @options) = @_;
    open my $in, '-|', 'curl', '-s', '-m', 20, @options, "$url$path"
        or die "curl: $!";
    local $/;
    my $out = <$in>;
    close $in;
    return defined $out ? $out : '';
}

# The status code of a request.
sub status_of {
    my ($path, @options) = @_;
    return get($path, '-o', '/dev/null', '-w', '%{http_code}', @options);
}

sub master { return slurp("$root/logs/nginx.pid") =~ /(\d+)/ ? $1 : 0 }

sub workers {
    my $master = master();
    return split ' ', `pgrep -P $master`;
}

sub ended {
    my ($pid) = @_;
    return !kill(0, $pid) || slurp("/proc/$pid/stat") =~ /\) Z/;
}

# Gracefully; false if it does not end.
sub stop_nginx {
    my $pid = master() or return 1;
    kill 'QUIT', $pid;
    return wait_for(sub { ended($pid) }, 40);
}

# All of it at once, as a power cut would.
sub kill_nginx {
    kill 'STOP', master();              # or it may just start another worker
    my @pids = (master(), workers());
    kill 'KILL', @pids;
    wait_for(sub { !grep { !ended($_) } @pids }, 10);
    unlink "$root/logs/nginx.pid";
}

# Lines of the error log that must not be there.
sub bad_lines {
    return grep {
        (/\[(alert|emerg)\]/ && !/exited on signal 9/)
        || /ERROR: AddressSanitizer|runtime error:/
    } split /\n/, slurp("$root/logs/error.log");
}

# Titles that differ, so that nothing is a duplicate of anything.
sub write_input {
    my ($name, $n) = @_;
    $name = $input unless defined $name;
    open my $out, '>', $name or die "$name: $!";
    print $out "title,price,source_url\n";
    for my $i (1 .. ($n || $rows)) {
        printf $out "NVIDIA GeForce RTX 3080 Ti no %d,%d.50,%s\n", $i,
            100 + $i % 900, "https://example.com/itm/$i";
    }
    close $out;
}

# curl in the background, to /import unless told otherwise; returns its pid.
sub upload {
    my ($id, @options) = @_;
    my $path = @options && $options[0] =~ m{^/} ? shift @options : '/import';
    my $file = @options && $options[0] =~ s/^\@// ? shift @options : $input;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        open STDOUT, '>', "$root/$id.code";
        open STDERR, '>', '/dev/null';
        exec 'curl', '-s', '-m', 60, '-o', "$root/$id.body", '-w',
            '%{http_code}', '-H', 'Content-Type: text/csv', '-H', 'Expect:',
            '-H', "Glyph-Job-Id: $id", @options, '-X', 'POST', '-T', $file,
            "$url$path";
    }
    return $pid;
}

sub code_of {
    my ($id, $pid) = @_;
    waitpid $pid, 0;
    return slurp("$root/$id.code");
}

sub state_of { return sql("SELECT state FROM glyph.imports WHERE id = '$_[0]'") }

sub error_of {
    return sql("SELECT error->>'code' FROM glyph.imports WHERE id = '$_[0]'");
}

sub visible {
    return sql("SELECT count(*) FROM glyph.listing_view"
               . " WHERE import_id = '$_[0]'");
}

sub stored {
    return sql("SELECT count(*) FROM glyph.listings"
               . " WHERE import_id = '$_[0]'");
}

sub final {
    my ($id, $seconds) = @_;
    return wait_for(sub {
        my $state = state_of($id);
        return $state =~ /^(completed|failed|cancelled)$/ ? $state : '';
    }, $seconds);
}

# An upload that has committed something and is far from its end.
sub begun {
    my ($id) = @_;
    return wait_for(sub {
        sql("SELECT rows FROM glyph.imports WHERE id = '$id'") || 0;
    }, 10);
}

# Also what an earlier run that was killed has left.
sub no_standby {
    sql('ALTER SYSTEM RESET synchronous_standby_names');
    sql('SELECT pg_reload_conf()');
}

# "crash" or "stores" of the stack that the tests run on.
sub stores {
    my ($what) = @_;
    return system("util/stack.sh $what > $root/stores.log 2>&1") == 0;
}

1;
