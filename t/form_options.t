# Options that are fields of a form, before its file.

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
location = /small { glyph_import; client_body_buffer_size 200; }
location = /mirrored { mirror /seen; glyph_import; }
location = /seen { internal; return 204; }
location = /score { glyph_transform; client_max_body_size 0; }
location = /late { glyph_import; client_body_timeout 300ms; }
location = /never { glyph_import; glyph_upload_timeout 300ms; }
location /jobs { glyph_jobs; }
location = /imports { glyph_query imports; }
_EOC_

our $Form = 'Content-Type: multipart/form-data; boundary=xyz';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', $::Form)
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(dry background key);

our $Rows = "title,price\nRTX 3090,700 USD\nRTX 3080,500 USD\n";

# pairs of a name and a value; that of "file" is the file
sub form {
    my $text = '';
    while (my ($name, $value) = splice @_, 0, 2) {
        my $file = $name eq 'file' ? '; filename="a.csv"' : '';
        $text .= "--xyz\r\nContent-Disposition: form-data; name=\"$name\"$file"
            . "\r\n\r\n$value\r\n";
    }
    return "$text--xyz--\r\n";
}

# the same, in pieces
sub pieces {
    my ($size, $place, $body) = @_;
    return [unpack "(a$size)*", "POST $place HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\n$::Form\r\nContent-Length: "
        . length($body) . "\r\n\r\n$body"];
}

run_tests();

__DATA__

=== TEST 1: a dry run stores nothing
--- request eval
["POST /import\n" . ::form(dry_run => 'true', file => $::Rows),
 "GET /jobs/$::Id{dry}/status",
 "POST /import\n" . ::form(dry_run => 'false', file => $::Rows),
 "GET /jobs/$::Id{key}/status"]
--- more_headers eval
["$::Form\nGlyph-Job-Id: $::Id{dry}\nIdempotency-Key: $::Id{dry}", "",
 "$::Form\nGlyph-Job-Id: $::Id{key}\nIdempotency-Key: $::Id{key}", ""]
