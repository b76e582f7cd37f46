# Pages of other sites that may use the API: glyph_cors.

use Test::Nginx::Socket 'no_plan';

our $MainConfig = "thread_pool default threads=2;\n";

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<'_EOC_';
glyph_cors https://app.example https://*.shop.example:8443 credentials;
location = /import { glyph_import; client_max_body_size 100; }
location /jobs { glyph_jobs; }
location = /models { glyph_query models; }
location = /secret { glyph_query models; auth_basic "x"; auth_basic_user_file $TEST_NGINX_SERVROOT/html/none; }
location = /any { glyph_cors *; glyph_import; }
location = /all { glyph_cors *; glyph_query models; }
location = /off { glyph_cors off; glyph_query models; }
_EOC_

our $Post = "\ntitle,price\nRTX 3090,700\n";

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig)
        unless defined $block->http_config;
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 10);
});

run_tests();

__DATA__

=== TEST 1: a page that is named reads
--- request
GET /models
--- more_headers
Origin: https://app.example
--- response_headers
Access-Control-Allow-Origin: https://app.example
Access-Control-Allow-Credentials: true
Vary: Accept, Origin
--- raw_response_headers_like: Access-Control-Expose-Headers: [^\r]*Glyph-Job-Id, Glyph-Rows, Idempotency-Replayed, Link, Location


=== TEST 2: another one does not, nor is a cache told that it may
--- request
GET /models
--- more_headers
Origin: https://evil.example
--- response_headers
! Access-Control-Allow-Origin
! Access-Control-Allow-Credentials
Vary: Accept, Origin


=== TEST 3: what only ends in the same letters is another one
--- request
GET /models
--- more_headers
Origin: https://evilshop.example:8443
--- response_headers
! Access-Control-Allow-Origin


=== TEST 4: each below a name
--- request
GET /models
--- more_headers
Origin: https://A.b.Shop.example:8443
--- response_headers
Access-Control-Allow-Origin: https://A.b.Shop.example:8443


=== TEST 5: an upload is no longer another site's
--- request eval
"POST /import?dry_run=true$::Post"
--- more_headers
Content-Type: text/csv
Origin: https://app.example
Sec-Fetch-Site: cross-site
--- response_headers
Access-Control-Allow-Origin: https://app.example


=== TEST 6: the upload of a page that is not named is
--- request eval
"POST /import?dry_run=true$::Post"
--- more_headers
Content-Type: text/csv
Origin: https://evil.example
Sec-Fetch-Site: cross-site
--- error_code: 403
--- response_body_like: "code":"cross_site"


=== TEST 7: an error of nginx's own can be read, too
--- request eval
"POST /import\n" . ('title,price
' x 20)
--- more_headers
Content-Type: text/csv
Origin: https://app.example
--- error_code: 413
--- response_headers
Access-Control-Allow-Origin: https://app.example
--- response_body_like: "code":"body_too_large"


=== TEST 8: a preflight
--- request
OPTIONS /import
--- more_headers
Origin: https://app.example
Access-Control-Request-Method: POST
Access-Control-Request-Headers: content-type,glyph-job-id
--- error_code: 204
--- response_headers
Access-Control-Allow-Origin: https://app.example
Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE
Access-Control-Allow-Headers: content-type,glyph-job-id
Access-Control-Max-Age: 7200
Access-Control-Allow-Credentials: true


=== TEST 9: ... of another page is an ordinary OPTIONS
--- request
OPTIONS /import
--- more_headers
Origin: https://evil.example
Access-Control-Request-Method: POST
--- error_code: 204
--- response_headers
! Access-Control-Allow-Origin
! Access-Control-Allow-Methods
Allow: POST, OPTIONS


=== TEST 10: ... comes before the password, which what it asks for needs
--- request eval
["OPTIONS /secret", "GET /secret"]
--- more_headers eval
["Origin: https://app.example\nAccess-Control-Request-Method: GET",
 "Origin: https://app.example"]
--- error_code eval
[204, 401]
--- response_headers eval
["Access-Control-Allow-Origin: https://app.example",
 "Access-Control-Allow-Origin: https://app.example"]


=== TEST 11: anybody's page may read, and nobody's write
--- request eval
["GET /all", "POST /any?dry_run=true$::Post"]
--- more_headers eval
["Origin: https://evil.example",
 "Content-Type: text/csv\nOrigin: https://evil.example"]
--- error_code eval
[200, 403]
--- response_headers eval
["Access-Control-Allow-Origin: *\n! Access-Control-Allow-Credentials",
 "Access-Control-Allow-Origin: *"]


=== TEST 12: off, where the server has it on
--- request
GET /off
--- more_headers
Origin: https://app.example
--- response_headers
! Access-Control-Allow-Origin


=== TEST 13: two origins are none
--- request
GET /models
--- more_headers
Origin: https://app.example
Origin: https://evil.example
--- response_headers
! Access-Control-Allow-Origin


=== TEST 14: an origin with a path
--- http_config
glyph_cors https://app.example/;
--- config
--- must_die
--- error_log
invalid origin "https://app.example/": it must be "*", or scheme and host, such as https://app.example in


=== TEST 15: anybody, with the user's password
--- http_config
glyph_cors * credentials;
--- config
--- must_die
--- error_log
"glyph_cors" directive does not allow "*" with "credentials": name the origins in
