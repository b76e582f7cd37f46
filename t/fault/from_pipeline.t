# A file of the node is being copied to the spool when its worker, or all of
# nginx, is killed: nobody was told 202, so there is nothing of it, the file is
# as it was, and the request can be made again.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Fault;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my $large = 600 * 1024 * 1024;

sub spooled { return split ' ', `find $root/spool/jobs -type f` }

sub from {
    my ($id, $name, @options) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        open STDOUT, '>', "$root/$id.code";
        exec 'curl', '-s', '-m', 60, '-o', "$root/$id.body", '-w',
            '%{http_code}', '-H', "Glyph-Job-Id: $id", '-X', 'POST', @options,
            "$url/from?path=$name";
    }
    return $pid;
}

# A copy that has begun and is far from its end.
sub copying {
    my ($id, @options) = @_;
    my $pid = from($id, 'large.csv', @options);
    ok wait_for(sub { (-s "$root/spool/jobs/$id.part" || 0) > 1_000_000 }, 10),
        'a part is there';
    return $pid;
}

sub nothing {
    my ($id, $pid) = @_;
    is code_of($id, $pid), '000', 'there is no answer';
    ok wait_for(sub { !spooled() }, 10), 'then there is no part';
    ok wait_for(sub { get('/health') =~ /"spool":\{"bytes":0,/ }, 5),
        'nor is it counted';
    is stored($id), 0, 'no row is stored';
    is -s "$root/files/large.csv", $large, 'the file is as it was';
    unlike slurp("$root/logs/error.log"), qr/\[crit\]/, 'there is no [crit]';
}

# What Redis has of it is believed for two seconds.
sub unknown {
    my ($id) = @_;
    ok wait_for(sub { status_of("/jobs/$id/status") == 404 }, 4),
        'nobody knows the job';
}

start_nginx(locations => "location = /from { glyph_import;"
    . " glyph_import_root $root/files; client_max_body_size 0; }");
mkdir "$root/files";
write_input("$root/files/small.csv", 20);
write_input("$root/files/large.csv", 20);
truncate "$root/files/large.csv", $large;

subtest 'a worker is killed' => sub {
    my $id = uuid();
    my $pid = copying($id);
    kill 'KILL', workers();
    nothing($id, $pid);
    unknown($id);
    is code_of($id, from($id, 'small.csv')), 202,
        'a request with the same id is a new one';
    is final($id, 10), 'completed', 'which is completed';
    is visible($id), 20, 'with its rows';
};

subtest 'all of nginx is killed' => sub {
    my $id = uuid();
    my $pid = copying($id);
    kill_nginx();
    ok spooled(), 'the part is left';
    launch();
    nothing($id, $pid);
    unknown($id);
};

subtest 'a worker is killed, with an Idempotency-Key' => sub {
    my ($id, $again, $key) = (uuid(), uuid(), uuid());
    my $pid = copying($id, '-H', "Idempotency-Key: $key");
    is state_of($id), 'receiving', 'the key is claimed';
    kill 'KILL', workers();
    nothing($id, $pid);
    is final($id, 10), 'failed', 'the import fails';
    is error_of($id), 'worker_lost', 'and says why';
    is code_of($again, from($again, 'small.csv', '-H', "Idempotency-Key: $key")),
        202, 'the key is free again';
    is final($again, 10), 'completed', 'and the import completed';
};

subtest 'a reload in the middle' => sub {
    my ($id, @old) = (uuid(), workers());
    truncate "$root/files/large.csv", $large / 3;
    my $pid = copying($id);
    kill 'HUP', master();
    is code_of($id, $pid), 202, 'the old worker copies it to the end';
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 20), 'and ends';
    is final($id, 30), 'completed', 'it is imported by the new one';
    is visible($id), 20, 'but for the NULs behind its rows';
    ok wait_for(sub { !spooled() }, 5), 'no file is left';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
