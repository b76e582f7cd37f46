package Glyph::Versions;

# Two nodes over one Postgres and one Redis, of two versions of the module, while
# uploads and questions about them go on at both: the schema is brought to the
# newer version, each node is upgraded, and goes back.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Path qw(make_path remove_tree);
use Test::More;
use Time::HiRes qw(sleep time);

use Glyph::Fault;

our @EXPORT = qw(side_by_side);

my $lines = 40;
my ($psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];
my ($port) = $url =~ /:(\d+)$/;
my (%node, @clients, $owner);

END {
    my $status = $?;
    if (defined $owner && $owner == $$) {
        kill 'TERM', @clients;
        kill 'TERM', grep { $_ } map { pid($_) } keys %node;
    }
    $? = $status;
}


# The nodes

sub pid {
    my ($name, $suffix) = @_;
    return slurp("$root/$name/logs/nginx.pid" . ($suffix // '')) =~ /(\d+)/
        ? $1 : 0;
}

sub configure {
    my ($name, $with) = @_;
    my $user = $> == 0 ? 'user root;' : '';
    my $at = $node{$name};
    (my $pg = $ENV{GLYPH_PG}) =~ s/user=glyph\b/user=glyph_edge/;

    open my $out, '>', "$root/$name/nginx.conf" or die "nginx.conf: $!";
    print $out <<"CONF";
$user
load_module $with->{module};
worker_processes 2;
pid logs/nginx.pid;
error_log logs/error.log info;
thread_pool default threads=2;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path body;
    glyph_models $with->{models};
    glyph_postgres "$pg" timeout=15s;
    glyph_redis $ENV{TEST_NGINX_GLYPH_REDIS};
    glyph_spool_path $root/$name/spool;
    server {
        listen 127.0.0.1:$at;
        location = /import { glyph_import; glyph_background off; }
        location = /background { glyph_import background; }
        location /jobs { glyph_jobs; }
        location = /health { glyph_health; }
    }
}
CONF
    close $out or die "nginx.conf: $!";
}

sub ask {
    my ($name, $path, @options) = @_;
    open my $in, '-|', 'curl', '-s', '-m', 30, @options,
        "http://127.0.0.1:$node{$name}$path" or die "curl: $!";
    local $/;
    my $text = <$in>;
    close $in;
    return $text // '';
}

sub healthy { return ask($_[0], '/health') =~ /"status":"ok"/ }

sub begin {
    my ($name, $with) = @_;
    make_path("$root/$name/logs");
    chmod 0777, "$root/$name";
    configure($name, $with);
    system("$ENV{TEST_NGINX_BINARY} -p $root/$name/ -c nginx.conf"
           . " -e logs/error.log > $root/$name/start.log 2>&1") == 0
        or die 'nginx: ' . slurp("$root/$name/start.log");
    return wait_for(sub { healthy($name) }, 10);
}

# As a package's upgrade does: nobody who connects meanwhile is refused.
sub change {
    my ($name, $with) = @_;
    my $old = pid($name);
    configure($name, $with);
    kill 'USR2', $old;
    wait_for(sub { pid($name, '.oldbin') && pid($name)
                   && pid($name) != $old }, 15) or return 0;
    wait_for(sub { `pgrep -P @{[pid($name)]}` }, 10);
    kill 'QUIT', $old;
    return wait_for(sub { Glyph::Fault::ended($old) }, 30) && healthy($name);
}


# The load: each client sends to the nodes by turns, and asks the other one
# what has become of it.  A line for each upload in a file of its own.

sub client {
    my ($n) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    return $pid if $pid;

    my $stop = 0;
    $SIG{TERM} = sub { $stop = 1 };
    open my $log, '>', "$root/client.$n" or die "client.$n: $!";

    for (my $i = $n; !$stop; $i++) {
        my ($to, $other) = $i % 2 ? ('a', 'b') : ('b', 'a');
        my $path = $i % 3 ? '/import' : '/background';
        my $id = uuid();
        my $code = ask($to, $path, '-o', '/dev/null', '-w', '%{http_code}',
            '-H', 'Content-Type: text/csv', '-H', 'Expect:', '-H',
            "Glyph-Job-Id: $id", '-X', 'POST', '-T', "$root/some.csv");
        my $status = ask($other, "/jobs/$id/status", '-w', "\n%{http_code}");
        my ($state) = $status =~ /"state" ?: ?"(\w+)"/;
        my ($asked) = $status =~ /(\d+)\z/;
        print {$log} join(' ', $id, $to, $path, $code, $asked,
                          $state // '-'), "\n";
        $log->flush;
    }

    close $log;
    require POSIX;
    POSIX::_exit(0);
}

sub told { return map { [split] } map { split /\n/, slurp($_) } glob "$root/client.*" }

# Each node has taken some of each kind since.
sub goes_on {
    my ($what) = @_;
    my $before = told();
    ok wait_for(sub {
        my %seen;
        my @told = told();
        $seen{"$_->[1] $_->[2]"}++ for @told[$before .. $#told];
        return keys %seen == 4 && @told > $before + 30;
    }, 20), "$what: uploads go on at both";
    ok healthy($_), "$what: node $_ is well" for 'a', 'b';
}


# Each of old and new: module, models, schema (a file), version.
sub side_by_side {
    my (%with) = @_;
    my ($old, $new) = @with{qw(old new)};

    $owner = $$;
    remove_tree($root);
    make_path($root);
    chmod 0777, $root;
    %node = (a => $port, b => $port + 1);
    write_input("$root/some.csv", $lines);

    sql('DROP DATABASE IF EXISTS glyph_versions');
    sql('CREATE DATABASE glyph_versions');
    local $ENV{GLYPH_PG} = $ENV{GLYPH_PG} =~ s/dbname=\S+/dbname=glyph_versions/r;

    my $run = sub {
        return scalar `$psql -Xq -v ON_ERROR_STOP=1 -f $_[0] '$ENV{GLYPH_PG}' 2>&1`;
    };
    my $at = sub {
        return sql('SELECT max(version) FROM glyph.schema_versions');
    };

    is $run->($old->{schema}), '', 'the older schema';
    is $at->(), $old->{version}, 'is of its version';
    ok begin('a', $old), 'a node of the older module';
    ok begin('b', $new), 'and one of the newer, which serves it, too';

    @clients = map { client($_) } 1 .. 4;
    goes_on('before');

    is $run->($new->{schema}), '', 'the newer schema, under load';
    is $at->(), $new->{version}, 'is there';
    goes_on('the schema is newer');

    ok change('a', $new), 'a node is upgraded';
    goes_on('both are newer');
    ok change('b', $old), 'the other goes back';
    goes_on('one is older');
    ok change('a', $old), 'and so does the first';
    goes_on('both are older');
    ok change($_, $new), "node $_ is upgraded at last" for 'a', 'b';
    goes_on('at the end');

    kill 'TERM', @clients;
    waitpid $_, 0 for @clients;
    @clients = ();

    my @told = told();
    diag scalar(@told) . ' uploads';
    is join("\n", map { "@$_" } grep {
        $_->[3] != ($_->[2] eq '/import' ? 200 : 202) } @told), '',
        'none was refused';
    is join("\n", map { "@$_" } grep {
        $_->[4] != 200 || $_->[5] =~ /failed|cancelled/
        || $_->[2] eq '/import' && $_->[5] ne 'completed' } @told), '',
        'the other node knows of each';

    ok wait_for(sub {
        sql("SELECT count(*) FROM glyph.imports WHERE state = 'completed'")
            == @told;
    }, 30), 'each is completed';
    is sql('SELECT count(*) FROM glyph.imports'), scalar @told,
        'and there are no others';
    is sql('SELECT count(*) FROM (SELECT i.id FROM glyph.imports i LEFT JOIN'
           . ' glyph.listing_view l ON l.import_id = i.id GROUP BY i.id HAVING'
           . " count(*) <> $lines OR count(DISTINCT l.import_index) <> $lines)"
           . ' x'), 0, 'with every row, once';
    is sql('SELECT count(*) FROM glyph.listings'), $lines * @told,
        'and no row of anything else';

    for my $name ('a', 'b') {
        my $pid = pid($name);
        kill 'QUIT', $pid;
        ok wait_for(sub { Glyph::Fault::ended($pid) }, 30),
            "node $name ends when asked";
        my $log = slurp("$root/$name/logs/error.log");
        is join("\n", grep { /\[(?:alert|emerg|crit)\]|the schema in database/ }
                split /\n/, $log), '', 'nothing bad in its log';
    }
}

1;
