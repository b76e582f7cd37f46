# Stores that are away, or not as they should be.

use Test::Nginx::Socket 'no_plan';

our $Main = "thread_pool default threads=2;\n";
our $Config = <<'_EOC_';
location = /import { glyph_import; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
location = /health { glyph_health; }
_EOC_

sub uuid { my $id = `cat /proc/sys/kernel/random/uuid`; chomp $id; $id }

our $Id = uuid();

# a database of the same server without our schema, and one with another's
our ($Psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

sub sql {
    my ($conninfo, $sql) = @_;
    system($::Psql, '-X', '-q', $conninfo, '-c', $sql) == 0
        or die "psql: $sql";
}

if (my $pg = $ENV{TEST_NGINX_GLYPH_PG}) {
    for my $name ('glyph_empty', 'glyph_newer') {
        sql($pg, "DROP DATABASE IF EXISTS $name");
        sql($pg, "CREATE DATABASE $name");
        ($ENV{'TEST_NGINX_' . uc $name} = $pg) =~ s/dbname=\S+/dbname=$name/;
    }
    sql($ENV{TEST_NGINX_GLYPH_NEWER}, 'CREATE SCHEMA glyph');
    sql($ENV{TEST_NGINX_GLYPH_NEWER}, 'CREATE FUNCTION glyph.schema_version()'
        . ' RETURNS int LANGUAGE sql AS $$ SELECT 99 $$');
}

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 15);
});

run_tests();

__DATA__

=== TEST 1: no Postgres: an upload is answered within the time-out
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "POST /import\ntitle,price\nRTX 3090,700\n", "GET /health",
 "GET /listings", "GET /jobs/$::Id/status"]
--- more_headers eval
["Content-Type: text/csv", "Content-Type: text/csv", "", "", ""]
--- error_code eval
[503, 503, 503, 503, 503]
--- response_body_like eval
[qr/"code":"store_unavailable"/, qr/"code":"store_unavailable"/,
 qr/"status":"down".*"postgres":\{"state":"down","error":".*nonexistent/,
 qr/"code":"store_unavailable"/, qr/"code":"store_unavailable"/]


=== TEST 2: no schema
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_EMPTY" timeout=1s;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /health"]
--- more_headers eval
["Content-Type: text/csv", ""]
--- error_code eval
[503, 503]
--- response_body_like eval
[qr/"code":"store_unavailable"/,
 qr/"state":"schema_mismatch","error":".*no schema.*schema.sql/]


=== TEST 3: a schema of another version
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_NEWER" timeout=1s;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /health"]
--- more_headers eval
["Content-Type: text/csv", ""]
--- error_code eval
[503, 503]
--- response_body_like eval
[qr/"code":"store_unavailable"/, qr/"state":"schema_mismatch".*99/]


=== TEST 4: no Redis: imports work, and the status comes from Postgres
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis unix:/nonexistent/redis.sock;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /jobs/$::Id/status",
 "GET /health"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":1/, qr/completed/, qr/"status":"degraded"/]


=== TEST 5: Redis not configured
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /health"]
--- more_headers eval
["Content-Type: text/csv", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":1/, qr/"status":"ok".*"redis":\{"state":"off"/]
