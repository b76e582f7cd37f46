# Tenants: what one has stored does not exist for another one, and a request
# without one is refused.  What is in flight is in t/fault/tenant.t.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $Main = "thread_pool default threads=2;\n";
our $Http = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
glyph_tenant $http_x_tenant;
_EOC_
our $Config = <<'_EOC_';
location = /import { glyph_import; }
location = /score { glyph_transform; }
location /jobs { glyph_jobs; glyph_events_wait 100ms; }
location /imports { glyph_imports; }
location /query/listings { glyph_query listings; }
location /query/models { glyph_query models; }
location /query/unknowns { glyph_query unknowns; }
location /query/deltas { glyph_query deltas; }
location /query/report { glyph_query report; }
location /query/jobs { glyph_query jobs; }
location /query/imports { glyph_query imports; }
location = /versions { glyph_query schema_versions; }
location = /health { glyph_health; }
location = /metrics { glyph_metrics; }
_EOC_

our %Id = map { $_ => uuid() } qw(one gone read none twice first dup1 dup2
    dup3 used list undo wait key live old both);

our $Good = "POST /import\ntitle,price,source_url\n"
    . "RTX 3090,700,https://x.example/1\nFrobnicator 9000 GPU,9,\n";
our $Csv = 'Content-Type: text/csv';

# tenants of one block, so that no other one's imports are in its lists
sub mine { return "X-Tenant: acme-$::Id{$_[0]}" }
sub other { return "X-Tenant: acme-$::Id{$_[0]}x" }

# the answer to what is not there, word for word, whoever has it
sub missing {
    my ($id, $what) = (@_, 'job');
    my $text = quotemeta "{\"type\":\"urn:glyph:problem:${what}_not_found\","
        . "\"title\":\"Not Found\",\"status\":404,"
        . "\"code\":\"${what}_not_found\",\"detail\":\"there is no $what"
        . " $id\"}";
    return qr/^$text\n$/;
}

our $Required = qr/"status":403,"code":"tenant_required"/;
our $Invalid = qr/"status":400,"code":"tenant_invalid"/;

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::Http);
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 15);
});

run_tests();

__DATA__

=== TEST 1: a job, its tenant's
--- request eval
[$::Good, map { "GET $_" } "/jobs/$::Id{one}", "/jobs/$::Id{one}/status",
 "/jobs/$::Id{one}/result", "/jobs/$::Id{one}/errors",
 "/jobs/$::Id{one}/events", "/imports/$::Id{one}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{one}\n" . ::mine('one'),
 (::mine('one')) x 6]
--- error_code eval
[(200) x 7]
--- response_body_like eval
[qr/"import_id":"$::Id{one}"/, qr/$::Id{one}/, qr/$::Id{one}/, qr/$::Id{one}/,
 qr/^\[\]$/, qr/\nevent: completed\n/, qr/$::Id{one}/]


=== TEST 2: another tenant's, in the words for one that nobody has
--- request eval
[$::Good, (map { my $id = $::Id{$_}; ("GET /jobs/$id", "GET /jobs/$id/status",
 "GET /jobs/$id/result", "GET /jobs/$id/errors", "GET /jobs/$id/events",
 "GET /imports/$id", "DELETE /jobs/$id", "DELETE /imports/$id") }
 'gone', 'none'), "GET /imports/$::Id{gone}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{gone}\n" . ::mine('gone'),
 (::other('gone')) x 16, ::mine('gone')]
--- error_code eval
[200, (404) x 16, 200]
--- response_body_like eval
[qr/"import_id"/, (map { my $id = $::Id{$_};
 map { ::missing($id, $_) } (('job') x 5, 'import', 'job', 'import') }
 'gone', 'none'),
 qr/"import_id":"$::Id{gone}"/]


=== TEST 3: no tenant: refused, wherever there is something to be had
--- request eval
[$::Good, "POST /import?background=true\na", "POST /import?dry_run=true\na",
 "POST /score\na",
 (map { "GET $_" } '/jobs', "/jobs/$::Id{none}", "/jobs/$::Id{none}/status",
 "/jobs/$::Id{none}/result", "/jobs/$::Id{none}/errors",
 "/jobs/$::Id{none}/events", '/imports', "/imports/$::Id{none}",
 map { "/query/$_" } qw(listings models unknowns deltas report jobs imports)),
 "DELETE /jobs/$::Id{none}", "DELETE /imports/$::Id{none}"]
--- more_headers eval
[($::Csv) x 4, ('') x 15, "X-Tenant:", "X-Tenant:"]
--- error_code eval
[(403) x 21]
--- response_body_like eval
[($::Required) x 21]


