# Stores that are away, or not as they should be.

use Test::Nginx::Socket 'no_plan';

our $Main = "thread_pool default threads=2;\n";
our $Config = <<'_EOC_';
glyph_background off;
location = /import { glyph_import; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
location = /models { glyph_query models; }
location = /health { glyph_health full; }
_EOC_

sub uuid { my $id = `cat /proc/sys/kernel/random/uuid`; chomp $id; $id }

our $Id = uuid();
our %Id = map { $_ => uuid() } qw(wrong none idle unknown);

# a database of the same server without our schema, and one with another's
our ($Psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

sub sql {
    my ($conninfo, $sql) = @_;
    system($::Psql, '-X', '-q', $conninfo, '-c', $sql) == 0
        or die "psql: $sql";
}

if (my $pg = $ENV{TEST_NGINX_GLYPH_PG}) {
    $pg =~ /host=(\S+)/ and $ENV{TEST_NGINX_GLYPH_NO_REDIS}
        = "unix:$1/.s.PGSQL.5432";
    ($ENV{TEST_NGINX_GLYPH_ABSENT} = $pg) =~ s/dbname=\S+/dbname=glyph_absent/;
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
    $block->set_value('config', $::Config) unless defined $block->config;
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


=== TEST 6: no Postgres: when to come back, for whatever needs it
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
glyph_redis $TEST_NGINX_GLYPH_REDIS;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "GET /jobs/$::Id{none}/result", "GET /jobs/$::Id{none}/errors",
 "DELETE /jobs/$::Id{none}", "GET /jobs", "GET /models",
 "POST /import\nnonsense\n"]
--- more_headers eval
["Content-Type: text/csv", "", "", "", "", "", "Content-Type: text/csv"]
--- error_code_like eval
[('^503$') x 6, '^(422|503)$']
--- response_headers_like eval
[('Retry-After: \d+') x 6, ""]
--- response_body_like eval
[(qr/"status":503,"code":"(store|state)_unavailable"/) x 6, qr/"code":"/]


=== TEST 7: no Postgres: the log says where it was looked for
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
--- request
GET /models
--- error_code: 503
--- response_body_like: "code":"store_unavailable"
--- error_log
/nonexistent/.s.PGSQL.5432
--- no_error_log
[alert]
[crit]


=== TEST 8: no database of that name
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_ABSENT" timeout=1s;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /health"]
--- more_headers eval
["Content-Type: text/csv", ""]
--- error_code eval
[503, 503]
--- response_body_like eval
[qr/"code":"store_unavailable"/,
 qr/"postgres":\{"state":"down","error":".*glyph_absent.*does not exist/]


=== TEST 9: no schema: the log says what to run
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_EMPTY" timeout=1s;
--- request
GET /listings
--- error_code: 503
--- response_body_like: "code":"store_unavailable"
--- error_log
run psql -f conf/schema.sql


=== TEST 10: a Redis that is none: imports work, all the same
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_NO_REDIS timeout=1s;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x\n",
 "GET /jobs/$::Id{wrong}/status", "GET /jobs/$::Id{wrong}/errors",
 "GET /jobs/$::Id{wrong}/result", "GET /listings?import_id=$::Id{wrong}",
 "DELETE /jobs/$::Id{wrong}", "GET /health"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{wrong}", ('') x 6]
--- error_code eval
[200, 200, 200, 200, 200, 409, 200]
--- response_body_like eval
[qr/"valid_rows":1/, qr/"state" ?: ?"completed"/, qr/price_invalid/,
 qr/"valid_rows":1/, qr/"RTX_3090"/, qr/"job_finished"/,
 qr/"status":"degraded".*"redis":\{"state":"down"/]


=== TEST 11: no Redis: what only it could know is not said not to be there
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis unix:/nonexistent/redis.sock;
--- request eval
["GET /jobs/$::Id{unknown}/status", "GET /jobs/$::Id{unknown}/result",
 "DELETE /jobs/$::Id{unknown}"]
--- error_code eval
[503, 503, 503]
--- response_headers_like eval
['Retry-After: \d+', 'Retry-After: \d+', 'Retry-After: \d+']
--- response_body_like eval
[(qr/"code":"state_unavailable".*Redis/) x 3]


=== TEST 12: Redis not configured: what Postgres does not know is not there
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
--- request eval
["GET /jobs/$::Id{unknown}/status", "DELETE /jobs/$::Id{unknown}"]
--- error_code eval
[404, 404]


=== TEST 13: a Redis without that database
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS db=4711 timeout=1s;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /health"]
--- more_headers eval
["Content-Type: text/csv", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":1/,
 qr/"status":"degraded".*"redis":\{"state":"down","error":".*(DB|database)/]


=== TEST 14: health: strangers learn no more than a word
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis unix:/nonexistent/redis.sock;
--- config
location = /import { glyph_import; }
location = /health { glyph_health; }
location = /full { glyph_health full; }
location = /if { glyph_health full; if ($arg_a) { set $b c; } }
--- request eval
["GET /health", "GET /full", "GET /if?a=1", "GET /health?full=1"]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/^\{"status":"degraded"\}\n$/,
 qr/^\{"status":"degraded","version":"[\d.]+","postgres":\{.*nonexist|No such file/,
 qr/"postgres":/, qr/^\{"status":"degraded"\}\n$/]


=== TEST 15: and no more when it is down
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
--- config
glyph_background off;
location = /import { glyph_import; }
location = /health { glyph_health; }
--- request
GET /health
--- error_code: 503
--- response_body
{"status":"down"}
