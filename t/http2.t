# Uploads over HTTP/2, raw and as a form, large enough for many windows.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Listen;

use File::Path qw(make_path remove_tree);
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'TEST_NGINX_GLYPH_PG is not set'
    unless $ENV{TEST_NGINX_GLYPH_PG};

my $port = $ENV{TEST_NGINX_PORT} + 2;
my $root = "$ENV{TEST_NGINX_SERVROOT}-http2";
my $url = "http://127.0.0.1:$port/import";

remove_tree($root);
make_path("$root/logs");
chmod 0777, $root;

my $user = $> == 0 ? 'user root;' : '';

open my $out, '>', "$root/nginx.conf" or die "nginx.conf: $!";
print $out <<"CONF";
$user
load_module $ENV{TEST_NGINX_LOAD_MODULES};
worker_processes 1;
pid logs/nginx.pid;
error_log logs/error.log info;
thread_pool default threads=2;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path body;
    glyph_models $ENV{TEST_NGINX_GLYPH_CONF}/gpu_models.csv;
    glyph_postgres "$ENV{TEST_NGINX_GLYPH_PG}";
    glyph_spool_path $ENV{TEST_NGINX_GLYPH_SPOOL};
    server {
        @{[ listen_http2("127.0.0.1:$port") ]}
        location = /import { glyph_import; client_max_body_size 0; }
        location = /import/denied { glyph_import; deny all; }
        location /jobs { glyph_jobs; }
    }
}
CONF
close $out;

my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';
system("$preload $ENV{TEST_NGINX_BINARY} -p $root/ -c nginx.conf"
       . " -e logs/error.log > $root/start.log 2>&1") == 0
    or BAIL_OUT("nginx does not start; see $root/start.log");

my $rows = 50_000;
open $out, '>', "$root/in.csv" or die "in.csv: $!";
print $out "title,price\n",
    map { "RTX 3080 Ti no $_," . (100 + $_ % 900) . "\n" } 1 .. $rows;
close $out;

sub curl {
    return scalar `curl -s -m 30 --http2-prior-knowledge -w '%{http_code} %{http_version}' @_ $url`;
}

like curl('-H', "'Content-Type: text/csv'", '--data-binary',
          "\@$root/in.csv"),
    qr/"valid_rows":$rows,.*\}200 2$/s, 'a bare file';

like curl('-F', "file=\@$root/in.csv", '-F', 'source_label=x'),
    qr/"filename":"in.csv".*"valid_rows":$rows,.*\}200 2$/s, 'a form';

like curl('-H', "'Content-Type: text/csv'", '--data-binary', "'a,b\n'"),
    qr/"code":"columns_missing".*422 2$/s, 'a refusal';

my ($id) = curl('-H', "'Content-Type: text/csv'", '--data-binary',
    "'title,price\nRTX 3090,700\n'") =~ /"import_id":"([^"]+)"/;
my $events = "http://127.0.0.1:$port/jobs/$id/events";
like `curl -s -i -m 30 --http2-prior-knowledge $events`,
    qr{^HTTP/2 200.*^content-type: text/event-stream\r\n.*\nevent: completed\ndata: \{[^\n]*\}\n\n$}ms,
    'events';

$url .= '/denied';

like curl(), qr/^\{"type":"urn:glyph:problem:forbidden".*\}\n403 2$/s,
    "nginx's own refusal";

open my $in, '<', "$root/logs/nginx.pid" or die "nginx.pid: $!";
my $pid = <$in>;
kill 'QUIT', $pid;
sleep 0.5;

open $in, '<', "$root/logs/error.log" or die "error.log: $!";
my @bad = grep { /\[(alert|emerg)\]|Sanitizer|runtime error:/ } <$in>;
is "@bad", '', 'nothing bad in the error log';

done_testing();
