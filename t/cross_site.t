# What pages of other sites make browsers send.

use Test::Nginx::Socket 'no_plan';

use File::Temp 'tempdir';
use Glyph::Id;

our $Root = tempdir(CLEANUP => 1);
chmod 0755, $Root;
open my $file, '>', "$Root/a.csv" or die "a.csv: $!";
print $file "title,price\nRTX 3090,700\n";
close $file;
chmod 0644, "$Root/a.csv";

our $Id = uuid();

our $MainConfig = "thread_pool default threads=2;\n";

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<"_EOC_";
location = /import { glyph_import; }
location = /artifact { rewrite ^ /import?dry_run=true last; }
location = /from { glyph_import; glyph_import_root $Root; }
location = /score { glyph_transform; }
location = /open { glyph_import; glyph_cross_site on; }
location /jobs { glyph_jobs; }
location /imports { glyph_imports; }
location /open/jobs { glyph_jobs; glyph_cross_site on; }
location = /models { glyph_query models; }
location = /health { glyph_health; }
_EOC_

our $Post = "\ntitle,price\nRTX 3090,700\n";
our $Foreign = "Content-Type: text/plain\nOrigin: http://evil.example";

# Every place that does something, as a list of requests.
our @Doing = ("POST /import$Post", "POST /import?dry_run=true$Post",
    "POST /import?background=true$Post", "POST /artifact$Post",
    "POST /from?path=a.csv", "POST /score$Post", "DELETE /jobs/$Id",
    "DELETE /imports/$Id");

our $Refused = qr/^\{"type":"urn:glyph:problem:cross_site","title":"Forbidden","status":403,"code":"cross_site","detail":"a page of another site has sent this; nothing was done"\}\n$/;

# To a location that answers 200 if it is not refused, with that Host.
sub request {
    my ($host, @headers) = @_;
    return join("\r\n", 'POST /import?dry_run=true HTTP/1.1', "Host: $host",
                'Connection: close', 'Content-Type: text/csv',
                'Content-Length: 25', @headers, '', '')
        . "title,price\nRTX 3090,700\n";
}

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value("http_config", $::HttpConfig)
        unless defined $block->http_config;
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 15);
});

run_tests();

__DATA__

=== TEST 1: whatever does something is refused when a browser says cross-site
--- request eval
[@::Doing]
--- more_headers eval
[map { "Content-Type: text/csv\nSec-Fetch-Site: cross-site" } @::Doing]
--- error_code eval
[map { 403 } @::Doing]
--- response_body_like eval
[map { $::Refused } @::Doing]


=== TEST 2: or when the origin is another one
--- request eval
[@::Doing]
--- more_headers eval
[map { $::Foreign } @::Doing]
--- error_code eval
[map { 403 } @::Doing]
--- response_body_like eval
[map { $::Refused } @::Doing]


=== TEST 3: nothing was stored
--- request eval
["GET /jobs/$::Id/status", "GET /imports/$::Id"]
--- error_code eval
[404, 404]


=== TEST 4: reading is not doing
--- request eval
["GET /models", "GET /jobs", "GET /imports", "GET /jobs/$::Id/status",
 "GET /health", "OPTIONS /import", "OPTIONS /jobs/$::Id"]
--- more_headers eval
[map { "Origin: https://evil.example\nSec-Fetch-Site: cross-site" } 1 .. 7]
--- error_code eval
[200, 200, 200, 404, 200, 204, 204]


=== TEST 5: a preflight is not granted
--- request
OPTIONS /import
--- more_headers
Origin: https://evil.example
Access-Control-Request-Method: POST
--- error_code: 204
--- response_headers
Allow: POST, OPTIONS
! Access-Control-Allow-Origin


=== TEST 6: what Sec-Fetch-Site may say
--- request eval
[map { "POST /import?dry_run=true$::Post" } 1 .. 8]
--- more_headers eval
[map { "Content-Type: text/csv\n$_" }
 "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-site",
 "Sec-Fetch-Site: none", "Sec-Fetch-Site: CROSS-SITE",
 "Sec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site",
 "Sec-Fetch-Site: same-origin\nOrigin: http://other.example",
 "Sec-Fetch-Site: cross-site\nOrigin: http://localhost",
 "Sec-Fetch-Site: \nOrigin: http://evil.example"]
--- error_code eval
[200, 200, 200, 403, 403, 200, 403, 403]


=== TEST 7: and Origin, without it, where the host is "localhost"
--- request eval
[map { "POST /import?dry_run=true$::Post" } 1 .. 15]
--- more_headers eval
[map { "Content-Type: text/csv\n$_" }
 "X: y", "Origin: http://localhost", "Origin: https://localhost",
 "Origin: HTTP://LocalHost", "Origin: http://localhost:80",
 "Origin: null", "Origin: http://localhost:8080", "Origin: http://localhost.",
 "Origin: http://localhost.evil.example", "Origin: http://notlocalhost",
 "Origin: localhost", "Origin: http://", "Origin: http://localhost:",
 "Origin: chrome-extension://localhost",
 "Origin: http://localhost\nOrigin: http://evil.example"]
--- error_code eval
[200, 200, 200, 200, 200, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403]


=== TEST 8: a host with a port
--- raw_request eval
::request('edge.example:8080', 'Origin: http://edge.example:8080')
--- error_code: 200


=== TEST 9: another port
--- raw_request eval
::request('edge.example:8080', 'Origin: http://edge.example')
--- error_code: 403


=== TEST 10: a port that goes without saying
--- raw_request eval
::request('edge.example:443', 'Origin: https://edge.example')
--- error_code: 200


=== TEST 11: an address of IPv6
--- raw_request eval
::request('[::1]:8080', 'Origin: http://[::1]:8080')
--- error_code: 200


=== TEST 12: another one
--- raw_request eval
::request('[::1]:8080', 'Origin: http://[::2]:8080')
--- error_code: 403


=== TEST 13: no host to compare it with
--- raw_request eval
"POST /import?dry_run=true HTTP/1.0\r\nOrigin: http://localhost\r\n"
. "Content-Type: text/csv\r\nContent-Length: 25\r\n\r\ntitle,price\nRTX 3090,700\n"
--- error_code: 403


=== TEST 14: locations that allow it
--- request eval
["POST /open$::Post", "DELETE /open/jobs/$::Id", "POST /import$::Post"]
--- more_headers eval
[$::Foreign, $::Foreign, $::Foreign]
--- error_code eval
[200, 404, 403]


=== TEST 15: a server that does, and a location that does not
--- config
glyph_cross_site on;
location = /import { glyph_import; }
location = /closed { glyph_import; glyph_cross_site off; }
--- request eval
["POST /import$::Post", "POST /closed$::Post"]
--- more_headers eval
[$::Foreign, $::Foreign]
--- error_code eval
[200, 403]


=== TEST 16: neither on nor off
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
glyph_cross_site maybe;
--- must_die
--- error_log
invalid value "maybe" in "glyph_cross_site" directive
