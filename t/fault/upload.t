# Foreground uploads while things break: whatever happens, an import is there
# whole or not at all, what was answered with 200 is there, and nothing stays
# unfinished.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my $conninfo = $ENV{GLYPH_PG};
my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 1;
my $root = abs_path($ENV{TEST_NGINX_SERVROOT} ? "$ENV{TEST_NGINX_SERVROOT}/.."
                                              : 't') . '/faultroot';
my $url = "http://127.0.0.1:$port";
my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

my $rows = 60_000;
my $input = "$root/input.csv";

sub sql {
    my ($sql) = @_;
    open my $in, '-|', $psql, '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1',
        $conninfo, '-c', $sql or die "psql: $!";
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

sub uuid {
    my $id = `cat /proc/sys/kernel/random/uuid`;
    chomp $id;
    return $id;
}

sub start_nginx {
    remove_tree($root);
    make_path("$root/logs");
    chmod 0777, $root;

    my $user = $> == 0 ? 'user root;' : '';
    my $module = $ENV{TEST_NGINX_LOAD_MODULES};
    my $redis = $ENV{TEST_NGINX_GLYPH_REDIS};
    open my $out, '>', "$root/nginx.conf" or die "nginx.conf: $!";
    print $out <<"CONF";
$user
load_module $module;
worker_processes 1;
pid logs/nginx.pid;
error_log logs/error.log info;
thread_pool default threads=2;
events { worker_connections 128; }
http {
    access_log off;
    client_body_temp_path body;
    glyph_models $ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv;
    glyph_postgres "$conninfo" timeout=15s;
    glyph_redis $redis;
    glyph_spool_path $root/spool;
    server {
        listen 127.0.0.1:$port;
        location = /import { glyph_import; client_max_body_size 0; }
        location /jobs { glyph_jobs; }
        location = /health { glyph_health; }
    }
}
CONF
    close $out;

    my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';

    system("$preload $ENV{TEST_NGINX_BINARY} -p $root/ -c nginx.conf"
           . " -e logs/error.log > $root/start.log 2>&1") == 0
        or die 'nginx: ' . slurp("$root/start.log");
    wait_for(sub { `curl -s -m 2 $url/health` =~ /"status":"ok"/ }, 10)
        or die 'nginx is not healthy: ' . slurp("$root/logs/error.log");
}

sub master { return slurp("$root/logs/nginx.pid") =~ /(\d+)/ ? $1 : 0 }

sub workers {
    my $master = master();
    return split ' ', `pgrep -P $master`;
}

# Titles that differ, so that nothing is a duplicate of anything.
sub write_input {
    open my $out, '>', $input or die "$input: $!";
    print $out "title,price,source_url\n";
    for my $i (1 .. $rows) {
        printf $out "NVIDIA GeForce RTX 3080 Ti no %d,%d.50,%s\n", $i,
            100 + $i % 900, "https://example.com/itm/$i";
    }
    close $out;
}

# curl in the background; returns its pid and the file its status goes to.
sub upload {
    my ($id, @options) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        open STDOUT, '>', "$root/$id.code";
        open STDERR, '>', '/dev/null';
        exec 'curl', '-s', '-m', 60, '-o', "$root/$id.body", '-w',
            '%{http_code}', '-H', 'Content-Type: text/csv', '-H', 'Expect:',
            '-H', "Glyph-Job-Id: $id", @options, '-X', 'POST', '-T', $input,
            "$url/import";
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

my @slow = ('--limit-rate', '600k');

# also what an earlier run that was killed has left
sub no_standby {
    sql('ALTER SYSTEM RESET synchronous_standby_names');
    sql('SELECT pg_reload_conf()');
}

no_standby();
start_nginx();
write_input();

subtest 'nothing breaks' => sub {
    my $id = uuid();
    is code_of($id, upload($id)), 200, 'answered with 200';
    is state_of($id), 'completed', 'completed in Postgres';
    is visible($id), $rows, 'every row is there';
};

subtest 'the client leaves' => sub {
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';
    kill 'KILL', $pid;
    waitpid $pid, 0;
    is final($id, 10), 'failed', 'the import failed';
    is error_of($id), 'client_gone', 'and says why';
    is visible($id), 0, 'no row is visible';
};

subtest 'a worker is killed' => sub {
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';
    kill 'KILL', workers();
    isnt code_of($id, $pid), 200, 'the client is not told 200';
    is final($id, 15), 'failed', 'the reaper fails the import';
    is error_of($id), 'worker_lost', 'and says why';
    is visible($id), 0, 'no row is visible';
};

subtest 'a worker is killed while its backend is in COMMIT' => sub {
    my $id = uuid();
    sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    sql('SELECT pg_reload_conf()');
    wait_for(sub { sql('SHOW synchronous_standby_names') eq 'nobody' }, 5);

    my $pid = upload($id);
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event ="
            . " 'SyncRep' AND application_name LIKE 'glyph:%'") > 0;
    }, 20), 'the backend waits in COMMIT';
    kill 'KILL', workers();
    isnt code_of($id, $pid), 200, 'the client is not told 200';
    sleep 2;

    no_standby();

    my $state = final($id, 30);
    like $state, qr/^(completed|failed)$/, "it ended: $state";
    my $want = $state eq 'completed' ? $rows : 0;
    is visible($id), $want, 'all rows are visible, or none';
    sleep 2;
    is state_of($id), $state, 'and that stays so';
    is visible($id), $want, 'and so do the rows';
};

