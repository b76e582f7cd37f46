# Input that is wrong: a clear error, and nothing lost or left over.

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
location = /small { glyph_import; client_max_body_size 64; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
location = /score { glyph_transform; }
location /imports { glyph_imports; }
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

our %Id = map { $_ => uuid() }
    qw(empty header quote quotes utf8 nul wide field prices text large big args
       one two);

# ten rows, of which the one called $bad is $line
sub rows {
    my ($bad, $line, $n) = @_;
    return join '', "title,price,notes\n", map {
        $_ == $bad ? $line : "RTX 3080 Ti no $_," . (100 + $_) . ",\"ok\"\n"
    } 1 .. ($n || 10);
}

sub post {
    my ($body, $length, $uri) = @_;
    $uri = '/import' unless defined $uri;
    $length = length $body unless defined $length;
    return "POST $uri HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "$::Csv\r\nContent-Length: $length\r\n\r\n$body";
}

sub chunks {
    my ($head) = @_;
    return "POST /import HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "$::Csv\r\nTransfer-Encoding: chunked\r\n\r\n$head";
}

# the titles of an import's listings, whatever their order
sub listed {
    my ($n, $not) = @_;
    my $has = '(?=.*"import_index":' . ($n - 1) . ',)';
    return qr/^$has(?!.*"import_index":$not,)/s;
}

run_tests();

__DATA__

=== TEST 1: an empty body, told by its length, and one that is chunked
--- raw_request eval
::post('')
--- error_code: 422
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "status":422,"code":"file_empty","detail":"the file is empty"


=== TEST 2: an empty body, chunked
--- raw_request eval
::chunks("0\r\n\r\n")
--- error_code: 422
--- response_body_like: "code":"file_empty"


=== TEST 3: a byte order mark, line ends, blanks, and no more
--- raw_request eval
::post("\xef\xbb\xbf\r\n\r\n")
--- error_code: 422
--- response_body_like: "code":"(file_empty|header_missing)"


=== TEST 4: a header and nothing else; the job has failed, and says so
--- request eval
["POST /import\ntitle,price", "GET /jobs/$::Id{header}/status",
 "GET /listings?import_id=$::Id{header}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{header}", "", ""]
--- error_code eval
[422, 200, 200]
--- response_body_like eval
[qr/"code":"no_rows"/, qr/"state" ?: ?"failed".*"code" ?: ?"no_rows"/,
 qr/^\[\]$/]


=== TEST 5: no title column: the columns seen, and the nearest one
--- request
POST /import
titel_,pryce,cond
RTX 3090,700,new
--- error_code: 422
--- response_body_like: "code":"columns_missing","detail":".*\\"pryce\\".*"


=== TEST 6: no title column
--- request
POST /import
tittle,price,seller
RTX 3090,700,me
--- error_code: 422
--- response_body_like: "code":"columns_missing","detail":"[^{}]*no title[^{}]*\\"tittle\\"[^{}]*\\"price\\"[^{}]*\\"seller\\"


=== TEST 7: no price column, and a near miss
--- request
POST /import
title,pricce,seller
RTX 3090,700,me
--- error_code: 422
--- response_body_like: "code":"columns_missing","detail":"[^{}]*no price[^{}]*\\"pricce\\"[^{}]*did you mean


=== TEST 8: neither, and nothing near
--- request
POST /import
aa,bb,cc
1,2,3
--- error_code: 422
--- response_body_like: "code":"columns_missing","detail":"[^{}]*title[^{}]*price[^{}]*\\"aa\\", \\"bb\\", \\"cc\\"


=== TEST 9: data where the header should be
--- request
POST /import
RTX 3090,700
RTX 3080,500
--- error_code: 422
--- response_body_like: "code":"(header_missing|columns_missing)"


=== TEST 10: two columns that mean the same
--- request
POST /import
title,price,Price
RTX 3090,700,800
--- error_code: 422
--- response_body_like: "code":"column_duplicate","detail":"[^{}]*Price


=== TEST 11: a header that is no UTF-8
--- request eval
"POST /import\nNote f\xfcr,price,title\nx,1,RTX 3090"
--- response_body_like: "valid_rows":1,.*"code":"charset_guessed".*"Note f\xc3\xbcr":"extra".*"charset":"windows-1252"


=== TEST 12: files that are not text
--- request eval
["POST /import\nPK\x03\x04\x14\0\6\0\x08\0" . "\0\1\xfe" x 500,
 "POST /import\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR" . "\0\1\xfe" x 500,
 "POST /import\n%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj" . "\0\1\xfe" x 500,
 "POST /import\n\x1f\x8b\x08\0\0\0\0\0\0\3" . "\x9d\1\xfe\0" x 500,
 "POST /import\n\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" . "\0" x 600]
--- more_headers eval
[$::Csv, $::Csv, $::Csv, $::Csv, $::Csv]
--- error_code eval
[422, 422, 422, 422, 422]
--- response_body_like eval
[qr/"code":"file_not_text"/, qr/"code":"file_not_text"/,
 qr/"code":"file_not_text"/, qr/"code":"file_not_text"/,
 qr/"code":"file_not_text"/]


=== TEST 13: text of another kind
--- request eval
["POST /import\n<!DOCTYPE html>\n<html><body>404</body></html>",
 "POST /import\n[{\"title\": \"RTX 3090\", \"price\": 700}]"]
--- more_headers eval
[$::Csv, $::Csv]
--- error_code eval
[422, 422]
--- response_body_like eval
[qr/"code":"(columns_missing|header_missing|file_not_text|no_rows)"/,
 qr/"code":"(columns_missing|header_missing|file_not_text|no_rows)"/]


=== TEST 14: bytes that are no UTF-8 in one row: the others arrive
--- request eval
["POST /import\n" . ::rows(4, "RTX \xff\xc0 3090,700,x\n"),
 "GET /listings?import_id=$::Id{utf8}", "GET /jobs/$::Id{utf8}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{utf8}", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":9,"invalid_rows":1.*"row_index":3,"line":5.*"row_encoding"/,
 ::listed(10, 3),
 qr/^\[\{"row_index":3,"line":5,.*row_encoding.*"row_data":"RTX \xef\xbf\xbd\xef\xbf\xbd 3090,700,x"\}\]$/]


=== TEST 15: UTF-8 that is none: too long, surrogates, too large, cut off
--- request eval
"POST /import
title,price
RTX 3090 \xc0\x80,700
RTX 3090 \xe0\x80\xaf,700
RTX 3090 \xed\xa0\x80,700
RTX 3090 \xf4\x90\x80\x80,700
RTX 3090 \xe2\x82,700
RTX 3090 \xf0\x9f\x98\x80,700
" . "RTX 3090,700\n" x 6
--- response_body_like: "valid_rows":7,"invalid_rows":5.*(row_encoding.*){5}


=== TEST 16: a NUL in one row
--- request eval
["POST /import\n" . ::rows(4, "RTX 30\x0090,700,x\n"),
 "GET /listings?import_id=$::Id{nul}", "GET /jobs/$::Id{nul}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{nul}", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":9,"invalid_rows":1.*"row_index":3,"line":5.*"row_nul"/,
 ::listed(10, 3), qr/^\[\{"row_index":3,"line":5,.*row_nul/]


=== TEST 17: an unclosed quote in row 5 of 10,000: 9,999 rows arrive
--- request eval
["POST /import\n" . ::rows(5, "\"RTX 3090,700,x\n", 10000),
 "GET /listings?import_id=$::Id{quote}&limit=10",
 "GET /jobs/$::Id{quote}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{quote}", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"total_rows":10000,"valid_rows":9999,"invalid_rows":1.*"row_index":4,"line":6.*"row_malformed"/,
 qr/"import_index":3,.*"import_index":5,/s,
 qr/^\[\{"row_index":4,"line":6,.*"row_data":"\\"RTX 3090,700,x"\}\]$/]


=== TEST 18: an unclosed quote in the last row
--- request eval
"POST /import\n" . ::rows(10, "\"RTX 3090,700,x\n")
--- response_body_like: "total_rows":10,"valid_rows":9,"invalid_rows":1.*"row_index":9,"line":11.*"row_malformed"


=== TEST 19: unclosed quotes in every row
--- request eval
"POST /import\ntitle,price\n" . "\"RTX 3090,700,\"\"x\n" x 999
--- error_code: 422
--- response_body_like: "code":"no_valid_rows".*"total_rows":999,"valid_rows":0,"invalid_rows":999


=== TEST 20: a row of 300 columns, and one of one more than the header
--- request eval
["POST /import\n" . ::rows(4, CORE::join(',', 1 .. 300) . "\n"),
 "POST /import\n" . ::rows(4, "RTX 3090,700,x,y\n"),
 "GET /listings?import_id=$::Id{wide}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{wide}", $::Csv, ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":9,"invalid_rows":1.*"row_index":3.*"row_too_many_columns"/,
 qr/"valid_rows":9,"invalid_rows":1.*"row_index":3.*"row_column_count"/,
 ::listed(10, 3)]


=== TEST 21: a header of 300 columns
--- request eval
"POST /import\ntitle,price," . CORE::join(',', 1 .. 298) . "\nRTX 3090,700"
--- error_code: 422
--- response_body_like: "code":"too_many_columns"


=== TEST 22: a row with fewer fields than the header
--- request
POST /import
title,price,notes
RTX 3090,700
RTX 3090
--- response_body_like: "valid_rows":1,"invalid_rows":1.*"row_index":1.*"price_missing".*"row_index":0,"line":2,"code":"row_short"


=== TEST 23: a field of 10 MB, in quotes
--- request eval
["POST /import\n" . ::rows(4, '"' . 'RTX 3090, ' x 1048576 . "\",700,x\n"),
 "GET /listings?import_id=$::Id{field}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{field}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":9,.*"row_index":3,"line":5.*"row_too_large"/,
 qr/"import_index":0,.*"import_index":1,.*"import_index":2,/s]


=== TEST 24: a header of 10 MB
--- request eval
"POST /import\ntitle,price," . 'x' x 10485760 . "\nRTX 3090,700"
--- error_code: 422
--- response_body_like: "code":"header_too_large"


=== TEST 25: a file of one line that does not end
--- request eval
"POST /import\n" . 'x' x 300000
--- error_code: 422
--- response_body_like: "code":"(header_too_large|columns_missing|no_rows)"


=== TEST 26: prices that are none, each with its reason
--- request eval
["POST /import
title,price
RTX 3090,-5
RTX 3090,N/A
RTX 3090,1e400
RTX 3090,1e10
RTX 3090,10000000000
RTX 3090,
RTX 3090,0.00
RTX 3090,NaN
RTX 3090,infinity
RTX 3090,100-200
RTX 3090,from 100
RTX 3090,0x10
RTX 3090," . '9' x 400 . "
RTX 3090,9999999999.99
RTX 3090,0.01
", "GET /listings?import_id=$::Id{prices}&sort=price"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{prices}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":2,"invalid_rows":13.*:0,"line":2,.*price_negative.*:1,"line":3,.*price_missing.*:2,"line":4,.*price_\w+.*:3,"line":5,.*price_\w+.*:4,"line":6,.*price_too_large.*:5,"line":7,.*price_missing.*:6,"line":8,.*price_zero.*price_invalid.*price_invalid.*price_range.*price_limit.*price_invalid/,
 qr/"price":0.01,.*"price":9999999999.99,/s]


=== TEST 27: nothing usable: 422, and the reasons
--- request
POST /import
title,price
RTX 3090,x
,700
--- error_code: 422
--- response_body_like: "code":"no_valid_rows".*"total_rows":2,"valid_rows":0,"invalid_rows":2.*price_invalid.*title_missing


=== TEST 28: texts that are odd, and those that are too long
--- request eval
["POST /import
title,price,source_url,notes,quantity,seen_at
RTX 3090 \\u0000,1,https://a.example/" . 'u' x 20480 . ",a,1,
RTX 3090 \\ud83d,2,https://a.example/2,\\u0000 \\ud800 \x01\x7f \xef\xbf\xbf,1,
" . 'RTX 3090 ' x 600 . ",3,https://a.example/3,a,1,
RTX 3090,4,https://a.example/4," . 'n' x 40000 . ",1,
RTX 3090,5,not a url,a,99999999999,
RTX 3090,6,javascript:alert(1),a,-1,
RTX 3090,7,,a,1,0000-00-00
RTX 3090,8,,a,1,294277-01-01T00:00:00Z
RTX 3090 '; DROP TABLE glyph.listings; --,9,,\\,1,2026-11-23
", "GET /listings?import_id=$::Id{text}&sort=price"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{text}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"total_rows":9,"valid_rows":6,.*:0,"line":2,.*field_too_long.*:2,"line":4,.*field_too_long.*:3,"line":5,.*field_too_long.*"code":"date_invalid","message":"1 date is left out, in line 9: \\"294277-01-01T00:00:00Z\\" cannot be read".*:4,"line":6,"code":"quantity_invalid".*:5,"line":7,"code":"quantity_invalid"/,
 qr/"title":"RTX 3090 \\\\ud83d".*"title":"RTX 3090 '; DROP TABLE/s]


=== TEST 29: wrong content types
--- request eval
["POST /import\nx", "POST /import\n{\"a\":1}",
 "POST /import\nx", "POST /import\nx", "POST /import\nx"]
--- more_headers eval
["Content-Type: application/x-www-form-urlencoded",
 "Content-Type: application/xml", "Content-Type: text/csvx",
 "Content-Type: multipart/mixed; boundary=x",
 "Content-Type: text/csv\nContent-Encoding: br"]
--- error_code eval
[415, 415, 415, 415, 415]
--- response_body_like eval
[qr/"code":"unsupported_media_type".*--data-binary does not/,
 qr/"code":"unsupported_media_type".*text.csv/,
 qr/"code":"unsupported_media_type".*text.csv/,
 qr/"code":"unsupported_media_type".*multipart.form-data/,
 qr/"code":"unsupported_encoding".*gzip, zstd/]
--- response_headers eval
["Accept-Post: text/csv, multipart/form-data, application/json, application/x-ndjson",
 "Accept-Post: text/csv, multipart/form-data, application/json, application/x-ndjson",
 "Accept-Post: text/csv, multipart/form-data, application/json, application/x-ndjson",
 "Accept-Post: text/csv, multipart/form-data, application/json, application/x-ndjson",
 "Accept-Encoding: gzip, zstd"]


=== TEST 30: larger than client_max_body_size, told beforehand
--- request eval
"POST /small\ntitle,price\n" . "RTX 3090,700\n" x 10
--- error_code: 413
--- error_log
client intended to send too large body


=== TEST 31: larger than client_max_body_size, found while reading
--- request eval
["POST /small\n" . CORE::join('', map { sprintf "%x\r\n%s\r\n", length, $_ }
    "title,price,seller\n", ("RTX 3090,700,$::Id{large}\n") x 10)
    . "0\r\n\r\n", "GET /listings?seller=$::Id{large}"]
--- more_headers eval
["$::Csv\nTransfer-Encoding: chunked\nGlyph-Job-Id: $::Id{large}", ""]
--- error_code eval
[413, 200]
--- response_body_like eval
[qr/"status":413,"code":"body_too_large"/, qr/^\[\]$/]


=== TEST 32: chunks that cannot be read
--- raw_request eval
::chunks("c\r\ntitle,price\n\r\nthis is no size\r\n")
--- error_code: 400
--- error_log
client sent invalid chunked body


=== TEST 33: parameters that are not there, are wrong, or are there twice
--- request eval
["POST /import?titel=x\nx", "POST /import?strict=1&max_errors=1\nx",
 "POST /import?max_errors=1&max_errors=2\nx",
 "POST /import?max_errors=-1\nx", "POST /import?max_errors=\nx",
 "POST /import?max_errors=99999999999999999999\nx",
 "POST /import?reject=all\nx", "POST /import?delimiter=xx\nx",
 "POST /import?metadata=%5B1%5D\nx", "POST /import?source_label=%ff\nx",
 "POST /import?filename=a%00b\nx",
 "POST /import?source_label=" . 'x' x 1025 . "\nx"]
--- more_headers eval
[($::Csv) x 12]
--- error_code eval
[(400) x 12]
--- response_body_like eval
[qr/"option_unknown".*\\"titel\\"/, qr/"option_unknown".*\\"strict\\"/,
 qr/"option_repeated".*\\"max_errors\\"/, qr/"option_invalid".*max_errors/,
 qr/"option_invalid".*max_errors/, qr/"option_invalid".*max_errors/,
 qr/"option_invalid".*reject/, qr/"option_invalid".*delimiter/,
 qr/"option_invalid".*metadata/, qr/"option_invalid".*source_label/,
 qr/"option_invalid".*filename/, qr/"option_invalid".*source_label/]


=== TEST 34: an id that is none
--- request
POST /import
title,price
RTX 3090,700
--- more_headers
Content-Type: text/csv
Glyph-Job-Id: 12345
--- error_code: 400
--- response_body_like: "code":"\w+".*Glyph-Job-Id


=== TEST 35: methods that are not served
--- request eval
["GET /import", "PUT /import\nx", "DELETE /import", "PATCH /import\nx"]
--- more_headers eval
["", $::Csv, "", $::Csv]
--- error_code eval
[405, 405, 405, 405]
--- response_headers eval
["Allow: POST, OPTIONS", "Allow: POST, OPTIONS", "Allow: POST, OPTIONS", "Allow: POST, OPTIONS"]
--- response_body_like eval
[qr/"code":"method_not_allowed"/, qr/"code":"method_not_allowed"/,
 qr/"code":"method_not_allowed"/, qr/"code":"method_not_allowed"/]


=== TEST 36: letters that are not ASCII before quotes: in columns, rows, errors
--- request eval
["POST /import
title,price,Qualit\xc3\xa9,Gr\xc3\xb6\xc3\x9fe
\"RTX 3090 caf\xc3\xa9\"\" \xe2\x82\xac\\ x\",700,\"\xc3\xa9\"\"\",\xe2\x82\xac\\
RTX 3090 f\xc3\xbcr,x\xe2\x82\xac,\xc3\xa9,\xf0\x9f\x98\x80
", "GET /listings?import_id=$::Id{quotes}", "GET /jobs/$::Id{quotes}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{quotes}", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":1,"invalid_rows":1.*"title":"RTX 3090 f\xc3\xbcr","price":"x\xe2\x82\xac"/,
 qr/"title":"RTX 3090 caf\xc3\xa9\\" \xe2\x82\xac\\\\ x"/,
 qr/"row_data":"RTX 3090 f\xc3\xbcr,x\xe2\x82\xac,\xc3\xa9,\xf0\x9f\x98\x80"/]


=== TEST 37: nothing that was refused is in the way of what follows
--- request eval
["POST /import\nx", "POST /import\ntitle,price\n\"RTX",
 "POST /import\ntitle,price\nRTX 3090,700\n"]
--- more_headers eval
[$::Csv, $::Csv, $::Csv]
--- error_code eval
[422, 422, 200]


=== TEST 38: near misses as data, for programs
--- request
POST /import
Ttile,Pries,seller
RTX 3090,700,me
--- error_code: 422
--- response_body_like: "validation_errors":\[\{"code":"columns_missing",.*"did_you_mean":\{"Ttile":"title","Pries":"preis"\},"suggestions":\[\{"column":"Ttile","as":"title","confidence":0.9\},


=== TEST 39: the header is not the first line
--- request
POST /import
Stock list of July
title,price
RTX 3090,700
--- response_body_like: "valid_rows":1,.*"row_index":null,"line":null,"code":"header_found","message":"the header was found in line 2,


=== TEST 40: a parameter that is not known: which ones are, and a near one
--- request eval
[(map { "POST /import?$_\nx" } 'delimeter=tab', 'Delimiter=tab', 'dry-run=true',
    'max_error=1', 'source=x', 'colour=red', 'path=a.csv', '%22%0a=1'),
 "POST /score?column=title\nx", "POST /score?filename=x\nx"]
--- error_code eval
[(400) x 10]
--- response_body_like eval
[(map { qr/"code":"option_unknown","detail":"there is no parameter \\"[^"]*\\"; known are: delimiter, decimal, [^"]*, dry_run","did_you_mean":"$_"\}$/ }
    qw(delimiter delimiter dry_run max_errors source_label)),
 (qr/"code":"option_unknown","detail":"there is no parameter \\"(?:colour|path)\\"; known are: [^"]*, dry_run"\}$/) x 2,
 qr/"detail":"there is no parameter \\"\\"\\n\\"; known are: delimiter/,
 qr/\\"column\\"; known are: delimiter, [^"]*, columns, errors, stream","did_you_mean":"columns"\}$/,
 qr/\\"filename\\"; known are: [^"]*, columns, errors, stream"\}$/]


=== TEST 41: parameters where there are none
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 (map { "GET /jobs/$::Id{args}$_" } '?limit=1', '/status?x', '/result?x=1',
    '/events?x=1'), "DELETE /jobs/$::Id{args}?force=1",
 "GET /imports/$::Id{args}?limit=1", "DELETE /imports/$::Id{args}?force=1",
 "GET /jobs/$::Id{args}/errors?safe=1", "GET /jobs/$::Id{args}/status?",
 "GET /imports/$::Id{args}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{args}", ('') x 10]
--- error_code eval
[200, (400) x 8, 200, 200]
--- response_body_like eval
[qr/./, (qr/"code":"option_unknown","detail":"there is no parameter \\"(?:limit|x|force)\\"; none is known here"/) x 7,
 qr/"there is no parameter \\"safe\\"; known are: severity, limit, after"/, qr/"state" : "completed"/, qr/"valid_rows":1/]


=== TEST 42: headers that may be there once
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "POST /import\ntitle,price\nRTX 3090,700\n"]
--- more_headers eval
["$::Csv\nIdempotency-Key: a\nIdempotency-Key: b",
 "$::Csv\nGlyph-Job-Id: $::Id{one}\nGlyph-Job-Id: $::Id{two}"]
--- error_code eval
[400, 400]
--- response_body_like eval
[qr/"code":"option_repeated","detail":"header \\"Idempotency-Key\\" is there twice"/,
 qr/"code":"option_repeated","detail":"header \\"Glyph-Job-Id\\" is there twice"/]
