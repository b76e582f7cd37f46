# A job's states as server-sent events.  What takes more than one request at a
# time is in t/fault/sse.t.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<'_EOC_';
location = /import { glyph_import; client_max_body_size 0; }
location /jobs { glyph_jobs; glyph_events_wait 300ms; }
_EOC_

our $Csv = 'Content-Type: text/csv';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', "thread_pool default threads=2;\n");
    $block->set_value('http_config', $::HttpConfig)
        unless defined $block->http_config;
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 10);
});

our %Id = map { $_ => uuid() } qw(done failed again none cancelled other zip
    two head slash status);

our ($Psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

# jobs that nobody runs, one of them another tenant's
if (my $pg = $ENV{TEST_NGINX_GLYPH_PG}) {
    system($Psql, '-X', '-q', $pg, '-c',
           'INSERT INTO glyph.imports (id, tenant, state, epoch, finished_at)'
           . " VALUES ('$Id{cancelled}', '', 'cancelled', 1, now()),"
           . " ('$Id{other}', 'other', 'completed', 1, now())") == 0
        or die 'psql';
}

our $Good = "POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x\n";

run_tests();

__DATA__

=== TEST 1: a job that has ended: its final state, and the end
--- request eval
[$::Good, "GET /jobs/$::Id{done}/events"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{done}", "Accept: text/event-stream"]
--- response_headers eval
["", "Content-Type: text/event-stream\nCache-Control: no-store\nX-Accel-Buffering: no\n!Content-Length"]
--- response_body_like eval
[qr/"valid_rows":1/,
 qr/^retry: \d+\nid: 1\nevent: completed\ndata: \{"job_id" ?: ?"$::Id{done}", ?"state" ?: ?"completed"[^\n]*"rows" ?: ?2\b[^\n]*"links":\{[^\n]*"events":"\/jobs\/$::Id{done}\/events"\}\}\n\n$/]


=== TEST 2: the same job's status says the same, with all of its progress
--- request eval
[$::Good, "GET /jobs/$::Id{status}/status"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{status}", ""]
--- response_body_like eval
[qr/"valid_rows":1/,
 qr/"progress" ?: ?\{"bytes" ?: ?35, ?"bytes_total" ?: ?35, ?"rows" ?: ?2, ?"rows_committed" ?: ?2, ?"percent" ?: ?100, ?"rows_per_second" ?: ?[1-9]\d*, ?"eta_seconds" ?: ?null\}/]


=== TEST 3: a job that has failed
--- request eval
["POST /import\na,b\n1,2\n", "GET /jobs/$::Id{failed}/events"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{failed}", ""]
--- error_code eval
[422, 200]
--- response_body_like eval
[qr/"code":"columns_missing"/,
 qr/\nevent: failed\ndata: \{[^\n]*"error" ?: ?\{"code" ?: ?"columns_missing"[^\n]*\}\n\n$/]


=== TEST 4: a job that was cancelled
--- request eval
"GET /jobs/$::Id{cancelled}/events"
--- response_body_like: \nevent: cancelled\ndata: \{[^\n]*"state" ?: ?"cancelled"[^\n]*\}\n\n$


=== TEST 5: a client that comes back finds the numbers going on
--- request eval
[$::Good, "GET /jobs/$::Id{again}/events", "GET /jobs/$::Id{again}/events"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{again}", "Last-Event-ID: 41",
 "Last-Event-ID: nonsense"]
--- response_body_like eval
[qr/./, qr/\nid: 42\nevent: completed\n/, qr/\nid: 1\nevent: completed\n/]


=== TEST 6: an id that nobody knows: 404, after a while
--- request eval
"GET /jobs/$::Id{none}/events"
--- error_code: 404
--- response_headers
Content-Type: application/problem+json
--- response_body_like eval
qr/"status":404,"code":"job_not_found".*$::Id{none}/


=== TEST 7: another tenant's job is as one that nobody knows
--- request eval
"GET /jobs/$::Id{other}/events"
--- error_code: 404
--- response_headers
Content-Type: application/problem+json
--- response_body_like eval
qr/"status":404,"code":"job_not_found".*$::Id{other}/


=== TEST 8: no waiting at all
--- config
location /jobs { glyph_jobs; glyph_events_wait 0; }
--- request eval
["GET /jobs/$::Id{none}/events", "GET /jobs/$::Id{cancelled}/events"]
--- error_code eval
[404, 200]
--- response_body_like eval
[qr/"job_not_found"/, qr/\nevent: cancelled\n/]


=== TEST 9: what is no id
--- request eval
["GET /jobs/nonsense/events", "GET /jobs/$::Id{none}x/events",
 "GET /jobs/$::Id{slash}/events/"]
--- error_code eval
[404, 404, 404]
--- response_body_like eval
[qr/"job_not_found".*nonsense/, qr/"job_not_found"/,
 qr/"not_found".*events/]


=== TEST 10: methods
--- request eval
[$::Good, "HEAD /jobs/$::Id{head}/events", "DELETE /jobs/$::Id{head}/events",
 "POST /jobs/$::Id{head}/events\nx"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{head}", "", "", ""]
--- error_code eval
[200, 200, 405, 405]
--- response_headers eval
["", "Content-Type: text/event-stream", "Allow: GET, HEAD, OPTIONS",
 "Allow: GET, HEAD, OPTIONS"]
--- response_body_like eval
[qr/./, qr/^$/, qr/method_not_allowed/, qr/method_not_allowed/]


=== TEST 11: a request with a body
--- request eval
[$::Good, "GET /jobs/$::Id{two}/events\nthis is of no interest"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{two}", ""]
--- response_body_like eval
[qr/./, qr/\nevent: completed\n.*\n\n$/s]


=== TEST 12: one connection for two streams
--- pipelined_requests eval
["GET /jobs/$::Id{cancelled}/events", "GET /jobs/$::Id{cancelled}/events"]
--- response_body_like eval
[qr/\nevent: cancelled\n.*\n\n$/s, qr/\nevent: cancelled\n.*\n\n$/s]


=== TEST 13: not compressed, whatever the location says
--- config
location /jobs { glyph_jobs; gzip on; gzip_types *; gzip_min_length 0; }
--- more_headers
Accept-Encoding: gzip
--- request eval
"GET /jobs/$::Id{cancelled}/events"
--- response_headers
!Content-Encoding
--- response_body_like: \nevent: cancelled\n


=== TEST 14: no Redis: Postgres knows
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- request eval
["GET /jobs/$::Id{cancelled}/events", "GET /jobs/$::Id{none}/events"]
--- error_code eval
[200, 404]
--- response_body_like eval
[qr/\nevent: cancelled\n/, qr/"job_not_found"/]


=== TEST 15: Redis is away: Postgres knows
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis unix:/nonexistent/redis.sock;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- request eval
["GET /jobs/$::Id{cancelled}/events", "GET /jobs/$::Id{none}/events"]
--- error_code eval
[200, 404]
--- response_body_like eval
[qr/\nevent: cancelled\n/, qr/"job_not_found"/]


=== TEST 16: Postgres is away: nobody can say that there is no such job
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- request eval
"GET /jobs/$::Id{none}/events"
--- error_code: 503
--- response_headers
Retry-After: 2
--- response_body_like: "code":"state_unavailable".*Postgres
