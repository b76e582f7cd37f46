# Errors are problem documents, whoever finds them; methods, conditions, and
# what becomes of a connection whose request was refused.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $Main = "thread_pool default threads=2;\n";

our $Http = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
limit_req_zone $server_name zone=slow:64k rate=1r/m;
_EOC_

our $Config = <<'_EOC_';
location = /import { glyph_import; client_max_body_size 0; }
location = /small { glyph_import; client_max_body_size 64; }
location = /short {
    glyph_import;
    client_max_body_size 0;
    client_body_timeout 500ms;
}
location = /slow {
    glyph_import;
    limit_req zone=slow;
    limit_req_status 429;
}
location = /slow/default { glyph_import; limit_req zone=slow; }
location = /denied { glyph_health; deny all; }
location = /password {
    glyph_health;
    auth_basic "the edge";
    auth_basic_user_file none;
}
location = /returned { glyph_health; return 403; }
location = /if {
    glyph_query models;
    if ($arg_family = none) { return 410; }
    if ($arg_family = RTX_3090) { add_header X-If yes; }
}
location = /own {
    glyph_import;
    client_max_body_size 64;
    error_page 413 /large.html;
}
location = /large.html { internal; return 413 "<b>too large</b>\n"; }
location = /off { glyph_health; deny all; glyph_problems off; }
location /jobs {
    glyph_jobs;
    limit_except GET { deny all; }
}
location /other {
    glyph_jobs;
    limit_except GET { allow all; }
}
location = /listings { glyph_query listings; }
location = /health { glyph_health; }
location = /metrics { glyph_metrics; }
location /elsewhere { deny all; }
location /all {
    glyph_problems on;
    deny all;
}
_EOC_

our $Csv = 'Content-Type: text/csv';
our $Problem = 'Content-Type: application/problem+json';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::Http);
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 10);
    $block->set_value('more_headers', $::Csv)
        unless defined $block->more_headers;
});

our $Id = uuid();
our $Etag;
our $Good = "title,price\nRTX 3090,700";

