# Forms: what browsers and programs send, and what is none.

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
location = /imports { glyph_query imports; }
location = /listings { glyph_query listings; }
_EOC_

our $Form = 'Content-Type: multipart/form-data; boundary=xyz';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', $::Form)
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(fields cut two unknown query twice);

our $Rows = "title,price\nRTX 3090,700\n";

# each part: [ what follows "form-data", the body, more headers ]
sub form {
    return join "\r\n", (map { ('--xyz',
        "Content-Disposition: form-data; $_->[0]",
        (defined $_->[2] ? $_->[2] : ()), '', $_->[1]) } @_), '--xyz--', '';
}

sub file {
    return [ 'name="file"; filename="a.csv"', $::Rows, @_ ];
}

sub post {
    my ($body, $type) = @_;
    $type = $::Form unless defined $type;
    return "POST /import HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "$type\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
}

sub chunked {
    my ($size, $body) = @_;
    return "POST /import HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "$::Form\r\nTransfer-Encoding: chunked\r\n\r\n"
        . join('', map { sprintf("%x\r\n%s\r\n", length $_, $_) }
               unpack "(a$size)*", $body)
        . "0\r\n\r\n";
}

run_tests();

__DATA__

=== TEST 1: fields on both sides of the file, and where they go
--- request eval
["POST /import\n" . ::form(['name="source_label"', "week 47 \xe2\x82\xac"],
    ::file('Content-Type: text/csv'), ['name="campaign_id"', 'c-9'],
    ['name="metadata"', '{"shop": {"id": 7}}']),
 "GET /jobs/$::Id{fields}/status", "GET /imports?limit=1000"]
--- more_headers eval
["$::Form\nGlyph-Job-Id: $::Id{fields}", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"import_id":"$::Id{fields}".*"filename":"a.csv".*"valid_rows":1/,
 qr/"source_label" ?: ?"week 47 \xe2\x82\xac", ?"campaign_id" ?: ?"c-9"/,
 qr/"import_id":"$::Id{fields}"[^\n]*"metadata":\{"shop": ?\{"id": ?7\}\}/]


=== TEST 2: a byte a chunk
--- raw_request eval
::chunked(1, ::form(::file(), ['name="source_label"', 'x']))
--- response_body_like: "filename":"a.csv".*"total_rows":1,"valid_rows":1


=== TEST 3: three bytes a chunk, data that looks like the delimiter
--- raw_request eval
::chunked(3, ::form(['name="file"; filename="a.csv"',
    "title,price,n\r\nRTX 3090,700,\"\r\n--xy\r\n-\r\n--\r\n--x\"\r\n"]))
--- response_body_like: "total_rows":1,"valid_rows":1,"invalid_rows":0


=== TEST 4: text before the first delimiter and behind the last
--- raw_request eval
::post("This is a form.\r\n\r\n" . ::form(::file()) . "more\r\n--xyz\r\n")
--- response_body_like: "total_rows":1,"valid_rows":1


=== TEST 5: a quoted boundary, of any letter case's name
--- request eval
"POST /import\n" . ::form(::file()) =~ s/xyz/a b'c/gr
--- more_headers
content-type: Multipart/Form-Data; charset=utf-8; Boundary="a b'c"
--- response_body_like: "valid_rows":1


=== TEST 6: the last line of the file has no end, the last delimiter neither
--- raw_request eval
::post(::form(['name="file"; filename="a.csv"',
               "title,price\nRTX 3090,700"]) =~ s/\r\n$//r)
--- response_body_like: "total_rows":1,"valid_rows":1


=== TEST 7: a file of any field name; a part without a file name is none
--- request eval
["POST /import\n" . ::form(['name="upload"; filename="list.csv"', $::Rows]),
 "POST /import\n" . ::form(['name="file"', $::Rows])]
--- more_headers eval
[$::Form, $::Form]
--- error_code eval
[200, 400]
--- response_body_like eval
[qr/"filename":"list.csv".*"valid_rows":1/, qr/"code":"multipart_no_file"/]


=== TEST 8: file names: quotes, paths, UTF-8
--- request eval
["POST /import\n" . ::form(['name="file"; filename="/tmp/x/b.csv"', $::Rows]),
 "POST /import\n" . ::form(['name="file"; filename="a\"b.csv"', $::Rows]),
 "POST /import\n" . ::form(["name=\"file\"; filename=\"M\xc3\xbc.csv\"",
                            $::Rows])]
--- more_headers eval
[$::Form, $::Form, $::Form]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"filename":"b.csv"/, qr/"filename":"a(\\"|%22)b.csv"/,
 qr/"filename":"M\xc3\xbc.csv"/]


