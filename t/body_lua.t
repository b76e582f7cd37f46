# A body that a Lua access handler has read.

use Test::Nginx::Socket;

our $Modules = '/usr/lib/nginx/modules';

our $Main = <<"_EOC_";
load_module $Modules/ndk_http_module.so;
load_module $Modules/ngx_http_lua_module.so;
thread_pool default threads=2;
_EOC_

# the module is of one build of nginx alone: of Debian's

my $conf = "/tmp/glyph-lua-$$.conf";
my $nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';

open my $fh, '>', $conf or die "$conf: $!";
print $fh $Main, "pid /tmp/glyph-lua-$$.pid;\nerror_log stderr;\nevents { }\n";
close $fh;
my $out = `$nginx -t -c $conf 2>&1`;
my $loads = $? == 0;
unlink $conf;

if ($loads) {
    plan tests => repeat_each() * (2 * blocks());

} else {
    plan skip_all => "nginx does not load its Lua module: " . $out;
}

our $HttpConfig = <<'_EOC_';
glyph_models $TEST_NGINX_GLYPH_CONF/gpu_models.csv;
glyph_postgres "$TEST_NGINX_GLYPH_PG";
glyph_redis $TEST_NGINX_GLYPH_REDIS;
glyph_spool_path $TEST_NGINX_GLYPH_SPOOL;
_EOC_

our $Config = <<'_EOC_';
location = /import {
    client_max_body_size 0;
    client_body_buffer_size 16k;
    access_by_lua_block { ngx.req.read_body() }
    glyph_import;
}
location /jobs { glyph_jobs; }
_EOC_

our $Rows = 20_000;
our $Large = "title,price,url\n"
    . join '', map { "Gigabyte RTX 3090 24GB,7" . ($_ % 90 + 10)
                     . ",https://shop.example/item/$_\n" } 1 .. $Rows;

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('main_config', $::Main);
    $block->set_value('http_config', $::HttpConfig);
    $block->set_value('config', $::Config);
    $block->set_value('timeout', 20);
    $block->set_value('more_headers', 'Content-Type: text/csv');
});

run_tests();

__DATA__

=== TEST 1: in memory
--- request
POST /import
title,price
RTX 3090,700
RTX 3080,abc
--- response_body_like: "total_rows":2,"valid_rows":1,"invalid_rows":1


=== TEST 2: in nginx's file
--- request eval
"POST /import\n$::Large"
--- response_body_like eval
qr/"total_rows":$::Rows,"valid_rows":$::Rows/