# a whole document, nothing before or behind it
sub problem {
    my ($status, $code, $title) = @_;
    return qr/\A\{"type":"urn:glyph:problem:$code","title":"$title","status":$status,"code":"$code"(,"detail":"[^"]+")?\}\n\z/;
}

sub chunked {
    my ($uri, $body) = @_;
    return "POST $uri HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
        . "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n$body";
}

run_tests();

__DATA__

=== TEST 1: a body that is said to be too large
--- request eval
"POST /small\n" . 'x' x 65
--- error_code: 413
--- response_headers eval
$::Problem
--- response_body_like eval
::problem(413, 'body_too_large', 'Content Too Large')
--- error_log
client intended to send too large body


=== TEST 2: a body that turns out to be too large
--- raw_request eval
[::chunked('/small', "40\r\n" . ('x' x 64) . "\r\n2\r\nyy\r\n0\r\n\r\n")]
--- error_code: 413
--- response_headers eval
"$::Problem\nConnection: close"
--- response_body_like eval
::problem(413, 'body_too_large', 'Content Too Large')


=== TEST 3: a body that is not what it is said to be
--- raw_request eval
[::chunked('/import', "c\r\ntitle,price\n\r\nzz\r\n")]
--- error_code: 400
--- response_headers eval
"$::Problem\nConnection: close"
--- response_body_like eval
::problem(400, 'body_malformed', 'Bad Request')


=== TEST 4: a body that does not come
--- raw_request eval
["POST /short HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
 . "Content-Length: 100\r\n\r\ntitle,price\n"]
--- error_code: 408
--- response_headers eval
"$::Problem\nConnection: close"
--- response_body_like eval
::problem(408, 'body_timeout', 'Request Timeout')


=== TEST 5: too many requests
--- request eval
["POST /slow\n$::Good", "POST /slow\n$::Good", "POST /slow/default\n$::Good"]
--- error_code eval
[200, 429, 503]
--- response_headers eval
["Content-Type: application/json", $::Problem, $::Problem]
--- response_body_like eval
[qr/import_id/, ::problem(429, 'too_many_requests', 'Too Many Requests'),
 ::problem(503, 'unavailable', 'Service Unavailable')]


=== TEST 6: access that is refused
--- request eval
["GET /denied", "GET /password", "GET /returned", "DELETE /jobs/$::Id",
 "HEAD /denied"]
--- error_code eval
[403, 401, 403, 403, 403]
--- response_headers eval
[$::Problem, "$::Problem\nWWW-Authenticate: Basic realm=\"the edge\"",
 $::Problem, $::Problem, $::Problem]
--- response_body_like eval
[::problem(403, 'forbidden', 'Forbidden'),
 ::problem(401, 'unauthorized', 'Unauthorized'),
 ::problem(403, 'forbidden', 'Forbidden'),
 ::problem(403, 'forbidden', 'Forbidden'), qr/^$/]


=== TEST 7: error_page has the last word
--- request eval
"POST /own\n" . 'x' x 65
--- error_code: 413
--- response_body
<b>too large</b>


=== TEST 8: glyph_problems decides where, by default where a handler is
--- request eval
["GET /off", "GET /elsewhere", "GET /all", "GET /none", "GET /jobs/x/y/z"]
--- error_code eval
[403, 403, 403, 404, 404]
--- response_headers eval
["Content-Type: text/html", "Content-Type: text/html", $::Problem,
 "Content-Type: text/html", $::Problem]
--- response_body_like eval
[qr/<html>/, qr/<html>/, ::problem(403, 'forbidden', 'Forbidden'),
 qr/<html>/, ::problem(404, 'not_found', 'Not Found')]


=== TEST 9: a status of no special code
--- request
GET /if?family=none
--- error_code: 410
--- response_headers eval
$::Problem
--- response_body_like eval
::problem(410, 'error', 'Error')


=== TEST 10: blocks inside a location are places of its handler
--- request eval
["GET /if?family=RTX_3090", "GET /if?family=T4", "DELETE /other/$::Id"]
--- more_headers eval
["", "", ""]
--- error_code eval
[200, 200, 404]
--- response_headers eval
["X-If: yes", "!X-If", $::Problem]
--- response_body_like eval
[qr/"model":"RTX_3090"/, qr/"model":"T4"/, qr/"code":"job_not_found"/]


=== TEST 11: OPTIONS
--- request eval
["OPTIONS /import", "OPTIONS /other", "OPTIONS /other/$::Id",
 "OPTIONS /other/$::Id/status", "OPTIONS /listings", "OPTIONS /health",
 "OPTIONS /metrics"]
--- more_headers eval
["", "", "", "", "", "", ""]
--- error_code eval
[204, 204, 204, 204, 204, 204, 204]
--- response_headers eval
["Allow: POST, OPTIONS\nAccept-Post: text/csv, multipart/form-data, application/json, application/x-ndjson",
 "Allow: GET, HEAD, OPTIONS\n!Accept-Post",
 "Allow: GET, HEAD, DELETE, OPTIONS", ("Allow: GET, HEAD, OPTIONS") x 4]
--- response_body eval
["", "", "", "", "", "", ""]


=== TEST 12: a method that is not for this place
--- request eval
["PUT /import\n$::Good", "PATCH /other/$::Id\n{}", "POST /metrics\nx"]
--- error_code eval
[405, 405, 405]
--- response_headers eval
["Allow: POST, OPTIONS\n$::Problem",
 "Allow: GET, HEAD, DELETE, OPTIONS\n$::Problem",
 "Allow: GET, HEAD, OPTIONS\n$::Problem"]
--- response_body_like eval
[(::problem(405, 'method_not_allowed', 'Method Not Allowed')) x 3]


=== TEST 13: the body of a request that was refused is not the next request
--- pipelined_requests eval
["PUT /import\nGET /denied HTTP/1.1\r\nHost: x\r\n\r\n",
 "POST /import?nonsense=1\nGET /denied HTTP/1.1\r\nHost: x\r\n\r\n",
 "POST /listings\nGET /denied HTTP/1.1\r\nHost: x\r\n\r\n",
 "GET /health"]
--- error_code eval
[405, 400, 405, 200]
--- response_body_like eval
[qr/method_not_allowed/, qr/option_unknown/, qr/method_not_allowed/,
 qr/"status":"(ok|degraded)"/]


=== TEST 14: a client that waits to be asked for its body is not asked
--- raw_request eval
["POST /import HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
 . "Expect: 100-continue\r\nContent-Length: 30\r\n\r\n"]
--- error_code: 415
--- response_headers eval
"$::Problem\nConnection: close"


=== TEST 15: a job's state and its result have an ETag, and go out once
--- request eval
["POST /import\n$::Good", "GET /other/$::Id/status",
 "GET /other/$::Id/status", "GET /other/$::Id/result",
 "GET /other/$::Id/status", "GET /other/$::Id/status",
 "GET /other/$::Id/result"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id", "", "If-None-Match: \"other\", \"x\"", "",
 "If-None-Match: *", "If-Match: \"other\"", "If-None-Match: *"]
--- error_code eval
[200, 200, 200, 200, 304, 412, 304]
--- response_headers_like eval
["", ("ETag: \"[0-9a-f]{32}\"") x 4,
 "Content-Type: application/problem.json", "ETag: \"[0-9a-f]{32}\""]
--- response_body_like eval
[(qr/"$::Id"/) x 4, qr/^$/,
 ::problem(412, 'precondition_failed', 'Precondition Failed'), qr/^$/]


=== TEST 16: conditions come too late for what has been done
--- request eval
["POST /import\n$::Good", "POST /import\n$::Good"]
--- more_headers eval
["$::Csv\nIf-Match: \"x\"",
 "$::Csv\nIf-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT"]
--- error_code eval
[200, 200]


=== TEST 17: a server that is the API and nothing else
--- config
glyph_problems on;
location = /health { glyph_health; }
--- request eval
["GET /none", "GET /health"]
--- error_code eval
[404, 200]
--- response_body_like eval
[::problem(404, 'not_found', 'Not Found'), qr/"status"/]


=== TEST 18: there, also what nginx refuses before it looks for a location
--- config
glyph_problems on;
location = /health { glyph_health; }
--- raw_request eval
["GET /health HTTP/1.1\r\nConnection: close\r\n\r\n"]
--- error_code: 400
--- response_headers eval
$::Problem
--- response_body_like eval
::problem(400, 'request_malformed', 'Bad Request')
