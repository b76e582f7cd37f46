# The errors of a job, as a file to mend and as lines of JSON, and its warnings.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;
use MIME::Base64 qw(encode_base64url);

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
location = /background { glyph_import background; }
location = /few { glyph_import; glyph_max_warnings 3; }
location = /no { glyph_import; glyph_max_warnings 0; }
location /jobs/ { glyph_jobs; }
location /packed/ {
    glyph_jobs;
    gzip on;
    gzip_min_length 1;
    gzip_types text/csv;
}
_EOC_

our $Csv = 'Content-Type: text/csv';
our $Want = 'Accept: text/csv';
our $Lines = 'Accept: application/x-ndjson';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
});

our %Id = map { $_ => uuid() } qw(one semi none refused latin utf16 page head
    running again safe sep form back packed invalid wrong short json warned
    pages odd formula jsonwarn nowarn few no);

our $Names = '_line,_codes,_messages';

run_tests();

__DATA__

=== TEST 1: the header and the records as they were, and what is wrong
--- request eval
["POST /import\nTitle, \"Price\" ,Note\r\nRTX 3090,700,a\r\nRTX 3080,x,\"b\r\nc\"\r\n ,-1, d \r\n\r\nRTX 3070,7",
 "GET /jobs/$::Id{one}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{one}", $::Want]
--- error_code eval
[200, 200]
--- response_headers eval
["", "Content-Type: text/csv; charset=utf-8\nVary: Accept\n!Content-Length\n!Link"]
--- response_body_like eval
[qr/"invalid_rows":2/,
 qr/\ATitle, "Price" ,Note,$::Names\r\nRTX 3080,x,"b\r\nc",3,"price_invalid","price: the price cannot be read as one amount of money"\r\n ,-1, d ,5,"title_missing price_negative","title: neither the title nor the model is given; price: the price is negative"\r\n\z/]


=== TEST 2: in the file's own delimiter
--- request eval
["POST /import\nTitel;Preis\nRTX 3090;700\nRTX 3080, new;x\n",
 "GET /jobs/$::Id{semi}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{semi}", $::Want]
--- response_body_like eval
[qr/"invalid_rows":1/,
 qr/\ATitel;Preis;_line;_codes;_messages\r\nRTX 3080, new;x;3;"price_invalid";"[^"]+"\r\n\z/]


=== TEST 3: no errors: the header, no lines
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "GET /jobs/$::Id{none}/errors", "GET /jobs/$::Id{none}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{none}", $::Want, $::Lines]
--- error_code eval
[200, 200, 200]
--- response_headers eval
["", "Content-Type: text/csv; charset=utf-8",
 "Content-Type: application/x-ndjson"]
--- response_body_like eval
[qr/"invalid_rows":0/, qr/\Atitle,price,$::Names\r\n\z/, qr/\A\z/]


=== TEST 4: a file without a header has no such file, but lines and a page
--- request eval
["POST /import\na,b\n1,2\n", "GET /jobs/$::Id{refused}/errors",
 "GET /jobs/$::Id{refused}/errors", "GET /jobs/$::Id{refused}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{refused}", $::Want, $::Lines, ""]
--- error_code eval
[422, 404, 200, 200]
--- response_body_like eval
[qr/"code":"columns_missing"/, qr/"code":"no_header"/, qr/\A\z/,
 qr/\A\[\]\n\z/]


=== TEST 5: another charset becomes UTF-8
--- request eval
["POST /import?background=false\nTitel;Preis;Zustand\nRTX 3090;7;ok\nRTX 3080;x;gepr\xfcft\n",
 "GET /jobs/$::Id{latin}/errors"]
--- more_headers eval
["Content-Type: text/csv; charset=iso-8859-1\nGlyph-Job-Id: $::Id{latin}",
 $::Want]
--- response_body_like eval
[qr/"invalid_rows":1/, qr/RTX 3080;x;gepr\xc3\xbcft;3;/]