=== TEST 9: the part tells its charset, or the request does
--- request eval
["POST /import\n" . ::form(['name="file"; filename="a.csv"',
    "title,price\nRTX 3090 f\xfcr B\xfcro,700 \x80\n",
    'Content-Type: text/csv; charset=windows-1252']),
 "POST /import?charset=windows-1252\n" . ::form(
    ['name="file"; filename="a.csv"',
     "title,price\nRTX 3090 f\xfcr B\xfcro,700 \x80\n"])]
--- more_headers eval
[$::Form, $::Form]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":1.*"charset":"windows-1252"/i,
 qr/"valid_rows":1.*"charset":"windows-1252"/i]


=== TEST 10: no boundary, an empty one, one that is too long
--- request eval
["POST /import\n" . ::form(::file()), "POST /import\n" . ::form(::file()),
 "POST /import\n" . ::form(::file())]
--- more_headers eval
["Content-Type: multipart/form-data",
 "Content-Type: multipart/form-data; boundary=\"\"",
 "Content-Type: multipart/form-data; boundary=" . 'x' x 71]
--- error_code eval
[400, 400, 400]
--- response_body_like eval
[qr/"code":"multipart_malformed".*boundary/,
 qr/"code":"multipart_malformed".*boundary/,
 qr/"code":"multipart_malformed".*boundary/]


=== TEST 11: another boundary than was said
--- request eval
"POST /import\n" . ::form(::file())
--- more_headers
Content-Type: multipart/form-data; boundary=abc
--- error_code: 400
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"multipart_(malformed|no_file|truncated)"


=== TEST 12: a CSV file that is said to be a form
--- request
POST /import
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "code":"multipart_(malformed|no_file|truncated)"


=== TEST 13: an empty body
--- raw_request eval
::post('')
--- error_code: 400
--- response_body_like: "code":"multipart_(malformed|no_file|truncated)"


=== TEST 14: cut off in the data: nothing of it is stored
--- request eval
["POST /import\n" . ::form(::file()) =~ s/\r\n--xyz--.*//sr,
 "GET /listings?import_id=$::Id{cut}"]
--- more_headers eval
["$::Form\nGlyph-Job-Id: $::Id{cut}", ""]
--- error_code eval
[400, 200]
--- response_body_like eval
[qr/"code":"multipart_truncated"/, qr/^\[\]$/]


=== TEST 15: cut off in a part's headers, and in the last delimiter
--- raw_request eval
::post("--xyz\r\nContent-Disposition: form-data; na")
--- error_code: 400
--- response_body_like: "code":"multipart_truncated"


=== TEST 16: the last delimiter is not the last
--- raw_request eval
::post(::form(::file()) =~ s/--\r\n$/\r\n/r)
--- error_code: 400
--- response_body_like: "code":"multipart_(truncated|malformed)"


=== TEST 17: a part without a Content-Disposition
--- raw_request eval
::post("--xyz\r\nContent-Type: text/csv\r\n\r\n$::Rows\r\n--xyz--\r\n")
--- error_code: 400
--- response_body_like: "code":"multipart_(malformed|no_file)"


=== TEST 18: headers that are none, or that do not end
--- raw_request eval
::post("--xyz\r\n" . "X-Long: " . 'x' x 100000 . "\r\n\r\nx\r\n--xyz--\r\n")
--- error_code: 400
--- response_body_like: "code":"multipart_malformed"


=== TEST 19: fields and no file
--- request eval
"POST /import\n" . ::form(['name="source_label"', 'x'])
--- error_code: 400
--- response_body_like: "code":"multipart_no_file"


=== TEST 20: a form that was sent without a file being chosen
--- request eval
"POST /import\n" . ::form(['name="file"; filename=""', '',
    'Content-Type: application/octet-stream'])
--- error_code_like: ^4(00|22)$
--- response_body_like: "code":"(multipart_no_file|file_empty)"


=== TEST 21: two files: neither is stored
--- request eval
["POST /import\n" . ::form(::file(), ::file()),
 "GET /listings?import_id=$::Id{two}"]
--- more_headers eval
["$::Form\nGlyph-Job-Id: $::Id{two}", ""]
--- error_code eval
[400, 200]
--- response_body_like eval
[qr/"code":"multipart_two_files"/, qr/^\[\]$/]


=== TEST 22: a field that is not known, behind the file
--- request eval
["POST /import\n" . ::form(::file(), ['name="colour"', 'red']),
 "GET /listings?import_id=$::Id{unknown}"]
--- more_headers eval
["$::Form\nGlyph-Job-Id: $::Id{unknown}", ""]
--- error_code eval
[400, 200]
--- response_body_like eval
[qr/"code":"field_unknown".*colour/, qr/^\[\]$/]


