# Files that are scored already.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $MainConfig = <<'_EOC_';
thread_pool default threads=2;
_EOC_

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<'_EOC_';
location = /import { glyph_import; client_max_body_size 0; }
location = /other { glyph_import; glyph_score price_weight=0.2; }
location = /score { glyph_transform; }
location = /listings { glyph_query listings; }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::MainConfig);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 10) unless defined $block->timeout;
    $block->set_value('more_headers', 'Content-Type: text/csv')
        unless defined $block->more_headers;
});

our %Id = map { $_ => uuid() } qw(kept wait);

# a title that is matched otherwise, a wrong score, an id that is none
our $Rows = <<'_EOC_';
title,canonical_model,match_type,match_score,match_notes,is_valid_gpu,unknown_reason,price,vram_gb,score,final_score,extra
RTX 3090,H100_PCIE_80GB,fuzzy,0.8,by hand,true,,34995,1,57,100,"{""a"":""b""}"
RTX 3090,RTX_3090,exact,1,,true,,700,24,57,0,
RTX 3090,RTX_9090,exact,1,,true,,700,24,41.287,0,
RTX 3090,RTX_3090,exact,1,,false,,700,24,41.287,0,
RTX 3090,RTX_3090,exact,1,,true,,700,24,41.287,0,
_EOC_

our $Codes = qr/"code":"score_mismatch".*"code":"model_id_unknown".*"code":"match_invalid"/;

run_tests();

__DATA__

=== TEST 1: what is taken, what is checked
--- request eval
["POST /import?stage=scored\n$::Rows",
 "GET /listings?import_id=$::Id{kept}&sort=time"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{kept}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":2,"invalid_rows":3,.*$::Codes.*"canonical_model":"scored".*"vram_gb":"ignored","score":"scored","final_score":"ignored","extra":"extra"/,
 qr/"title":"RTX 3090","canonical_model":"H100_PCIE_80GB","match_type":"fuzzy","match_score":0\.8,"match_notes":"by hand",.*"vram_gb":80.*"score":57,.*"extra":\{"a": ?"b"\}/]
--- no_error_log
[error]


=== TEST 2: in the background, and not stored at all
--- request eval
["POST /import?stage=scored\n$::Rows",
 "POST /import?stage=scored&dry_run=true\n$::Rows",
 "POST /score?stage=scored&columns=canonical_model\n$::Rows"]
--- more_headers eval
["Content-Type: text/csv\nPrefer: wait=10", ("Content-Type: text/csv") x 2]
--- error_code eval
[200, 200, 200]
--- response_body_like eval
[qr/"valid_rows":2,"invalid_rows":3,.*$::Codes/,
 qr/"valid_rows":2,"invalid_rows":3,.*$::Codes/,
 qr/^\[\{"canonical_model":"H100_PCIE_80GB"\},\n\{"canonical_model":"RTX_3090"\}\]$/]


=== TEST 3: as JSON; the scores of another configuration; no scores at all
--- request eval
["POST /import?stage=scored\n" . '[{"title":"x","canonical_model":'
 . '"H100_PCIE_80GB","price":34995,"score":57.0,"is_valid_gpu":true,'
 . '"unknown_reason":null,"extra":{"a":[1]}}]',
 "POST /other?stage=scored\n$::Rows",
 "POST /import?stage=scored\ntitle,price\nRTX 3090,700\n",
 "POST /import?stage=done\n$::Rows", "POST /import?stage=raw\n$::Rows"]
--- more_headers eval
["Content-Type: application/json", ("Content-Type: text/csv") x 4]
--- error_code eval
[200, 200, 422, 400, 200]
--- response_body_like eval
[qr/"valid_rows":1,/,
 qr/"valid_rows":1,"invalid_rows":4,.*"score_mismatch"/,
 qr/"code":"columns_missing","detail":"a scored file must have the columns canonical_model and score; it has no canonical_model"/,
 qr/"code":"option_invalid","detail":"parameter \\"stage\\" is \\"done\\", must be \\"raw\\" or \\"scored\\""/,
 qr/"valid_rows":5,"invalid_rows":0,.*"first_model":"RTX_3090"/]
