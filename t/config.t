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
location = /health { glyph_health full; }
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
qr/invalid parameter "timeout=soon": it wants a time greater than 0, such as 10s in .*nginx.conf:\d+/


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
"glyph_max_row_size" directive must be between 256 and 16m


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
invalid port in the redis address, parameter 1


=== TEST 17: two handlers in a location
--- config
location = /i { glyph_import; glyph_health; }
--- must_die
--- error_log
"glyph_health" directive conflicts with another handler of this location


=== TEST 18: buffers that are too small
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_buffers 4 1k;
--- must_die
--- error_log eval
qr/\Q"glyph_buffers" directive size must be between 4k and 16m\E in \S+wrong\.conf:2$/m


=== TEST 19: too few blocks
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_buffers 4 64k blocks=1;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "blocks=1": "blocks=" wants a number of at least 2\E in \S+wrong\.conf:2$/m


=== TEST 20: no columns
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_max_columns 0;
--- must_die
--- error_log eval
qr/\Q" must be between 1 and 4096\E in \S+wrong\.conf:2$/m


=== TEST 21: too many columns
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_max_columns 4097;
--- must_die
--- error_log eval
qr/\Q" must be between 1 and 4096\E in \S+wrong\.conf:2$/m


=== TEST 22: no rows
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_max_rows 0;
--- must_die
--- error_log eval
qr/\Q" must be between 1 and 2147483647\E in \S+wrong\.conf:2$/m


=== TEST 23: more rows than an index has
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_max_rows 2147483648;
--- must_die
--- error_log eval
qr/\Q" must be between 1 and 2147483647\E in \S+wrong\.conf:2$/m


=== TEST 24: errors that are no number
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_max_errors many;
--- must_die
--- error_log eval
qr/\Q"glyph_max_errors" directive invalid number\E in \S+wrong\.conf:2$/m


=== TEST 25: times that are none
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_job_ttl soon;
--- must_die
--- error_log eval
qr/\Q"glyph_job_ttl" directive invalid value\E in \S+wrong\.conf:2$/m


=== TEST 26: a time-out that is none
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_job_timeout 1x;
--- must_die
--- error_log eval
qr/\Q"glyph_job_timeout" directive invalid value\E in \S+wrong\.conf:2$/m


=== TEST 27: a flag that is none
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_dedup maybe;
--- must_die
--- error_log eval
qr/\Qinvalid value "maybe" in "glyph_dedup" directive, it must be "on" or "off"\E in \S+wrong\.conf:2$/m


=== TEST 28: no keys, with its own line
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_dedup_size 0;
--- must_die
--- error_log eval
qr/\Q"glyph_dedup_size" directive must be greater than 0, use "glyph_dedup off" instead\E in \S+wrong\.conf:2$/m


=== TEST 29: a row size out of range, with its own line
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_max_row_size 17m;
--- must_die
--- error_log eval
qr/\Q"glyph_max_row_size" directive must be between 256 and 16m\E in \S+wrong\.conf:2$/m


=== TEST 30: a currency that is none
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_currency EURO=1;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "EURO=1": must be a currency code and its rate, such as EUR=1.08\E in \S+wrong\.conf:2$/m


=== TEST 31: a currency twice
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_currency EUR=1 EUR=2;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "EUR=2": this currency is there twice\E in \S+wrong\.conf:2$/m


=== TEST 32: a rate from dollars to dollars
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_currency USD=2;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "USD=2": rates are to USD, which is always 1\E in \S+wrong\.conf:2$/m


=== TEST 33: a rate that is no number
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_currency EUR=nan;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "EUR=nan": a rate is a number greater than 0\E in \S+wrong\.conf:2$/m


=== TEST 34: a maximum of zero
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_score vram_max=0;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "vram_max=0": a maximum must be greater than 0\E in \S+wrong\.conf:2$/m


=== TEST 35: a weight without a value
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_score vram_weight;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "vram_weight": must be key=value\E in \S+wrong\.conf:2$/m


=== TEST 36: a weight that is no number
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_score vram_weight=nan;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "vram_weight=nan": not a number\E in \S+wrong\.conf:2$/m


=== TEST 37: a Redis database that is no number
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_redis localhost db=first;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "db=first": it wants a number of at least 0\E in \S+wrong\.conf:2$/m


=== TEST 38: a Redis time-out of zero
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_redis localhost timeout=0;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "timeout=0": it wants a time greater than 0, such as 2s\E in \S+wrong\.conf:2$/m


=== TEST 39: a parameter that Redis does not have
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_redis localhost pool=4;
--- must_die
--- error_log eval
qr/\Qparameter 2 is neither an address nor one of "user=", \E.* in \S+wrong\.conf:2$/m


