# What an upload may look like, and what a client may ask of it.

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
location = /few { glyph_import; glyph_max_rows 3; glyph_max_errors 1; }
location = /narrow { glyph_import; glyph_max_columns 3; }
location = /lean { glyph_import; glyph_extra off; glyph_dedup off; }
location = /flat { glyph_import; glyph_score price_weight=0 quant_weight=0; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig)
        unless defined $block->main_config;
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', 'Content-Type: text/csv')
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(bom map budget strict extra ratio reject);

our $Csv = 'Content-Type: text/csv';

# a body's bytes as they are, which "request" would trim
sub post {
    my ($body, $type, $uri) = @_;
    $uri = '/import' unless defined $uri;
    return "POST $uri HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Content-Type: $type\r\nContent-Length: " . length($body)
        . "\r\n\r\n$body";
}

# one byte a chunk
sub chunked {
    my ($body, $extension) = @_;
    return "POST /import HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
        . join('', map { "1$extension\r\n$_\r\n" } split //, $body)
        . "0\r\n\r\n";
}

sub utf16 {
    my ($order, $text) = @_;
    return pack "$order*", 0xfeff, map { ord } split //, $text;
}

run_tests();

__DATA__

=== TEST 1: tabs
--- raw_request eval
::post("title\tprice\tseller\nRTX 3090\t700\tA, B & C\n",
       'text/tab-separated-values')
--- response_body_like: "valid_rows":1.*"first_model":"RTX_3090".*"delimiter":"\\t"


=== TEST 2: semicolons, decimal commas, accents, and a warning where it counts
--- request eval
"POST /import
D\xc3\xa9signation;Prix
RTX 3090;699,90 \xe2\x82\xac
RTX 3080;1.299 \xe2\x82\xac
"
--- response_body_like: "valid_rows":2.*"columns":\{"Désignation":"title","Prix":"price"\}.*"delimiter":";".*"decimal":"comma"




=== TEST 3: a delimiter that the client names beats the one that shows
--- request
POST /import?delimiter=;
title;price,usd;seller
RTX 3090;700;a,b,c,d
--- response_body_like: "valid_rows":1.*"delimiter":";"


=== TEST 4: CRLF, CR, and a file without a last line's end
--- raw_request eval
::post("title,price\r\nRTX 3090,700\r\nRTX 3080,500", 'text/csv')
--- response_body_like: "total_rows":2,"valid_rows":2


=== TEST 5: CR alone
--- raw_request eval
::post("title,price\rRTX 3090,700\rRTX 3080,500\r", 'text/csv')
--- response_body_like: "total_rows":2,"valid_rows":2


=== TEST 6: quotes, quoted lines, blank lines
--- raw_request eval
::post("\n\"title\",\"price\"\n\n\"RTX 3090\n24 \"\"GB\"\"\",\"1,700\"\n\n"
       . "RTX 3080,500\n\n", 'text/csv')
--- response_body_like: "total_rows":2,"valid_rows":2,"invalid_rows":0


=== TEST 7: a byte order mark, and what was sent is what is kept
--- request eval
["POST /import?source_label=week%2047&campaign_id=c-1&filename=a%20b.csv\n"
 . "\xef\xbb\xbftitle,price,Lager\nRTX 3090 \xe2\x80\x93 wie neu,700,M\xc3\xbcnchen\n",
 "GET /listings?import_id=$::Id{bom}", "GET /jobs/$::Id{bom}/status"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{bom}", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"import_id":"$::Id{bom}".*"filename":"a b.csv".*"valid_rows":1.*"Lager":"extra"/,
 qr/"title":"RTX 3090 \xe2\x80\x93 wie neu".*"price":700.00,"currency":"USD".*"extra":\{"Lager": ?"M\xc3\xbcnchen"\}/,
 qr/"filename" ?: ?"a b.csv", ?"source_label" ?: ?"week 47", ?"campaign_id" ?: ?"c-1"/]


=== TEST 8: UTF-16, little end first
--- raw_request eval
::post(::utf16('v', "title,price\nRTX 3090 f\xfcr B\xfcro,700\n"), 'text/csv')
--- response_body_like: "valid_rows":1.*"first_model":"RTX_3090".*"charset":"utf-16le"


=== TEST 9: UTF-16, big end first
--- raw_request eval
::post(::utf16('n', "title\tprice\r\nRTX 3080 Ti\t700\r\n"), 'text/plain')
--- response_body_like: "valid_rows":1.*"first_model":"RTX_3080_TI".*"delimiter":"\\t","charset":"utf-16be"


=== TEST 10: Windows-1252, as a parameter of the request and of the type
--- request eval
["POST /import?charset=windows-1252\ntitle,price\nRTX 3090,700 \x80\n",
 "POST /import\ntitle,price\nRTX 3090,700 \x80\n"]
--- more_headers eval
[$::Csv, "Content-Type: text/csv; header=present; charset=\"Windows-1252\""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":1.*"score_range":\[4\d\.\d+,/, qr/"valid_rows":1.*"charset":"windows-1252"/i]


=== TEST 11: a charset that nobody knows
--- request
POST /import
title,price
--- more_headers
Content-Type: text/csv; charset=klingon-8
--- error_code: 415
--- response_headers
Content-Type: application/problem+json
--- response_body_like: "code":"charset_unknown".*klingon-8


=== TEST 12: a first line of a spreadsheet, with CRLF
--- raw_request eval
::post("sep=;\r\ntitle;price\r\nRTX 3090, 24 GB;700\r\n", 'text/csv')
--- response_body_like: "total_rows":1,"valid_rows":1.*"columns":\{"title":"title","price":"price"\}.*"delimiter":";"


=== TEST 13: a byte a chunk, with extensions
--- raw_request eval
::chunked("title,price\r\n\"RTX 3080\nTi\",\"\$1,450.00\"\r\nRTX 3090,700\r\n",
          ";x=y")
--- response_body_like: "total_rows":2,"valid_rows":2,"invalid_rows":0.*"first_model":"RTX_3080_TI","last_model":"RTX_3090"


=== TEST 14: columns by name, and columns that are not wanted
--- request eval
["POST /import?map=Was:title,Wieviel:price,Geheim:ignored,Farbe:extra\n"
 . "Was,Wieviel,Geheim,Farbe,price\nRTX 3090,700,psst,rot,1\n",
 "GET /listings?import_id=$::Id{map}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{map}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"columns":\{"Was":"title","Wieviel":"price","Geheim":"ignored","Farbe":"extra"/,
 qr/"title":"RTX 3090".*"price":700.00.*"Farbe": ?"rot"/]
--- response_body_unlike eval
[qr/never/, qr/psst/]


=== TEST 15: a map that cannot be read, or that names what is not there
--- request eval
["POST /import?map=Was\nWas,Wieviel\nRTX 3090,700\n",
 "POST /import?map=Was:title,Preis:price\nWas,Wieviel\nRTX 3090,700\n",
 "POST /import?map=Was:title,Wieviel:cost_of_it\nWas,Wieviel\nRTX 3090,7\n"]
--- more_headers eval
[$::Csv, $::Csv, $::Csv]
--- error_code eval
[400, 400, 400]
--- response_body_like eval
[qr/"option_invalid".*map/, qr/"option_invalid".*\\"Preis\\".*\\"Was\\".*\\"Wieviel\\"/,
 qr/"option_invalid".*cost_of_it/]


=== TEST 16: strict: the first bad row fails the import, and nothing shows
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x\nRTX 3070,400\n",
 "GET /listings?import_id=$::Id{strict}", "GET /jobs/$::Id{strict}/status",
 "GET /jobs/$::Id{strict}/errors"]
--- more_headers eval
["$::Csv\nPrefer: handling=strict\nGlyph-Job-Id: $::Id{strict}", "", "", ""]
--- error_code eval
[422, 200, 200, 200]
--- response_body_like eval
[qr/"code":"strict".*"row_index":1,"line":3.*price_invalid/, qr/^\[\]$/,
 qr/"state" ?: ?"failed".*"code" ?: ?"strict"/, qr/"row_index":1,"line":3/]


=== TEST 17: strict, among other preferences, and not to be mixed up with them
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x\n",
 "POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x\n"]
