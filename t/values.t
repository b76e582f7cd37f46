# What values become: placeholders, markup, dates, and what a listing is known
# by.

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
location = /score { glyph_transform; }
location /jobs { glyph_jobs; }
location = /listings { glyph_query listings; }
location = /deltas { glyph_query deltas; }
_EOC_

our %Id = map { $_ => uuid() } qw(none markup undecided told back before
    after);

our $Csv = 'Content-Type: text/csv';

sub headers {
    my ($id, $n) = @_;
    return ["$Csv\nGlyph-Job-Id: $Id{$id}", ('') x ($n - 1)];
}

# of each row of an answer that is CSV
sub csv { return CORE::join '', map { "$_\r?\n" } @_ }

our $None = <<'_EOC_';
title,price (USD),currency,condition,quantity,seller,region,seen_at,source_url
RTX 3090,700,N/A,n/a,-,None,NA,NaT,N/A
RTX 3080,500,null,?,N/A,#N/A,unknown,0000-00-00,https://
H100 PCIe,30000,TBD,nan,?,(empty),None,#VALUE!,javascript:void(0)
RTX 4090,#REF!,,,,,,,
_EOC_

our $Markup = <<'_EOC_';
title,price,source_url,seller
RTX 3090 &amp; box,&euro;&nbsp;700,https://a.example/i?a=1&amp;b=2,M&uuml;ller
<b>RTX 3080</b> &lt;10GB&gt;,<span>500</span> EUR,https://a.example/i?a=1&copy=2,&#0;
RTX 4090,799<sup>99</sup>,,
_EOC_

our $Undecided = <<'_EOC_';
title,price (USD),found_at
RTX 3090,700,03/04/2025
RTX 3080,500,05/06/2025
H100 PCIe,30000,whenever
RTX 4090,1500,2025-07-25
_EOC_

# a shop's listings, twice; the root address and what is no URL are none

our $Before = <<'_EOC_';
title,price,condition,url
RTX 3090,700,new,https://shop.example/3090
RTX 3090,600,used,https://shop.example/3090?utm_source=mail
H100 PCIe 80GB,30000,new,https://shop.example/
RTX 4090,1500,new,View listing
_EOC_

our $After = <<'_EOC_';
title,price,condition,url
RTX 4090,1600,new,https://shop.example/
RTX 3090,550,used,https://shop.example/3090#reviews
RTX 3080,400,used,https://shop.example/3090
A100 80GB,9000,new,View listing
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig)
        unless defined $block->main_config;
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', $::Csv)
        unless defined $block->more_headers;
});

run_tests();

__DATA__

=== TEST 1: what is written where there is nothing
--- request eval
["POST /import\n$::None",
 "GET /listings?import_id=$::Id{none}&sort=time",
 "GET /jobs/$::Id{none}/errors"]
--- more_headers eval
::headers('none', 3)
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":3,"invalid_rows":1.*"duplicate_rows":0.*"code":"price_missing","column":"price","value":"#REF!".*"warnings_count":0/,
 qr/"title":"RTX 3090".*"currency":"USD".*"condition":null,"quantity":null,"availability":null,"seller":"None","region":"NA".*"seen_at":null,"source_url":null.*"title":"RTX 3080".*"condition":null,"quantity":null,"availability":null,"seller":null,"region":null.*"seen_at":null,"source_url":null/s,
 qr/"code": ?"price_missing"/]


=== TEST 2: what web pages leave in texts; bytes as they were in errors
--- request eval
["POST /import\n$::Markup",
 "GET /listings?import_id=$::Id{markup}&sort=time",
 "GET /jobs/$::Id{markup}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{markup}", "", "Accept: text/csv"]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":2,"invalid_rows":1.*"not_gpu_rows":0.*"code":"price_invalid","column":"price","value":"799<sup>99<\/sup>"/,
 qr/"title":"RTX 3090 & box".*"canonical_model":"RTX_3090".*"price":700.00,"currency":"EUR".*"seller":"M\xc3\xbcller".*"source_url":"https:\/\/a.example\/i\?a=1&b=2".*"title":"RTX 3080 <10GB>".*"price":500.00,"currency":"EUR".*"seller":"\xef\xbf\xbd".*"source_url":"https:\/\/a.example\/i\?a=1&copy=2"/s,
 qr/RTX 4090,799<sup>99<\/sup>,,/]


