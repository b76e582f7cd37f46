# Files as people have them: a row whose title and price can be read is a
# listing, and what holds for a whole file is said once.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $MainConfig = <<'_EOC_';
thread_pool default threads=2;
_EOC_

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<'_EOC_';
location = /import { glyph_import; client_max_body_size 0; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
_EOC_

our $Csv = 'Content-Type: text/csv';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 15) unless defined $block->timeout;
    $block->set_value('more_headers', $::Csv)
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(skipped strict errors);

run_tests();

__DATA__

=== TEST 1: records that are no rows are counted, and have no place of their own
--- request eval
["POST /import\ntitle,price\n,\nRTX 3090,700\n,,\ntitle,price\nRTX 3080,x\nTotal,1300\nRTX 3080,600\n\x1a",
 "GET /listings?import_id=$::Id{skipped}", "GET /jobs/$::Id{skipped}/errors",
 "GET /jobs/$::Id{skipped}/status"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{skipped}", "", "", ""]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"total_rows":3,"valid_rows":2,"invalid_rows":1,"skipped_rows":5,.*"row_index":1,"line":6,/,
 qr/"import_index":0,.*"import_index":2,/s, qr/^\[\{"row_index":1,"line":6,[^{]*\{[^{]*\}[^{]*\}\]$/,
 qr/"counts" ?: ?\{"rows" ?: ?3, ?"valid" ?: ?2, ?"invalid" ?: ?1, ?"warnings" ?: ?\d+, ?"skipped" ?: ?5\}/]


=== TEST 2: they fail no strict import
--- request eval
"POST /import\ntitle,price\n,\nRTX 3090,700\n,,\ntitle,price\nTotal,700\n\0\0\0"
--- more_headers eval
"$::Csv\nPrefer: handling=strict"
--- response_body_like: "total_rows":1,"valid_rows":1,"invalid_rows":0,"skipped_rows":5,