=== TEST 23: fields with values that are not allowed
--- request eval
["POST /import\n" . ::form(::file(), ['name="metadata"', '[1]']),
 "POST /import\n" . ::form(::file(), ['name="metadata"', '{"a":"\ud800"}']),
 "POST /import\n" . ::form(::file(), ['name="source_label"', "\xff"]),
 "POST /import\n" . ::form(::file(), ['name="source_label"', "a\0b"]),
 "POST /import\n" . ::form(::file(), ['name="metadata"',
                                      '{"a":' x 2000 . '1' . '}' x 2000])]
--- more_headers eval
[$::Form, $::Form, $::Form, $::Form, $::Form]
--- error_code eval
[400, 400, 400, 400, 400]
--- response_body_like eval
[qr/"code":"field_invalid".*metadata/, qr/"code":"field_invalid".*metadata/,
 qr/"code":"field_invalid".*source_label/,
 qr/"code":"field_invalid".*source_label/,
 qr/"code":"field_invalid".*metadata/]


=== TEST 24: fields that are too large
--- request eval
["POST /import\n" . ::form(::file(), ['name="source_label"', 'x' x 1025]),
 "POST /import\n" . ::form(::file(), ['name="metadata"',
                               '{"a":"' . 'x' x 70000 . '"}'])]
--- more_headers eval
[$::Form, $::Form]
--- error_code eval
[400, 400]
--- response_body_like eval
[qr/"code":"field_(too_large|invalid)"/,
 qr/"code":"field_(too_large|invalid)"/]


=== TEST 25: a file that is no good, in a form that is
--- request eval
["POST /import\n" . ::form(['name="file"; filename="a.csv"', '']),
 "POST /import\n" . ::form(['name="file"; filename="a.csv"', "title,price\n"]),
 "POST /import\n" . ::form(['name="file"; filename="a.csv"', "a,b\n1,2\n"]),
 "POST /import\n" . ::form(['name="file"; filename="a.xlsx"',
                            "PK\x03\x04\x14\0\6\0\x08\0" . "\0\1" x 200])]
--- more_headers eval
[$::Form, $::Form, $::Form, $::Form]
--- error_code eval
[422, 422, 422, 422]
--- response_body_like eval
[qr/"code":"file_empty"/, qr/"code":"no_rows"/, qr/"code":"columns_missing"/,
 qr/"code":"file_not_text"/]


=== TEST 26: a parameter and a field say the same thing twice, or another one
--- request eval
"POST /import?filename=other.csv&source_label=query\n" . ::form(::file())
--- response_body_like: "filename":"(other|a).csv".*"valid_rows":1


=== TEST 27: a large file, in odd pieces
--- timeout: 20
--- raw_request eval
::chunked(1009, ::form(['name="file"; filename="a.csv"', "title,price\r\n"
    . "RTX 3090 card,700\r\n" x 50000], ['name="source_label"', 'x']))
--- response_body_like: "total_rows":50000,"valid_rows":50000


=== TEST 28: a field given twice is refused by name, and nothing stays
--- request eval
["POST /import\n" . ::form(::file(), ['name="source_label"', 'a'],
                           ['name="source_label"', 'b']),
 "GET /listings?import_id=$::Id{twice}"]
--- more_headers eval
["$::Form\nGlyph-Job-Id: $::Id{twice}", ""]
--- error_code eval
[400, 200]
--- response_body_like eval
[qr/"code":"field_repeated".*form field \\"source_label\\" is given twice/,
 qr/^\[\]$/]


=== TEST 29: a file without a filename is a field: the answer says so
--- request eval
["POST /import\n" . ::form(['name="file"', $::Rows]),
 "POST /import\n" . ::form(['name="file"', $::Rows x 1000])]
--- more_headers eval
[$::Form, $::Form]
--- error_code eval
[400, 400]
--- response_body_like eval
[qr/"code":"multipart_no_file".*part \\"file\\" has no filename/,
 qr/"code":"field_too_large".*form field \\"file\\" is longer than 16384 bytes; if it is the file, add a file name/]


=== TEST 30: metadata may be 32 objects deep, not 33
--- request eval
["POST /import\n" . ::form(::file(), ['name="metadata"',
    '{"a":' x 32 . '1' . '}' x 32]),
 "POST /import\n" . ::form(::file(), ['name="metadata"',
    '{"a":' x 33 . '1' . '}' x 33])]
--- more_headers eval
[$::Form, $::Form]
--- error_code eval
[200, 400]
--- response_body_like eval
[qr/"valid_rows":1/, qr/"code":"field_invalid".*metadata/]
