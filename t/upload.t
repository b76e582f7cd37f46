# Uploads as clients send them, well and badly.

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
glyph_currency EUR=1.08;
_EOC_

our $Config = <<'_EOC_';
location = /import { glyph_import; client_max_body_size 0; }
location = /small { glyph_import; client_max_body_size 64; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
location = /health { glyph_health full; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig)
        unless defined $block->main_config;
    $block->set_value('http_config', $::HttpConfig)
        unless defined $block->http_config;
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', 'Content-Type: text/csv')
        unless defined $block->more_headers;
});

our $Id = uuid();
our $Other = uuid();
our $Twice = uuid();
our $Used = uuid();

sub form {
    return CORE::join "\r\n", (map { ('--xyz',
        "Content-Disposition: form-data; $_->[0]", '', $_->[1]) } @_),
        '--xyz--', '';
}

sub rows {
    my ($n, $bad, $line) = @_;
    return join '', "title,price,notes\n", map {
        $_ == $bad ? $line : "RTX 3080 Ti no $_," . (100 + $_) . ",\"ok\"\n"
    } 1 .. $n;
}

run_tests();

__DATA__

=== TEST 1: a bare file
--- request
POST /import
title,price
RTX 3080 Ti,$450.00
NVIDIA H100 PCIe 80GB,"34,995.00"
--- response_body_like: "total_rows":2,"valid_rows":2,"invalid_rows":0.*"score_range":\[26.0865,57\]
--- response_headers
Content-Type: application/json
Glyph-Rows: total=2, valid=2, invalid=0


=== TEST 2: a chunked body
--- raw_request eval
"POST /import HTTP/1.1\r
Host: localhost\r
Connection: close\r
Content-Type: text/csv\r
Transfer-Encoding: chunked\r
\r
b\r
title,price\r
12\r
\nRTX 3080 Ti,450\nR\r
9\r
TX 3090,7\r
3\r
00\n\r
0\r
\r
"
--- response_body_like: "total_rows":2,"valid_rows":2


=== TEST 3: a form, with fields behind the file
--- request eval
"POST /import\n" . ::form(
    ['name="file"; filename="C:\\a\\list.csv"', "title,price\nRTX 3090,700\n"],
    ['name="source_label"', 'week 47'],
    ['name="metadata"', '{"a":1}'])
--- more_headers
Content-Type: multipart/form-data; boundary=xyz
--- response_body_like: "filename":"list.csv".*"valid_rows":1


=== TEST 4: two files in a form
--- request eval
"POST /import\n" . ::form(
    ['name="file"; filename="a.csv"', "title,price\nRTX 3090,700\n"],
    ['name="file"; filename="b.csv"', "title,price\nRTX 3090,700\n"])
--- more_headers
Content-Type: multipart/form-data; boundary=xyz
--- error_code: 400
--- response_body_like: "code":"multipart_two_files"


=== TEST 5: a form that is cut off
--- request eval
"POST /import\n--xyz\r
Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r
\r
title,price\nRTX 3090,700"
--- more_headers
Content-Type: multipart/form-data; boundary=xyz
--- error_code: 400
--- response_body_like: "code":"multipart_truncated"


=== TEST 6: a form with metadata that is no JSON object
--- request eval
"POST /import\n" . ::form(
    ['name="file"; filename="a.csv"', "title,price\nRTX 3090,700\n"],
    ['name="metadata"', '{"a":"\u0000"}'])
--- more_headers
Content-Type: multipart/form-data; boundary=xyz
--- error_code: 400
--- response_body_like: "code":"field_invalid".*metadata


=== TEST 7: a European file
--- request eval
"POST /import
Titel;Preis;Zustand
NVIDIA A100 80GB SXM4;14.500,00 \x{20ac};Gebraucht
" =~ s/\x{20ac}/\xe2\x82\xac/r
--- response_body_like: "valid_rows":1.*"first_model":"A100_SXM4_80GB".*"delimiter":";".*"decimal":"comma"


=== TEST 8: Windows-1252, told by the client
--- request eval
"POST /import
title,price
RTX 3090 f\xfcr B\xfcro,700 \x80
"
--- more_headers
Content-Type: text/csv; charset=windows-1252
--- response_body_like: "valid_rows":1.*"charset":"windows-1252"


