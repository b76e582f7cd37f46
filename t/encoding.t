# Content-Encoding: gzip and zstd, and what is refused.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

use Digest::SHA qw(sha256_base64);
use IO::Compress::Gzip qw(gzip $GzipError);

our $Main = "thread_pool default threads=2;\n";
our $Http = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
client_max_body_size 10m;
_EOC_
our $Config = <<'_EOC_';
location = /import { glyph_import; }
location = /score { glyph_transform; }
location /jobs { glyph_jobs; }
_EOC_

our %Id = map { $_ => uuid() } qw(plain zip key async bad);

# Its last byte is the length's highest, 0, and no line end.
sub zip {
    my ($text) = @_;
    gzip \$text => \my $out, -Minimal => 1 or die $GzipError;
    return $out;
}

# One raw block in a frame whose size is told (RFC 8878, 3.1.1).
sub zstd {
    my ($text) = @_;
    my $n = length $text;
    return pack('V C C', 0xfd2fb528, 0x20, $n)
        . substr(pack('V', 1 | $n << 3), 0, 3) . $text;
}

sub digest {
    my $text = sha256_base64($_[0]);
    $text .= '=' while length($text) % 4;
    return "sha-256=:$text:";
}

our $Csv = "title,price\nRTX 3090 " . uuid() . ",700\nTesla T4,\$250\nT4,free\n";
our $Plain = "title,price\nTesla P4 $Id{plain},99";
our $Form = "--b\r\nContent-Disposition: form-data; name=\"source_label\"\r\n"
    . "\r\nshop\r\n--b\r\nContent-Disposition: form-data; name=\"f\";"
    . " filename=\"a.csv\"\r\n\r\n$Csv\r\n--b--\r\n";
our $Bomb = zip("title,price\n" . 'x' x 4_000_000);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::Http);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 15);
});

run_tests();

__DATA__

=== TEST 1: gzip, also by its old name, and zstd
--- request eval
["POST /import\n" . ::zip($::Csv), "POST /import\n" . ::zip($::Csv),
 "POST /import\n" . ::zstd("title,price\nTesla T4,\$250"),
 "POST /import\ntitle,price\nTesla T4,\$250"]
--- more_headers eval
["Content-Type: text/csv\nContent-Encoding: gzip",
 "Content-Type: text/csv\nContent-Encoding: X-GZIP",
 "Content-Type: text/csv\nContent-Encoding: zstd",
 "Content-Type: text/csv\nContent-Encoding: identity"]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"total_rows":3,"valid_rows":2,.*"line":4,"byte_offset":/,
 qr/"total_rows":3,"valid_rows":2,/,
 qr/"total_rows":1,"valid_rows":1,/, qr/"total_rows":1,"valid_rows":1,/]


=== TEST 2: a form, a transform, a dry run
--- request eval
["POST /import\n" . ::zip($::Form), "POST /score\n" . ::zip($::Csv),
 "POST /import?dry_run=true\n" . ::zip($::Csv)]
--- more_headers eval
["Content-Type: multipart/form-data; boundary=b\nContent-Encoding: gzip",
 "Content-Type: text/csv\nContent-Encoding: gzip\nAccept: text/csv",
 "Content-Type: text/csv\nContent-Encoding: gzip"]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"filename":"a.csv".*"total_rows":3,"valid_rows":2,/,
 qr/^import_index,.*\r\n0,RTX 3090/s, qr/"total_rows":3,.*"dry_run":true/]