=== TEST 40: a Redis socket without a path
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_redis unix:;
--- must_die
--- error_log eval
qr/\Qin the redis address, parameter 1\E in \S+wrong\.conf:2$/m


=== TEST 41: two Postgres servers
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_postgres "dbname=a"; glyph_postgres "dbname=b";
--- must_die
--- error_log eval
qr/\Q"glyph_postgres" directive is duplicate\E in \S+wrong\.conf:2$/m


=== TEST 42: an option that libpq does not know
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_postgres "nonsense=1";
--- must_die
--- error_log eval
qr/\Qinvalid connection string: invalid connection option "..."\E in \S+wrong\.conf:2$/m


=== TEST 43: a read time-out of zero
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_postgres "dbname=a" read_timeout=0;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "read_timeout=0": it wants a time greater than 0, such as 10s\E in \S+wrong\.conf:2$/m


=== TEST 44: a pool parameter that is none
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_thread_pool default disk=x;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "disk=x": the only one is "io=", the name of a thread pool\E in \S+wrong\.conf:2$/m


=== TEST 45: a handler where none can be
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_import;
--- must_die
--- error_log eval
qr/\Q"glyph_import" directive is not allowed here\E in \S+wrong\.conf:2$/m


=== TEST 46: a registry with a column that it does not have
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,
--- must_die
--- error_log eval
qr/\Qthe header has an unknown column "vram"\E.* in \S+models\.csv:1\b/


=== TEST 47: a registry with a column too few
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released

--- must_die
--- error_log eval
qr/\Qthe header lacks the column "aliases"\E.* in \S+models\.csv:1\b/


=== TEST 48: a registry with a model twice
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,
RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,
--- must_die
--- error_log eval
qr/\Qthe file has twice the model "RTX_3090"\E.* in \S+models\.csv:3\b/


=== TEST 49: a registry with a model that is no id
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,
rtx 3080,RTX_3080,nvidia,desktop,10,320,0,0,Ampere,8704,2,4,PCIe,2020-09-17,
--- must_die
--- error_log eval
qr/\Qthe model is no id\E.* in \S+models\.csv:3\b/


=== TEST 50: a registry with a date that is none
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-19-01,
--- must_die
--- error_log eval
qr/\Qreleased is no date\E.* in \S+models\.csv:2\b/


=== TEST 51: a registry with partitions that no card has
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,24,350,3,1,Ampere,10496,3,4,PCIe,2020-09-01,
--- must_die
--- error_log eval
qr/\Qmig_support is not 0, 2, 4 or 7 but "3"\E.* in \S+models\.csv:2\b/


=== TEST 52: a registry with a quote that is not closed
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv
model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,form_factor,released,aliases
RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,2020-09-01,"x

--- must_die
--- error_log eval
qr/\Qquote\E.* in \S+models\.csv:2\b/


=== TEST 53: a registry with no header at all
--- http_config
glyph_models $TEST_NGINX_SERVROOT/html/models.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> models.csv

--- must_die
--- error_log eval
qr/\Qthe header is missing\E.* in \S+models\.csv:1\b/


=== TEST 54: Sentinels: parameters in any order
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis 127.0.0.1:1 sentinel=glyph [::1]:1 unix:/nonexistent/sentinel.sock
            sentinel_user=a sentinel_password=b user=c password=d db=2
            timeout=1s;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- config
location = /health { glyph_health full; }
--- request
GET /health
--- response_body_like: "redis":\{"state":"down","error":"No such file or directory"\}


=== TEST 55: two Redis servers without Sentinels
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_redis localhost:1 localhost:2;
--- must_die
--- error_log eval
qr/\Q"glyph_redis" directive has more than one address\E.*\Q in \E\S+wrong\.conf:2$/m


=== TEST 56: Sentinels without an address
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_redis sentinel=glyph;
--- must_die
--- error_log eval
qr/\Q"glyph_redis" directive has no address\E in \S+wrong\.conf:2$/m


=== TEST 57: Sentinels of a master without a name
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_redis sentinel= localhost;
--- must_die
--- error_log eval
qr/\Qinvalid parameter "sentinel=": it wants the name of a master\E in \S+wrong\.conf:2$/m


=== TEST 58: heartbeats without a pause
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
# the first line
glyph_events_heartbeat 0;
--- must_die
--- error_log eval
qr/\Q"glyph_events_heartbeat" directive must be greater than 0\E in \S+wrong\.conf:2$/m


