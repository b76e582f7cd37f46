# A body that nginx has read before the upload asks for it: mirror does.  It is
# imported as any other, from memory or from nginx's file.

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
location = /import {
    mirror /seen;
    glyph_import;
}
location = /file {
    mirror /seen;
    client_body_in_file_only clean;
    glyph_import;
}
location = /background {
    mirror /seen;
    client_body_buffer_size 16k;
    client_max_body_size 0;
    glyph_background on;
    glyph_import;
}
location = /score {
    mirror /seen;
    client_max_body_size 0;
    glyph_transform;
}
location = /seen { internal; return 204; }

location = /named {
    mirror /shadow;
    glyph_import;
}
location = /shadow { internal; glyph_import; }

location = /taken {
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_pass http://127.0.0.1:1;
    proxy_intercept_errors on;
    error_page 502 = @after;
}
location @after { glyph_import; }

location /jobs { glyph_jobs; }
location /listings { glyph_query listings; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 20);
    $block->set_value('more_headers', 'Content-Type: text/csv')
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(wait);

# larger than what a job has room for at a time
our $Rows = 40_000;
our $Large = "title,price,url\n"
    . join '', map { "Gigabyte RTX 3090 24GB,7" . ($_ % 90 + 10)
                     . ",https://shop.example/item/$_\n" } 1 .. $Rows;

run_tests();

__DATA__

=== TEST 1: a small body, in memory
--- request
POST /import
title,price
RTX 3090,700
RTX 3080,abc
--- response_body_like: "total_rows":2,"valid_rows":1,"invalid_rows":1


=== TEST 2: from nginx's file, the client's own chunks
--- request
POST /file
title,price
RTX 3090,700
--- response_body_like: "total_rows":1,"valid_rows":1


=== TEST 3: none at all is what it is without a mirror
--- request
POST /import
--- error_code: 422
--- response_body_like: "code":"file_empty"


=== TEST 4: larger than there is room for at a time
--- raw_request eval
"POST /score HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: text/csv\r\nAccept: text/csv\r\nContent-Length: "
. length($::Large) . "\r\n\r\n$::Large"
--- response_body_like eval
qr{item/$::Rows[,\n]}


=== TEST 5: into the spool, and imported from there
--- raw_request eval
"POST /background HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: text/csv\r\nGlyph-Job-Id: $::Id{wait}\r\n"
. "Prefer: respond-async, wait=15\r\nTransfer-Encoding: chunked\r\n\r\n"
. sprintf("%x", length $::Large) . "\r\n$::Large\r\n0\r\n\r\n"
--- response_body_like eval
qr/"total_rows":$::Rows,"valid_rows":$::Rows/


=== TEST 6: what a handler before has sent away is not taken for an empty one
--- raw_request eval
["POST /taken HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
 . "Content-Type: text/csv\r\nContent-Length: 30\r\n\r\ntitle,price\r\n",
 "RTX 3090,70000000"]
--- raw_request_middle_delay: 0.5
--- error_code: 500
--- error_log
the request body was taken before glyph_import


=== TEST 7: a copy that mirror makes is no upload
--- request
POST /named
title,price
RTX 3090,700
--- response_body_like: "valid_rows":1
--- error_log
an upload cannot be a subrequest
