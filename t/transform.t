# Scored rows streamed back, dry runs, and listings in the answer to an import.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $MainConfig = <<'_EOC_';
thread_pool default threads=2;
_EOC_

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_currency EUR=1.08;
_EOC_

our $Config = <<'_EOC_';
location = /score { glyph_transform; client_max_body_size 0; }
location = /small { glyph_transform; client_max_body_size 64; }
location = /few { glyph_transform; glyph_max_rows 3; }
location = /lean { glyph_transform; glyph_extra off; glyph_dedup off; }
_EOC_

# a place for imports whose Postgres is not there
our $DownHttp = $HttpConfig . <<'_EOC_';
glyph_postgres "host=/nonexistent" timeout=1s;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $DownConfig = <<'_EOC_';
glyph_background off;
location = /import { glyph_import; client_max_body_size 0; }
location = /preview { rewrite ^ /import?dry_run=true last; }
location = /health { glyph_health full; }
_EOC_

our $UpHttp = $HttpConfig . <<'_EOC_';
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $UpConfig = $DownConfig . <<'_EOC_';
location = /imports { glyph_query imports; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig)
        unless defined $block->http_config;
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', 'Content-Type: text/csv')
        unless defined $block->more_headers;
});

our $Label = uuid();
our $Dry = uuid();

our $Csv = "Content-Type: text/csv\nAccept: text/csv";
our $Ndjson = "Content-Type: text/csv\nAccept: application/x-ndjson";

our $Rows = <<'_EOC_';
title,price,seller
RTX 3080 Ti,$450.00,ann
RTX 3090,none,bob
NVIDIA H100 PCIe 80GB,"34,995.00","c, d"
RTX 3080 Ti,$450.00,ann
_EOC_

sub form {
    return CORE::join "\r\n", (map { ('--xyz',
        "Content-Disposition: form-data; $_->[0]", '', $_->[1]) } @_),
        '--xyz--', '';
}

our $Form = 'Content-Type: multipart/form-data; boundary=xyz';

run_tests();

__DATA__

=== TEST 1: a JSON array, if nobody asks for anything else
--- request eval
"POST /score?columns=import_index,canonical_model,price\n$::Rows"
--- response_body
[{"import_index":0,"canonical_model":"RTX_3080_TI","price":450.00},
{"import_index":2,"canonical_model":"H100_PCIE_80GB","price":34995.00},
{"import_index":3,"canonical_model":"RTX_3080_TI","price":450.00}]
--- response_headers
Content-Type: application/json
Vary: Accept
Trailer: Glyph-Rows
!Content-Length
--- no_error_log
[error]


=== TEST 2: NDJSON
--- request eval
"POST /score?columns=seller,title\n$::Rows"
--- more_headers eval: $::Ndjson
--- response_body
{"seller":"ann","title":"RTX 3080 Ti"}
{"seller":"c, d","title":"NVIDIA H100 PCIe 80GB"}
{"seller":"ann","title":"RTX 3080 Ti"}
--- response_headers
Content-Type: application/x-ndjson


=== TEST 3: CSV; what is a duplicate, of what
--- request eval
"POST /score?columns=seller,score,dedup_status,duplicate_of,nvlink\n$::Rows"
--- more_headers eval: $::Csv
--- response_body eval
"seller,score,dedup_status,duplicate_of,nvlink\r
ann,26.0865,FIRST,,false\r
\"c, d\",57,FIRST,,false\r
ann,26.0865,DUPLICATE_SECONDARY,0,false\r
"
--- response_headers
Content-Type: text/csv; charset=utf-8


=== TEST 4: all columns, in the order of glyphsieve, without final_score
--- request eval
"POST /score\n$::Rows"
--- more_headers eval: $::Csv
--- response_body_like eval
qr/^import_index,title,canonical_model,match_type,match_score,match_notes,is_valid_gpu,unknown_reason,price,currency,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,q7b,q13b,q70b,raw_score,quantization_score,score,dedup_status,duplicate_of,model,condition,quantity,availability,seller,region,listing_age,seen_at,source_url,source_type,bulk_notes,extra\r\n0,RTX 3080 Ti,RTX_3080_TI,/


=== TEST 5: rejected rows in their places, NDJSON
--- request eval
"POST /score?errors=include&columns=title\n$::Rows"
--- more_headers eval: $::Ndjson
--- response_body
{"title":"RTX 3080 Ti"}
{"row_index":1,"line":3,"byte_offset":43,"errors":[{"code":"price_missing","column":"price","value":"none","message":"the price is empty"}],"row_data":"RTX 3090,none,bob"}
{"title":"NVIDIA H100 PCIe 80GB"}
{"title":"RTX 3080 Ti"}


