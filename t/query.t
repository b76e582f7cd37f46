# Listings, models and the other queries: filters, orders, pages.

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
glyph_currency EUR=1.10;
_EOC_

our $Config = <<'_EOC_';
location = /import { glyph_import; client_max_body_size 0; }
location = /listings { glyph_query listings; }
location = /models { glyph_query models; }
location = /imports { glyph_query imports; }
location = /jobs { glyph_query jobs; }
location = /versions { glyph_query schema_versions; }
location = /unknowns { glyph_query unknowns; }
location = /deltas { glyph_query deltas; }
location = /report { glyph_query report; }
location = /nothing { glyph_query nothing; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig)
        unless defined $block->http_config;
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
});

our %Id = map { $_ => uuid() } qw(filters orders pages models equal json
    first second absent count final csv ndjson unknowns deltas1 deltas2
    report link);

# what later requests of a block look at
our $Post = "POST /import
title,price,currency,seller,region
RTX 3090,700,USD,ann,EU
RTX 3080 Ti,400,EUR,bob,US
NVIDIA H100 PCIe 80GB,34995,USD,ann,US
PCIe riser cable,20,USD,bob,EU
Graphics card,20,GBP,Zo\xc3\xab & Co,EU
";

sub headers {
    my ($id, $n) = @_;
    return ["Content-Type: text/csv\nGlyph-Job-Id: $::Id{$id}",
            ('') x ($n - 1)];
}

# the page's rows, by their numbers in the file
sub page {
    my $rows = join ',\n', map {
        '\{"import_id":"[^\n]*"import_index":' . $_ . ',[^\n]*\}' } @_;
    return qr/^\[$rows\]$/;
}

# a long pattern
sub re { my $re = join '', @_; qr/$re/s }

# a cursor as the Link of a page has it: a request cannot be made from the
# answer to another, so the keys of the last row are written out
sub cursor {
    require MIME::Base64;
    my $text = MIME::Base64::encode_base64($_[0], '');
    $text =~ tr{+/=}{-_}d;
    return $text;
}

run_tests();

__DATA__

=== TEST 1: filters
--- request eval
[$::Post, (map { "GET /listings?import_id=$::Id{filters}&$_" }
    'model=RTX_3090', 'model=rtx_3090', 'model=UNKNOWN', 'model=nothing',
    'min_price=440', 'max_price=440', 'min_price=440&max_price=700',
    'min_score=57', 'min_score=57.1', 'region=EU', 'seller=ann&region=EU',
    'seller=Zo%C3%AB+%26+Co', 'match_type=exact&max_price=1000',
    'is_valid_gpu=false', 'is_valid_gpu=true&seller=bob')]
--- more_headers eval
::headers('filters', 16)
--- error_code eval
[(200) x 16]
--- response_body_like eval
[qr/"valid_rows":5/, ::page(0), ::page(0), ::page(3, 4), ::page(),
 ::page(0, 1, 2), ::page(1, 3), ::page(0, 1), ::page(2), ::page(),
 ::page(0, 3, 4), ::page(0), ::page(4), ::page(0, 1), ::page(3), ::page(1)]


=== TEST 2: orders; a price without a rate comes last in both
--- request eval
[$::Post, (map { "GET /listings?import_id=$::Id{orders}$_" }
    '', '&sort=time', '&sort=-time', '&sort=price', '&sort=-price',
    '&sort=-score&limit=3', '&sort=score&min_score=26')]
--- more_headers eval
::headers('orders', 8)
--- error_code eval
[(200) x 8]
--- response_body_like eval
[qr/./, ::page(0 .. 4), ::page(0 .. 4), ::page(0 .. 4),
 ::page(3, 1, 0, 2, 4), ::page(2, 0, 1, 3, 4), ::page(2, 0, 1),
 ::page(1, 0, 2)]


