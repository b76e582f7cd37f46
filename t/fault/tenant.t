# Tenants while things are in flight: what another worker, Redis, the spool or
# this worker's own memory knows of a job is its tenant's, too; a kill -9 of
# all keeps it; and an id that somebody else has is nobody's loss.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my $small = "$root/small.csv";
my @mine = ('-H', "X-Tenant: acme-$$");
my @other = ('-H', "X-Tenant: other-$$");

sub tenant_of { return sql("SELECT tenant FROM glyph.imports WHERE id = '$_[0]'") }

# What a request is answered with, the id left out, so that answers about two
# ids can be compared.
sub answer {
    my ($id, $path, @options) = @_;
    my $text = get("/jobs/$id$path", '-w', "\n%{http_code}", @options);
    $text =~ s/$id/ID/g;
    return $text;
}

# Other tenants get the answers for an id that nobody has, of every worker.
sub hidden {
    my ($id, $what) = @_;
    my $none = uuid();
    my $wrong = 0;
    for (1 .. 6) {
        for my $path ('', '/status', '/result', '/errors', '/events') {
            $wrong += answer($id, $path, @other)
                ne answer($none, $path, @other);
        }
        $wrong += answer($id, '', '-X', 'DELETE', @other)
            ne answer($none, '', '-X', 'DELETE', @other);
    }
    is $wrong, 0, "$what: to others it is as if there were none";
}

no_standby();
start_nginx(workers => 2,
            http => 'glyph_tenant $http_x_tenant; glyph_events_wait 0;',
            locations => 'location /soon { glyph_jobs; glyph_events_wait 5s; }');
write_input();
write_input($small, 20);

subtest 'a job that runs' => sub {
    my $id = uuid();
    my $pid = upload($id, @mine, '--limit-rate', '200k');
    ok wait_for(sub { status_of("/jobs/$id/status", @mine) == 200 }, 5),
        'its tenant sees it';
    hidden($id, 'at once');
    sleep 1.5;
    hidden($id, 'once it is in Postgres');
    is status_of("/jobs/$id/status", @mine) . tenant_of($id), "200acme-$$",
        'it still runs';
    like get("/jobs/$id/events", @mine, '-m', 1), qr/^event: progress$/m,
        'its tenant gets events';
    is status_of("/jobs/$id", '-X', 'DELETE', @mine), 202, 'and can cancel it';
    is code_of($id, $pid), 409, 'which ends the upload';
    hidden($id, 'when it has ended');
};

subtest 'two tenants follow one id' => sub {
    my $id = uuid();
    my @followers;
    for my $who (\@other, \@mine, (\@other) x 3) {
        my $out = "$root/follow." . @followers;
        my $pid = fork;
        die "fork: $!" unless defined $pid;
        if ($pid == 0) {
            open STDOUT, '>', $out;
            exec 'curl', '-sN', '-m', 20, @$who, "$url/soon/$id/events";
        }
        push @followers, [$pid, $out];
        sleep 0.1;
    }
    is code_of($id, upload($id, @mine, '--limit-rate', '2m')), 200, 'imported';
    waitpid $_->[0], 0 for @followers;
    my @out = map { slurp($_->[1]) } @followers;
    like $out[1], qr/^event: completed$/m, 'its tenant is told of the end';
    cmp_ok scalar(() = $out[1] =~ /^event: progress$/mg), '>', 3,
        'after progress';
    like $out[$_], qr/"code":"job_not_found"/, 'the other one of nothing'
        for 0, 2, 3, 4;
};

subtest 'a job in the spool' => sub {
    my $id = uuid();
    stores('crash');
    ok wait_for(sub { get('/health') =~ /"postgres":\{"state":"down"/ }, 15),
        'Postgres is down';
    is code_of($id, upload($id, '/background', "\@$small", @mine)), 202,
        'taken';
    like get("/jobs/$id/status", @mine), qr/"state":"queued"/,
        'its tenant sees it';
    hidden($id, 'in the spool');
    kill_nginx();
    launch();
    like get("/jobs/$id/status", @mine), qr/"state":"queued"/,
        'also after a kill -9 of all';
    hidden($id, 'found again');
    stores('stores') or diag slurp("$root/stores.log");
    is final($id, 30), 'completed', 'it is imported';
    is tenant_of($id), "acme-$$", 'as that tenant\'s';
    is sql("SELECT count(*) FROM glyph.listing_view WHERE import_id = '$id'"
           . " AND tenant = 'acme-$$'"), 20, 'and so are its rows';
};

subtest 'a runner is killed' => sub {
    my $id = uuid();
    is code_of($id, upload($id, '/background', @mine)), 202, 'taken';
    ok begun($id), 'it has begun';
    kill_nginx();
    launch();
    is final($id, 30), 'completed', 'it is completed';
    is tenant_of($id), "acme-$$", 'as that tenant\'s';
    is stored($id), $rows, 'with every row, once';
    hidden($id, 'then');
};

subtest 'a reader of one tenant' => sub {
    is sql("BEGIN; CREATE SCHEMA test_only;"
           . ' CREATE VIEW test_only.listings WITH (security_barrier) AS SELECT'
           . " * FROM glyph.listing_view WHERE tenant = 'acme-$$';"
           . ' CREATE ROLE test_only_reader;'
           . ' GRANT USAGE ON SCHEMA test_only TO test_only_reader;'
           . ' GRANT SELECT ON test_only.listings TO test_only_reader;'
           . ' SET LOCAL ROLE test_only_reader;'
           . " SELECT (count(*) > 0) || ' ' || string_agg(DISTINCT tenant, ',')"
           . ' FROM test_only.listings'), "true acme-$$",
        'sees it by a view of its own';
};

subtest 'an id of another tenant, while Postgres is down' => sub {
    my $id = uuid();
    sql('INSERT INTO glyph.imports (id, tenant, state, epoch, worker)'
        . " VALUES ('$id', 'other-$$', 'processing', 1, gen_random_uuid())");
    stores('crash');
    ok wait_for(sub { get('/health') =~ /"postgres":\{"state":"down"/ }, 15),
        'Postgres is down';
    is code_of($id, upload($id, '/background', "\@$small", @mine)), 202,
        'taken';
    stores('stores') or diag slurp("$root/stores.log");
    ok wait_for(sub { -e "$root/spool/quarantine/$id" }, 20), 'quarantine';
    like slurp("$root/logs/error.log"),
        qr/\[crit\].*quarantine: another import has its id.*$id/,
        'the log says why';
    is sql("SELECT tenant || ' ' || state || ' ' || epoch FROM glyph.imports"
           . " WHERE id = '$id'"), "other-$$ processing 1",
        'the other import has not felt it';
    is stored($id), 0, 'nor has it rows that are not its own';
    sql("SELECT glyph.cancel('$id', 'other-$$')");
};

subtest 'an id of another tenant, cancelled' => sub {
    my $id = uuid();
    sql('INSERT INTO glyph.imports (id, tenant, state, epoch, finished_at)'
        . " VALUES ('$id', 'other-$$', 'cancelled', 1, now())");
    for my $path ('/import', '/background') {
        is code_of($id, upload($id, $path, "\@$small", @mine)), 409, $path;
        like slurp("$root/$id.body"), qr/"code":"job_id_used"/,
            'says that it is used, not what has become of it';
    }
};

subtest 'what is left' => sub {
    is `find $root/spool/jobs -type f`, '', 'no file';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

done_testing;