--- error_code eval
[200, 404, 200, 200]
--- response_body_like eval
[qr/"import_id":null,.*"valid_rows":2,.*"dry_run":true,"preview":\[/s,
 qr/"code":"job_not_found"/, qr/"import_id":"$::Id{key}".*"valid_rows":2,/,
 qr/"state" : "completed"/]


=== TEST 2: a background import, and its name
--- request eval
"POST /import\n" . ::form(background => 'true', filename => 'liste.csv',
                          source_label => 'lager', file => $::Rows)
--- more_headers eval
"$::Form\nGlyph-Job-Id: $::Id{background}"
--- error_code: 202
--- response_body_like eval
qr/"job_id":"$::Id{background}"/


=== TEST 3: it is imported as it was sent
--- request eval
"GET /jobs/$::Id{background}/status"
--- wait: 1
--- response_body_like: "state" : "completed".*"source_label" : "lager".*"valid" : 2,


=== TEST 4: what a transform shows
--- request eval
["POST /score\n" . ::form(columns => 'title,price', file => $::Rows),
 "POST /score\n" . ::form(columns => 'title', errors => 'include',
                          stream => 'on', file => "$::Rows,1\n"),
 "POST /score\n" . ::form(columns => 'titel', file => $::Rows),
 "POST /score\n" . ::form(dry_run => 'true', file => $::Rows)]
--- more_headers eval
[("$::Form\nAccept: application/x-ndjson") x 4]
--- error_code eval
[200, 200, 400, 400]
--- response_body_like eval
[qr/\A\{"title":"RTX 3090","price":700.00\}\n\{"title":"RTX 3080","price":500.00\}\n\z/,
 qr/\A\{"title":"RTX 3090"\}\n\{"title":"RTX 3080"\}\n\{.*"title_missing"/,
 qr/"code":"option_invalid","detail":"parameter \\"columns\\": \\"titel\\"/,
 qr/"code":"field_unknown","detail":"form field \\"dry_run\\" is no option of this place"/]


=== TEST 5: the order of dates, as in the query
--- request eval
"POST /import\n" . ::form(dry_run => 'true', date_order => 'dmy',
    file => "title,price,seen_at\nRTX 3090,700 USD,03/04/2025\n")
--- response_body_like: "date_order":"dmy".*"seen_at":"2025-04-03T


=== TEST 6: values that are none, and fields behind the file
--- request eval
["POST /import\n" . ::form(dry_run => 'yes', file => $::Rows),
 "POST /import\n" . ::form(date_order => 'md', file => $::Rows),
 "POST /import\n" . ::form(columns => 'title', file => $::Rows),
 "POST /import\n" . ::form(file => $::Rows, dry_run => 'true'),
 "POST /import\n" . ::form(dry_run => 'true', dry_run => 'true',
                           file => $::Rows),
 "POST /import?dry_run=true\n" . ::form(dry_run => 'false', file => $::Rows)]
--- error_code eval
[400, 400, 400, 400, 400, 200]
--- response_body_like eval
[qr/"code":"field_invalid","detail":"form field \\"dry_run\\" must be \\"true\\" or \\"false\\""/,
 qr/"code":"field_invalid","detail":"form field \\"date_order\\" must be \\"dmy\\", \\"mdy\\" or \\"ymd\\""/,
 qr/"code":"field_unknown","detail":"form field \\"columns\\" is no option/,
 qr/"code":"field_late","detail":"form field \\"dry_run\\" stands behind/,
 qr/"code":"field_repeated"/, qr/"dry_run":true/]


=== TEST 7: a form that comes byte by byte
--- raw_request eval
::pieces(1, '/import', ::form(dry_run => 'true', file => "title,price\nRTX 3090,7"))
--- raw_request_middle_delay: 0.001
--- response_body_like: "valid_rows":1,.*"dry_run":true


=== TEST 8: one whose fields do not fit into what is looked at
--- request eval
["POST /small\n" . ::form(metadata => '{"a":"' . 'x' x 4000 . '"}',
                          dry_run => 'true', file => $::Rows),
 "POST /small\n" . ::form(metadata => '{"a":"' . 'x' x 4000 . '"}',
                          max_errors => '1', file => $::Rows x 40)]
--- error_code eval
[400, 200]
--- response_body_like eval
[qr/"code":"field_invalid","detail":"form field \\"dry_run\\" says how the form is read, which has begun: put it at the form's beginning/,
 qr/"valid_rows":80,/]


=== TEST 9: forms that have no file, or none that has a byte, or no end
--- request eval
["POST /import\n" . ::form(dry_run => 'true'),
 "POST /import\n" . ::form(dry_run => 'true', file => ''),
 "POST /import\n" . substr(::form(dry_run => 'true', file => $::Rows), 0, 60),
 "POST /import\n", "POST /import\nnothing of the kind"]
--- error_code eval
[400, 422, 400, 400, 400]
--- response_body_like eval
[qr/"code":"multipart_no_file"/, qr/"code":"file_empty"/,
 qr/"code":"multipart_truncated"/, qr/"code":"multipart_/,
 qr/"code":"multipart_/]


=== TEST 10: a client that stops before the file
--- raw_request eval
"POST /late HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n$::Form\r\n"
. "Content-Length: 1000\r\n\r\n--xyz\r\nContent-Disposition: form-data; "
. "name=\"dry_run\"\r\n\r\ntr"
--- error_code: 408
--- response_body_like: "code":"body_timeout"


=== TEST 11: one that is slow for longer than it may be
--- raw_request eval
::pieces(2, '/never', ::form(source_label => 'x' x 800, file => $::Rows))
--- raw_request_middle_delay: 0.01
--- error_code: 408
--- response_body_like: "code":"upload_timeout"


=== TEST 12: a large file behind them
--- request eval
["POST /import\n" . ::form(dry_run => 'true', file => $::Rows . "RTX 3090,700 USD\n" x 20000),
 "POST /import\n" . ::form(background => 'true', file => $::Rows . "RTX 3090,700 USD\n" x 20000)]
--- more_headers eval
[$::Form, "$::Form\nPrefer: wait=20"]
--- timeout: 30
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":20002,.*"dry_run":true/s, qr/"valid_rows":20002,/]


=== TEST 13: a form that another module has read
--- request eval
["POST /mirrored\n" . ::form(dry_run => 'true', file => $::Rows),
 "POST /mirrored\n" . ::form(dry_run => 'yes', file => $::Rows),
 "POST /mirrored\n" . ::form(decimal => 'point', file => $::Rows)]
--- error_code eval
[200, 400, 200]
--- response_body_like eval
[qr/"valid_rows":2,.*"dry_run":true/s, qr/"code":"field_invalid"/,
 qr/"import_id":"[^"]+".*"valid_rows":2,/s]
