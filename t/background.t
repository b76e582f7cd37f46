# When a body goes to the spool, and what the client is told.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $Main = "thread_pool default threads=2;\n";
our $Http = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_
our $Config = <<'_EOC_';
location = /import { glyph_import; }
location = /always { glyph_import background; }
location = /never { glyph_import; glyph_background off; }
location = /large { glyph_import; glyph_background_size 20; }
location /jobs { glyph_jobs; }
location = /health { glyph_health; }
_EOC_
our $Body = "title,price\nRTX 3090,700\nTesla T4,\$250\n";

our %Id = map { $_ => uuid() } qw(status wait used cancel members);

# The members of a Job, whoever tells of it.
our $Job = join ',\s*', map { qr/"$_"\s*:\s*(?:null|"[^"]*"|\{[^{}]*\})/ }
    qw(job_id state created_at started_at finished_at filename source_label
       campaign_id progress counts error undone_at links);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::Http)
        unless defined $block->http_config;
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 15);
});

run_tests();

__DATA__

=== TEST 1: what asks for it
--- request eval
["POST /import\n$::Body", "POST /import?background=true\n$::Body",
 "POST /always\n$::Body", "POST /large\n$::Body"]
--- more_headers eval
["Content-Type: text/csv\nPrefer: respond-async",
 "Content-Type: text/csv", "Content-Type: text/csv",
 "Content-Type: text/csv"]
--- error_code eval
[202, 202, 202, 202]
--- response_headers eval
[("Preference-Applied: respond-async\nRetry-After: 1") x 4]
--- response_body_like eval
[(qr/"state":"queued".*"bytes_total":38.*"status":"\/jobs\/[-0-9a-f]+\/status"/)
 x 4]


=== TEST 2: what does not
--- request eval
["POST /import\n$::Body", "POST /import?background=false\n$::Body",
 "POST /never?background=true\n$::Body",
 "POST /large\ntitle,price\nT4,\$9\n", "POST /import\n$::Body"]
--- more_headers eval
["Content-Type: text/csv", "Content-Type: text/csv",
 "Content-Type: text/csv\nPrefer: respond-async, wait=1",
 "Content-Type: text/csv",
 "Content-Type: text/csv\nPrefer: handling=strict; x=respond-async"]
--- error_code eval
[200, 200, 200, 200, 200]
--- response_headers eval
[("!Preference-Applied") x 5]


=== TEST 3: a body of unknown length, where only small ones are taken
--- raw_request eval
"POST /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" .
"Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n" .
"12\r\ntitle,price\nT4,\$9\n\r\n0\r\n\r\n"
--- error_code: 202


=== TEST 4: a client that waits has the result
--- request eval
["POST /import\n$::Body", "GET /jobs/$::Id{wait}/status"]
--- more_headers eval
["Content-Type: text/csv\nPrefer: wait=10\nGlyph-Job-Id: $::Id{wait}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"import_id":"$::Id{wait}".*"total_rows":2,"valid_rows":2/,
 qr/"state" ?: ?"completed"/]


=== TEST 5: an empty body, and one without a usable row
--- request eval
["POST /always\n", "POST /always\ntitle,price\nT4,free\n"]
--- more_headers eval
["Content-Type: text/csv\nPrefer: wait=10\nContent-Length: 0",
 "Content-Type: text/csv\nPrefer: wait=10"]
--- error_code eval
[422, 422]
--- response_body_like eval
[qr/"code":"file_empty"/, qr/"code":"price_/]


=== TEST 6: what the headers show to be wrong is not spooled
--- request eval
["POST /always?delimiter=x\n$::Body", "POST /always\n$::Body",
 "POST /always\n$::Body", "POST /always?background=maybe\n$::Body"]
--- more_headers eval
["Content-Type: text/csv", "Content-Type: image/png",
 "Content-Type: text/csv; charset=klingon", "Content-Type: text/csv"]
--- error_code eval
[400, 415, 415, 400]
--- response_body_like eval
[qr/"code":"option_invalid"/, qr/"code":"unsupported_media_type"/,
 qr/"code":"charset_unknown"/, qr/"code":"option_invalid"/]


=== TEST 7: Postgres is away: the spool takes it, and knows of it
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL/away 1 2;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
--- request eval
["POST /always\n$::Body", "GET /jobs/$::Id{status}/status",
 "POST /always\n$::Body", "DELETE /jobs/$::Id{status}", "GET /health",
 "POST /never\n$::Body"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{status}", "",
 "Content-Type: text/csv\nGlyph-Job-Id: $::Id{status}", "", "",
 "Content-Type: text/csv"]
--- error_code eval
[202, 200, 409, 503, 200, 503]
--- response_body_like eval
[qr/"state":"queued"/, qr/"job_id":"$::Id{status}","state":"queued"/,
 qr/"code":"job_id_used"/, qr/"code":"store_unavailable"/,
 qr/"status":"degraded"/, qr/"code":"store_unavailable"/]


=== TEST 8: an unknown word
--- config
location = /import { glyph_import foreground; }
--- must_die
--- error_log
invalid parameter "foreground"


=== TEST 9: no runner
--- config
location = /import { glyph_import; }
--- http_config
glyph_runners 0;
--- must_die
--- error_log
"glyph_runners" must be between 1 and 64


=== TEST 10: the same members from the spool as from Postgres
--- request eval
["POST /import?filename=a.csv\n$::Body",
 "POST /import?filename=a.csv\n$::Body", "GET /jobs/$::Id{members}/status"]
--- more_headers eval
["Content-Type: text/csv\nPrefer: respond-async",
 "Content-Type: text/csv\nGlyph-Job-Id: $::Id{members}", ""]
--- error_code eval
[202, 200, 200]
--- response_body_like eval
[qr/^\{$::Job\}$/, qr/"import_id"/, qr/^\{$::Job\}$/]


=== TEST 11: what is accepted is called as its request said
--- request eval
[("POST /import?filename=a%C3%A9.csv&source_label=feed&campaign_id=c-1\n"
  . $::Body) x 2]
--- more_headers eval
["Content-Type: text/csv\nPrefer: respond-async",
 "Content-Type: text/csv\nPrefer: respond-async, wait=0"]
--- error_code eval
[202, 202]
--- response_body_like eval
[(qr/"state":"queued",.*"filename":"a\xc3\xa9\.csv","source_label":"feed","campaign_id":"c-1",/)
 x 2]


=== TEST 12: so it is after a wait
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL/away 1 2;
glyph_postgres "host=/nonexistent dbname=glyph" timeout=1s;
--- request eval
"POST /import?filename=a.csv&source_label=feed\n$::Body"
--- more_headers
Content-Type: text/csv
Prefer: wait=1
--- error_code: 202
--- response_body_like: "filename":"a\.csv","source_label":"feed","campaign_id":null,
