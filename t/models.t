# A second glyph_models file: it adds, and overrides by model.

use Test::Nginx::Socket 'no_plan';
use Glyph::Id;

our $Header = 'model,family,vendor,class,vram_gb,tdp_watts,mig_support,'
    . 'nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,'
    . 'released,aliases';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', "thread_pool default threads=2;\n");
    $block->set_value('http_config', <<'_EOC_');
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv $TEST_NGINX_SERVROOT/html/own.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_
    $block->set_value('config', <<'_EOC_');
location = /import { glyph_import; }
location = /listings { glyph_query listings; }
_EOC_
    $block->set_value('timeout', 10);
});

our %Id = map { $_ => uuid() } qw(added changed);

run_tests();

__DATA__

=== TEST 1: a model that the first file has not
--- user_files eval
">>> own.csv\n$::Header\n" .
"BR_104P,BR_104P,other,server,32,300,0,0,BR100,8192,2,5,PCIe,2022-08-09," .
"Biren BR104|Bili 104P\n"
--- request eval
["POST /import\ntitle,price\nBiren BR104 32GB PCIe,4000\nTesla T4,250",
 "GET /listings?import_id=$::Id{added}"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{added}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
[qr/"valid_rows":2/, qr/"canonical_model" ?: ?"BR_104P".*"vram_gb" ?: ?32/]


=== TEST 2: another idea of one that it has
--- user_files eval
">>> own.csv\n$::Header\n" .
"T4,T4,nvidia,server,16,75,0,0,Turing,2560,1,3,PCIe,2018-09-13,Teslachen\n"
--- request eval
["POST /import\ntitle,price\nTeslachen,250",
 "GET /listings?import_id=$::Id{changed}"]
--- more_headers eval
["Content-Type: text/csv\nGlyph-Job-Id: $::Id{changed}", ""]
--- error_code eval
[200, 200]
--- response_body_like eval
["", qr/"canonical_model" ?: ?"T4".*"tdp_watts" ?: ?75,/]


=== TEST 3: a wrong line of it
--- user_files eval
">>> own.csv\n$::Header\nT4,T4,nvidia,server,much,75,0,0,,,,,,,\n"
--- must_die
--- error_log eval
qr/\[emerg\].*vram_gb.* in \S+own\.csv:2$/