=== TEST 59: no password in an error: a parameter of glyph_postgres that is none
--- http_config
glyph_postgres "dbname=a" password=geheim;
--- must_die
--- error_log eval
qr/parameter 2 is not "timeout=", "read_timeout=" or "writers=".* in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 60: no password in an error: a name of libpq that is none
--- http_config
glyph_postgres "dbname=a passwort=geheim";
--- must_die
--- error_log eval
qr/invalid connection string: invalid connection option "\.\.\.", did you mean "password"\? in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 61: no password in an error: a space in it
--- http_config
glyph_postgres "dbname=a password=ge geheim";
--- must_die
--- error_log eval
qr/invalid connection string: missing "=" after "\.\.\." in connection info string in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 62: no password in an error: quotes in it
--- http_config
glyph_postgres 'dbname=a password=ge "x" geheim"';
--- must_die
--- error_log eval
qr/invalid connection string: missing "=" after "\.\.\." in connection info string in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 63: no password in an error: a URI with a bracket in it
--- http_config
glyph_postgres "postgresql://u:x@[geheim/a";
--- must_die
--- error_log eval
qr/invalid connection string: .*"\.\.\." in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 64: no password in an error: a URI that is not encoded
--- http_config
glyph_postgres "postgresql://u:x%geheim@host/a";
--- must_die
--- error_log eval
qr/invalid connection string: invalid percent-encoded token: "\.\.\." in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 65: no password in an error: a URI with an @ in it
--- http_config
glyph_postgres "postgresql://u:x@geheim@host/a";
--- must_die
--- error_log eval
qr/invalid connection string: the host has an "@"; .* in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 66: no password in an error: a URI with a slash in it
--- http_config
glyph_postgres "postgresql://u:geheim/x@host/a";
--- must_die
--- error_log eval
qr/invalid connection string: the port is not a number; .* in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 67: no password in an error: a parameter of glyph_redis that is none
--- http_config
glyph_redis localhost passwort=geheim;
--- must_die
--- error_log eval
qr/parameter 2 is neither an address nor .* in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 68: no password in an error: a password of base64
--- http_config
glyph_redis localhost password= geheim==;
--- must_die
--- error_log eval
qr/parameter 3 is neither an address nor .* in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 69: no password in an error: a URI of Redis
--- http_config
glyph_redis redis://:geheim@localhost:6379;
--- must_die
--- error_log eval
qr/invalid \w+ in the redis address, parameter 1 in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 70: no password in an error: a Redis address with a user
--- http_config
glyph_redis geheim@localhost:6379;
--- must_die
--- error_log eval
qr/an "@" in the redis address, parameter 1; .* in \S+nginx\.conf:\d+$/m
--- no_error_log
geheim


=== TEST 71: no connection to write with
--- http_config
glyph_postgres "dbname=glyph" writers=0;
--- must_die
--- error_log eval
qr/invalid parameter "writers=0": it must be between 1 and \d+ in .*nginx.conf:\d+/


=== TEST 72: more connections to write with than there may be
--- http_config
glyph_postgres "dbname=glyph" writers=17;
--- must_die
--- error_log eval
qr/invalid parameter "writers=17": it must be between 1 and \d+ in .*nginx.conf:\d+/


=== TEST 73: a pool for what blocks that is not there
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname=glyph";
glyph_thread_pool default io=nowhere;
--- must_die
--- error_log
unknown thread pool "nowhere"


=== TEST 74: health has no more to say than all
--- config
location = /health { glyph_health fuller; }
--- must_die
--- error_log
invalid parameter "fuller": the only one is "full" in


=== TEST 75: fewer warnings than none
--- http_config
include $TEST_NGINX_SERVROOT/html/wrong.conf;
--- user_files
>>> wrong.conf
glyph_max_warnings 0;
server { location / {
glyph_max_warnings 3000000000;
} }
--- must_die
--- error_log eval
qr/\Q" must be between 0 and 2147483647\E in \S+wrong\.conf:3$/m


=== TEST 76: part numbers without a registry
--- http_config
glyph_part_numbers $TEST_NGINX_GLYPH_CONF/part_numbers.csv;
glyph_postgres "dbname=glyph";
--- must_die
--- error_log
"glyph_part_numbers" needs "glyph_models"


=== TEST 77: a part number of a model that the registry has not, its line
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_part_numbers $TEST_NGINX_GLYPH_CONF/part_numbers.csv $TEST_NGINX_SERVROOT/html/own.csv;
glyph_postgres "dbname=glyph";
--- user_files
>>> own.csv
maker,number,model
ACME,AC-12345,RTX_3060
ACME,AC-12346,RTX_30600
--- must_die
--- error_log
the registry has no such model in


