# Idempotency-Key, Content-Digest, the same file twice, and undo.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

use Digest::SHA qw(sha256_base64);

our $Main = "thread_pool default threads=2;\n";
our $Http = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_
our $Config = <<'_EOC_';
location = /import { glyph_import; }
location /jobs { glyph_jobs; }
location /imports { glyph_imports; }
location = /listings { glyph_query listings; }
_EOC_
our $Body = "title,price\nRTX 3090,700\nTesla T4,\$250";
our $Other = "title,price\nRTX 3090,701\nTesla T4,\$250";

our %Id = map { $_ => uuid() } qw(key first again digest wait undo form async
    bad mended dup1 dup2 none);
our $Dup = "title,price\nTesla P40 " . uuid() . ",\$199";

sub digest {
    my $text = sha256_base64($_[0]);
    $text .= '=' while length($text) % 4;
    return "sha-256=:$text:";
}

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::Http);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 15);
});

run_tests();

__DATA__

=== TEST 1: a key used again: the first answer
--- request eval
["POST /import\n$::Body", "POST /import\n$::Body", "POST /import\n$::Other",
 "POST /import?decimal=comma\n$::Body", "GET /jobs/$::Id{again}/status"]
--- more_headers eval
["Content-Type: text/csv\nIdempotency-Key: \"$::Id{key}\"\n" .
 "Glyph-Job-Id: $::Id{first}",
 "Content-Type: text/csv\nIdempotency-Key: $::Id{key}\n" .
 "Glyph-Job-Id: $::Id{again}",
 "Content-Type: text/csv\nIdempotency-Key: \"$::Id{key}\"",
 "Content-Type: text/csv\nIdempotency-Key: \"$::Id{key}\"", ""]
--- error_code eval
[200, 200, 422, 422, 404]
--- response_headers eval
["! Idempotency-Replayed", "Idempotency-Replayed: true",
 ("! Idempotency-Replayed") x 3]
--- response_body_like eval
[qr/"import_id":"$::Id{first}"/, qr/"import_id":"$::Id{first}"/,
 qr/"code":"idempotency_mismatch"/, qr/"code":"idempotency_mismatch"/,
 qr/"code":"job_not_found"/]


=== TEST 2: a key whose import failed is free again
--- request eval
["POST /import\ntitle,price\nT4,free", "POST /import\ntitle,price\nT4,\$9"]
--- more_headers eval
["Content-Type: text/csv\nIdempotency-Key: $::Id{bad}",
 "Content-Type: text/csv\nIdempotency-Key: $::Id{bad}"]
--- error_code eval
[422, 200]


=== TEST 3: in the background, too
--- request eval
["POST /import\n$::Body", "POST /import\n$::Body", "POST /import\n$::Other"]
--- more_headers eval
["Content-Type: text/csv\nIdempotency-Key: $::Id{wait}\nPrefer: wait=10\n" .
 "Glyph-Job-Id: $::Id{async}",
 ("Content-Type: text/csv\nIdempotency-Key: $::Id{wait}\nPrefer: wait=10") x 2]
--- error_code eval
[200, 200, 422]
--- response_body_like eval
[qr/"import_id":"$::Id{async}"/, qr/"import_id":"$::Id{async}"/,
 qr/"code":"idempotency_mismatch"/]


=== TEST 4: keys that are none
--- request eval
["POST /import\n$::Body", "POST /import\n$::Body"]
--- more_headers eval
["Content-Type: text/csv\nIdempotency-Key: \"\"",
 "Content-Type: text/csv\nIdempotency-Key: " . 'x' x 256]
--- error_code eval
[400, 400]
--- response_body_like eval
[qr/Idempotency-Key must be/, qr/Idempotency-Key must be/]


=== TEST 5: an id that is in use, with a new key
--- request eval
["POST /import\n$::Body", "POST /import\n$::Body"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{none}",
 "Content-Type: text/csv\nGlyph-Job-Id: $::Id{none}\n" .
 "Idempotency-Key: x$::Id{none}"]
--- error_code eval
[200, 409]
--- response_body_like eval
["", qr/"code":"job_id_used"/]


=== TEST 6: Content-Digest
--- request eval
["POST /import\n$::Body", "POST /import\n$::Body", "POST /import\n$::Body",
 "POST /import\n$::Body", "POST /import\n$::Body", "POST /import\n$::Body",
 "POST /import\n$::Body"]
--- more_headers eval
["Content-Type: text/csv\nContent-Digest: " . ::digest($::Body),
 "Content-Type: text/csv\nContent-Digest: " . ::digest($::Other),
 "Content-Type: text/csv\nContent-Digest: sha-256=:AAAA:",
 "Content-Type: text/csv\nContent-Digest: md5=:AAAA:",
 "Content-Type: text/csv\nPrefer: respond-async\nContent-Digest: " .
 ::digest($::Other),
 "Content-Type: text/csv\nPrefer: respond-async\nContent-Digest: " .
 "md5=:AAAA:, " . ::digest($::Body),
 "Content-Type: text/csv\nContent-Digest: md5=:AAAA:\nContent-Digest: " .
 ::digest($::Other)]
--- error_code eval
[200, 400, 400, 200, 400, 202, 400]
--- response_body_like eval
["", qr/"code":"digest_mismatch"/, qr/"code":"option_invalid"/, "",
 qr/"code":"digest_mismatch"/, "", qr/"code":"digest_mismatch"/]


=== TEST 7: the same file twice, also as a form
--- request eval
["POST /import\n$::Dup", "POST /import\n$::Dup",
 "POST /import\n--b\r\nContent-Disposition: form-data; name=\"file\"; " .
 "filename=\"a.csv\"\r\n\r\n$::Dup\r\n--b--",
 "GET /jobs/$::Id{dup2}/result"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{dup1}",
 "Content-Type: text/csv\nGlyph-Job-Id: $::Id{dup2}",
 "Content-Type: multipart/form-data; boundary=b", ""]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"schema_version":"[\d.]+"\}/, qr/,"duplicate_of":"$::Id{dup1}"\}/,
 qr/,"duplicate_of":"$::Id{dup1}"\}/, qr/,"duplicate_of":"$::Id{dup1}"\}/]


=== TEST 8: undo
--- request eval
["POST /import\n$::Body", "GET /imports/$::Id{undo}",
 "DELETE /imports/$::Id{undo}", "DELETE /imports/$::Id{undo}",
 "GET /listings?import_id=$::Id{undo}", "DELETE /imports/" . ::uuid(),
 "DELETE /imports/x", "DELETE /imports", "POST /imports/$::Id{undo}"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{undo}", ("") x 8]
--- error_code eval
[200, 200, 200, 200, 200, 404, 404, 405, 405]
--- response_body_like eval
["", qr/"import_id":"$::Id{undo}"/,
 qr/^\{"import_id":"$::Id{undo}","rows":2\}/,
 qr/^\{"import_id":"$::Id{undo}","rows":0\}/, qr/^\[\]/,
 qr/"code":"(job|import)_not_found"/, qr/"code":"import_not_found"/,
 qr/"code":"method_not_allowed"/, qr/"code":"method_not_allowed"/]


=== TEST 9: undo of what failed
--- request eval
["POST /import\ntitle,price\nT4,free", "DELETE /imports/$::Id{mended}"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{mended}", ""]
--- error_code eval
[422, 409]
--- response_body_like eval
["", qr/"code":"not_completed"/]