--- more_headers eval
["$::Csv\nPrefer: return=minimal, handling=strict; foo=bar",
 "$::Csv\nPrefer: handling=lenient"]
--- error_code eval
[422, 200]


=== TEST 18: an error budget that is spent, and one that is not
--- request eval
["POST /import?max_errors=1\ntitle,price\nRTX 3090,700\nA,x\nB,y\nC,z\n",
 "POST /import?max_errors=2\ntitle,price\nRTX 3090,700\nA,x\nB,y\n",
 "GET /listings?import_id=$::Id{budget}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{budget}", $::Csv, ""]
--- error_code eval
[422, 200, 200]
--- response_body_like eval
[qr/"code":"too_many_errors"/, qr/"valid_rows":1,"invalid_rows":2/,
 qr/^\[\]$/]


=== TEST 19: a ratio
--- request eval
["POST /import?max_error_ratio=0.5\ntitle,price\nRTX 3090,7\nA,x\nB,y\n",
 "POST /import?max_error_ratio=0.5\ntitle,price\nRTX 3090,7\nA,x\n",
 "POST /import?max_error_ratio=1.5\ntitle,price\nRTX 3090,7\n"]
--- more_headers eval
[$::Csv, $::Csv, $::Csv]
--- error_code eval
[422, 200, 400]
--- response_body_like eval
[qr/"code":"too_many_errors"/, qr/"valid_rows":1,"invalid_rows":1/,
 qr/"option_invalid".*max_error_ratio/]