=== TEST 4: what is nobody's needs no tenant
--- request eval
["GET /health", "GET /metrics", "OPTIONS /import", "OPTIONS /jobs",
 "PUT /import", "PUT /jobs", "PUT /query/listings"]
--- error_code eval
[200, 200, 204, 204, 405, 405, 405]


=== TEST 5: reads, by import
--- request eval
[$::Good, map { "GET /query/$_&import_id=$::Id{read}" } (qw(listings?limit=9
 models?model=RTX_3090 unknowns?limit=9 deltas?limit=9 report?)) x 2]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{read}\n" . ::mine('read'),
 (::mine('read')) x 5, (::other('read')) x 5]
--- error_code eval
[(200) x 6, (404) x 5]
--- response_body_like eval
[qr/"import_id"/, qr/"title":"RTX 3090"/, qr/"listings":1,/,
 qr/"title":"Frobnicator 9000 GPU"/, qr/^\[\]$/, qr/"listings" ?: ?2,/,
 (qr/"code":"import_not_found","detail":"there is no import $::Id{read}"/)
 x 5]


=== TEST 6: reads, of all
--- request eval
[$::Good, $::Good, (map { "GET /query/$_" } qw(listings?count=true
 models?model=RTX_3090 unknowns deltas report jobs imports)) x 2,
 "GET /jobs", "GET /imports", "GET /jobs", "GET /imports"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{list}\n" . ::mine('list'),
 "$::Csv\n" . ::mine('list'), (::mine('list')) x 7, (::other('list')) x 7,
 (::mine('list')) x 2, (::other('list')) x 2]
--- response_headers eval
["", "", "Glyph-Count: 4", ("") x 6, "Glyph-Count: 0", ("") x 10]
--- response_body_like eval
[qr/"import_id"/, qr/"duplicate_of":"$::Id{list}"/,
 qr/"import_id":"$::Id{list}"/, qr/"listings":2,/,
 qr/"title":"Frobnicator 9000 GPU","listings":2,/,
 qr/"previous_import_id":"$::Id{list}"/, qr/"totals":\{"imports" ?: ?2,/,
 qr/"job_id":"$::Id{list}"/, qr/"import_id":"$::Id{list}"/,
 qr/^\[\]$/, qr/"listings":0,/, qr/^\[\]$/, qr/^\[\]$/,
 qr/"totals":\{"imports" ?: ?0,/, qr/^\[\]$/, qr/^\[\]$/,
 qr/"job_id":"$::Id{list}"/, qr/"import_id":"$::Id{list}"/, qr/^\[\]$/,
 qr/^\[\]$/]


=== TEST 7: a cursor shows no more than its tenant has
--- request eval
[$::Good, "GET /query/listings?limit=1", "GET /query/listings?limit=1"]
--- more_headers eval
["$::Csv\n" . ::mine('old'), ::mine('old'), ::other('old')]
--- response_headers_like eval
["", "Link: .*after=.*", ""]
--- response_body_like eval
[qr/./, qr/RTX 3090/, qr/^\[\]$/]


=== TEST 8: an Idempotency-Key is its tenant's
--- request eval
[$::Good, $::Good, $::Good, $::Good]
--- more_headers eval
[map { "$::Csv\nIdempotency-Key: k\n$_" }
 "Glyph-Job-Id: $::Id{first}\n" . ::mine('key'),
 "Glyph-Job-Id: $::Id{twice}\n" . ::other('key'),
 ::mine('key'), ::other('key')]
--- response_body_like eval
[map { qr/"import_id":"$::Id{$_}"/ } qw(first twice first twice)]


=== TEST 9: the same file of another tenant is not told of
--- request eval
[($::Good) x 3, "GET /jobs/$::Id{dup2}/result", "GET /jobs/$::Id{dup3}/result"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{dup1}\n" . ::mine('dup1'),
 "$::Csv\nGlyph-Job-Id: $::Id{dup2}\n" . ::other('dup1'),
 "$::Csv\nGlyph-Job-Id: $::Id{dup3}\n" . ::mine('dup1'),
 ::other('dup1'), ::mine('dup1')]
--- response_body_like eval
[qr/"schema_version":"[\d.]+"(?:,"warning_counts":\{[^}]*\})?\}$/, qr/"schema_version":"[\d.]+"(?:,"warning_counts":\{[^}]*\})?\}$/,
 qr/"duplicate_of":"$::Id{dup1}"\}$/, qr/"schema_version":"[\d.]+"(?:,"warning_counts":\{[^}]*\})?\}$/,
 qr/"duplicate_of":"$::Id{dup1}"\}$/]