=== TEST 6: … JSON
--- request
POST /score?errors=include&columns=title
title,price
,none
RTX 3090,700
--- response_body
[{"row_index":0,"line":2,"byte_offset":12,"errors":[{"code":"title_missing","column":"title","value":"","message":"neither the title nor the model is given"},{"code":"price_missing","column":"price","value":"none","message":"the price is empty"}],"row_data":",none"},
{"title":"RTX 3090"}]


=== TEST 7: … CSV
--- request eval
"POST /score?errors=include&columns=title,import_index\n$::Rows"
--- more_headers eval: $::Csv
--- response_body eval
"title,import_index,_line,_codes,_messages\r
RTX 3080 Ti,0,,,\r
,1,3,price_missing,\"the price is empty\"\r
NVIDIA H100 PCIe 80GB,2,,,\r
RTX 3080 Ti,3,,,\r
"


=== TEST 8: a column that is not there
--- request
POST /score?columns=title,canonical_mdel
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "code":"option_invalid","detail":"parameter \\"columns\\": \\"canonical_mdel\\" is not a column; did you mean \\"canonical_model\\"\?","did_you_mean":"canonical_model"


=== TEST 9: a column's beginning
--- request
POST /score?columns=canonical
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "did_you_mean":"canonical_model"


=== TEST 10: a column like no other
--- request
POST /score?columns=%00%22zzz
title,price
RTX 3090,700
--- error_code: 400
--- response_body_unlike: did_you_mean


=== TEST 11: a column twice
--- request
POST /score?columns=title,price,title
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "detail":"parameter \\"columns\\": \\"title\\" is there twice"


=== TEST 12: a column that is known at the end only
--- request
POST /score?columns=final_score
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: final_score\\" is known at the end of the file only


=== TEST 13: no columns
--- request
POST /score?columns=
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "columns\\": \\"\\" is not a column


=== TEST 14: an unknown word for errors
--- request
POST /score?errors=maybe
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "errors\\" is \\"maybe\\", must be \\"omit\\" or \\"include\\"


=== TEST 15: an option of imports alone
--- request
POST /score?source_label=x
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "code":"option_unknown"


=== TEST 16: a type that is not there
--- request
POST /score
title,price
RTX 3090,700
--- more_headers
Content-Type: text/csv
Accept: application/xml, text/html;q=0.9
--- error_code: 406
--- response_body_like: "code":"not_acceptable"


