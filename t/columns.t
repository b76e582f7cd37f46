# What the columns of a file mean together: its currency, its stock, its title.

use Test::Nginx::Socket 'no_plan';

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
location = /import { glyph_import; }
location = /euros { glyph_import; glyph_default_currency EUR; }
location = /none { glyph_import; glyph_default_currency xxx; }
location = /canada { glyph_import; glyph_default_currency CAD; }
location = /score { glyph_transform; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10);
    $block->set_value('more_headers', 'Content-Type: text/csv')
        unless defined $block->more_headers;
});

our $Prices = '?columns=price,currency,availability,quantity';

run_tests();

__DATA__

=== TEST 1: a currency that nothing tells is assumed, and that is said once
--- request
POST /import?dry_run=true
title,price
RTX 3090,700
RTX 3080,500
RTX 3070,300 USD
--- response_body_like: "warnings":\[\{"row_index":null,"line":null,"code":"currency_assumed","message":"2 rows have prices without a currency, taken for USD, [^\]]*\].*"currency":"USD"


=== TEST 2: it is in order: the cell, the row, the header, the request
--- request
POST /score?currency=CHF&columns=price,currency
title,price (GBP),currency
RTX 3090,700 EUR,
RTX 3090,700,SEK
RTX 3090,700,
RTX 3090,$700,
--- more_headers
Content-Type: text/csv
Accept: text/csv
--- response_body eval
"price,currency\r\n700.00,EUR\r\n700.00,SEK\r\n700.00,GBP\r\n700.00,USD\r\n"


=== TEST 3: what the request says is not assumed
--- request
POST /import?dry_run=true&currency=eur
title,price
RTX 3090,700
--- response_body_like: "warnings":\[\],.*"currency":"EUR"


=== TEST 4: a header in another language speaks against dollars
--- request eval
"POST /import?dry_run=true
Titel;Preis
RTX 3090;700
RTX 3080;500 EUR
"
--- response_body_like: "warnings":\[\{"row_index":null,"line":null,"code":"currency_unknown","message":"1 row has a price without a currency that can be known \(the column's name, the decimal mark or other prices speak against USD\): kept as XXX, [^\]]*\?currency=EUR[^\]]*\].*"currency":"XXX".*"currency":"EUR"


=== TEST 5: not against euros, which the operator has set
--- request
POST /euros?dry_run=true
Titel;Preis
RTX 3090;700
--- response_body_like: "code":"currency_assumed".*"currency":"EUR"


=== TEST 6: so does the decimal mark
--- request
POST /import?dry_run=true
title;price
RTX 3090;700,50
RTX 3080;500
--- response_body_like: "code":"currency_unknown".*"currency":"XXX".*"currency":"XXX"


=== TEST 7: nothing is assumed where the operator wants that
--- request
POST /none?dry_run=true
title,price
RTX 3090,700
--- response_body_like: "code":"currency_unknown","message":"1 row has a price without a currency that can be known: kept.*"currency":"XXX"


=== TEST 8: a dollar beside those of another country is in doubt
--- request
POST /import?dry_run=true
title,price
RTX 3090,$700
RTX 3080,C$500
--- response_body_like: "code":"currency_unknown".*"currency":"XXX".*"currency":"CAD"


=== TEST 9: a sign is the one of the default that has it
--- request
POST /canada?dry_run=true
title,price
RTX 3090,$700
--- response_body_like: "code":"currency_assumed".*"currency":"CAD"


=== TEST 10: crowns of which nobody knows whose are a price all the same
--- request
POST /import?dry_run=true
title,price
RTX 3090,7 499 kr
--- response_body_like: "valid_rows":1,"invalid_rows":0.*"code":"currency_unknown".*"currency":"XXX"


=== TEST 11: a currency that cannot be read costs no row
--- request
POST /import?dry_run=true
title,price,currency
RTX 3090,700,Doubloons
RTX 3080,500 EUR,Doubloons
--- response_body_like: "valid_rows":2,"invalid_rows":0.*"row_index":0,"line":2,"code":"currency_invalid".*"row_index":1,"line":3,"code":"currency_invalid".*"currency":"XXX".*"currency":"EUR"


=== TEST 12: ?currency= must be one
--- request
POST /import?currency=dollars
title,price
RTX 3090,700
--- error_code: 400
--- response_body_like: "option_invalid".*must be a code such as \\"EUR\\"


=== TEST 13: what is scored keeps its unknown currency
--- request
POST /score?columns=price,currency
title,price,currency
RTX 3090,700,XXX
--- more_headers
Content-Type: text/csv
Accept: text/csv
--- response_body eval
"price,currency\r\n700.00,XXX\r\n"


=== TEST 14: a flag is a flag, a count is a count, whichever comes first
--- request
POST /score?columns=quantity,availability,extra
title,price,In stock?,Stock
RTX 3090,700,1,4
RTX 3090,700,0,
RTX 3090,700,1,
--- more_headers
Content-Type: text/csv
Accept: text/csv
--- response_body eval
"quantity,availability,extra\r\n4,available,\r\n,unavailable,\r\n,available,\r\n"


=== TEST 15: also in words
--- request
POST /score?columns=quantity,availability
title,price,Quantity,Availability
RTX 3090,700,4,out of stock
RTX 3090,700,4,in_stock
RTX 3090,700,,preorder
--- more_headers
Content-Type: text/csv
Accept: text/csv
--- response_body eval
"quantity,availability\r\n4,unavailable\r\n4,available\r\n,unavailable\r\n"


=== TEST 16: flags that are counts
--- request
POST /import?dry_run=true
title,price,In stock
RTX 3090,700,1
RTX 3080,500,12
--- response_body_like: "In stock":"quantity".*"quantity":1,"availability":"available".*"quantity":12,"availability":"available"


=== TEST 17: what may be a stock is one only if its values say so
--- request eval
["POST /import?dry_run=true
title,price,Lager
RTX 3090,700 USD,M\xc3\xbcnchen
",
"POST /import?dry_run=true
title,price,Lager
RTX 3090,700 USD,7
"]
--- response_body_like eval
[qr/"Lager":"extra".*"quantity":null/, qr/"Lager":"quantity".*"quantity":7/]


=== TEST 18: a range and a guess lose no row
--- request
POST /import?dry_run=true
title,price,quantity
RTX 3090,700 USD,2-5
RTX 3080,500 USD,~5
--- response_body_like: "valid_rows":2,"invalid_rows":0.*"row_index":0,"line":2,"code":"quantity_invalid".*"row_index":1,"line":3,"code":"quantity_invalid"


=== TEST 19: two columns for what is optional cost no file
--- request
POST /import?dry_run=true
title,price,url,link
RTX 3090,700 USD,http://a.example/1,http://a.example/2
--- response_body_like: "warnings":\[\{"row_index":null,"line":null,"code":"column_repeated","message":"both \\"url\\" and \\"link\\" mean source_url; the first is taken, \?map= chooses another"\}\],"columns":\{"title":"title","price":"price","url":"source_url","link":"extra"\}


=== TEST 20: the column that names models is taken, not the one so named
--- request
POST /import?dry_run=true
Model,Tab Title,price
240,MSI GeForce RTX 3090 Gaming X Trio,700 USD
550,ASUS TUF Gaming GeForce RTX 3080 OC,500 USD
--- response_body_like: "unknown_rows":0,.*"code":"title_column","message":"\\"Tab Title\\" is taken for the title: it names a known model in 2 of the first 2 rows, \\"Model\\" in less than half; with \?map=Model:title that is it"\}\],"columns":\{"Model":"model","Tab Title":"title","price":"price"\}


=== TEST 21: and it is what a line of totals would not have
--- request
POST /import?dry_run=true
Model,Tab Title,price
240,MSI GeForce RTX 3090 Gaming X Trio,700 USD
Total,ASUS TUF Gaming GeForce RTX 3080 OC,500 USD
--- response_body_like: "valid_rows":2,"invalid_rows":0,"skipped_rows":0,.*"Tab Title":"title"


=== TEST 22: unless the client says what is
--- request
POST /import?dry_run=true&map=Model:title
Model,Tab Title,price
240,MSI GeForce RTX 3090 Gaming X Trio,700 USD
550,ASUS TUF Gaming GeForce RTX 3080 OC,500 USD
--- response_body_like: "unknown_rows":2,.*"code":"mostly_unknown","message":"2 of 2 listings name no model that is known; \\"Tab Title\\" does in 2 of the first 2: \?map=Tab%20Title:title"\}\],"columns":\{"Model":"title","Tab Title":"extra"


=== TEST 23: a description never is, nor are long texts; but the warning names it
--- request eval
["POST /import?dry_run=true
title,description,price
lot 1,A used GeForce RTX 3090,700 USD
lot 2,A used GeForce RTX 3080,500 USD
",
"POST /import?dry_run=true
title,long name,price
lot 1,GeForce RTX 3090 " . 'x' x 300 . ",700 USD
"]
--- response_body_like eval
[qr/"code":"mostly_unknown".*\?map=description:title"\}\],"columns":\{"title":"title","description":"extra"/,
 qr/"code":"mostly_unknown".*\?map=long%20name:title"\}\],"columns":\{"title":"title","long name":"extra"/]


=== TEST 24: a title in parts is seen, and how to join it is said
--- request
POST /import?dry_run=true
Brand,Series,Chip,price
NVIDIA,GeForce RTX,3090,700 USD
NVIDIA,GeForce RTX,3080,500 USD
--- response_body_like: "code":"mostly_unknown","message":"2 of 2 listings name no model that is known; \\"Brand\\", \\"Series\\" and \\"Chip\\" together do in 2 of the first 2: \?map=Brand:title,Series:title,Chip:title"


=== TEST 25: and so it is joined
--- request
POST /score?columns=title,canonical_model,extra&map=Chip:title,Brand:title,Series:title
Chip,Series,Brand,price
3090,GeForce RTX,NVIDIA,700 USD
3080,,,500 USD
--- more_headers
Content-Type: text/csv
Accept: text/csv
--- response_body eval
"title,canonical_model,extra\r\n3090 NVIDIA GeForce RTX,RTX_3090,\r\n3080,UNKNOWN,\r\n"


=== TEST 26: no part, no title
--- request
POST /import?dry_run=true&map=Brand:title,Chip:title
Brand,Chip,price
NVIDIA,RTX 3090,700 USD
 , ,500 USD
--- response_body_like: "valid_rows":1,"invalid_rows":1.*"title_missing"


=== TEST 27: most rows UNKNOWN with nothing better
--- request
POST /import?dry_run=true
title,price
garden chair,700 USD
table,500 USD
RTX 3090,700 USD
--- response_body_like: "code":"mostly_unknown","message":"2 of 3 listings name no model that is known"\}


=== TEST 28: a name that is there twice is two keys, and ?map= knows both
--- request eval
["POST /import?dry_run=true&map=price_2:price
title,price,price,sku,sku
RTX 3090,1,700 USD,a,b
",
"POST /import?dry_run=true
title,price,price
RTX 3090,1,700 USD
"]
--- error_code eval
[200, 422]
--- response_body_like eval
[qr/"columns":\{"title":"title","price":"extra","price_2":"price","sku":"extra","sku_2":"extra"\}.*"extra":\{"price":"1","sku":"a","sku_2":"b"\}/,
 qr/both \\"price\\" and \\"price_2\\" mean price; choose one with \?map=/]


=== TEST 29: strict handling, as RFC 7240 lets it be written
--- request eval
[map { "POST /import?dry_run=true\ntitle,price\nRTX 3090,700 USD\nRTX 3080,x\n" } 1 .. 5]
--- more_headers eval
[map { "Content-Type: text/csv\nPrefer: $_" } 'handling=strict',
 'handling="strict"', 'Handling = Strict', "respond-later, handling\t=\t\"strict\"; x=y",
 'handling=lenient']
--- error_code eval
[422, 422, 422, 422, 200]


=== TEST 30: what the client says of a column stays, beside what a shop means by it
--- request
POST /import?dry_run=true&map=Date%20sale%20price%20starts:seen_at
Name,Regular price,Sale price,Date sale price starts
RTX 3090,700 USD,650 USD,2025-07-25
--- response_body_like: "Sale price":"shop","Date sale price starts":"seen_at"\}.*"price":650.00,.*"seen_at":"2025-07-25T00:00:00Z"
