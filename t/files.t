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

sub form {
    return join('', map {
        my ($name, $value, $file) = @$_;
        "--b\r\nContent-Disposition: form-data; name=\"$name\""
            . (defined $file ? "; filename=\"$file\"" : '')
            . "\r\n\r\n$value\r\n"
    } @_) . "--b--\r\n";
}

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


=== TEST 3: what a file is taken for is said once, in the result and in the warnings
--- request eval
["POST /import\ntitle,price\nRTX 3090 f\xfcr M\xfcller,700\n",
 "POST /import\nStock list\n\ntitle;price\nRTX 3090;700\n",
 "POST /import?header=none&map=1:title,3:price\nRTX 3090,new,700\n",
 "POST /import?header_line=2\ntitle,price\ntitle;price\nRTX 3090;700\n",
 "POST /import\n\"title,price\"\n\"RTX 3090,700\"\n",
 "GET /jobs/$::Id{errors}/errors?severity=warning"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{errors}", ($::Csv) x 4, ""]
--- error_code eval
[200, 200, 200, 200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":1,.*"charset_guessed".*"charset":"windows-1252"/,
 qr/"valid_rows":1,.*"header_found","message":"the header was found in line 3,/,
 qr/"valid_rows":1,.*"columns":\{"column_1":"title","column_2":"extra","column_3":"price"\}/,
 qr/"valid_rows":1,(?!.*header_found)/,
 qr/"valid_rows":1,.*"lines_quoted"/,
 qr/"row_index":null,"line":null,"severity":"warning","code":"charset_guessed",.*"message":"the file is not UTF-8 and was read as windows-1252;/]


=== TEST 4: types that tell nothing: the file does
--- request eval
["POST /import\ntitle,price\nRTX 3090,700", "POST /import\n[{\"title\":\"T4\",\"price\":1}]",
 "POST /import\n{\"title\":\"T4\",\"price\":1}\n{\"title\":\"T4\",\"price\":2}\n",
 "POST /import\n{\"items\":[{\"title\":\"T4\",\"price\":{\"value\":1.5,\"currency\":\"USD\"}}]}",
 "POST /import\n\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
--- more_headers eval
["Content-Type: application/vnd.ms-excel", "", "Content-Type: text/json",
 "Content-Type: text/plain", "Content-Type: application/vnd.ms-excel"]
--- error_code eval
[200, 200, 200, 200, 422]
--- response_body_like eval
[qr/"valid_rows":1,/, qr/"valid_rows":1,.*"format":"json"/,
 qr/"valid_rows":2,.*"format":"ndjson"/,
 qr/"valid_rows":1,.*"records_nested"/, qr/"file_not_text".*an old Excel workbook/]


=== TEST 5: a form with options, before the file and behind it, in the background too
--- request eval
["POST /import\n" . ::form([map => 'x:title,y:price'], [csrf_token => 'x'], [f => "x;y\nRTX 3090;700", 'a.csv']),
 "POST /import\n" . ::form([f => "title,price\nRTX 3090,700", 'a.csv'], [map => 'x:title']),
 "POST /import\n" . ::form([dry_run => 'true'], [f => "title,price\nRTX 3090,700", 'a.csv']),
 "POST /import?header=none&header_line=2&map=2:title,1:price\nx,y\n700,RTX 3090\n"]
--- more_headers eval
[("Content-Type: multipart/form-data; boundary=b") x 3,
 "$::Csv\nPrefer: wait=10"]
--- error_code eval
[200, 400, 200, 200]
--- response_body_like eval
[qr/"valid_rows":1,/, qr/"code":"field_late","detail":"form field \\"map\\" stands behind the file/,
 qr/"import_id":null,.*"valid_rows":1,.*"dry_run":true/,
 qr/"valid_rows":1,/]


=== TEST 6: what stands in the rows is found also where lines are in quotes
--- request eval
["POST /import?dry_run=true\n\"title,price,seen_at\"\n"
 . "\"RTX 3090,700 USD,25/07/2025\"\n\"RTX 3080,500 USD,03/04/2025\"\n",
 "POST /import?dry_run=true\ntitle\tprice\tseen_at\n"
 . "\"24\" RTX 3090\t700 USD\t25/07/2025\n\"24\" RTX 3080\t500 USD\t03/04/2025\n"]
--- more_headers eval
["$::Csv", "$::Csv"]
--- response_body_like eval
[qr/"valid_rows":2,.*"warnings":\[\{[^{}]*"lines_quoted"[^{}]*\}\],.*"date_order":"dmy".*"seen_at":"2025-04-03T/s,
 qr/"valid_rows":2,.*"warnings":\[\],.*"date_order":"dmy".*"seen_at":"2025-04-03T/s]
