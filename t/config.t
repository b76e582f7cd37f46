# Configurations that nginx -t refuses, each with its reason.

use Test::Nginx::Socket 'no_plan';

our $Main = "thread_pool default threads=2;\n";

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main)
        unless defined $block->main_config;
    $block->set_value('config', "location = /i { glyph_import; }\n")
        unless defined $block->config;
});

run_tests();

__DATA__

=== TEST 1: no registry
--- http_config
glyph_postgres "dbname=glyph";
--- must_die
--- error_log
"glyph_models" is required


=== TEST 2: no Postgres
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
--- must_die
--- error_log
"glyph_postgres" is required


=== TEST 3: a registry that is not there
--- http_config
glyph_models no-such-file.csv;
glyph_postgres "dbname=glyph";
--- must_die
--- error_log eval
qr/open\(\) ".*no-such-file.csv" of "glyph_models" failed \(2: No such file/


=== TEST 4: a registry with a wrong number of fields, and its line
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,
RTX_3080,RTX_3080,nvidia,desktop,10
--- must_die
--- error_log
models.csv:3


=== TEST 5: a registry with a number out of range, and its line
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,lots,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,
--- must_die
--- error_log
models.csv:2


=== TEST 6: an empty registry is allowed, and one that adds to it
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/none.csv $TEST_NGINX_SERVROOT/html/own.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- config
location = /health { glyph_health; }
--- user_files
>>> none.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
>>> own.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_9999,RTX_9999,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,
--- request
GET /health
--- response_body_like: "models":1


=== TEST 7: a connection string that is none
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname glyph";
--- must_die
--- error_log eval
qr/invalid connection string: missing "=".* in .*nginx.conf:\d+/


=== TEST 8: a parameter that glyph_postgres does not have
--- http_config
glyph_postgres "dbname=glyph" timeout=soon;
--- must_die
--- error_log eval
qr/invalid parameter "timeout=soon" in .*nginx.conf:\d+/


=== TEST 9: a score that is none
--- http_config
glyph_score vram_weight=1.5;
--- must_die
--- error_log
invalid parameter "vram_weight=1.5": a weight must be between 0 and 1


=== TEST 10: a score of another name
--- http_config
glyph_score ram_weight=0.5;
--- must_die
--- error_log
invalid parameter "ram_weight=0.5": unknown key


=== TEST 11: a rate that is none
--- http_config
glyph_currency EUR=0;
--- must_die
--- error_log
invalid parameter "EUR=0": a rate is a number greater than 0


=== TEST 12: a pool that is not there
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname=glyph";
glyph_thread_pool nowhere;
--- must_die
--- error_log
unknown thread pool "nowhere"


=== TEST 13: too few buffers
--- http_config
glyph_buffers 1 64k;
--- must_die
--- error_log
"glyph_buffers" directive must have at least 2 buffers


=== TEST 14: a row size out of range
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname=glyph";
glyph_max_row_size 10;
--- must_die
--- error_log
"glyph_max_row_size" must be between 256 and 16m


=== TEST 15: a query with a name that is none
--- config
location = /q { glyph_query "x; DROP"; }
--- must_die
--- error_log
invalid query name "x; DROP"


=== TEST 16: a Redis address that is none
--- http_config
glyph_redis localhost:99999;
--- must_die
--- error_log
invalid port in redis address "localhost:99999"


=== TEST 17: two handlers in a location
--- config
location = /i { glyph_import; glyph_health; }
--- must_die
--- error_log
"glyph_health" directive conflicts with another handler of this location