=== TEST 9: the first line tells the delimiter
--- request
POST /import
sep=|
title|price
RTX 3090|700
--- response_body_like: "valid_rows":1.*"delimiter":"\|"


=== TEST 10: columns named by the client
--- request
POST /import?map=Was:title,Wieviel:price
Was,Wieviel
RTX 3090,700
--- response_body_like: "columns":\{"Was":"title","Wieviel":"price"\}


=== TEST 11: no body
--- request
POST /import
--- more_headers
Content-Type: text/csv
Content-Length: 0
--- error_code: 422
--- response_body_like: "code":"file_empty"


=== TEST 12: a header and nothing else
--- request
POST /import
title,price
--- error_code: 422
--- response_body_like: "code":"no_rows"


=== TEST 13: no price column, and advice
--- request
POST /import
title,pries
RTX 3090,700
--- error_code: 422
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"columns_missing".*no price column.*\\"pries\\".*did you mean


=== TEST 14: a workbook
--- request eval
"POST /import\nPK\x03\x04\x14\x00\x06\x00\x08\x00" . ("\x00\x01" x 200)
--- error_code: 422
--- response_body_like: "code":"file_not_text".*Excel


=== TEST 15: bytes that are no UTF-8, in one row
--- request eval
"POST /import\n" . ::rows(5, 3, "RTX \xff 3090,700,x\n")
--- response_body_like: "valid_rows":4,"invalid_rows":1.*"row_index":2,"line":4.*"row_encoding"


=== TEST 16: a NUL in one row
--- request eval
"POST /import\n" . ::rows(5, 3, "RTX \x00 3090,700,x\n")
--- response_body_like: "valid_rows":4,"invalid_rows":1.*"row_nul"


=== TEST 17: an unclosed quote in row 5 of 10,000
--- request eval
"POST /import\n" . ::rows(10000, 5, "\"RTX 3090,700,x\n")
--- response_body_like: "valid_rows":9999,"invalid_rows":1.*"row_index":4,"line":6.*"row_malformed"


=== TEST 18: a row of 300 columns
--- request eval
"POST /import\n" . ::rows(5, 3, CORE::join(',', 1 .. 300) . "\n")
--- response_body_like: "valid_rows":4,"invalid_rows":1.*"row_too_many_columns"


=== TEST 19: a field of 10 MB
--- request eval
"POST /import\n" . ::rows(5, 3, 'x' x 10485760 . ",700,x\n")
--- response_body_like: "valid_rows":4,"invalid_rows":1.*"row_too_large"


=== TEST 20: prices that are none
--- request
POST /import
title,price
RTX 3090,-5
RTX 3090,N/A
RTX 3090,1e400
RTX 3090,0
RTX 3090,99999999999
RTX 3090,$100 - $200
RTX 3090,1
--- response_body_like: "valid_rows":1,"invalid_rows":6.*price_negative.*price_invalid.*price_invalid.*price_zero.*price_too_large.*price_range


=== TEST 21: nothing that a client sends makes Postgres refuse a batch
--- request eval
"POST /import
title,price,url,x
RTX 3090,9999999999.99,https://example.com/" . 'u' x 20000 . ",1
RTX 3090,10000000000,https://example.com/2,\\u0000 \\ud800
RTX 3090,1,https://example.com/3,\\u0000 \\ud800 \x7f \x01
"
--- response_body_like: "valid_rows":1,"invalid_rows":2.*field_too_long.*price_too_large


=== TEST 22: a wrong content type
--- request
POST /import
a=1
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 415
--- response_headers
Accept-Post: text/csv, multipart/form-data, application/json, application/x-ndjson
--- response_body_like: "code":"unsupported_media_type"


=== TEST 23: a chunked body over client_max_body_size
--- raw_request eval
"POST /small HTTP/1.1\r
Host: localhost\r
Connection: close\r
Content-Type: text/csv\r
Transfer-Encoding: chunked\r
\r
100\r
" . 'x' x 256 . "\r
0\r
\r
"
--- error_code: 413
--- response_body_like: "code":"body_too_large"
--- error_log
client intended to send too large chunked body