=== TEST 3: dates in doubt are left out, with one warning of a kind
--- request eval
["POST /import\n$::Undecided",
 "GET /listings?import_id=$::Id{undecided}&sort=time",
 "POST /import?date_order=mdy\n$::Undecided",
 "GET /listings?import_id=$::Id{told}&sort=time"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{undecided}", "",
 "$::Csv\nGlyph-Job-Id: $::Id{told}", ""]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":4,"invalid_rows":0.*"warnings_count":2.*"warnings":\[\{"row_index":null,"line":null,"code":"date_invalid","message":"1 date is left out, in line 4: [^{}]*\},\{"row_index":null,"line":null,"code":"date_ambiguous","message":"2 dates are left out, the first in line 2: [^{}]*\?date_order=dmy[^{}]*\}\].*"found_at":"seen_at".*"date_order":"unknown"/,
 qr/"seen_at":null.*"seen_at":null.*"seen_at":null.*"seen_at":"2025-07-25T00:00:00Z"/s,
 qr/"warnings_count":1.*"date_order":"mdy"/,
 qr/"seen_at":"2025-03-04T.*"seen_at":"2025-05-06T.*"seen_at":null.*"seen_at":"2025-07-25T/s]


=== TEST 4: one date decides for all; it is remembered in the background
--- request eval
["POST /score?columns=seen_at
title,price,seen_at
A,1,03/04/2025
A,2,26/06/2025
A,3,06/26/2025
A,4,25 Jul 2025", "POST /score?columns=seen_at
title;price;seen_at
A;1;45863
A;2;45863.5",
"POST /import?date_order=ymd\ntitle,price,seen_at\nRTX 3090,1,25/07/14\n",
"GET /listings?import_id=$::Id{back}"]
--- more_headers eval
["$::Csv\nAccept: text/csv", "$::Csv\nAccept: text/csv",
 "$::Csv\nPrefer: wait=20\nGlyph-Job-Id: $::Id{back}", ""]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[::csv('seen_at', '', '2025-06-26\S+', '2025-06-26\S+',
       '2025-07-25\S+'),
 ::csv('seen_at', '2025-07-25T00:00:00Z', '2025-07-25T12:00:00Z'),
 qr/"date_order":"ymd"/, qr/"seen_at":"2025-07-14T00:00:00Z"/]


=== TEST 5: an order that is none
--- request
POST /import?date_order=DMY
title,price
A,1
--- error_code: 400
--- response_body_like: "code":"option_invalid","detail":"parameter \\"date_order\\" is \\"DMY\\", must be \\"dmy\\", \\"mdy\\" or \\"ymd\\""


=== TEST 6: what is relative counts from the import's time
--- request
POST /score?columns=seen_at
title,price,seen_at
A,1,2 days ago
A,2,Vor 3 Stunden
A,3,i går
--- more_headers
Content-Type: text/csv
Accept: text/csv
--- response_body_like eval
my @day = map { my @t = gmtime(time - $_ * 86400);
                sprintf '%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3] }
    0 .. 2;
qr/^seen_at\r\n$day[2]T[\d:.]+Z\r\n(?:$day[0]|$day[1])T[\d:.]+Z\r\n$day[1]T00:00:00Z\r\n$/


=== TEST 7: duplicates: the same listing at the same time
--- request
POST /score?columns=dedup_status
title,price,seller,condition,url,seen_at
RTX 3090,700,ann,new,https://shop.example/1,2025-07-01
RTX 3090,700,ann,new,https://shop.example/2,2025-07-01
RTX 3090,650,ann,new,https://shop.example/1,2025-07-02
RTX 3090,650,ann,new,https://shop.example/1,2025-07-02
RTX 3090,650,ann,used,https://shop.example/1,2025-07-02
RTX 3080,650,ann,used,https://shop.example/1,2025-07-02
RTX 3090,700,ann,new,N/A,2025-07-01
RTX 3090,700,ann,new,https://shop.example/,2025-07-01
RTX 3090,700,ann,used,,2025-07-01
--- more_headers
Content-Type: text/csv
Accept: text/csv
--- response_body eval
CORE::join "\r\n", 'dedup_status', qw(FIRST FIRST FIRST DUPLICATE_SECONDARY
    FIRST FIRST FIRST DUPLICATE_SECONDARY FIRST), ''


=== TEST 8: deltas are of the same listing, not of what has the same shop
--- request eval
["POST /import\n$::Before", "POST /import\n$::After",
 "GET /deltas?import_id=$::Id{after}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{before}", "$::Csv\nGlyph-Job-Id: $::Id{after}",
 ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":4/, qr/"valid_rows":4/,
 qr/^\[\{"source_url":"https:\/\/shop.example\/3090#reviews","title":"RTX 3090",[^{}]*"import_index":1,[^{}]*"previous_import_id":"$::Id{before}","previous_import_index":1,[^{}]*"price":550.00,"previous_price":600.00[^{}]*\}\]$/]


=== TEST 9: pages of a search are no listings
--- request eval
"POST /import\ntitle,price (USD),url\n" . CORE::join '', map {
    "RTX 3090 no $_ of many,700,https://shop.example/search?p=" . int($_ / 9)
    . "\n" } 0 .. 35
--- response_body_like: "valid_rows":36.*"duplicate_rows":0.*"warnings_count":1.*"code":"url_shared"