=== TEST 10: an id that is in use is refused without a word of whose it is
--- request eval
[$::Good, ($::Good) x 2, ($::Good) x 2, ($::Good) x 2,
 "GET /jobs/$::Id{used}/result"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{used}\n" . ::mine('used'),
 (map { ("$::Csv\nGlyph-Job-Id: $::Id{used}\n$_" . ::mine('used'),
         "$::Csv\nGlyph-Job-Id: $::Id{used}\n$_" . ::other('used')) }
 '', "Prefer: wait=5\n", "Idempotency-Key: x\n"), ::mine('used')]
--- error_code eval
[200, (409) x 6, 200]
--- response_body_like eval
[qr/"import_id"/,
 (qr/"title":"Conflict","status":409,"code":"job_id_used"\}\n$/) x 2,
 (qr/"code":"job_id_used","detail":"there is a job $::Id{used} already"\}\n$/)
 x 4, qr/"import_id":"$::Id{used}"/]


=== TEST 11: in the background
--- request eval
[$::Good, "GET /jobs/$::Id{wait}/status", "GET /jobs/$::Id{wait}/status",
 "GET /query/listings?import_id=$::Id{wait}",
 "GET /query/listings?import_id=$::Id{wait}"]
--- more_headers eval
["$::Csv\nPrefer: wait=10\nGlyph-Job-Id: $::Id{wait}\n" . ::mine('wait'),
 ::mine('wait'), ::other('wait'), ::mine('wait'), ::other('wait')]
--- error_code eval
[200, 200, 404, 200, 404]


=== TEST 12: undo is for the owner
--- request eval
[$::Good, "DELETE /imports/$::Id{undo}", "GET /query/listings",
 "DELETE /imports/$::Id{undo}", "GET /query/listings"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{undo}\n" . ::mine('undo'), ::other('undo'),
 ::mine('undo'), ::mine('undo'), ::mine('undo')]
--- error_code eval
[200, 404, 200, 200, 200]
--- response_body_like eval
[qr/./, ::missing($::Id{undo}, 'import'), qr/"title"/, qr/"rows":2\}/, qr/^\[\]$/]


=== TEST 13: what can be a tenant
--- request eval
[("GET /jobs") x 8]
--- more_headers eval
['X-Tenant: ' . 'x' x 128, 'X-Tenant: ' . "\xc3\xbc" x 64,
 "X-Tenant: B\xc3\xbcro GmbH & Co. \"%27'; --", 'X-Tenant: ' . 'x' x 129,
 "X-Tenant: B\xfcro", "X-Tenant: a\x01b", "X-Tenant: a\x7fb",
 "X-Tenant: a\xc2\x85b"]
--- error_code eval
[200, 200, 200, (400) x 5]
--- response_body_like eval
[(qr/^\[\]$/) x 3, ($::Invalid) x 5]


=== TEST 14: an upload of a tenant that is none
--- request eval
[$::Good, "GET /query/listings", "GET /jobs/$::Id{none}/events"]
--- more_headers eval
[map { "$::Csv\nX-Tenant: " . 'x' x 129 } 1 .. 3]
--- error_code eval
[400, 400, 400]
--- response_body_like eval
[($::Invalid) x 3]


=== TEST 15: off, and a name in the configuration
--- config eval
'location = /import { glyph_import; }
location /named { glyph_tenant acme-' . $::Id{both} . '; glyph_jobs; }
location /off { glyph_tenant off; glyph_jobs; }
location = /none { glyph_tenant off; glyph_import; }'
--- request eval
[$::Good, "GET /named/$::Id{both}", "GET /off/$::Id{both}",
 "POST /none\ntitle,price\nRTX 3090,700\n", "GET /off/$::Id{live}",
 "GET /named/$::Id{live}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{both}\n" . ::mine('both'), "",
 ::mine('both'), "$::Csv\nGlyph-Job-Id: $::Id{live}", "", ""]
--- error_code eval
[200, 200, 404, 200, 200, 404]


=== TEST 16: a value for everybody
--- config
location = /import { glyph_import; }
glyph_tenant "";
--- must_die
--- error_log
"glyph_tenant" directive is empty; use "off" for no tenant


=== TEST 17: a name that is none
--- config
glyph_tenant "a	b";
--- must_die
--- error_log
"glyph_tenant" directive must have at most 128 bytes


=== TEST 18: twice
--- config
glyph_tenant a;
glyph_tenant $http_x_tenant;
--- must_die
--- error_log
"glyph_tenant" directive is duplicate