=== TEST 24: a parameter that is not there, is wrong, or is there twice
--- request eval
["POST /import?colour=red\nx", "POST /import?decimal=dot\nx",
 "POST /import?decimal=point&decimal=comma\nx"]
--- more_headers eval
["Content-Type: text/csv", "Content-Type: text/csv",
 "Content-Type: text/csv"]
--- error_code eval
[400, 400, 400]
--- response_body_like eval
[qr/"option_unknown".*colour/, qr/"option_invalid".*decimal.*dot.*comma/,
 qr/"option_repeated".*decimal/]


=== TEST 25: a method that is not served
--- request
GET /import
--- more_headers
Accept: */*
--- error_code: 405
--- response_headers
Allow: POST, OPTIONS


=== TEST 26: the first bad row fails a strict import
--- request
POST /import
title,price
RTX 3090,700
RTX 3090,x
--- more_headers
Content-Type: text/csv
Prefer: handling=strict
--- error_code: 422
--- response_body_like: "total_rows":2,"valid_rows":1,"invalid_rows":1


=== TEST 27: what was asked to be rejected
--- request
POST /import?reject=not_gpu,unknown
title,price
RTX 3090,700
PCIe riser cable,20
Graphics card,20
--- response_body_like: "valid_rows":1,"invalid_rows":2.*"not_gpu".*"model_unknown"


=== TEST 28: a job, its result, its errors, and its listings
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x\n",
 "GET /jobs/$::Id/status", "GET /jobs/$::Id/result",
 "GET /jobs/$::Id/errors", "GET /listings?import_id=$::Id",
 "DELETE /jobs/$::Id"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id", "", "", "", "", ""]
--- error_code eval
[200, 200, 200, 200, 200, 409]
--- response_body_like eval
[qr/"import_id":"$::Id"/, qr/"job_id" ?: ?"$::Id", ?"state" ?: ?"completed".*"valid" ?: ?1, ?"invalid" ?: ?1/,
 qr/"import_id":"$::Id".*"valid_rows":1/, qr/"row_index":1,"line":3.*price_invalid.*RTX 3080,x/,
 qr/"canonical_model":"RTX_3090"/, qr/"job_finished"/]


=== TEST 29: jobs that are not there
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "GET /jobs/$::Other/status", "GET /jobs/$::Other/errors",
 "DELETE /jobs/$::Other", "GET /jobs/nonsense/status",
 "GET /jobs/$::Other/nonsense"]
--- more_headers eval
["Content-Type: text/csv", "", "", "", "", ""]
--- error_code eval
[200, 404, 404, 404, 404, 404]


=== TEST 30: duplicates are marked
--- request eval
["POST /import\ntitle,price,url\nRTX 3090,700,http://a.example/1?utm_source=x\nRTX 3090 24GB,900,http://A.example/1#top\nGTX 1080,99,\n",
 "GET /listings?import_id=$::Twice&sort=time"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Twice", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"duplicate_rows":1/,
 qr/DUPLICATE_PRIMARY.*DUPLICATE_SECONDARY","duplicate_of":0.*UNIQUE/s]


=== TEST 31: an id that is in use, also by a job that has ended
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "POST /import\ntitle,price\nRTX 3080,500\nRTX 3070,400\n",
 "GET /jobs/$::Used/status"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Used",
 "Content-Type: text/csv\nGlyph-Job-Id: $::Used", ""]
--- error_code eval
[200, 409, 200]
--- response_body_like eval
[qr/"valid_rows":1/, qr/"code":"job_id_used"/,
 qr/"state" ?: ?"completed".*"rows" ?: ?1\b/]


=== TEST 32: a character cut off, and quotes behind letters with accents
--- request eval
"POST /import
title,price,colour
RTX 3090 \xe2\x82,700,x
RTX 3080,500,\"f\xc3\xbcr \xc3\xa9\"\"\"
RTX 3070,abc \xe2\x82\xac\",y
RTX 3060,200,\xc3\xa9\\
"
--- response_body_like: "valid_rows":2,"invalid_rows":2


=== TEST 33: health
--- request
GET /health
--- response_body_like: "status":"(ok|degraded)".*"postgres":\{"state":"\w+"\}