=== TEST 17: the type that is liked best
--- request
POST /score?columns=title
title,price
RTX 3090,700
--- more_headers
Content-Type: text/csv
Accept: application/json;q=0.5, text/csv;q=0.8, */*;q=0.1
--- response_body eval
"title\r\nRTX 3090\r\n"


=== TEST 18: the options of an import
--- request
POST /score?delimiter=;&decimal=comma&map=Was:title,Wieviel:price&columns=title,price,currency&reject=unknown,not_gpu
Was;Wieviel
RTX 3090;1.299,5 EUR
some card;1
--- more_headers eval: $::Ndjson
--- response_body
{"title":"RTX 3090","price":1299.50,"currency":"EUR"}


=== TEST 19: nothing usable
--- request
POST /score
title,price
RTX 3090,none
--- error_code: 422
--- response_headers
Content-Type: application/problem+json
Glyph-Rows: total=1, valid=0, invalid=1
!Glyph-Job-Id
!Trailer
--- response_body_like: "code":"no_valid_rows".*"rows_with_errors":\[\{"row_index":0


=== TEST 20: no header
--- request
POST /score
RTX 3090,700
RTX 3080,500
--- error_code: 422
--- response_body_like: "code":"(header|columns)_missing"


=== TEST 21: the first bad row refuses the file
--- request eval
"POST /score\n$::Rows"
--- more_headers
Content-Type: text/csv
Prefer: handling=strict
--- error_code: 422
--- response_body_like: "code":"strict"


=== TEST 22: more rows than allowed
--- request
POST /few
title,price
RTX 3090,1
RTX 3090,2
RTX 3090,3
RTX 3090,4
--- error_code: 422
--- response_body_like: "code":"too_many_rows"


=== TEST 23: a form, its fields in any place
--- request eval
"POST /score?columns=title\n" . ::form(
    ['name="source_label"', 'week 47'],
    ['name="file"; filename="a.csv"', "title,price\nRTX 3090,700\n"])
--- more_headers eval: $::Form
--- response_body
[{"title":"RTX 3090"}]


=== TEST 24: a form that is cut off
--- request eval
"POST /score\n--xyz\r
Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r
\r
title,price\nRTX 3090,700"
--- more_headers eval: $::Form
--- error_code: 400
--- response_body_like: "code":"multipart_truncated"


=== TEST 25: neither CSV nor a form
--- request
POST /score
{}
--- more_headers
Content-Type: application/xml
--- error_code: 415
--- response_headers
Accept-Post: text/csv, multipart/form-data, application/json, application/x-ndjson


=== TEST 26: a charset that nobody knows
--- request
POST /score
title,price
RTX 3090,700
--- more_headers
Content-Type: text/csv; charset=klingon
--- error_code: 415
--- response_body_like: "code":"charset_unknown"


=== TEST 27: a body larger than allowed
--- request eval
"POST /small\ntitle,price\n" . "RTX 3090,700\n" x 10
--- error_code: 413


=== TEST 28: GET
--- request
GET /score
--- error_code: 405
--- response_headers
Allow: POST, OPTIONS


=== TEST 29: an empty body
--- request
POST /score
--- more_headers
Content-Type: text/csv
Content-Length: 0
--- error_code: 422
--- response_body_like: "code":"file_empty"


=== TEST 30: a client without chunks gets no trailer, and an end all the same
--- raw_request eval
"POST /score?columns=title HTTP/1.0\r
Content-Type: text/csv\r
Content-Length: 25\r
\r
title,price\nRTX 3090,700\n"
--- response_body
[{"title":"RTX 3090"}]
--- response_headers
!Trailer
!Transfer-Encoding


=== TEST 31: one byte a chunk
--- raw_request eval
"POST /score?columns=title HTTP/1.1\r\nHost: localhost\r\nConnection: close\r
Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
. (CORE::join '', map { "1\r\n$_\r\n" } split //, "title,price\nRTX 3090,700\n")
. "0\r\n\r\n"
--- response_body
[{"title":"RTX 3090"}]


=== TEST 32: many blocks: all rows, in order
--- request eval
"POST /score?columns=import_index,title\ntitle,price\n"
. CORE::join '', map { "RTX 3080 Ti no $_," . (100 + $_ % 900) . "\n" } 1 .. 50000
--- more_headers eval: $::Csv
--- response_body eval
"import_index,title\r\n"
. CORE::join '', map { "$_,RTX 3080 Ti no " . ($_ + 1) . "\r\n" } 0 .. 49999
--- no_error_log
[error]


=== TEST 33: columns of the client's own
--- request
POST /score?columns=extra
title,price,colour
RTX 3090,700,"pink ""x"""
--- response_body
[{"extra":{"colour":"pink \"x\""}}]


=== TEST 34: neither they nor duplicates, where the place says so
--- request
POST /lean?columns=dedup_status,extra
title,price,colour
RTX 3090,700,red
RTX 3090,700,red
--- response_body
[{"dedup_status":"FIRST","extra":null},
{"dedup_status":"FIRST","extra":null}]


=== TEST 35: a dry run, without Postgres
--- http_config eval: $::DownHttp
--- config eval: $::DownConfig
--- request eval
"POST /import?dry_run=true\n$::Rows"
--- response_headers
Content-Type: application/json
Glyph-Rows: total=4, valid=3, invalid=1
!Glyph-Job-Id
!Location
--- response_body_like: ^\{"import_id":null,.*"total_rows":4,"valid_rows":3,"invalid_rows":1,"duplicate_rows":1,.*"columns":\{"title":"title","price":"price","seller":"seller"\},"dialect":\{"delimiter":",".*"dry_run":true,"preview":\[\{"import_index":0,"title":"RTX 3080 Ti",.*"duplicate_of":0,[^\]]*\]\}$


=== TEST 36: … which an import needs
--- http_config eval: $::DownHttp
--- config eval: $::DownConfig
--- request eval
"POST /import?dry_run=false\n$::Rows"
--- error_code: 503
--- response_body_like: "code":"store_unavailable"


=== TEST 37: a dry run by its own name
--- http_config eval: $::DownHttp
--- config eval: $::DownConfig
--- request
POST /preview?delimiter=,
title,price
RTX 3090,700
--- response_body_like: "dry_run":true,"preview":\[\{"import_index":0,


=== TEST 38: the preview is of 20 rows
--- http_config eval: $::DownHttp
--- config eval: $::DownConfig
--- request eval
"POST /import?dry_run=true\ntitle,price\nRTX 3090,none\n"
. CORE::join '', map { "RTX 3080 Ti no $_,$_\n" } 1 .. 30000
--- response_body_like: ^(?!.*"import_index":21,)\{.*"total_rows":30001,"valid_rows":30000,.*"import_index":20,


=== TEST 39: a dry run is refused as an import would be
--- http_config eval: $::DownHttp
--- config eval: $::DownConfig
--- request
POST /import?dry_run=true
title,price
RTX 3090,none
--- error_code: 422
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"no_valid_rows".*"dry_run":true,"preview":\[\]


=== TEST 40: a form that is none
--- http_config eval: $::DownHttp
--- config eval: $::DownConfig
--- request
POST /import?dry_run=true
nothing
--- more_headers eval: $::Form
--- error_code: 400
--- response_body_like: "code":"multipart_


=== TEST 41: neither true nor false
--- http_config eval: $::DownHttp
--- config eval: $::DownConfig
--- request
POST /import?dry_run=perhaps
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "dry_run\\" is \\"perhaps\\", must be \\"true\\" or \\"false\\"


=== TEST 42: nothing of a dry run is stored
--- http_config eval: $::UpHttp
--- config eval: $::UpConfig
--- request eval
["POST /import?source_label=$::Label\ntitle,price\nRTX 3090,700",
 "GET /imports?limit=1000",
 "POST /import?dry_run=true&source_label=$::Dry\ntitle,price\nRTX 3090,700",
 "GET /imports?limit=1000",
 "GET /health"]
--- response_body_like eval
[qr/"valid_rows":1/, qr/$::Label/, qr/"dry_run":true/,
 qr/^(?!.*$::Dry)/s, qr/"jobs_in_worker":0/]


=== TEST 43: an import whose answer shows the listings
--- http_config eval: $::UpHttp
--- config eval: $::UpConfig
--- request eval
"POST /import\n$::Rows"
--- more_headers
Content-Type: text/csv
Prefer: handling=lenient, return=representation
--- response_headers
Preference-Applied: return=representation
--- response_body_like: ^\{"import_id":"[^"]+",.*"schema_version":"[^"]+","listings_truncated":false,"listings":\[\{"import_index":0,[^\]]*\},\n\{"import_index":2,[^\]]*\},\n\{"import_index":3,[^\]]*\}\]\}$


=== TEST 44: … the first thousand of them
--- http_config eval: $::UpHttp
--- config eval: $::UpConfig
--- request eval
"POST /import\ntitle,price\n"
. CORE::join '', map { "RTX 3080 Ti no $_,$_\n" } 1 .. 1001
--- more_headers
Content-Type: text/csv
Prefer: return=representation
--- response_body_like: ^(?!.*"import_index":1000,).*"listings_truncated":true,.*"import_index":999,


=== TEST 45: … and not if nobody asks, or nothing is stored
--- http_config eval: $::UpHttp
--- config eval: $::UpConfig
--- request eval
["POST /import\n$::Rows", "POST /import\ntitle,price\nRTX 3090,none",
 "POST /import?dry_run=true\n$::Rows"]
--- more_headers eval
["Content-Type: text/csv",
 "Content-Type: text/csv\nPrefer: return=representation",
 "Content-Type: text/csv\nPrefer: return=representation"]
--- error_code eval
[200, 422, 200]
--- response_headers eval
["!Preference-Applied", "!Preference-Applied", "!Preference-Applied"]
--- response_body_unlike eval
['"listings"', '"listings"', '"listings"']


=== TEST 46: … and at most about a megabyte of them
--- http_config eval: $::UpHttp
--- config eval: $::UpConfig
--- request eval
"POST /import\ntitle,price,notes\n"
. CORE::join '', map { "RTX 3080 Ti no $_,$_," . ("x" x 20000) . "\n" } 1 .. 100
--- more_headers
Content-Type: text/csv
Prefer: return=representation
--- response_body_like: ^(?!.*"import_index":52,).*"valid_rows":100,.*"listings_truncated":true,.*"import_index":45,


=== TEST 47: before or after the whole file is here, the rows are the same
--- request eval
["POST /score?stream=off&columns=title\n$::Rows",
 "POST /score?stream=on&columns=title\n$::Rows"]
--- more_headers eval: [$::Csv, $::Csv]
--- response_body eval
["title\r\nRTX 3080 Ti\r\nNVIDIA H100 PCIe 80GB\r\nRTX 3080 Ti\r\n",
 "title\r\nRTX 3080 Ti\r\nNVIDIA H100 PCIe 80GB\r\nRTX 3080 Ti\r\n"]


=== TEST 48: neither on nor off; and not a parameter of imports
--- http_config eval: $::UpHttp
--- config eval
$::UpConfig . "location = /score { glyph_transform; }"
--- request eval
["POST /score?stream=true\n$::Rows", "POST /import?stream=on\n$::Rows"]
--- error_code eval
[400, 400]
--- response_body_like eval
['"code":"option_invalid".*\\\\"on\\\\" or \\\\"off\\\\"',
 '"code":"option_unknown"']


=== TEST 49: what is closer to a type decides, wherever it stands
--- request
POST /score?columns=title
title,price
RTX 3090,700
--- more_headers
Content-Type: text/csv
Accept: */*;q=0.1, text/csv
--- response_body eval
"title\r\nRTX 3090\r\n"