=== TEST 6: UTF-16 becomes UTF-8, without its mark
--- request eval
["POST /import\n\xff\xfe" . CORE::join('', map { "$_\0" } split //, "title,price\nRTX 3080,x\n,7\nRTX 3090,7\n"),
 "GET /jobs/$::Id{utf16}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{utf16}", $::Want]
--- response_body_like eval
[qr/"invalid_rows":2/,
 qr/\Atitle,price,$::Names\r\nRTX 3080,x,2,[^\r]*\r\n,7,3,[^\r]*\r\n\z/]


=== TEST 7: bytes that are not UTF-8 stay as they are
--- request eval
["POST /import\ntitle,price\nRTX 3090,7\nRTX\x81 3080,x\n",
 "GET /jobs/$::Id{invalid}/errors", "GET /jobs/$::Id{invalid}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{invalid}", $::Want, $::Lines]
--- response_body_like eval
[qr/"invalid_rows":1/, qr/\r\nRTX\x81 3080,x,3,"row_encoding","the /,
 qr/\A\{"row_index":1,"line":3,.*"row_data":"RTX\xef\xbf\xbd 3080,x"\}\n\z/]


=== TEST 8: pages of the file, each with its header
--- request eval
["POST /import\ntitle,price\n" . CORE::join('', map { "RTX 3090 $_," . ($_ % 2 ? 'x' : 7) . "\n" } 0 .. 9),
 "GET /jobs/$::Id{page}/errors?limit=2", "GET /jobs/$::Id{page}/errors?limit=5",
 "GET /jobs/$::Id{page}/errors?limit=2", "GET /jobs/$::Id{page}/errors",
 "GET /jobs/$::Id{page}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{page}", $::Want, $::Want, $::Lines, $::Want,
 $::Lines]
--- response_headers_like eval
["", 'Link: </jobs/' . $::Id{page} . '/errors\?limit=2&after=[\w-]+>; rel="next"',
 "", 'Link: </jobs/' . $::Id{page} . '/errors\?limit=2&after=[\w-]+>; rel="next"',
 "", ""]
--- response_body_like eval
[qr/"invalid_rows":5/,
 qr/\Atitle,price,$::Names\r\nRTX 3090 1,x,3,[^\r]*\r\nRTX 3090 3,x,5,[^\r]*\r\n\z/,
 qr/\A(?:[^\r]*\r\n){6}\z/, qr/\A(?:[^\n]*\n){2}\z/,
 qr/\A(?:[^\r]*\r\n){6}\z/, qr/\A(?:[^\n]*\n){5}\z/]


=== TEST 9: after, in a file; parameters that are wrong
--- request eval
["POST /import\ntitle,price\nRTX 3090,x\nRTX 3080,y\nRTX 3070,7\n",
 "GET /jobs/$::Id{wrong}/errors?after=WyJlcnJvcnMiLCIwIl0",
 "GET /jobs/$::Id{wrong}/errors?after=nonsense",
 "GET /jobs/$::Id{wrong}/errors?after=WyJqb2JzIiwiMCJd",
 "GET /jobs/$::Id{wrong}/errors?limit=0",
 "GET /jobs/$::Id{wrong}/errors?safe=yes",
 "GET /jobs/$::Id{wrong}/errors?safe=1&safe=1",
 "GET /jobs/$::Id{wrong}/errors?save=1",
 "GET /jobs/$::Id{wrong}/errors?safe=1",
 "GET /jobs/$::Id{wrong}/errors?safe=1"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{wrong}", $::Want, $::Want, $::Want, $::Want,
 $::Want, $::Want, $::Want, $::Lines, ""]
--- error_code eval
[200, 200, 400, 400, 400, 400, 400, 400, 400, 400]
--- response_body_like eval
[qr/"invalid_rows":2/, qr/\A[^\r]*\r\nRTX 3080,y,[^\r]*\r\n\z/,
 qr/"option_invalid".*after/, qr/"option_invalid".*after/,
 qr/"option_invalid".*limit/, qr/"option_invalid".*safe/,
 qr/"option_repeated".*safe/, qr/"option_unknown".*save/,
 qr/"option_unknown".*safe/, qr/"option_unknown".*safe/]


=== TEST 10: Accept
--- request eval
["POST /import\ntitle,price\nRTX 3090,x\n,7\nRTX 3070,7\n",
 "GET /jobs/$::Id{short}/errors", "GET /jobs/$::Id{short}/errors",
 "GET /jobs/$::Id{short}/errors", "GET /jobs/$::Id{short}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{short}", "Accept: text/markdown",
 "Accept: text/*", "Accept: */*",
 "Accept: text/csv;q=0.5, application/x-ndjson"]
--- error_code eval
[200, 406, 200, 200, 200]
--- response_headers eval
["", "Content-Type: application/problem+json",
 "Content-Type: text/csv; charset=utf-8", "Content-Type: application/json",
 "Content-Type: application/x-ndjson"]
--- response_body_like eval
[qr/./, qr/"code":"not_acceptable"/, qr/\Atitle,price,_line/, qr/\A\[/,
 qr/\A\{/]


=== TEST 11: HEAD, and nothing new
--- request eval
["POST /import\ntitle,price\nRTX 3090,x\n,7\nRTX 3070,7\n",
 "HEAD /jobs/$::Id{head}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{head}", $::Want]
--- response_headers_like eval
["", "Content-Type: text/csv; charset=utf-8\nETag: \"[0-9a-f]{32}\""]
--- response_body_like eval
[qr/./, qr/\A\z/]
--- raw_response_headers_unlike eval
["x-none", "Content-Length"]


=== TEST 12: the tag of one form is not that of another
--- request eval
["POST /import\ntitle,price\nRTX 3090,x\n,7\nRTX 3070,7\n",
 "GET /jobs/$::Id{again}/errors", "GET /jobs/$::Id{again}/errors",
 "GET /jobs/$::Id{again}/errors?safe=1", "GET /jobs/$::Id{again}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{again}",
 "$::Want\nIf-None-Match: *", "$::Want\nIf-None-Match: \"0\"",
 "$::Want\nIf-None-Match: \"1\"", "$::Lines\nIf-None-Match: *"]
--- error_code eval
[200, 304, 200, 200, 304]


=== TEST 13: safe: what a spreadsheet would run is text
--- request eval
["POST /import\ntitle,price,note\n=HYPERLINK(1),x,\@a\n RTX,+y,\"-1;=2\"\nRTX 3090,7,=1\n\"open,z\n",
 "GET /jobs/$::Id{safe}/errors?safe=1", "GET /jobs/$::Id{safe}/errors?safe=0"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{safe}", $::Want, $::Want]
--- response_body_like eval
[qr/"invalid_rows":3/,
 qr/\A"title","price","note",$::Names\r\n"'=HYPERLINK\(1\)","x","'\@a",2,"price_invalid","[^"]+"\r\n"RTX","'\+y","'-1;'=2",3,"price_invalid","[^"]+"\r\n"""open,z",,,5,"row_malformed","[^"]+"\r\n\z/,
 qr/\Atitle,price,note,$::Names\r\n=HYPERLINK\(1\),x,\@a,2,/]


=== TEST 14: Excel's first line is no part of the header
--- request eval
["POST /import\nsep=;\ntitle;price\nRTX 3090;7\nRTX 3080;x\n",
 "GET /jobs/$::Id{sep}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{sep}", $::Want]
--- response_body_like eval
[qr/"invalid_rows":1/, qr/\Atitle;price;_line;_codes;_messages\r\nRTX 3080;x;4;/]


=== TEST 15: of a form, the file
--- request eval
["POST /import\n--b\r\nContent-Disposition: form-data; name=\"source_label\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\xef\xbb\xbftitle|price\r\nRTX 3090|7\r\nRTX 3080|x\r\n--b--\r\n",
 "GET /jobs/$::Id{form}/errors"]
--- more_headers eval
["Content-Type: multipart/form-data; boundary=b\nGlyph-Job-Id: $::Id{form}",
 $::Want]
--- response_body_like eval
[qr/"invalid_rows":1/, qr/\Atitle\|price\|_line\|_codes\|_messages\r\nRTX 3080\|x\|3\|/]


=== TEST 16: of an import in the background
--- request eval
["POST /background\ntitle,price\nRTX 3090,7\nRTX 3080,x\n",
 "GET /jobs/$::Id{back}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{back}\nPrefer: wait=10", $::Want]
--- response_body_like eval
[qr/"invalid_rows":1/, qr/\Atitle,price,$::Names\r\nRTX 3080,x,3,/]


=== TEST 17: no such job, another's method
--- request eval
["GET /jobs/" . ::uuid() . "/errors", "DELETE /jobs/$::Id{page}/errors"]
--- more_headers eval
[$::Want, $::Want]
--- error_code eval
[404, 405]
--- response_headers eval
["", "Allow: GET, HEAD, OPTIONS"]
--- response_body_like eval
[qr/"code":"job_not_found"/, qr/"code":"method_not_allowed"/]


=== TEST 18: of a JSON file: as JSON, not as CSV
--- request eval
["POST /import\n[{\"title\":\"RTX 3090\",\"price\":7},\n{\"title\":\"RTX 3080\",\"price\":\"x\"}]",
 "GET /jobs/$::Id{json}/errors", "GET /jobs/$::Id{json}/errors?limit=1",
 "GET /jobs/$::Id{json}/errors", "GET /jobs/$::Id{json}/errors"]
--- more_headers eval
["Content-Type: application/json\nGlyph-Job-Id: $::Id{json}", $::Want, $::Want,
 $::Lines, ""]
--- error_code eval
[200, 406, 406, 200, 200]
--- response_body_like eval
[qr/"invalid_rows":1/,
 (qr/"code":"not_acceptable","detail":"the file was JSON, so its errors are there as application\/json and application\/x-ndjson"/) x 2,
 (qr/"row_index":1,"line":2,"byte_offset":\d+,.*"row_data":"\{\\"title\\":\\"RTX 3080\\",\\"price\\":\\"x\\"\}"/) x 2]


=== TEST 19: warnings: a page, lines, a file, and what is wrong besides
--- request eval
["POST /import?currency=USD\ntitle,price,currency\nRTX 3090,1.299,\nRTX 3080,x,\nRTX 3070,700\nRTX 3070,700,SEK\n",
 "GET /jobs/$::Id{warned}/errors?severity=warning",
 "GET /jobs/$::Id{warned}/errors?severity=warning",
 "GET /jobs/$::Id{warned}/errors?severity=warning",
 "GET /jobs/$::Id{warned}/errors?severity=all",
 "GET /jobs/$::Id{warned}/errors?severity=error",
 "GET /jobs/$::Id{warned}/errors?severity=error",
 "GET /jobs/$::Id{warned}/status"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{warned}", "", $::Lines, $::Want, $::Want,
 $::Want, "", ""]
--- response_headers eval
["", "Content-Type: application/json\n!Link",
 "Content-Type: application/x-ndjson\n!Link",
 "Content-Type: text/csv; charset=utf-8", "Content-Type: text/csv; charset=utf-8",
 "Content-Type: text/csv; charset=utf-8", "Content-Type: application/json", ""]
--- response_body_like eval
[qr/"valid_rows":3,"invalid_rows":1,.*"warnings_count":3,.*"warning_counts":\{"price_ambiguous":1,"no_rate":1,"row_short":1\}\}/,
 qr/\A\[\{"row_index":0,"line":2,"severity":"warning","code":"price_ambiguous","column":"price","value":"1\.299","message":"[^"]+"\},\n\{"row_index":2,"line":4,"severity":"warning","code":"row_short","column":null,"value":null,"message":"[^"]+"\},\n\{"row_index":3,"line":5,"severity":"warning","code":"no_rate","column":"currency","value":"SEK","message":"[^"]+"\}\]\n\z/,
 qr/\A\{"row_index":0,"line":2,.*\}\n\{"row_index":2,.*\}\n\{"row_index":3,.*\}\n\z/,
 qr/\Arow_index,line,severity,code,column,value,message\r\n0,2,warning,price_ambiguous,price,1\.299,[^\r]+\r\n2,4,warning,row_short,,,[^\r]+\r\n3,5,warning,no_rate,currency,SEK,[^\r]+\r\n\z/,
 qr/\A[^\r]*\r\n0,2,warning,price_ambiguous,[^\r]*\r\n1,3,error,price_invalid,price,x,[^\r]*\r\n2,4,warning,[^\r]*\r\n3,5,warning,no_rate,[^\r]*\r\n\z/,
 qr/\Atitle,price,currency,$::Names\r\nRTX 3080,x,,3,"price_invalid","[^"]+"\r\n\z/,
 qr/\A\[\{"row_index":1,"line":3,"byte_offset":\d+,"errors":\[/,
 qr/"links":\{.*"errors":"\/jobs\/$::Id{warned}\/errors","warnings":"\/jobs\/$::Id{warned}\/errors\?severity=warning",/]


=== TEST 20: all of them, page by page
--- request eval
["POST /import\ntitle,price,currency\n" . CORE::join('', map { "RTX 3090 $_," . ($_ % 3 ? 1 : 'x') . ",SEK\n" } 0 .. 9),
 "GET /jobs/$::Id{pages}/errors?severity=warning&limit=4",
 "GET /jobs/$::Id{pages}/errors?severity=warning&limit=6",
 "GET /jobs/$::Id{pages}/errors?severity=warning&limit=4&after=" . ::encode_base64url('["warnings","3","-1","0"]'),
 "GET /jobs/$::Id{pages}/errors?severity=all&limit=3",
 "GET /jobs/$::Id{pages}/errors?severity=all&limit=3&after=" . ::encode_base64url('["warnings","1","0","1"]'),
 "GET /jobs/$::Id{pages}/errors?severity=all&limit=10",
 "GET /jobs/$::Id{pages}/errors?severity=all"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{pages}", $::Want, $::Lines, $::Lines, $::Lines,
 $::Lines, $::Lines, $::Lines]
--- response_headers_like eval
["", 'Link: </jobs/' . $::Id{pages} . '/errors\?severity=warning&limit=4&after=' . ::encode_base64url('["warnings","3","-1","0"]') . '>; rel="next"',
 "", "", 'Link: </jobs/' . $::Id{pages} . '/errors\?severity=all&limit=3&after=' . ::encode_base64url('["warnings","1","0","1"]') . '>; rel="next"',
 'Link: </jobs/' . $::Id{pages} . '/errors\?severity=all&limit=3&after=' . ::encode_base64url('["warnings","3","3","1"]') . '>; rel="next"', "", ""]
--- response_body_like eval
[qr/"invalid_rows":4,.*"warnings_count":6,/,
 qr/\Arow_index,[^\r]*\r\n1,3,[^\r]*\r\n2,4,[^\r]*\r\n4,6,[^\r]*\r\n5,7,[^\r]*\r\n\z/,
 qr/\A(?:\{[^\n]*\n){6}\z/,
 qr/\A\{"row_index":7,[^\n]*\n\{"row_index":8,[^\n]*\n\z/,
 qr/\A\{"row_index":0,"line":2,"severity":"error",[^\n]*\n\{"row_index":1,[^\n]*"warning"[^\n]*\n\{"row_index":2,[^\n]*\n\z/,
 qr/\A\{"row_index":3,"line":5,"severity":"error",[^\n]*\n\{"row_index":4,[^\n]*\n\{"row_index":5,[^\n]*\n\z/,
 qr/\A(?:\{[^\n]*\n){10}\z/, qr/\A(?:\{[^\n]*\n){10}\z/]


=== TEST 21: warnings: parameters that are wrong
--- request eval
["POST /import\ntitle,price\n=A1 RTX 3090,\"'-1.299\"\n",
 "GET /jobs/$::Id{odd}/errors?severity=warnings",
 "GET /jobs/$::Id{odd}/errors?severity=warnings",
 "GET /jobs/$::Id{odd}/errors?severity=",
 "GET /jobs/$::Id{odd}/errors?severity=all&severity=all",
 "GET /jobs/$::Id{odd}/errors?severity=all&after=WyJlcnJvcnMiLCIwIl0",
 "GET /jobs/$::Id{odd}/errors?severity=all&limit=0",
 "GET /jobs/$::Id{odd}/errors?severity=all&safe=1",
 "GET /jobs/$::Id{odd}/errors?severity=all&safe=2"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{odd}", "", $::Want, $::Want, $::Lines, $::Lines, $::Lines,
 $::Lines, $::Want]
--- error_code eval
[422, 400, 400, 400, 400, 400, 400, 400, 400]
--- response_body_like eval
[qr/./, (qr/"option_invalid".*must be one of: error, warning, all/) x 2,
 qr/"option_invalid".*severity/, qr/"option_repeated".*severity/,
 qr/"option_invalid".*after/, qr/"option_invalid".*limit/,
 qr/"option_unknown".*safe/, qr/"option_invalid".*safe/]


=== TEST 22: safe: a value that a spreadsheet would run is text
--- request eval
["POST /import\ntitle,price,currency\nRTX 3090,\"+1,299\",\nRTX 3080,x,\"=\"\"A\"\n",
 "GET /jobs/$::Id{formula}/errors?severity=all&safe=1",
 "GET /jobs/$::Id{formula}/errors?severity=all&safe=0"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{formula}", $::Want, $::Want]
--- response_body_like eval
[qr/"invalid_rows":1,.*"warnings_count":3,/,
 qr/\Arow_index,line,severity,code,column,value,message\r\n0,2,"warning","price_ambiguous","price","'\+1,299","[^"]+"\r\n1,3,"error","price_invalid","price","x","[^"]+"\r\n1,3,"warning","currency_invalid","currency","'=""A","[^"]+"\r\n,,"warning","currency_assumed",,,"[^\r]+"\r\n\z/,
 qr/\Arow_index,[^\r]*\r\n0,2,warning,price_ambiguous,price,"\+1,299",[^\r]*\r\n/]


=== TEST 23: of JSON, of a file in the background, and of none
--- request eval
["POST /background\n[{\"title\":\"RTX 3090\",\"price\":7,\"currency\":\"SEK\"}]",
 "GET /jobs/$::Id{jsonwarn}/errors?severity=warning",
 "GET /jobs/$::Id{jsonwarn}/errors?severity=warning",
 "POST /import?currency=USD\ntitle,price\nRTX 3090,700\n",
 "GET /jobs/$::Id{nowarn}/errors?severity=warning",
 "GET /jobs/$::Id{nowarn}/errors?severity=warning",
 "GET /jobs/" . ::uuid() . "/errors?severity=warning"]
--- more_headers eval
["Content-Type: application/json\nGlyph-Job-Id: $::Id{jsonwarn}\nPrefer: wait=10",
 $::Want, $::Lines, "$::Csv\nGlyph-Job-Id: $::Id{nowarn}", $::Want, "", ""]
--- error_code eval
[200, 200, 200, 200, 200, 200, 404]
--- response_body_like eval
[qr/"warnings_count":1,.*"warning_counts":\{"no_rate":1\}\}/,
 qr/\Arow_index,[^\r]*\r\n0,1,warning,no_rate,currency,SEK,[^\r]*\r\n\z/,
 qr/\A\{"row_index":0,"line":1,"severity":"warning","code":"no_rate",/, qr/./,
 qr/\Arow_index,line,severity,code,column,value,message\r\n\z/,
 qr/\A\[\]\n\z/, qr/"code":"job_not_found"/]


=== TEST 24: no more than glyph_max_warnings are kept, and all are counted
--- request eval
["POST /few\ntitle,price,currency\n" . "RTX 3090,7,SEK\n" x 5,
 "GET /jobs/$::Id{few}/errors?severity=warning",
 "GET /jobs/$::Id{few}/status", "POST /no\ntitle,price,currency\nRTX 3090,7,SEK\n",
 "GET /jobs/$::Id{no}/errors?severity=warning"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{few}", $::Lines, "",
 "$::Csv\nGlyph-Job-Id: $::Id{no}", $::Lines]
--- response_body_like eval
[qr/"warnings_count":5,.*"schema_version":"1.0","warning_counts":\{"no_rate":5\},"warnings_kept":3[,}]/,
 qr/\A(?:\{[^\n]*\n){3}\z/, qr/"warnings" ?: ?5, ?"skipped" ?: ?0, ?"warnings_kept" ?: ?3\}/,
 qr/"warnings_count":1,.*"warning_counts":\{"no_rate":1\},"warnings_kept":0[,}]/,
 qr/\A\z/]


=== TEST 25: which the log says
--- request eval
"POST /few\ntitle,price,currency\n" . "RTX 3090,7,SEK\n" x 5
--- more_headers eval
$::Csv
--- response_body_like: "warnings_kept":3
--- error_log
of 5 warnings the first 3 are kept: glyph_max_warnings


=== TEST 26: and only of more than that
--- request eval
"POST /few\ntitle,price,currency\n" . "RTX 3090,7,SEK\n" x 3
--- more_headers eval
$::Csv
--- response_body_like: "warning_counts":\{"no_rate":3\}\}$
--- no_error_log
glyph_max_warnings


=== TEST 27: nothing is said of no warnings, nor kept of a dry run
--- request eval
["POST /import?currency=USD\ntitle,price\nRTX 3090 " . ::uuid() . ",700\n",
 "POST /import?dry_run=true\ntitle,price,currency\nRTX 3090,7,SEK\n"]
--- more_headers eval
$::Csv
--- response_body_like eval
[qr/"warnings":\[\],.*"schema_version":"[^"]+"\}$/,
 qr/"warnings":\[\{"row_index":0,"line":2,"code":"no_rate",.*"schema_version":"[^"]+","dry_run":true,/]
