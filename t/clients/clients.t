# Real clients, each of which sends 30 MB to a transform and checks what comes
# back: "make clients".

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path);
use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my ($port) = $url =~ /:(\d+)$/;
my ($tls, $haproxy) = ($port + 1, $port + 2);
my $here = abs_path('t/clients');
my $n = 430_000;
my $two = 'columns=import_index,title';
my $proxy;

END {
    my $status = $?;
    kill 'TERM', $proxy if $proxy;
    $? = $status;
}

sub run_quietly {
    my (@command) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        open STDOUT, '>>', "$root/clients.log";
        open STDERR, '>>&', \*STDOUT;
        exec @command or die "$command[0]: $!";
    }
    return $pid;
}

# made beside $root, which is made anew with nginx
my $certificate = "$root.pem";
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
       . " -keyout $certificate.key -out $certificate 2> /dev/null") == 0
    or die 'openssl';

start_nginx(locations => <<"CONF");
        location = /score { glyph_transform; }
    }
    server {
        listen 127.0.0.1:$tls ssl http2;
        ssl_certificate $certificate;
        ssl_certificate_key $certificate.key;
        client_max_body_size 0;
        root $root/page;
        location / { }
        location = /score { glyph_transform; }
        location = /closed { glyph_transform; }
        location = /cors/import {
            glyph_cors https://localhost:$tls;
            glyph_import;
        }
        location /cors/jobs {
            glyph_cors https://localhost:$tls;
            glyph_jobs;
        }
        location /put/ {
            dav_methods PUT;
            root $root;
            client_body_temp_path $root/put_temp;
        }
CONF

make_path("$root/page", "$root/put");
chmod 0777, "$root/put";
write_input("$root/page/input.csv", $n);
system('cp', "$here/fetch.html", "$here/cors.html", "$root/page/") == 0
    or die 'cp';
$input = "$root/page/input.csv";

my $expected = join '', "import_index,title\r\n",
    map { $_ - 1 . ",NVIDIA GeForce RTX 3080 Ti no $_\r\n" } 1 .. $n;

spew("$root/haproxy.cfg", <<"CONF");
defaults
    mode http
    timeout connect 5s
    timeout client 120s
    timeout server 120s
frontend all
    bind 127.0.0.1:$haproxy
    default_backend glyph
backend glyph
    server glyph 127.0.0.1:$port
CONF
$proxy = run_quietly('haproxy', '-db', '-f', "$root/haproxy.cfg");

# NAME, URL or port, COMMAND, which gets URL FILE OUT
sub client {
    my ($name, $to, @command) = @_;
    my $out = "$root/out";
    unlink $out;
    my $scheme = $to == $tls ? 'https' : 'http';
    my $query = $two . ($name =~ /stream=on/ ? '&stream=on' : '');
    my $pid = run_quietly('timeout', 150, @command,
        "$scheme://localhost:$to/score?$query", $input, $out);
    waitpid $pid, 0;
    subtest $name => sub {
        is $? >> 8, 0, 'ends well';
        ok slurp($out) eq $expected, 'with every row';
    };
}

wait_for(sub { `curl -s -m 2 http://127.0.0.1:$haproxy/health` =~ /status/ },
    10) or die 'haproxy: ' . slurp("$root/clients.log");

my @curl = ('sh', '-c', 'exec curl -sfk -m 120 -H "Content-Type: text/csv"'
    . ' -H "Accept: text/csv" -H Expect: -X POST -T "$2" -o "$3" "$1"', 'sh');
# Debian's, whose packages are these
my $python = '/usr/bin/python3';
my @java = ('java', "$here/HttpClientPost.java");

client('curl', $port, @curl);
client('curl, stream=on', $port, @curl);
client('curl over HTTP/2, stream=on', $tls, @curl);
client('requests', $port, $python, "$here/requests_post.py");
client('httpx', $port, $python, "$here/httpx_post.py");
client('httpx over HTTP/2', $tls, $python, "$here/httpx_post.py");
client('urllib', $port, $python, "$here/urllib_post.py");
client('aiohttp', $port, $python, "$here/aiohttp_post.py");
client('aiohttp, stream=on', $port, $python, "$here/aiohttp_post.py");
client('HttpClient of Java', $port, @java);
client('HttpClient of Java over HTTP/2', $tls, @java);
client('fetch of Node.js', $port, 'node', "$here/fetch_post.mjs");
client('fetch of Node.js, stream=on', $port, 'node', "$here/fetch_post.mjs");
client('curl of PHP', $port, 'php', "$here/curl_post.php");
client('curl of PHP, stream=on', $port, 'php', "$here/curl_post.php");
client('requests through HAProxy', $haproxy, $python,
    "$here/requests_post.py");
client('curl through HAProxy, stream=on', $haproxy, @curl);

# PAGE, NAME: what it has put there
sub chromium {
    my ($page, $name) = @_;
    my $out = "$root/put/$name";
    my $pid = run_quietly('timeout', 150, 'chromium', '--headless',
        '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
        '--ignore-certificate-errors', "--user-data-dir=$root/chromium",
        '--remote-debugging-port=0', "https://localhost:$tls/$page#$name");
    ok wait_for(sub { -e $out }, 140), 'something came back';
    kill 'TERM', $pid;
    waitpid $pid, 0;
    return slurp($out);
}

subtest 'fetch of Chromium over HTTP/2' => sub {
    my $text = chromium("fetch.html?$two", 'chromium');
    ok $text eq $expected, 'every row' or diag substr $text, 0, 200;
};

subtest 'a page of another origin in Chromium' => sub {
    is chromium('cors.html', 'cors'),
        join("\n", '200 total=1, valid=1, invalid=0', 'completed',
             '404 not_found', 'TypeError'),
        'uploads, follows, reads errors, and is kept from what is closed';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing();