=== TEST 20: rejecting one sort only
--- request eval
["POST /import?reject=not_gpu\ntitle,price\nRTX 3090,700\nPCIe riser cable,20\nGraphics card,20\n",
 "POST /import?reject=unknown\ntitle,price\nRTX 3090,700\nGraphics card,20\n",
 "POST /import\ntitle,price\nRTX 3090,700\nPCIe riser cable,20\nGraphics card,20\n"]
--- more_headers eval
[$::Csv, $::Csv, $::Csv]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":2,"invalid_rows":1.*"not_gpu"/,
 qr/"valid_rows":1,"invalid_rows":1.*"model_unknown"/,
 qr/"valid_rows":3,"invalid_rows":0.*"not_gpu_rows":1.*"unknown_rows":2/]


=== TEST 21: the location's limits
--- request eval
["POST /few\ntitle,price\nA,1\nB,2\nC,3\nD,4\n",
 "POST /few\ntitle,price\nA,1\nB,2\nC,3\n",
 "POST /few\ntitle,price\nA,1\nB,x\nC,y\n",
 "POST /few?max_errors=50\ntitle,price\nA,1\nB,x\nC,y\n",
 "POST /narrow\ntitle,price,a,b\nRTX 3090,1,2,3\n"]
--- more_headers eval
[$::Csv, $::Csv, $::Csv, $::Csv, $::Csv]
--- error_code eval
[422, 200, 422, 422, 422]
--- response_body_like eval
[qr/"code":"too_many_rows"/, qr/"valid_rows":3/, qr/"code":"too_many_errors"/,
 qr/"code":"too_many_errors"/, qr/"code":"too_many_columns"/]


=== TEST 22: no extra columns, no search for duplicates
--- request eval
["POST /lean\ntitle,price,colour\nRTX 3090,700,red\nRTX 3090,700,red\n",
 "GET /listings?import_id=$::Id{extra}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{extra}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"duplicate_rows":0.*"colour":"ignored"/,
 qr/"dedup_status":"UNIQUE".*"extra":null.*"dedup_status":"UNIQUE"/s]


=== TEST 23: the location's score: 0.25 * 24/80 + 0.10 + 0.15 * (1 - 350/700)
--- request
POST /flat
title,price
RTX 3090,700
--- response_body_like: "score_range":\[25,25\]


=== TEST 24: currencies: with a rate, without one, and none at all
--- request eval
"POST /import
title,price,currency
RTX 3090,700,EUR
RTX 3090,700,GBP
RTX 3090,700,
RTX 3090,\$700,EUR
RTX 3090,700,QQQ
"
--- response_body_like: "valid_rows":4,"invalid_rows":1.*currency_conflict.*currency_unknown.*"code":"no_rate".*"code":"currency_invalid"


=== TEST 25: types and parameters in capital letters
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "POST /import\ntitle,price\nRTX 3090,700\n"]
--- more_headers eval
["content-type: TEXT/CSV", "Content-Type: application/csv;charset=UTF-8"]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":1/, qr/"valid_rows":1.*"charset":"utf-8"/]


=== TEST 26: what an answer says in its headers
--- request
POST /import
title,price
RTX 3090,700
RTX 3090,x
--- response_headers
Glyph-Rows: total=2, valid=1, invalid=1
Content-Type: application/json
--- response_headers_like
Glyph-Job-Id: [0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}
Location: /jobs/[0-9a-f-]{36}/status


=== TEST 27: many rows: the counts add up
--- request eval
"POST /import\ntitle,price\n" . CORE::join '', map {
    "RTX 30" . ('60', '70', '80', '90')[$_ % 4] . " no $_,"
    . ($_ % 10 ? $_ : 'x') . "\n" } 1 .. 20000
--- response_headers
Glyph-Rows: total=20000, valid=18000, invalid=2000
--- response_body_like: "total_rows":20000,"valid_rows":18000,"invalid_rows":2000.*"successful_rows":18000,"failed_rows":2000


=== TEST 28: no word of a thread pool, here or elsewhere
--- main_config
# nginx' own default
--- request
POST /import
title,price
RTX 3090,700
--- error_code: 200
--- response_body_like: "valid_rows":1
