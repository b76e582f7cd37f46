# What nginx's own log tells of an import, and what the client is told of its
# times; what is kept of its trace.
#
# The access log is written into the error log, where the driver looks.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $Main = "thread_pool default threads=2;\n";

our $Http = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG" timeout=2s;
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
log_format import '$status $uri id=$glyph_job_id state=$glyph_state '
                  'rows=$glyph_rows invalid=$glyph_rows_invalid '
                  'bytes=$glyph_bytes end';
map $glyph_state $outcome {
    completed  good;
    failed     bad;
    default    none;
}
log_format mapped 'outcome $outcome end';
_EOC_

our $Config = <<'_EOC_';
access_log logs/error.log import;
access_log logs/error.log mapped;
location = /import { glyph_import; client_max_body_size 0; }
location = /small { glyph_import; client_max_body_size 64; }
location = /via { try_files /none /import; }
location = /plain { return 200 "id=$glyph_job_id.\n"; }
location /jobs { glyph_jobs; }
location = /trace { glyph_query trace; }
_EOC_

our $Csv = 'Content-Type: text/csv';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::Http);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', $::Csv)
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(good bad left large wrong t1 t2 t3 t4 t5 t6
    t7 t8 t9 t10);

# the column that no read shows, for the tests alone

our ($Psql) = (sort glob '/usr/lib/postgresql/*/bin/psql')[-1];

sub sql {
    my $sql = shift;
    system($::Psql, '-X', '-q', $ENV{TEST_NGINX_GLYPH_PG}, '-c', $sql) == 0
        or die "psql: $sql";
}

if ($ENV{TEST_NGINX_GLYPH_PG}) {
    sql('CREATE OR REPLACE FUNCTION glyph.api_trace(args jsonb)'
        . ' RETURNS TABLE (traceparent text, _cursor text) LANGUAGE sql AS $$'
        . " SELECT coalesce(traceparent, 'none'), NULL FROM glyph.imports"
        . " WHERE id = (args->'args'->>'id')::uuid"
        . " OR source_label = args->'args'->>'label' " . '$$');
    add_cleanup_handler(sub {
        sql('DROP FUNCTION IF EXISTS glyph.api_trace');
    });
}

our $Good = "POST /import\ntitle,price\nRTX 3090,700\nRTX 3080,x";
our $Parent = '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7';

run_tests();

__DATA__

=== TEST 1: of an import that was good
--- request eval
$::Good
--- more_headers eval
"$::Csv\nGlyph-Job-Id: $::Id{good}"
--- response_headers_like
Server-Timing: receive;dur=\d+\.\d{3}, parse;dur=\d+\.\d{3}, commit;dur=\d+\.\d{3}, total;dur=\d+\.\d{3}
Glyph-Rows: total=2, valid=1, invalid=1
--- error_log eval
[qr{^200 /import id=$::Id{good} state=completed rows=2 invalid=1 bytes=35 end$},
 qr{^outcome good end$}]


=== TEST 2: of a file that was refused
--- request
POST /import
title,price
RTX 3090,x
--- more_headers eval
"$::Csv\nGlyph-Job-Id: $::Id{bad}"
--- error_code: 422
--- response_headers_like
Server-Timing: .*total;dur=\d+\.\d{3}
--- error_log eval
[qr{^422 /import id=$::Id{bad} state=failed rows=1 invalid=1 bytes=22 end$},
 qr{^outcome bad end$}]


=== TEST 3: where there is no job
--- request
GET /plain
--- response_body
id=.
--- error_log eval
[qr{^200 /plain id=- state=- rows=- invalid=- bytes=- end$},
 qr{^outcome none end$}]


=== TEST 4: where none came to be
--- request
POST /import?nonsense=1
title,price
--- error_code: 400
--- error_log eval
[qr{^400 /import id=- state=- rows=- invalid=- bytes=- end$},
 qr{^outcome none end$}]


