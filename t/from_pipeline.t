# Files of the node that are imported by name, and only those.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

use File::Temp 'tempdir';

our $Top = tempdir(CLEANUP => 1);
our $Root = "$Top/root";

sub put {
    my ($name, $text) = @_;
    open my $f, '>', "$Top/$name" or die "$Top/$name: $!";
    print $f $text;
    close $f;
    chmod 0644, "$Top/$name";
}

chmod 0755, $Top;
mkdir "$Top/$_", 0755 for qw(root root/week root/week/47 secret);

put('root/a.csv', "title,price\nRTX 3090,700\nRTX 3080,none\n");
put('root/week/47/b c.jsonl', qq({"title":"T4","price":90}\n));
put('root/week/x.json', '[{"title":"T4","price":90},{}]');
put('root/empty.csv', '');
put('root/large.csv', "title,price\n" . "RTX 3090,700\n" x 3_000_000);
put('secret/s.csv', "title,price\nRTX 3090,700\n");
put('s.csv', "title,price\nRTX 3090,700\n");

symlink "$Top/secret/s.csv", "$Root/link.csv";
symlink 'a.csv', "$Root/inner.csv";
symlink "$Top/secret", "$Root/dir";
symlink "$Root/none", "$Root/dangling";
system('mkfifo', "$Root/fifo") == 0 or die 'mkfifo';

our $MainConfig = <<'_EOC_';
thread_pool default threads=2;
_EOC_

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<"_EOC_";
location = /from { glyph_import; glyph_import_root $Root;
                   client_max_body_size 0; }
location = /small { glyph_import; glyph_import_root $Root/;
                    client_max_body_size 30; }
location = /gone { glyph_import; glyph_import_root $Top/gone; }
location = /import { glyph_import; }
location /jobs { glyph_jobs; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config) unless defined $block->config;
    $block->set_value('timeout', 30) unless defined $block->timeout;
    $block->set_value('more_headers', 'Prefer: wait=20')
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(a key large none);

run_tests();

__DATA__

=== TEST 1: a file, one of a directory below, one with the name of JSON
--- request eval
["POST /from?path=a.csv", "POST /from?path=week/47/b%20c.jsonl",
 "POST /from?path=week%2Fx.json&filename=y&source_label=l",
 "GET /jobs/$::Id{a}/status"]
--- more_headers eval
["Prefer: wait=20\nGlyph-Job-Id: $::Id{a}", ("Prefer: wait=20") x 2, ""]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"import_id":"$::Id{a}".*"filename":"a\.csv",.*"valid_rows":1,"invalid_rows":1,/,
 qr/"filename":"b c\.jsonl",.*"valid_rows":1,.*"format":"ndjson"/,
 qr/"filename":"y",.*"valid_rows":1,"invalid_rows":1,.*"format":"json"/,
 qr/"state" ?: ?"completed"/]
--- no_error_log
[error]


=== TEST 2: who does not wait is told where to ask, and can cancel it
--- request eval
["POST /from?path=large.csv", "DELETE /jobs/$::Id{large}"]
--- more_headers eval
["Glyph-Job-Id: $::Id{large}", ""]
--- error_code eval
[202, 202]
--- response_headers eval
["Location: /jobs/$::Id{large}/status
Preference-Applied: respond-async", ""]
--- response_body_like eval
[qr/"state":"queued",.*"bytes_total":39000012/, qr/./]


=== TEST 3: no way out of the root
--- request eval
["POST /from?path=../s.csv", "POST /from?path=week/../../s.csv",
 "POST /from?path=..", "POST /from?path=week/..%2f..%2fs.csv",
 "POST /from?path=$::Top/s.csv", "POST /from?path=%2Fetc/passwd",
 "POST /from?path=.", "POST /from?path=week//x.json",
 "POST /from?path=./a.csv", "POST /from?path=a.csv/",
 "POST /from?path=a.csv%00", "POST /from?path=",
 "POST /from?path=a%ff.csv"]
--- error_code eval
[(400) x 13]
--- response_body_like eval
[(qr/"code":"option_invalid","detail":"parameter \\"path\\" is \\".*must be the name of a file below the place for them/) x 13]


=== TEST 4: links, to whatever they lead
--- request eval
["POST /from?path=link.csv", "POST /from?path=inner.csv",
 "POST /from?path=dir/s.csv", "POST /from?path=dangling",
 "POST /from?path=dir"]
--- error_code eval
[403, 403, 403, 403, 403]
--- response_body_like eval
[(qr/"code":"file_outside"/) x 5]


=== TEST 5: what is not there, and what is no file
--- request eval
["POST /from?path=none.csv", "POST /from?path=none/a.csv",
 "POST /from?path=a.csv/b.csv", "POST /from?path=week",
 "POST /from?path=fifo", "POST /from?path=" . 'x' x 300]
--- error_code eval
[404, 404, 404, 422, 422, 404]
--- response_body_like eval
[(qr/"code":"file_not_found"/) x 3, (qr/"code":"file_not_regular"/) x 2,
 qr/"code":"file_not_found"/]
--- no_error_log
[error]


=== TEST 6: too large, and not; empty
--- request eval
["POST /small?path=a.csv", "POST /from?path=empty.csv",
 "POST /small?path=week/x.json"]
--- error_code eval
[413, 422, 200]
--- response_body_like eval
[qr/"code":"body_too_large","detail":"the file is larger than client_max_body_size"/,
 qr/"code":"file_empty"/, qr/"valid_rows":1,/]


=== TEST 7: no path; a body; a dry run; a path where there is no root
--- request eval
["POST /from", "POST /from?path=a.csv\nx",
 "POST /from?path=a.csv&dry_run=true", "POST /import?path=a.csv\nx",
 "GET /from?path=a.csv", "POST /from?path=a.csv&path=a.csv"]
--- more_headers eval
[("Content-Type: text/csv") x 6]
--- error_code eval
[400, 400, 400, 400, 405, 400]
--- response_body_like eval
[qr/there is no parameter \\"path\\", which names the file/,
 qr/the request may not have a body/, qr/is for files that are sent/,
 qr/"code":"option_unknown"/, qr/method_not_allowed/,
 qr/"code":"option_repeated"/]


=== TEST 8: by a key, once; and with a digest
--- request eval
["POST /from?path=a.csv", "POST /from?path=a.csv",
 "POST /from?path=week/x.json", "POST /from?path=a.csv"]
--- more_headers eval
[("Prefer: wait=20\nIdempotency-Key: $::Id{key}") x 3,
 "Prefer: wait=20\nContent-Digest: sha-256=:"
 . "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"]
--- error_code eval
[200, 200, 422, 400]
--- response_body_like eval
[qr/"valid_rows":1,/, qr/"valid_rows":1,/, qr/"idempotency_mismatch"/,
 qr/"digest_mismatch"/]


=== TEST 9: a root that is not there
--- request
POST /gone?path=a.csv
--- error_code: 500
--- response_body_like: "code":"file_unreadable"
--- error_log
glyph_import_root


=== TEST 10: configurations that cannot be
--- config
location = /from { glyph_import_root /tmp; }
--- must_die
--- error_log
"glyph_import_root" without "glyph_import"


=== TEST 11: without the spool
--- config
location = /from { glyph_import; glyph_import_root /tmp;
                   glyph_background off; }
--- must_die
--- error_log
"glyph_import_root" wants "glyph_background on"
