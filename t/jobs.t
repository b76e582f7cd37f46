# Jobs, as clients ask for them.

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
location /jobs/ { glyph_jobs; }
location /other { glyph_jobs; }
location = /listings { glyph_query listings; }
location = /imports { glyph_query imports; }
_EOC_

our $Csv = 'Content-Type: text/csv';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
});

our %Id = map { $_ => uuid() } qw(done failed refused cancelled twice upper
    errors list none gone cors page mine left);

our $Good = "POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x\n";

# a member of a document, which Postgres and the module write differently
sub has {
    my ($name, $value) = @_;
    return qr/"$name" ?: ?$value/;
}

run_tests();

__DATA__

=== TEST 1: a job that has completed
--- request eval
[$::Good, "GET /jobs/$::Id{done}/status", "GET /jobs/$::Id{done}",
 "HEAD /jobs/$::Id{done}/status", "GET /jobs/$::Id{done}/result"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{done}", "", "", "", ""]
--- error_code eval
[200, 200, 200, 200, 200]
--- response_headers eval
["Glyph-Job-Id: $::Id{done}\nLocation: /jobs/$::Id{done}/status",
 "Content-Type: application/json\n!Retry-After",
 "Content-Type: application/json", "Content-Type: application/json",
 "Content-Type: application/json"]
--- response_body_like eval
[qr/"import_id":"$::Id{done}"/,
 qr/^\{"job_id" ?: ?"$::Id{done}", ?"state" ?: ?"completed".*"bytes" ?: ?\d+,.*"rows" ?: ?2\b.*"percent" ?: ?100\b.*"counts" ?: ?\{"rows" ?: ?2, ?"valid" ?: ?1, ?"invalid" ?: ?1, ?"warnings" ?: ?0\}, ?"error" ?: ?null.*"links":\{"status":"\/jobs\/$::Id{done}\/status","result":"\/jobs\/$::Id{done}\/result","errors":"\/jobs\/$::Id{done}\/errors","warnings":"\/jobs\/$::Id{done}\/errors\?severity=warning","events":"\/jobs\/$::Id{done}\/events"\}\}$/,
 ::has('state', '"completed"'), qr/^$/,
 qr/^\{"import_id":"$::Id{done}","timestamp":"\d{4}-\d\d-\d\dT[\d:.]+Z".*"valid_rows":1,"invalid_rows":1/]


=== TEST 2: the id in capital letters is the same id
--- request eval
[$::Good, "GET /jobs/" . uc($::Id{upper}) . "/status"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: " . uc $::Id{upper}, ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"import_id":"$::Id{upper}"/, ::has('job_id', "\"$::Id{upper}\"")]


=== TEST 3: a job of another location is the same job
--- request eval
[$::Good, "GET /other/$::Id{mine}/status", "GET /other/$::Id{mine}/result"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{mine}", "", ""]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/./, ::has('state', '"completed"'), qr/"import_id":"$::Id{mine}"/]


=== TEST 4: a job that has failed: status, result and errors say why
--- request eval
["POST /import\ntitle,price\nRTX 3080,x\n,7",
 "GET /jobs/$::Id{failed}/status", "GET /jobs/$::Id{failed}/result",
 "GET /jobs/$::Id{failed}/errors", "DELETE /jobs/$::Id{failed}",
 "GET /listings?import_id=$::Id{failed}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{failed}", "", "", "", "", ""]
--- error_code eval
[422, 200, 200, 200, 409, 200]
--- response_body_like eval
[qr/"code":"no_valid_rows"/,
 qr/"state" ?: ?"failed".*"error" ?: ?\{"code" ?: ?"no_valid_rows", ?"detail" ?: ?"/,
 qr/"import_id":"$::Id{failed}".*"invalid_rows":2.*"validation_errors":\[\{"code":"no_valid_rows"/,
 qr/"row_index":0,"line":2,.*price_invalid.*"row_index":1,"line":3,.*title_missing/s,
 qr/"code":"job_finished"/, qr/^\[\]$/]


=== TEST 5: a file that was refused is a job, too
--- request eval
["POST /import\na,b\n1,2", "GET /jobs/$::Id{refused}/status",
 "GET /jobs/$::Id{refused}/errors"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{refused}", "", ""]
--- error_code eval
[422, 200, 200]
--- response_body_like eval
[qr/"code":"columns_missing"/,
 qr/"state" ?: ?"failed".*"code" ?: ?"columns_missing"/, qr/^\[\]$/]


=== TEST 6: a job that nobody has begun cannot be cancelled
--- request eval
[$::Good, "DELETE /jobs/$::Id{none}", "GET /jobs/$::Id{none}/status"]
--- more_headers eval
[$::Csv, "", ""]
--- error_code eval
[200, 404, 404]
--- response_headers eval
["", "Content-Type: application/problem+json",
 "Content-Type: application/problem+json"]
--- response_body_like eval
[qr/./, qr/"status":404,"code":"job_not_found".*$::Id{none}/,
 qr/"status":404,"code":"job_not_found".*$::Id{none}/]


=== TEST 7: what is not there
--- request eval
[$::Good, "GET /jobs/$::Id{gone}/result", "GET /jobs/$::Id{gone}/errors",
 "GET /jobs/$::Id{gone}", "GET /jobs/nonsense", "GET /jobs/12345/status",
 "GET /jobs/$::Id{gone}x/status", "GET /jobs/$::Id{gone}/events/x",
 "GET /jobs/$::Id{gone}/statusx"]
--- more_headers eval
[$::Csv, ('') x 8]
--- error_code eval
[200, (404) x 8]
--- response_body_like eval
[qr/./, qr/"code":"job_not_found"/, qr/"code":"job_not_found"/,
 qr/"code":"job_not_found"/, qr/"code":"job_not_found"/,
 qr/"code":"job_not_found"/, qr/"code":"job_not_found"/,
 qr/"code":"\w*not_found"/, qr/"code":"\w*not_found"/]


=== TEST 8: methods that are not served
--- request eval
["POST /jobs/$::Id{gone}", "PUT /jobs/$::Id{gone}/status",
 "DELETE /jobs/$::Id{gone}/status", "DELETE /jobs/", "POST /jobs/"]
--- error_code eval
[405, 405, 405, 405, 405]
--- response_headers eval
["Allow: GET, HEAD, DELETE, OPTIONS", "Allow: GET, HEAD, OPTIONS", "Allow: GET, HEAD, OPTIONS",
 "Allow: GET, HEAD, OPTIONS", "Allow: GET, HEAD, OPTIONS"]
--- response_body_like eval
[qr/"method_not_allowed"/, qr/"method_not_allowed"/,
 qr/"method_not_allowed"/, qr/"method_not_allowed"/,
 qr/"method_not_allowed"/]


=== TEST 9: a finished job cannot be cancelled, and stays as it is
--- request eval
[$::Good, "DELETE /jobs/$::Id{cancelled}",
 "GET /jobs/$::Id{cancelled}/status",
 "GET /listings?import_id=$::Id{cancelled}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{cancelled}", "", "", ""]
--- error_code eval
[200, 409, 200, 200]
--- response_body_like eval
[qr/./, qr/"code":"job_finished".*completed/, ::has('state', '"completed"'),
 qr/"canonical_model":"RTX_3090"/]


=== TEST 10: an id that is used already: the first import is untouched
--- request eval
[$::Good, "POST /import\ntitle,price\nRTX 3070,1\n",
 "POST /import\nnonsense", "GET /listings?import_id=$::Id{twice}",
 "GET /jobs/$::Id{twice}/status"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{twice}", "$::Csv\nGlyph-Job-Id: $::Id{twice}",
 "$::Csv\nGlyph-Job-Id: $::Id{twice}", "", ""]
--- error_code eval
[200, 409, 409, 200, 200]
--- response_body_like eval
[qr/"valid_rows":1/, qr/"status":409,"code":"job_id_used"/,
 qr/"status":409,"code":"job_id_used"/,
 qr/^\[\{[^\n]*"RTX_3090"[^\n]*\}\]$/, ::has('state', '"completed"')]


=== TEST 11: errors, in pages, in the file's order
--- request eval
["POST /import\ntitle,price\n" . CORE::join('', map { "RTX 3090 $_," . ($_ % 2 ? 'x' : 7) . "\n" } 0 .. 9),
 "GET /jobs/$::Id{errors}/errors?limit=2",
 "GET /jobs/$::Id{errors}/errors?limit=5",
 "GET /jobs/$::Id{errors}/errors?limit=0",
 "GET /jobs/$::Id{errors}/errors?colour=1",
 "GET /jobs/$::Id{errors}/errors?id=$::Id{done}",
 "GET /jobs/$::Id{errors}/errors?after=nonsense"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{errors}", "", "", "", "", "", ""]
--- error_code eval
[200, 200, 200, 400, 400, 400, 400]
--- response_headers_like eval
["", 'Link: </jobs/' . $::Id{errors} . '/errors\?limit=2&after=[\w-]+>; rel="next"',
 "Content-Type: application/json", "", "", "", ""]
--- response_body_like eval
[qr/"invalid_rows":5/,
 qr/^\[\{"row_index":1,"line":3,"byte_offset":\d+,"errors":\[\{.*price_invalid.*\}\],"row_data":"RTX 3090 1,x"\},\n\{"row_index":3,"line":5,[^\n]*\}\]$/,
 qr/"row_index":1,.*"row_index":3,.*"row_index":5,.*"row_index":7,.*"row_index":9,/s,
 qr/"option_invalid".*limit/, qr/"option_\w+".*colour/, qr/"option_\w+".*id/,
 qr/"option_invalid".*after/]


=== TEST 12: the list of jobs, newest first, in pages
--- request eval
[$::Good, "GET /jobs/?limit=1", "GET /jobs/?state=completed&limit=1",
 "GET /jobs/?state=sleeping", "GET /jobs/?limit=1001", "GET /jobs/?x=1",
 "GET /other?limit=1"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{list}", "", "", "", "", "", ""]
--- error_code eval
[200, 200, 200, 400, 400, 400, 200]
--- response_body_like eval
[qr/./, qr/^\[\{"job_id":"$::Id{list}","state":"completed"[^\n]*\}\]$/,
 qr/"job_id":"$::Id{list}"/, qr/"option_invalid".*state/,
 qr/"option_invalid".*limit/, qr/"option_\w+".*\\"x\\"/,
 qr/"job_id":"$::Id{list}"/]