=== TEST 78: a file of part numbers that is not there
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_part_numbers no-such-file.csv;
glyph_postgres "dbname=glyph";
--- must_die
--- error_log eval
qr/open\(\) ".*no-such-file.csv" of "glyph_part_numbers" failed \(2: No such file/


=== TEST 79: a default currency that is none
--- http_config
glyph_default_currency EURO;
--- must_die
--- error_log
"EURO" is no code of a currency, such as EUR in


=== TEST 80: a default currency twice
--- http_config
glyph_default_currency EUR;
glyph_default_currency USD;
--- must_die
--- error_log
"glyph_default_currency" directive is duplicate in


=== TEST 81: a file where the spool should be
--- http_config
glyph_spool_path $TEST_NGINX_SERVROOT/html/spool;
--- user_files
>>> spool
--- must_die
--- error_log eval
qr{"\S+/html/spool" of "glyph_spool_path" is no directory \(20: Not a directory\) in \S+nginx\.conf:\d+}


=== TEST 82: a spool in a directory that is not there
--- http_config
glyph_spool_path $TEST_NGINX_SERVROOT/no/such/spool;
--- must_die
--- error_log eval
qr{"\S+/no/such" of "glyph_spool_path" is no directory \(2: No such file or directory\) in \S+nginx\.conf:\d+}


=== TEST 83: another handler after ours
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname=glyph";
--- config
location = /i {
    glyph_import;
    proxy_pass http://127.0.0.1:1;
}
--- must_die
--- error_log eval
qr{a directive after "glyph_import" has given the location "/i" another handler: see \S+nginx\.conf:\d+}


=== TEST 84: another handler before ours
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname=glyph";
--- config
location = /i {
    proxy_pass http://127.0.0.1:1;
    glyph_import;
}
--- must_die
--- error_log
"glyph_import" directive conflicts with another handler of this location in


=== TEST 85: jobs below a regular expression
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname=glyph";
--- config
location ~ ^/jobs { glyph_jobs; }
--- must_die
--- error_log
"glyph_jobs" directive wants a location with a path of its own, not a regular expression or a name in


=== TEST 86: jobs below a name
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "dbname=glyph";
--- config
location @jobs { glyph_jobs; }
--- must_die
--- error_log
"glyph_jobs" directive wants a location with a path of its own, not a regular expression or a name in


=== TEST 87: a currency that does not exist
--- http_config
glyph_currency GPB=1.27;
--- must_die
--- error_log
invalid parameter "GPB=1.27": there is no such currency in


=== TEST 88: weights that do not add up are a warning
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- config
location = /i { glyph_import; glyph_score vram_weight=0.5; }
location /jobs { glyph_jobs; }
location /ok { return 204; }
--- request
GET /ok
--- error_code: 204
--- error_log eval
qr{the weights of "glyph_score" add up to 1\.250, not to 1, for "glyph_import" in \S+nginx\.conf:\d+}
--- no_error_log
clients cannot ask


=== TEST 89: imports without jobs are a warning
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- config
location = /i { glyph_import; }
location /ok { return 204; }
--- request
GET /ok
--- error_code: 204
--- error_log eval
qr{no "glyph_jobs" for "glyph_import" in \S+nginx\.conf:\d+: clients cannot ask what becomes of their uploads}
--- no_error_log
add up to


=== TEST 90: a directory of files to import that is not there is a warning
--- http_config
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
--- config
location = /i { glyph_import; glyph_import_root no-such-directory; }
location /ok { return 204; }
--- request
GET /ok
--- error_code: 204
--- error_log eval
qr{\[warn\] .*"\S+no-such-directory" of "glyph_import_root" is no directory \(2: No such file or directory\) in \S+nginx\.conf:\d+}


=== TEST 91: a connection string of nothing
--- http_config
glyph_postgres "";
--- must_die
--- error_log
"glyph_postgres" directive wants a connection string, such as "dbname=glyph" in


=== TEST 92: a connection option that is misspelled
--- http_config
glyph_postgres "dbname=glyph pasword=se-cret";
--- must_die
--- error_log
did you mean "password"? in
--- no_error_log
se-cret


=== TEST 93: buffers that no machine has
--- http_config
glyph_buffers 100000000 16m;
--- must_die
--- error_log
"glyph_buffers" of 100000000 buffers of 16777216 bytes for each worker is more than this machine's memory in


=== TEST 94: jobs that are forgotten at once
--- http_config
glyph_job_ttl 0;
--- must_die
--- error_log
"glyph_job_ttl" directive must be greater than 0 in


=== TEST 95: a number out of range says of what
--- http_config
glyph_runners 65;
--- must_die
--- error_log
"glyph_runners" must be between 1 and 64 in


=== TEST 96: a registry that is not there says where that stands
--- http_config
glyph_models no-such-file.csv;
--- must_die
--- error_log eval
qr{open\(\) "\S+no-such-file.csv" of "glyph_models" failed \(2: No such file or directory\) in \S+nginx\.conf:\d+}