=== TEST 5: a client that leaves
--- raw_request eval
["POST /import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
 . "Glyph-Job-Id: $::Id{left}\r\nContent-Length: 1000\r\n\r\n"
 . "title,price\nRTX 3090,700\n"]
--- abort
--- timeout: 0.5
--- ignore_response
--- error_log eval
[qr{^\d+ /import id=$::Id{left} state=failed rows=\d+ invalid=0 bytes=25 end$}]


=== TEST 6: a body that turns out to be too large
--- raw_request eval
["POST /small HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
 . "Glyph-Job-Id: $::Id{large}\r\nTransfer-Encoding: chunked\r\n"
 . "Connection: close\r\n\r\nc\r\ntitle,price\n\r\n40\r\n"
 . ('x' x 64) . "\r\n0\r\n\r\n"]
--- error_code: 413
--- error_log eval
[qr{^413 /small id=$::Id{large} state=failed rows=0 invalid=0 bytes=\d+ end$}]


=== TEST 7: an import that came by an internal redirect
--- request
POST /via
title,price
RTX 3090,700
--- error_log eval
[qr{^200 /import id=[-0-9a-f]{36} state=completed rows=1 invalid=0 bytes=24 end$}]


=== TEST 8: lines of the error log that are about a job name it
--- request eval
$::Good
--- more_headers eval
"$::Csv\nGlyph-Job-Id: $::Id{wrong}"
--- error_log eval
[qr{\[info\].*import completed: 2 rows, 1 invalid, 35 bytes, .*job: $::Id{wrong}}]


=== TEST 9: a trace is kept with the import
--- request eval
[$::Good, "GET /trace?id=$::Id{t1}", $::Good, "GET /trace?id=$::Id{t2}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{t1}\ntraceparent: 00-$::Parent-01", "",
 "$::Csv\nGlyph-Job-Id: $::Id{t2}\nTraceparent: cc-$::Parent-00-more", ""]
--- response_body_like eval
[qr/import_id/, qr/"traceparent":"00-$::Parent-01"/,
 qr/import_id/, qr/"traceparent":"cc-$::Parent-00-more"/]


=== TEST 10: one that is not as it should be is as none
--- request eval
[map { ($::Good, "GET /trace?id=$::Id{$_}") } qw(t3 t4 t5 t6 t7 t8)]
--- more_headers eval
[map { ("$::Csv\nGlyph-Job-Id: $::Id{$_->[0]}\ntraceparent: $_->[1]", "") }
 [t3 => "ff-$::Parent-01"], [t4 => uc "00-$::Parent-01"],
 [t5 => '00-' . '0' x 32 . '-00f067aa0ba902b7-01'],
 [t6 => "00-$::Parent-01-more"],
 [t7 => '00-4bf92f3577b34da6a3ce929d0e0e4736-' . '0' x 16 . '-01'],
 [t8 => "00-$::Parent-01\ntraceparent: 00-$::Parent-01"]]
--- response_body_like eval
[(qr/import_id/, qr/"traceparent":"none"/) x 6]


=== TEST 11: nor does a key lose it
--- request eval
[$::Good, "GET /trace?id=$::Id{t9}"]
--- more_headers eval
["$::Csv\nGlyph-Job-Id: $::Id{t9}\nIdempotency-Key: $::Id{t9}\n" .
 "traceparent: 00-$::Parent-01", ""]
--- response_body_like eval
[qr/import_id/, qr/"traceparent":"00-$::Parent-01"/]


=== TEST 12: nor the spool
--- request eval
["POST /import?source_label=$::Id{t10}\ntitle,price\nRTX 3090,700",
 "GET /trace?label=$::Id{t10}"]
--- more_headers eval
["$::Csv\nPrefer: wait=10\n" .
 "traceparent: 00-$::Parent-01", ""]
--- response_body_like eval
[qr/import_id/, qr/"traceparent":"00-$::Parent-01"/]