subtest 'a cancel while a stopped backend holds a batch' => sub {
    wait_for(sub { `curl -s -m 2 $url/health` =~ /"status":"ok"/ }, 10);
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';

    # in the middle of a transaction that has the import's row
    my $backend = wait_for(sub {
        my $found = sql("SELECT pid FROM pg_stat_activity WHERE"
            . " application_name LIKE 'glyph:%' AND backend_xid IS NOT NULL"
            . ' LIMIT 1') or return '';
        kill 'STOP', $found;
        return $found if sql("SELECT count(*) FROM pg_stat_activity WHERE"
            . " pid = $found AND backend_xid IS NOT NULL");
        kill 'CONT', $found;
        return '';
    }, 20);
    ok $backend, 'the backend is stopped in a transaction';

    my $code = `curl -s -m 20 -o /dev/null -w '%{http_code}' -X DELETE $url/jobs/$id`;
    isnt $code, 202, "the cancel is not acknowledged ($code)";

    kill 'CONT', $backend if $backend;
    wait_for(sub {
        $code = `curl -s -m 20 -o /dev/null -w '%{http_code}' -X DELETE $url/jobs/$id`;
        return $code =~ /^(202|409)$/;
    }, 20);
    like $code, qr/^(202|409)$/, "then it is ($code)";
    isnt code_of($id, $pid), 200, 'the client is not told 200';
    like final($id, 10), qr/^(cancelled|failed)$/, 'the import has ended';
    is visible($id), 0, 'no row is visible';
    sleep 2;
    is visible($id), 0, 'nor later';
};

subtest 'a cancel in the middle' => sub {
    wait_for(sub { `curl -s -m 2 $url/health` =~ /"status":"ok"/ }, 10);
    my $id = uuid();
    my $pid = upload($id, @slow);
    ok begun($id), 'rows were committed';
    is `curl -s -m 20 -o /dev/null -w '%{http_code}' -X DELETE $url/jobs/$id`,
        202, 'the cancel is acknowledged';
    is visible($id), 0, 'no row is visible';
    is code_of($id, $pid), 409, 'the client is told';
    is state_of($id), 'cancelled', 'the import is cancelled';
    is `curl -s -m 20 -o /dev/null -w '%{http_code}' -X DELETE $url/jobs/$id`,
        409, 'a second cancel finds it finished';
};

subtest 'a backend is terminated' => sub {
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '2m');
    ok begun($id), 'rows were committed';
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        . " WHERE application_name LIKE 'glyph:%'");
    is code_of($id, $pid), 200, 'the upload goes on and is answered with 200';
    is visible($id), $rows, 'every row is there';
    is sql("SELECT count(*) FROM glyph.listings WHERE import_id = '$id'"),
        $rows, 'once';
};

SKIP: {
    skip 'GLYPH_RUN is not set', 1 unless $ENV{GLYPH_RUN};

    subtest 'Postgres crashes and is back' => sub {
        my $id = uuid();
        my $pid = upload($id, '--limit-rate', '1m');
        ok begun($id), 'rows were committed';
        system('util/stack.sh crash > /dev/null 2>&1');
        sleep 1;
        my $late = uuid();
        is code_of($late, upload($late)), 503,
            'an upload that begins now is refused';
        system("util/stack.sh stores > $root/stores.log 2>&1") == 0
            or diag slurp("$root/stores.log");
        is code_of($id, $pid), 200, 'the upload is answered with 200';
        is sql("SELECT count(*) FROM glyph.listings WHERE import_id = '$id'"),
            $rows, 'every row is there, once';
        is state_of($late), '', 'of the other there is no trace';
    };
}

subtest 'a reload in the middle' => sub {
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '2m');
    ok begun($id), 'rows were committed';
    my @old = workers();
    kill 'HUP', master();
    is code_of($id, $pid), 200, 'the upload is answered with 200';
    is visible($id), $rows, 'every row is there';
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 15), 'the old worker ended';
};

subtest 'what is left' => sub {
    is sql("SELECT count(*) FROM glyph.imports WHERE state NOT IN"
           . " ('completed', 'failed', 'cancelled')"), 0,
        'no import is unfinished';
    ok wait_for(sub {
        sql("SELECT count(*) FROM glyph.listings l JOIN glyph.imports i"
            . " ON i.id = l.import_id WHERE i.state <> 'completed'") == 0;
    }, 30), 'the rows of those that never completed are purged';

    my $pid = master();
    kill 'QUIT', $pid;
    ok wait_for(sub {
        !kill(0, $pid) || slurp("/proc/$pid/stat") =~ /\) Z/ }, 15),
        'nginx ends when asked';

    my @bad = grep {
        (/\[(alert|emerg)\]/ && !/exited on signal 9/)
        || /ERROR: AddressSanitizer|runtime error:/
    } split /\n/, slurp("$root/logs/error.log");
    is "@bad", '', 'nothing bad in the error log';
};

END {
    eval { no_standby() } if $conninfo;
    if ($root && -e "$root/logs/nginx.pid") {
        my $pid = master();
        kill 'TERM', $pid if $pid;
    }
}

done_testing();