=== TEST 3: in the background
--- request eval
["POST /import\n" . ::zip($::Csv), "GET /jobs/$::Id{async}/result"]
--- more_headers eval
["Content-Type: text/csv\nContent-Encoding: gzip\nPrefer: wait=10\n" .
 "Glyph-Job-Id: $::Id{async}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"total_rows":3,"valid_rows":2,/, qr/"total_rows":3,"valid_rows":2,/]


=== TEST 4: the digest is of what was sent, the file's of what was meant
--- request eval
["POST /import\n" . ::zip($::Csv), "POST /import\n" . ::zip($::Csv),
 "POST /import\n$::Plain", "POST /import\n" . ::zip($::Plain),
 "POST /import\n" . ::zip($::Plain)]
--- more_headers eval
["Content-Type: text/csv\nContent-Encoding: gzip\n" .
 "Content-Digest: " . ::digest(::zip($::Csv)),
 "Content-Type: text/csv\nContent-Encoding: gzip\n" .
 "Content-Digest: " . ::digest($::Csv),
 "Content-Type: text/csv\nGlyph-Job-Id: $::Id{plain}\n" .
 "Idempotency-Key: $::Id{key}",
 "Content-Type: text/csv\nContent-Encoding: gzip\n" .
 "Idempotency-Key: $::Id{key}",
 "Content-Type: text/csv\nContent-Encoding: gzip\n" .
 "Glyph-Job-Id: $::Id{zip}"]
--- error_code eval
[200, 400, 200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":2,/, qr/"code":"digest_mismatch"/,
 qr/"import_id":"$::Id{plain}"/, qr/"import_id":"$::Id{plain}"/,
 qr/"import_id":"$::Id{zip}".*"duplicate_of":"$::Id{plain}"/]


=== TEST 5: not what it is said to be, cut off, empty, a bomb
--- request eval
["POST /import\n$::Csv", "POST /import\n" . substr(::zip($::Csv), 0, -9),
 "POST /import", "POST /import\n$::Bomb", "POST /import\n" . ::zip($::Csv),
 "POST /score\n$::Bomb", "GET /jobs/$::Id{bad}/status"]
--- more_headers eval
["Content-Type: text/csv\nContent-Encoding: gzip\nGlyph-Job-Id: $::Id{bad}",
 "Content-Type: text/csv\nContent-Encoding: gzip",
 "Content-Type: text/csv\nContent-Encoding: gzip\nContent-Length: 0",
 "Content-Type: text/csv\nContent-Encoding: gzip",
 "Content-Type: text/csv\nContent-Encoding: zstd",
 "Content-Type: text/csv\nContent-Encoding: gzip", ""]
--- error_code eval
[400, 400, 400, 413, 400, 413, 200]
--- response_body_like eval
[qr/"code":"encoding_malformed".*gzip body cannot be decoded: incorrect header/,
 qr/"code":"encoding_truncated".*in the middle of the data/,
 qr/"code":"encoding_truncated".*after 0 bytes/,
 qr/"code":"encoding_ratio".*more than 100 times as large in its first 10\d{5} /,
 qr/"code":"encoding_malformed".*zstd body cannot be decoded/,
 qr/"code":"encoding_ratio"/,
 qr/"state" ?: ?"failed".*"code" ?: ?"encoding_malformed"/s]


=== TEST 6: unknown encodings, and more than one
--- request eval
["POST /import\n$::Csv", "POST /import\n$::Csv", "POST /import\n$::Csv",
 "POST /score\n$::Csv"]
--- more_headers eval
["Content-Type: text/csv\nContent-Encoding: br",
 "Content-Type: text/csv\nContent-Encoding: gzip, gzip",
 "Content-Type: text/csv\nContent-Encoding: gzip\nContent-Encoding: zstd",
 "Content-Type: text/csv\nContent-Encoding: deflate"]
--- error_code eval
[415, 415, 415, 415]
--- response_body_like eval
[qr/"code":"unsupported_encoding"/, qr/"code":"unsupported_encoding"/,
 qr/"code":"unsupported_encoding"/, qr/"code":"unsupported_encoding"/]
--- response_headers eval
["Accept-Encoding: gzip, zstd", "Accept-Encoding: gzip, zstd",
 "Accept-Encoding: gzip, zstd", "Accept-Encoding: gzip, zstd"]