=== TEST 3: what a listing says
--- request eval
[$::Post, "GET /listings?import_id=$::Id{json}&limit=1&sort=-score"]
--- more_headers eval
::headers('json', 2)
--- error_code eval
[200, 200]
--- response_headers eval
["", "Content-Type: application/json"]
--- response_body_like eval
[qr/./,
 qr/^\[\{"import_id":"$::Id{json}","import_index":2,"imported_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z","title":"NVIDIA H100 PCIe 80GB","canonical_model":"H100_PCIE_80GB","match_type":"exact","match_score":1,.*"is_valid_gpu":true,"unknown_reason":null,"price":34995.00,"currency":"USD","price_usd":34995.00,"vram_gb":80,"tdp_watts":350,"mig_support":7,"nvlink":false,.*"q7b":22,"q13b":12,"q70b":2,"raw_score":0\.475\d*,"quantization_score":0?\.2\d*,"score":5[67]\.?\d*,"final_score":100,"dedup_status":"UNIQUE","duplicate_of":null,.*"seller":"ann","region":"US",/]


=== TEST 4: pages: the Link leads to the rest, and the last one has none
--- request eval
[$::Post, "GET /listings?import_id=$::Id{pages}&limit=2&sort=price",
 "GET /listings?import_id=$::Id{pages}&limit=2&sort=price&after="
 . ::cursor("[\"listingsprice\",\"$::Id{pages}\",\"1\",\"440.00\"]"),
 "GET /listings?sort=price&after="
 . ::cursor("[\"listingsprice\",\"$::Id{pages}\",\"2\",\"34995.00\"]")
 . "&import_id=$::Id{pages}&limit=2",
 "GET /listings?import_id=$::Id{pages}&limit=5&sort=price"]
--- more_headers eval
::headers('pages', 5)
--- error_code eval
[(200) x 5]
--- response_headers_like eval
["", "Link: </listings\\?import_id=$::Id{pages}&limit=2&sort=price&after="
 . ::cursor("[\"listingsprice\",\"$::Id{pages}\",\"1\",\"440.00\"]")
 . '>; rel="next"',
 "Link: </listings\\?import_id=$::Id{pages}&limit=2&sort=price&after=[\\w-]+"
 . '>; rel="next"', "Content-Type: application/json",
 "Content-Type: application/json"]
--- response_headers eval
["", "Content-Type: application/json", "Content-Type: application/json",
 "!Link", "!Link"]
--- response_body_like eval
[qr/./, ::page(3, 1), ::page(0, 2), ::page(4), ::page(3, 1, 0, 2, 4)]


=== TEST 5: pages among equals, one row each, in both directions
--- request eval
["POST /import\ntitle,price\nRTX 3090,7\nRTX 3090,7\nRTX 3090,7\n",
 (map { my ($dir, $i) = @$_;
    "GET /listings?import_id=$::Id{equal}&limit=1&sort=${dir}price&after="
    . ::cursor("[\"listings${dir}price\",\"$::Id{equal}\",\"$i\",\"7.00\"]")
  } ['', 0], ['', 1], ['', 2], ['-', 2], ['-', 1], ['-', 0])]
--- more_headers eval
::headers('equal', 7)
--- error_code eval
[(200) x 7]
--- response_body_like eval
[qr/"valid_rows":3/, ::page(1), ::page(2), ::page(),
 ::page(1), ::page(0), ::page()]


=== TEST 6: several imports: the newest comes first
--- request eval
["POST /import\ntitle,price\nRTX 3090,700\n",
 "POST /import\ntitle,price\nRTX 3090,701\n", "GET /listings?limit=2",
 "GET /imports?limit=2"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{first}",
 "Content-Type: text/csv\nGlyph-Job-Id: $::Id{second}", "", ""]
--- error_code eval
[(200) x 4]
--- response_body_like eval
[qr/./, qr/./, qr/"import_id":"$::Id{second}".*"import_id":"$::Id{first}"/s,
 qr/"import_id":"$::Id{second}".*"total_rows":1,"valid_rows":1,"invalid_rows":0.*"import_id":"$::Id{first}"/s]


=== TEST 7: an import that does not exist
--- request eval
[map { "GET /$_?import_id=$::Id{absent}" }
    qw(listings models unknowns deltas report)]
--- error_code eval
[(404) x 5]
--- response_headers eval
[("Content-Type: application/problem+json") x 5]
--- response_body_like eval
[(::re('"status":404,"code":"import_not_found","detail":"there is no import ',
       $::Id{absent})) x 5]


=== TEST 8: parameters of listings that are wrong: each is named
--- request eval
[map { "GET /listings?$_" } 'colour=red', 'limit=0', 'limit=1001',
    'limit=-1', 'limit=x', 'limit=', 'min_price=abc', 'max_price=1e3',
    'min_score=NaN', 'import_id=123', 'match_type=best', 'is_valid_gpu=yes',
    'sort=final', 'sort=price%3B', 'after=x', 'limit=1&limit=1']
--- error_code eval
[(400) x 16]
--- response_headers eval
[("Content-Type: application/problem+json") x 16]
--- response_body_like eval
[map { qr/"status":400,"code":"option_\w+","detail":"[^{}]*\\"$_\\"/ }
    'colour', ('limit') x 5, 'min_price', 'max_price', 'min_score',
    'import_id', 'match_type', 'is_valid_gpu', 'sort', 'sort', 'after',
    'limit']


=== TEST 9: cursors of another query, of another order, or forged
--- request eval
[map { "GET /listings?sort=price&after=" . ::cursor($_) }
    '["models","A10"]', "[\"listingsscore\",\"$::Id{pages}\",\"1\",\"1\"]",
    '["listingsprice","x","1","1"]',
    "[\"listingsprice\",\"$::Id{pages}\",\"99999999999\",\"1\"]",
    "[\"listingsprice\",\"$::Id{pages}\",\"1\",\"x\"]",
    "[\"listingsprice\",\"$::Id{pages}\",\"1\"]",
    '{}', 'null', '"\u0000"', "\xff", '[' x 5000]
--- error_code eval
[(400) x 11]
--- response_body_like eval
[(qr/"code":"option_invalid".*\\"after\\" is not a cursor/) x 11]


=== TEST 10: models: by model, family, vendor, generation
--- request eval
["GET /models?model=H100_PCIE_80GB", "GET /models?model=h100_pcie_80gb",
 "GET /models?family=h100&limit=1", "GET /models?vendor=AMD&limit=2",
 "GET /models?vendor=nvidia&generation=ampere&limit=1",
 "GET /models?model=NONE"]
--- error_code eval
[(200) x 6]
--- response_body_like eval
[qr/^\[\{"model":"H100_PCIE_80GB","family":"H100[^"]*","vendor":"nvidia","class":"\w+","vram_gb":80,"tdp_watts":350,"mig_support":7,[^\n]*\}\]$/,
 qr/"model":"H100_PCIE_80GB"/, qr/"family":"H100"/,
 qr/^\[\{[^\n]*"vendor":"amd"[^\n]*\},\n\{[^\n]*"vendor":"amd"[^\n]*\}\]$/i,
 qr/"generation":"Ampere"/, qr/^\[\]$/]


=== TEST 11: models: pages in the order of ids, and what is listed
--- request eval
["POST /import\ntitle,price\nNVIDIA A30 24GB,1000\nNVIDIA A30 24GB,3000\n",
 "GET /models?model=A30", "GET /models?limit=1",
 "GET /models?limit=1&after=" . ::cursor('["models","A10"]')]
--- more_headers eval
::headers('models', 4)
--- error_code eval
[(200) x 4]
--- response_headers_like eval
["", "", 'Link: </models\?limit=1&after=[\w-]+>; rel="next"',
 'Link: </models\?limit=1&after=[\w-]+>; rel="next"']
--- response_body_like eval
[qr/./, qr/"model":"A30",.*"listings":[1-9]\d*,"price_min":1000.00,"price_median":\d+[.\d]*,"price_max":3000.00,/,
 qr/^\[\{"model":"/, qr/^\[\{"model":"(?!A10")/]


=== TEST 12: parameters of models that are wrong
--- request eval
["GET /models?colour=red", "GET /models?limit=2000", "GET /models?vendor=",
 "GET /models?after=x", "GET /models?family=a&family=b"]
--- error_code eval
[(400) x 5]
--- response_body_like eval
[map { qr/"code":"option_\w+","detail":"[^{}]*\\"$_\\"/ }
    qw(colour limit vendor after family)]


=== TEST 13: the other queries, and one that the database does not have
--- request eval
["GET /versions", "GET /jobs?limit=1", "GET /nothing"]
--- error_code eval
[200, 200, 500]
--- response_body_like eval
[qr/^\[\{"version":\d+,"applied_at":"[^"]+Z","note":"/,
 qr/^\[(\{"job_id":"[^\n]*\})?\]$/, qr/"code":"query_missing".*schema.sql/]


=== TEST 14: HEAD, and methods that are not served
--- request eval
["HEAD /listings?limit=1", "POST /listings\nx", "DELETE /models"]
--- error_code eval
[200, 405, 405]
--- response_headers eval
["Content-Type: application/json", "Allow: GET, HEAD, OPTIONS", "Allow: GET, HEAD, OPTIONS"]
--- response_body_like eval
[qr/^$/, qr/"code":"method_not_allowed"/, qr/"code":"method_not_allowed"/]


=== TEST 15: nothing in a parameter is SQL, or breaks the query
--- request eval
["GET /listings?model=%27%3B+DROP+TABLE+glyph.listings--",
 "GET /listings?seller=%5C%27+OR+1%3D1&region=%25",
 "GET /listings?region=%22%7D%2C%22tenant%22%3A%22x",
 "GET /listings?seller=" . 'x' x 4000]
--- error_code eval
[(200) x 4]
--- response_body_like eval
[(qr/^\[\]$/) x 4]


=== TEST 16: a parameter that is not known: its own code, and a near one
--- request eval
["GET /listings?colour=red", "GET /listings?modle=x", "GET /imports?limti=2",
 "GET /jobs?State=failed", "GET /unknowns?import-id=x",
 "GET /deltas?min_price_change=5&limit=1", "GET /report?limit=1",
 "GET /versions?aftre=x", "GET /models?vendors=amd",
 "GET /listings?%00=1&%22=2"]
--- error_code eval
[(400) x 10]
--- response_body_like eval
[::re('"code":"option_unknown","detail":"there is no parameter ',
      '\\\\"colour\\\\"; known are: model, [^"]+"\}$'),
 (map { ::re('"code":"option_unknown","detail":"there is no .*",',
             '"did_you_mean":"', $_, '"\}$') }
    qw(model limit state import_id min_price_change_pct)),
 qr/\\"limit\\"; known are: import_id"\}$/,
 (map { qr/"did_you_mean":"$_"/ } qw(after vendor)),
 qr/"code":"option_unknown"/]


=== TEST 17: the number of rows on all pages, if it is asked for
--- request eval
[$::Post, (map { "GET /listings?import_id=$::Id{count}&limit=2$_" }
    '&count=true', '&count=true&model=UNKNOWN&sort=price',
    '&count=true&seller=nobody', '', '&count=false', '&count=1')]
--- more_headers eval
::headers('count', 7)
--- error_code eval
[(200) x 6, 400]
--- response_headers eval
["", "Glyph-Count: 5", "Glyph-Count: 2", "Glyph-Count: 0",
 ("!Glyph-Count") x 3]
--- response_body_like eval
[qr/./, ::page(0, 1), ::page(3, 4), ::page(), ::page(0, 1), ::page(0, 1),
 qr/"option_invalid".*\\"count\\" must be one of: true, false/]


=== TEST 18: final_score, of one import only
--- request eval
[$::Post, (map { "GET /listings?import_id=$::Id{final}&sort=$_" }
    '-final_score&limit=3', 'final_score&min_score=26'),
 "GET /listings?sort=-final_score"]
--- more_headers eval
::headers('final', 4)
--- error_code eval
[200, 200, 200, 400]
--- response_body_like eval
[qr/./, ::page(2, 0, 1), ::page(1, 0, 2),
 qr/"option_invalid".*\\"sort\\" may be \\"-final_score\\" only with/]


=== TEST 19: CSV
--- request eval
[$::Post, "GET /listings?import_id=$::Id{csv}&limit=1&sort=-time"
 . "&seller=Zo%C3%AB+%26+Co",
 "POST /import\ntitle,price,colour\n"
 . "\"RTX 3090, \"\"as new\"\"\",700,red\n",
 "GET /listings?limit=1", "GET /listings?seller=nobody"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{csv}", "Accept: text/csv",
 "Content-Type: text/csv", ("Accept: text/csv") x 2]
--- error_code eval
[(200) x 5]
--- response_headers eval
["", ("Content-Type: text/csv; charset=utf-8\nVary: Accept"), "",
 ("Content-Type: text/csv; charset=utf-8") x 2]
--- response_body_like eval
[qr/./,
 ::re('^import_id,import_index,imported_at,title,[\w,]+,extra\r\n',
      $::Id{csv}, ',4,\d{4}-\d\d-\d\dT[\d:.]+Z,Graphics card,UNKNOWN,none,',
      "[^\n]*,Zo\xc3\xab & Co,EU,[^\n]*\r\n", '\z'),
 qr/./, ::re(',"RTX 3090, ""as new""",RTX_3090,exact,.*,',
             '"\{""colour"": ""red""\}"\r\n\z'),
 qr/^import_id,[\w,]+,extra\r\n\z/]


=== TEST 20: NDJSON: a line is a row
--- request eval
[$::Post, "GET /listings?import_id=$::Id{ndjson}&limit=2",
 "GET /listings?seller=nobody"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{ndjson}",
 ("Accept: application/x-ndjson") x 2]
--- response_headers eval
["", ("Content-Type: application/x-ndjson") x 2]
--- error_code eval
[(200) x 3]
--- response_body_like eval
[qr/./, ::re((map { '\{"import_id":"[^\n]*"import_index":' . $_
                    . ',[^\n]*\}\n' } 0, 1), '\z'),
 qr/^\z/]


=== TEST 21: what Accept asks for
--- request eval
[("GET /versions") x 13]
--- more_headers eval
[map { "Accept: $_" } '*/*', 'application/*', 'text/*', 'text/csv;q=0.5, */*',
    'text/html, application/xhtml+xml;q=0.9, */*;q=0.8',
    'application/json;q=0.1,text/csv', 'text/csv;q=0,*/*;q=0.1',
    'Application/X-NDJSON ; q=1', "text/csv\nAccept: application/json;q=0.5",
    'text/html', 'text/markdown', 'application/json;q=0', 'text/*;q=0']
--- error_code eval
[(200) x 9, (406) x 4]
--- response_headers eval
[("Content-Type: application/json") x 2,
 "Content-Type: text/csv; charset=utf-8",
 ("Content-Type: application/json") x 2,
 "Content-Type: text/csv; charset=utf-8", "Content-Type: application/json",
 "Content-Type: application/x-ndjson",
 "Content-Type: text/csv; charset=utf-8",
 ("Content-Type: application/problem+json") x 4]
--- response_body_like eval
[(qr/version/) x 9, (qr/"code":"not_acceptable"/) x 4]


=== TEST 22: nothing changed
--- request eval
[("GET /listings?seller=nobody") x 4, "GET /versions", "GET /report?x=y"]
--- more_headers eval
["", 'If-None-Match: "50a099a76306177b467ca98f305dd0b6"',
 'If-None-Match: "50a099a76306177b467ca98f305dd0b7"',
 "If-None-Match: \"50a099a76306177b467ca98f305dd0b6\"\nAccept: text/csv",
 'If-None-Match: *', 'If-None-Match: *']
--- error_code eval
[200, 304, 200, 200, 304, 400]
--- response_headers_like eval
['ETag: "50a099a76306177b467ca98f305dd0b6"',
 'ETag: "50a099a76306177b467ca98f305dd0b6"', "Vary: Accept",
 'ETag: "[0-9a-f]{32}"', 'ETag: "[0-9a-f]{32}"', ""]
--- response_body_like eval
[qr/^\[\]$/, qr/^$/, qr/^\[\]$/, qr/^import_id,/, qr/^$/, qr/"x/]


=== TEST 23: titles that matched nothing, the most frequent first
--- request eval
["POST /import\ntitle,price\nFrobnicator GPU,7\nRTX 3090,700\n"
 . "PCIe riser cable,5\nFrobnicator GPU,8\n",
 (map { "GET /unknowns?import_id=$::Id{unknowns}$_" } '', '&limit=1',
  '&is_valid_gpu=false', '&reason=accessory&limit=1', '&is_valid_gpu=no',
  '&after=x')]
--- more_headers eval
::headers('unknowns', 7)
--- error_code eval
[(200) x 5, 400, 400]
--- response_headers_like eval
["", "",
 'Link: </unknowns\?import_id=[^&]+&limit=1&after=[\w-]+>; rel="next"', ("") x 4]
--- response_body_like eval
[qr/./,
 ::re('^\[\{"title":"Frobnicator GPU","listings":2,[^\n]*"is_valid_gpu":true,',
      '"model_given":null,"import_id":"', $::Id{unknowns},
      '","import_index":0,"imported_at":"[^"]+Z"\},\n\{"title":"PCIe riser ',
      'cable","listings":1,"unknown_reason":"accessory",[^\n]*\}\]$'),
 qr/^\[\{"title":"Frobnicator GPU",[^\n]*\}\]$/,
 (qr/^\[\{"title":"PCIe riser cable",[^\n]*\}\]$/) x 2,
 qr/"option_invalid"/, qr/"option_invalid"/]


=== TEST 24: how listings changed from one import to the next
--- request eval
["POST /import
title,price,url
RTX 3090,700,https://x.example/$::Id{deltas1}?utm_source=a
RTX 3080,500,https://x.example/2$::Id{deltas1}
",
 "POST /import
title,price,url
RTX 3080,500,https://x.example/2$::Id{deltas1}
RTX 3090,630,https://x.example/$::Id{deltas1}
RTX 3070,300,https://x.example/3$::Id{deltas1}
",
 (map { "GET /deltas?import_id=$::Id{deltas2}$_" } '',
  '&min_price_change_pct=10', '&min_price_change_pct=10.01', '&limit=1',
  '&model=RTX_3090', '&region=EU'), "GET /deltas?min_price_change_pct=x"]
--- more_headers eval
[(map { "Content-Type: text/csv\nGlyph-Job-Id: $::Id{$_}" }
  qw(deltas1 deltas2)), ('') x 7]
--- error_code eval
[(200) x 8, 400]
--- response_headers_like eval
[("") x 5,
 'Link: </deltas\?import_id=[^&]+&limit=1&after=[\w-]+>; rel="next"', ("") x 3]
--- response_body_like eval
[qr/./, qr/./,
 ::re('^\[\{[^\n]*"import_index":0,[^\n]*"price_change_pct":0.00,[^\n]*\},\n',
      '\{[^\n]*"import_id":"', $::Id{deltas2}, '","import_index":1,[^\n]*',
      '"previous_import_id":"', $::Id{deltas1}, '","previous_import_index":0,',
      '[^\n]*"currency":"USD","price":630.00,"previous_price":700.00,',
      '"price_change":-70.00,"price_change_pct":-10.00,"score":[\d.]+,',
      '"previous_score":[\d.]+,"score_change":[\d.]+\}\]$'),
 qr/^\[\{[^\n]*"import_index":1,[^\n]*\}\]$/, ::page(),
 qr/^\[\{[^\n]*"import_index":0,[^\n]*\}\]$/,
 qr/^\[\{[^\n]*"import_index":1,[^\n]*\}\]$/, ::page(),
 qr/"option_invalid".*\\"min_price_change_pct\\" must be a number/]


=== TEST 25: the report is one object; and Markdown
--- request eval
[$::Post, (("GET /report?import_id=$::Id{report}") x 3), "GET /report"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{report}", "",
 "Accept: text/markdown", "Accept: text/csv", "Accept: text/html"]
--- error_code eval
[200, 200, 200, 200, 406]
--- response_headers eval
["", "Content-Type: application/json",
 "Content-Type: text/markdown; charset=utf-8",
 "Content-Type: text/csv; charset=utf-8",
 "Content-Type: application/problem+json"]
--- response_body_like eval
[qr/./,
 ::re('^\{"as_of":"[^"]+Z","import_id":"', $::Id{report}, '","totals":',
      '\{"imports" : 1, .*"listings" : 5, .*"unknown":\{"listings" : 2, ',
      '"share" : 0.4000, "not_gpu" : 1, .*"best_value":\[\{"vram_gb" : 12, ',
      '"listings" : 1, "model" : "RTX_3080_TI", .*"price_spread":\[.*',
      '"anomalies":\{"listings" : 0, "most" : \[\]\}\}$'),
 ::re('^# Listings\n.*\n## Best value\n.*\| 80 \| H100\\\\_PCIE\\\\_80GB \| ',
      '34995\.00 \|.*\n## Anomalies\n'),
 qr/^as_of,import_id,totals,unknown,best_value,price_spread,anomalies\r\n/,
 qr/"code":"not_acceptable".*or as text.markdown/]


=== TEST 26: a query that takes too long
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG" read_timeout=1ms;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- request eval
["GET /report", "GET /report"]
--- error_code eval
[503, 503]
--- response_headers eval
[("Content-Type: application/problem+json\nRetry-After: 2") x 2]
--- response_body_like eval
[(qr/"code":"query_timeout","detail":"the query took too long and/) x 2]
--- error_log
postgres query failed: canceling statement due to statement timeout


=== TEST 27: HEAD of every query
--- request eval
[map { "HEAD /$_" } qw(listings models imports unknowns deltas report
    versions listings?limit=x)]
--- error_code eval
[(200) x 7, 400]
--- response_headers_like eval
[('ETag: "[0-9a-f]{32}"') x 7, "Content-Length: \\d\\d+"]
--- response_body_like eval
[(qr/^$/) x 8]


=== TEST 28: the Link is a URL again, and has one cursor
--- request eval
["POST /import\ntitle,price,seller\nRTX 3090,7,a>b\"<c\nRTX 3090,8,a>b\"<c\n",
 "GET /listings?limit=1&&seller=a>b\"<c&import_id=$::Id{link}",
 "GET /models?limit=1&%61fter=" . ::cursor('["models","A10"]')]
--- more_headers eval
::headers('link', 3)
--- error_code eval
[(200) x 3]
--- response_headers_like eval
["", "Link: </listings\\?limit=1&seller=a%3Eb%22%3Cc&import_id=$::Id{link}&after=[\\w-]+>; rel=\"next\"",
 'Link: </models\?limit=1&after=[\w-]+>; rel="next"']


=== TEST 29: texts that are none
--- request eval
[map { "GET /$_" } "listings?seller=%ff", "listings?region=a%00b",
    "imports?source_label=%c3", "models?model=%ed%a0%80", "listings?seller=%c3%ab"]
--- error_code eval
[400, 400, 400, 400, 200]
--- response_body_like eval
[(map { qr/"code":"option_invalid","detail":"parameter \\"$_\\" must be UTF-8"/ }
    qw(seller region source_label model)), qr/^\[\]$/]
