# The roles of conf/schema: what the module's may do is enough for all it
# does (every suite in this directory connects as it), and no more; readers
# see the views and nothing else.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

sub as {
    my ($role, $sql) = @_;
    (my $pg = $ENV{GLYPH_PG}) =~ s/user=glyph\b/user=$role/;
    open my $in, '-|', 'sh', '-c', 'exec psql -qXAt "$1" -c "$2" 2>&1', 'sh',
        $pg, $sql or die "sh: $!";
    local $/;
    my $out = <$in>;
    close $in;
    return $out =~ s/\n\z//r;
}

sub refused {
    my ($role, $sql) = @_;
    like as($role, "BEGIN; $sql; ROLLBACK"),
        qr/^ERROR:  (permission denied|must be owner)/, "$role: $sql";
}

sql('DROP ROLE IF EXISTS glyph_analyst');
sql('CREATE ROLE glyph_analyst LOGIN IN ROLE glyph_reader');

subtest 'nginx logs in as a role that owns nothing' => sub {
    start_nginx(workers => 2, locations =>
        'location /imports { glyph_imports; }'
        . 'location = /listings { glyph_query listings; }');

    my $id = uuid();
    write_input("$root/small.csv", 50);
    is code_of($id, upload($id, "\@$root/small.csv")), 200, 'an import';

    is sql("SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity"
           . " WHERE application_name LIKE 'glyph:%'"), 'glyph_edge',
        'its role';
    is sql("SELECT count(*) FROM pg_roles WHERE rolname = 'glyph_edge'"
           . ' AND (rolsuper OR rolcreatedb OR rolcreaterole'
           . ' OR rolreplication OR rolbypassrls)'), 0, 'has no attributes';
    is sql("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid ="
           . " c.relowner WHERE r.rolname IN ('glyph_edge', 'glyph_writer',"
           . " 'glyph_reader')"), 0, '... and owns nothing';

    is status_of("/imports/$id", '-X', 'DELETE'), 200, 'an undo';
    ok wait_for(sub { stored($id) == 0 }, 20), 'the listings are purged';
    is status_of('/listings'), 200, 'a query' or diag get('/listings');
    unlike slurp("$root/logs/error.log"), qr/permission denied/,
        'nothing was refused';
    ok stop_nginx(), 'nginx ends';
};

# One that a dead worker of the same role has left in a transaction

subtest 'it ends backends of its own role' => sub {
    my ($worker, $id) = (uuid(), uuid());
    (my $pg = $ENV{GLYPH_PG}) =~ s/user=glyph\b/user=glyph_edge/;
    local $ENV{PGAPPNAME} = "glyph:$worker";
    open my $in, '|-', "exec psql -qX '$pg' > /dev/null 2>&1"
        or die "psql: $!";
    my $meta = qq({"worker": "$worker", "tenant": "role-$$"});
    syswrite $in, qq(BEGIN; SELECT glyph.begin_batch('[["$id", 1, $meta]]');\n);
    delete local $ENV{PGAPPNAME};

    my $pid = wait_for(sub {
        sql('SELECT pid FROM pg_stat_activity WHERE application_name ='
            . " 'glyph:$worker' AND backend_xid IS NOT NULL");
    }, 10);
    ok $pid, 'it holds an import';
    is as('glyph_edge', "SELECT glyph.end_backends('$worker')"), 1,
        'it is told to end';
    ok wait_for(sub {
        !sql("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid");
    }, 10), 'and does';
    local $SIG{PIPE} = 'IGNORE';
    close $in;
};

refused('glyph_edge', $_) for
    'DROP TABLE glyph.listings',
    'TRUNCATE glyph.listings',
    'DELETE FROM glyph.imports',
    'UPDATE glyph.listings SET price = 1',
    'UPDATE glyph.import_errors SET line = 1',
    'UPDATE glyph.import_warnings SET line = 1',
    "INSERT INTO glyph.schema_versions VALUES (99, now(), '')",
    'CREATE TABLE glyph.t (a int)',
    'CREATE FUNCTION glyph.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
    'CREATE OR REPLACE VIEW glyph.import_view AS SELECT 1 AS import_id';

like as('glyph_analyst', "SELECT count(*) FROM glyph.$_"), qr/^\d+$/,
    "glyph_analyst: $_"
    for qw(import_view listing_view error_view warning_view model_view
        model_summary_view region_summary_view seller_summary_view);

refused('glyph_analyst', $_) for
    (map { "SELECT * FROM glyph.$_" } qw(imports listings import_errors
        import_warnings gpu_models workers schema_versions)),
    'DELETE FROM glyph.model_view',
    "SELECT glyph.undo('00000000-0000-7000-8000-000000000000', '')",
    "SELECT * FROM glyph.api_listings('{}')",
    "SELECT glyph.purge()";

is sql("SELECT string_agg(p.proname, ' ') FROM pg_proc p JOIN pg_namespace n"
       . " ON n.oid = p.pronamespace AND n.nspname = 'glyph'"
       . " WHERE has_function_privilege('glyph_analyst', p.oid, 'EXECUTE')"),
    '', 'glyph_analyst may execute nothing';

sql('DROP ROLE glyph_analyst');
is join("\n", bad_lines()), '', 'no alert';

done_testing();
