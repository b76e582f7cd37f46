# Files that are JSON: arrays of objects, and an object a line.

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
location = /api/persist/listings { glyph_import; client_max_body_size 0; }
location = /narrow { glyph_import; glyph_max_columns 3;
                     glyph_max_row_size 300; }
location = /lean { glyph_import; glyph_extra off; }
location = /score { glyph_transform; client_max_body_size 0; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', 'Content-Type: application/json')
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(kept lines key);

our $Json = 'Content-Type: application/json';
our $Ndjson = 'Content-Type: application/x-ndjson';
our $Path = '/api/persist/listings';

our $Array = '[{"title":"RTX 3090","price":700.000,"quantity":2,'
    . '"Farbe":"rot","tags":["a",{"b":null}],"ok":true,"none":null},'
    . "\n" . '{"title":"RTX 3080 Ti","price":"$1,299.99"}]';

our $Lines = <<'_EOC_';
{"title":"RTX 3090","price":700}
{"title":"RTX 3080
{"title":"RTX 3080","price":{"amount":1}}

["title"]
{"title":"\ud83d","price":1}
{"title":"RTX 3080","title":"RTX 3090","price":1}
{"title":"T4","price":1e2}
_EOC_

our $Deep = '[{"title":"T4","price":1,"x":' . '[' x 10000 . ']' x 10000
    . '},{"title":"T4","price":1}]';

run_tests();

__DATA__

=== TEST 1: an array; exact prices, and what the columns do not know
--- request eval
["POST $::Path\n$::Array",
 "GET /listings?import_id=$::Id{kept}&sort=time",
 "POST $::Path?dry_run=true\n$::Array"]
--- more_headers eval
["$::Json\nGlyph-Job-Id: $::Id{kept}", "", $::Json]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"total_rows":2,"valid_rows":2,.*"columns":\{"title":"title","price":"price","quantity":"quantity","Farbe":"extra","tags":"extra","ok":"extra","none":"extra"\},"dialect":\{"delimiter":null,"charset":"utf-8","decimal":"point","format":"json"\}/,
 qr/^\[\{.*"price":700\.00,.*"quantity":2,.*"extra":\{"ok": ?true, ?"tags": ?\["a", ?\{"b": ?null\}\], ?"Farbe": ?"rot"\}\},\n?\{.*"price":1299\.99,/s,
 qr/"import_id":null,.*"valid_rows":2,.*"preview":\[\{.*"price":700\.00,/]
--- no_error_log
[error]


=== TEST 2: lines: a bad one harms only itself
--- request eval
["POST $::Path\n$::Lines", "GET /jobs/$::Id{lines}/errors"]
--- more_headers eval
["$::Ndjson\nGlyph-Job-Id: $::Id{lines}", ""]
--- error_code eval
[200, 200]
--- response_headers eval
["Glyph-Rows: total=7, valid=2, invalid=5", ""]
--- response_body_like eval
[qr/"row_index":1,"line":2,"byte_offset":33,"row_data":"\{\\"title\\":\\"RTX 3080","errors":\[\{"code":"row_not_json".*"code":"value_nested","column":"price","value":"\{\\"amount\\":1\}".*"line":5,.*"row_not_object".*"row_surrogate".*"key_repeated".*"format":"ndjson"/,
 qr/row_not_json.*value_nested.*row_not_object.*row_surrogate.*key_repeated/s]


=== TEST 3: other names of the media type
--- request eval
["POST $::Path?dry_run=true\n{\"title\":\"T4\",\"price\":1}",
 "POST $::Path?dry_run=true\n{\"title\":\"T4\",\"price\":1}",
 "POST $::Path?dry_run=true\n[{\"title\":\"T4\",\"price\":1}]",
 "POST $::Path?dry_run=true\n[{\"title\":\"T4\",\"price\":1}]",
 "POST $::Path?dry_run=true\nx"]
--- more_headers eval
["Content-Type: application/jsonl", "Content-Type: application/ndjson",
 "Content-Type: Application/JSON; charset=utf-8",
 "Content-Type: application/json;charset=utf-8",
 "Content-Type: application/jsonx"]
--- error_code eval
[200, 200, 200, 200, 415]
--- response_body_like eval
[(qr/"valid_rows":1,/) x 4, qr/"code":"unsupported_media_type"/]


=== TEST 4: a file of a form, by its type or by its name
--- request eval
["POST $::Path?dry_run=true\n" . CORE::join("\r\n", '--b',
 'Content-Disposition: form-data; name="f"; filename="a"',
 'Content-Type: application/json', '', $::Array, '--b--', ''),
 "POST $::Path?dry_run=true\n" . CORE::join("\r\n", '--b',
 'Content-Disposition: form-data; name="f"; filename="a.jsonl"',
 'Content-Type: application/octet-stream', '',
 '{"title":"T4","price":1}', '--b--', ''),
 "POST $::Path?dry_run=true\n" . CORE::join("\r\n", '--b',
 'Content-Disposition: form-data; name="f"; filename="a.json"',
 'Content-Type: text/csv', '', "title,price\nT4,1", '--b--', '')]
--- more_headers: Content-Type: multipart/form-data; boundary=b
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":2,.*"format":"json"/, qr/"valid_rows":1,.*"ndjson"/,
 qr/"valid_rows":1,.*"delimiter":","/]


=== TEST 5: in the background
--- request eval
["POST $::Path\n$::Array", "POST $::Path\n$::Lines",
 "POST $::Path\n[{\"title\":\"T4\",\"price\":1}"]
--- more_headers eval
["$::Json\nPrefer: wait=10", "$::Ndjson\nPrefer: wait=10",
 "$::Json\nPrefer: wait=10"]
--- error_code eval
[200, 200, 400]
--- response_body_like eval
[qr/"valid_rows":2,.*"format":"json"/,
 qr/"total_rows":7,"valid_rows":2,.*"format":"ndjson"/,
 qr/"code":"json_malformed","detail":"line 1, byte 25: the file ends within the array"/]


=== TEST 6: an array that is wrong is refused, with the place
--- request eval
["POST $::Path\n[{\"title\":\"T4\",\"price\":1},\n{\"title\" \"T4\"}]",
 "POST $::Path\n[{\"title\":\"T4\",\"price\":1}] x",
 "POST $::Path\n{\"listings\":[]}",
 "POST $::Path\ntitle,price\nT4,1\n",
 "POST $::Path\n[]",
 "POST $::Path\n[{\"titel\":\"T4\",\"prize\":1}]",
 "POST $::Path?delimiter=;\n[]"]
--- error_code eval
[400, 400, 422, 400, 422, 422, 400]
--- response_body_like eval
[qr/"code":"json_malformed","detail":"line 2, byte 40: object key and value must be separated by a colon/,
 qr/"json_malformed","detail":"line 1, byte 27: there is something behind the array"/,
 qr/"code":"no_rows","detail":"the file has no records"/,
 qr/"json_malformed","detail":"line 1, byte 0: an array of objects is expected"/,
 qr/"code":"no_rows","detail":"the file has no records"/,
 qr/"code":"columns_missing".*"did_you_mean":\{"prize":"price"\}/,
 qr/"code":"option_invalid","detail":"parameter \\"delimiter\\" is for CSV/]
--- no_error_log
[alert]


=== TEST 7: ten thousand levels; a record, and keys, over the limits
--- request eval
["POST $::Path\n$::Deep",
 "POST $::Path\n" . '[' x 10000,
 "POST /narrow\n[{\"title\":\"T4\",\"price\":1},{\"title\":\"" . 'x' x 300
 . "\",\"price\":1},{\"title\":\"T4\",\"price\":1,\"a\":1,\"b\":1},"
 . "{\"title\":\"T4\",\"price\":1,\"c\":1}]"]
--- error_code eval
[200, 400, 200]
--- response_body_like eval
[qr/"valid_rows":1,"invalid_rows":1,.*"row_too_deep"/,
 qr/"json_malformed","detail":"[^"]*the file ends within the array"/,
 qr/"valid_rows":2,"invalid_rows":2,.*"row_too_large".*"row_too_many_columns"/]


=== TEST 8: scored rows as they come, and UTF-16
--- request eval
["POST /score?columns=canonical_model,price,extra\n$::Array",
 "POST /score?columns=import_index,canonical_model&errors=include\n$::Lines",
 "POST /score?columns=canonical_model\n\xff\xfe" . CORE::join('', map { "$_\0" }
 split //, '[{"title":"T4","price":1}]')]
--- more_headers eval
["$::Json\nAccept: application/x-ndjson",
 "$::Ndjson\nAccept: application/x-ndjson", $::Json]
--- response_body_like eval
[qr/^\{"canonical_model":"RTX_3090","price":700\.00,"extra":\{"Farbe":"rot","tags":\["a",\{"b":null\}\],"ok":true\}\}\n\{"canonical_model":"RTX_3080_TI","price":1299\.99,"extra":null\}\n$/,
 qr/^\{"import_index":0,"canonical_model":"RTX_3090"\}\n\{"row_index":1,.*row_not_json.*\n(\{.*"errors".*\n){4}\{"import_index":6,"canonical_model":"T4"\}\n$/,
 qr/^\[\{"canonical_model":"T4"\}\]$/]


=== TEST 9: map, strict handling, no extra
--- request eval
["POST $::Path?map=was:title,wieviel:price&dry_run=true\n"
 . '[{"was":"T4","wieviel":"1,50"}]',
 "POST $::Path\n$::Lines", "POST /lean?dry_run=true\n$::Array"]
--- more_headers eval
[$::Json, "$::Ndjson\nPrefer: handling=strict", $::Json]
--- error_code eval
[200, 422, 200]
--- response_body_like eval
[qr/"valid_rows":1,.*"decimal":"comma".*"price":1\.50,/, qr/"code":"strict"/,
 qr/"Farbe":"ignored".*"extra":null/]


=== TEST 10: sent again under a key; the same bytes as lines are another file
--- request eval
["POST $::Path\n" . '[{"title":"T4","price":1}]',
 "POST $::Path\n" . '[{"title":"T4","price":1}]',
 "POST $::Path\n" . '[{"title":"T4","price":1}]']
--- more_headers eval
["$::Json\nIdempotency-Key: $::Id{key}",
 "$::Json\nIdempotency-Key: $::Id{key}",
 "$::Ndjson\nIdempotency-Key: $::Id{key}"]
--- error_code eval
[200, 200, 422]
--- response_body_like eval
[qr/"valid_rows":1/, qr/"valid_rows":1/, qr/"idempotency_mismatch"/]
