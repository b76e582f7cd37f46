# What /metrics tells after uploads of several kinds.

use Test::Nginx::Socket 'no_plan';

our $Main = "thread_pool default threads=2;\n";
our $Http = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<'_EOC_';
location /jobs { glyph_jobs; }
location = /import { glyph_import; client_max_body_size 0; }
location = /metrics { glyph_metrics; }
_EOC_

our $Csv = 'Content-Type: text/csv';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::Http . ($block->zone // ''))
        unless defined $block->http_config;
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 10);
});

# a line of the answer, as it stands
sub line { my $line = shift; return qr/^\Q$line\E$/m }

# all of these lines
sub lines { return CORE::join '', map { "(?=.*^\Q$_\E\$)" } @_ }

run_tests();

__DATA__

=== TEST 1: nothing has happened yet: all counters are there, and 0
--- request
GET /metrics
--- error_code: 200
--- response_headers
Content-Type: text/plain; version=0.0.4; charset=utf-8
--- response_body_like eval
my $all = ::lines('glyph_rows_total{result="valid"} 0',
    'glyph_rejected_rows_total{code="price_invalid"} 0',
    'glyph_matches_total{type="none"} 0', 'glyph_jobs{state="receiving"} 0',
    'glyph_jobs_total{state="cancelled"} 0', 'glyph_workers 1',
    'glyph_stalled_clients_total 0',
    'glyph_buffers_in_use{kind="chunk"} 0',
    'glyph_buffers_limit{kind="chunk"} 128',
    'glyph_buffers_limit{kind="stream_block"} 16',
    'glyph_buffers_limit{kind="turn_block"} 16',
    'glyph_task_duration_seconds_bucket{le="0.0001"} 0',
    'glyph_task_duration_seconds_bucket{le="+Inf"} 0',
    'glyph_commit_duration_seconds_sum 0.000000');
qr/\A$all/ms


=== TEST 2: rows by result, by code and by match; bytes; jobs
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\nGeForce RTX 4090,x\nnonsense,5\n"
 . ",7\n,y\nRTX 3080,1.299", "POST /import\na,b\n1,2", "GET /metrics"]
--- more_headers eval
[$::Csv, $::Csv, ""]
--- error_code eval
[200, 422, 200]
--- response_body_like eval
my $all = ::lines('glyph_rows_total{result="valid"} 3',
    'glyph_rows_total{result="invalid"} 3',
    'glyph_rejected_rows_total{code="price_invalid"} 2',
    'glyph_rejected_rows_total{code="title_missing"} 2',
    'glyph_rejected_rows_total{code="row_nul"} 0',
    'glyph_warned_rows_total{code="price_ambiguous"} 1',
    'glyph_matches_total{type="exact"} 2',
    'glyph_matches_total{type="none"} 1',
    'glyph_received_bytes_total 82', 'glyph_processed_bytes_total 82',
    'glyph_jobs_total{state="completed"} 1',
    'glyph_jobs_total{state="failed"} 1',
    'glyph_jobs{state="processing"} 0', 'glyph_uploads_in_flight 0',
    'glyph_writer_jobs{state="waiting"} 0',
    'glyph_writer_connections{state="busy"} 0',
    'glyph_job_duration_seconds_count 2',
    'glyph_postgres_workers{state="connected"} 1',
    'glyph_postgres_workers{state="down"} 0',
    'glyph_postgres_connects_total{result="failed"} 0');
[qr/"valid_rows":3/, qr/columns_missing/, qr/\A$all/ms]


=== TEST 3: times are counted, in buckets that include the ones before
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /metrics"]
--- more_headers eval
[$::Csv, ""]
--- error_code eval
[200, 200]
--- response_body_like eval
my $all = ::lines('glyph_commit_duration_seconds_count 1',
    'glyph_commit_duration_seconds_bucket{le="10"} 1',
    'glyph_commit_duration_seconds_bucket{le="+Inf"} 1',
    'glyph_task_duration_seconds_bucket{le="2.5"} 1',
    'glyph_task_duration_seconds_count 1');
[qr/./, qr/\A$all.*^glyph_commit_duration_seconds_sum 0\.0*[1-9]/ms]


=== TEST 4: a file with two errors of a kind in one row counts it once
--- request eval
["POST /import\ntitle,price,seller,region\nRTX 3090,700,,\nRTX 3090,5,"
 . ('a' x 1100) . ',' . ('b' x 1100) . "\n", "GET /metrics"]
--- more_headers eval
[$::Csv, ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/./, ::line('glyph_rejected_rows_total{code="field_too_long"} 1')]


=== TEST 5: HEAD; nothing else is for this place
--- request eval
["HEAD /metrics", "POST /metrics\nx", "DELETE /metrics"]
--- error_code eval
[200, 405, 405]
--- response_headers eval
["Content-Type: text/plain; version=0.0.4; charset=utf-8",
 "Content-Type: application/problem+json",
 "Content-Type: application/problem+json"]
--- response_body_like eval
[qr/^$/, qr/method_not_allowed/, qr/method_not_allowed/]


=== TEST 6: a zone of one's own
--- zone
glyph_zone edge 1m;
--- request
GET /metrics
--- response_body_like eval
::line('glyph_workers 1')
--- no_error_log
[warn]


=== TEST 7: a zone that is too small
--- zone
glyph_zone edge 64k;
--- must_die
--- error_log
zone "edge" is too small, must be at least 384k


=== TEST 8: a size that is none
--- zone
glyph_zone edge big;
--- must_die
--- error_log
invalid zone size "big"


=== TEST 9: one zone is enough
--- zone
glyph_zone edge 1m;
glyph_zone other 1m;
--- must_die
--- error_log
"glyph_zone" directive is duplicate


=== TEST 10: stores that cannot be reached
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
glyph_redis unix:/nonexistent/redis.sock;
glyph_background off;
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n", "GET /metrics"]
--- more_headers eval
[$::Csv, ""]
--- error_code eval
[503, 200]
--- response_body_like eval
my $all = ::lines('glyph_postgres_workers{state="down"} 1',
    'glyph_postgres_workers{state="connected"} 0',
    'glyph_redis_workers{state="down"} 1',
    'glyph_redis_connects_total{result="ok"} 0',
    'glyph_redis_reconnects_total 0');
[qr/store_unavailable/,
 qr/\A$all(?=.*^glyph_postgres_connects_total\{result="failed"\} [1-9])(?=.*^glyph_redis_connects_total\{result="failed"\} [1-9])/ms]


=== TEST 11: transforms and dry runs are no jobs, and their rows are rows
--- config
location = /import { glyph_import; }
location = /score { glyph_transform; }
location = /metrics { glyph_metrics; }
--- request eval
["POST /import?dry_run=true\ntitle,price\nRTX 3090,700\n",
 "POST /score\ntitle,price\nRTX 3090,700\n", "POST /score\na,b\n1,2\n",
 "GET /metrics"]
--- more_headers eval
[$::Csv, $::Csv, $::Csv, ""]
--- error_code eval
[200, 200, 422, 200]
--- response_body_like eval
my $all = ::lines('glyph_transforms_total{state="completed"} 2',
    'glyph_transforms_total{state="failed"} 1', 'glyph_transforms 0',
    'glyph_jobs_total{state="completed"} 0',
    'glyph_jobs_total{state="failed"} 0',
    'glyph_job_duration_seconds_count 0',
    'glyph_rows_total{result="valid"} 2');
["", "", "", qr/\A$all/ms]
