package Test::Nginx::Socket;

# A small driver with the interface of Test::Nginx::Socket, for machines that
# do not have the genuine one.  It starts nginx with each block's
# configuration, sends the block's requests, and checks what came back; it
# counts its tests as the genuine one does, so that plans hold for both.
#
# More than the genuine one does: an [alert], an [emerg] or a sanitizer's
# report in the error log, also of nginx that ends, fails the block without
# being asked for.

use Test::Base -Base;

use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use Glyph::Listen;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
    run_tests repeat_each plan blocks no_shuffle no_long_string
    no_root_location log_level workers worker_connections master_on master_off
    server_root server_name server_addr server_port server_port_for_client
    html_dir add_block_preprocessor add_cleanup_handler env_to_nginx timeout
    use_hup use_http2 bail_out
);

my $Repeat = 1;
my $LogLevel = $ENV{TEST_NGINX_LOG_LEVEL} || 'debug';
my $Workers = 1;
my $Connections = 64;
my $Timeout = $ENV{TEST_NGINX_TIMEOUT} || 3;
my $ServerName = 'localhost';
my @Preprocessors;
my @Cleanup;
my @Env;

my $Root = $ENV{TEST_NGINX_SERVROOT} || abs_path('t') . '/servroot';
my $Port = $ENV{TEST_NGINX_PORT} || $ENV{TEST_NGINX_SERVER_PORT} || 1984;
my $Binary = $ENV{TEST_NGINX_BINARY} || 'nginx';
my $Log = "$Root/logs/error.log";
my $LogOffset = 0;
my $Pid;

$ENV{TEST_NGINX_SERVER_PORT} = $Port
    unless defined $ENV{TEST_NGINX_SERVER_PORT};

# a block's section that is not there is no argument without a prototype
sub nth ($$);
sub expand ($);
sub patterns ($);
sub user_files ($);
sub header_lines ($$);
sub check_bad_lines ($);

sub repeat_each (@) { $Repeat = shift if @_; return $Repeat }
sub no_shuffle () { }
sub no_long_string () { }
sub no_root_location () { }
sub master_on () { }
sub master_off () { }
sub use_hup () { }
sub log_level ($) { $LogLevel = shift }
sub workers (@) { $Workers = shift if @_; return $Workers }
sub worker_connections (@) { $Connections = shift if @_; $Connections }
sub server_root () { return $Root }
sub html_dir () { return "$Root/html" }
sub server_name (@) { $ServerName = shift if @_; return $ServerName }
sub server_addr (@) { return '127.0.0.1' }
sub server_port (@) { return $Port }
sub server_port_for_client (@) { return $Port }
sub timeout (@) { $Timeout = shift if @_; return $Timeout }
sub env_to_nginx (@) { push @Env, @_ }
sub use_http2 ($) { return defined $_[0]->http2 }
sub add_block_preprocessor (&) { push @Preprocessors, shift }
sub add_cleanup_handler ($) { push @Cleanup, shift }
sub bail_out (@) { Test::More::BAIL_OUT(@_) }

# nginx must not outlive its tests, however they end
$SIG{INT} = $SIG{TERM} = sub { exit 130 };

END {
    my $status = $?;
    stop_nginx();
    $_->() for @Cleanup;
    $? = $status;
}

sub run_tests () {
    for my $block (Test::Base::blocks()) {
        $_->($block) for @Preprocessors;
        run_block($block);
    }
}

sub run_block ($) {
    my $block = shift;
    my $name = $block->name;

    if (my ($count, $reason) = skipped($block)) {
        SKIP: { Test::More::skip("$name: $reason", $count * $Repeat) }
        return;
    }

    write_config($block);

    if (defined $block->must_die) {
        for (1 .. $Repeat) {
            must_die($block);
        }
        return;
    }

    my $error = start_nginx();
    if ($error) {
        Test::More::fail("$name - $error");
        return;
    }

    if (defined $block->init) {
        eval $block->init;
        bail_out("$name - init failed: $@") if $@;
    }

    for (1 .. $Repeat) {
        run_requests($block);
    }

    stop_nginx();
    check_bad_lines($block);
}

# What --- skip_nginx says: the number of tests, and why.
sub skipped ($) {
    my $block = shift;
    return unless defined $block->skip_nginx;

    my ($count, $op, $version, $reason) = $block->skip_nginx =~
        /^\s*(\d+)\s*:\s*([<>]=?)\s*(\d+\.\d+\.\d+)(?:\s*:\s*(.*?))?\s*$/
        or bail_out($block->name . ' - invalid --- skip_nginx');

    my ($have) = `$Binary -v 2>&1` =~ m{/(\d+\.\d+\.\d+)};
    my $cmp = number($have) <=> number($version);
    my %holds = ('<' => $cmp < 0, '<=' => $cmp <= 0,
                 '>' => $cmp > 0, '>=' => $cmp >= 0);

    return unless $holds{$op};
    return $count, $reason || "nginx $op $version";
}

sub number ($) { return sprintf '%03d%03d%03d', split /\./, shift }


# nginx

sub write_config ($) {
    my $block = shift;
    remove_tree($Root);
    make_path("$Root/$_") for qw(conf logs html);
    chmod 0777, $Root;

    for my $file (user_files($block->user_files)) {
        my $path = $file->[0] =~ m{^/} ? $file->[0] : "$Root/html/$file->[0]";
        make_path($1) if $path =~ m{^(.*)/};
        spew($path, expand($file->[1]));
    }

    my $modules = join '', map { "load_module $_;\n" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} || '';
    my $env = join '', map { "env $_;\n" } @Env;
    my $user = $> == 0 ? "user root;\n" : '';
    my $listen = use_http2($block) ? listen_http2($Port) : "listen $Port;";
    my $main = expand($block->main_config);
    my $http = expand($block->http_config);
    my $config = expand($block->config);

    # the built-in ones are the system's, and nginx would take them over
    my $temp = join '', map { "    ${_}_temp_path ${_}_temp;\n" }
        grep { $http !~ /\b${_}_temp_path\b/ }
        qw(client_body proxy fastcgi uwsgi scgi);

    spew("$Root/conf/nginx.conf", <<"CONF");
$user${modules}worker_processes $Workers;
daemon on;
master_process on;
error_log logs/error.log $LogLevel;
pid logs/nginx.pid;
$env
$main

events {
    worker_connections $Connections;
}

http {
    access_log logs/access.log;
    default_type text/plain;
    keepalive_timeout 68;
$temp
$http

    server {
        $listen
        server_name $ServerName;
        client_max_body_size 30M;
        root html;

$config
    }
}
CONF
}

# --- user_files: ">>> name" lines with what follows, or a list of pairs
sub user_files ($) {
    my $raw = shift;
    return () unless defined $raw;
    return @$raw if ref $raw;

    my @files;
    for my $line (split /^/, $raw) {
        if ($line =~ /^>>>\s+(\S+)/) {
            push @files, [ $1, '' ];
        } elsif (@files) {
            $files[-1][1] .= $line;
        }
    }
    return @files;
}

sub call_nginx () {

    # a sanitizer's runtime must be there before nginx, which has none
    my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';

    $LogOffset = 0;
    return scalar `$preload $Binary -p $Root/ -c conf/nginx.conf \\
        -e logs/error.log 2>&1`;
}

sub start_nginx () {
    my $out = call_nginx();
    return "nginx did not start: $out" . slurp($Log) if $? != 0;

    for (1 .. 250) {
        ($Pid) = slurp("$Root/logs/nginx.pid") =~ /^(\d+)/ unless $Pid;
        return '' if $Pid && IO::Socket::INET->new("127.0.0.1:$Port");
        sleep 0.02;
    }
    return 'nginx does not listen';
}

sub must_die ($) {
    my $block = shift;
    my $name = $block->name;
    my $out = call_nginx();
    my ($signal, $code) = ($? & 127, $? >> 8);

    if ($signal || $code > 128) {
        Test::More::fail("$name - nginx crashed: $out");

    } elsif ($block->must_die =~ /^\s*(\d+)\s*$/) {
        Test::More::is($code, $1, "$name - dies with its exit code");

    } else {
        Test::More::isnt($code, 0, "$name - dies as expected");
    }

    if ($code == 0) {
        ($Pid) = slurp("$Root/logs/nginx.pid") =~ /^(\d+)/;
        stop_nginx();
    }

    check_log($block);
    check_bad_lines($block);
}

sub running ($) {

    # a zombie that nobody reaps has ended, too
    my $pid = shift;
    return kill(0, $pid) && slurp("/proc/$pid/stat") !~ /^\d+ \(.*\) Z/;
}

# Gracefully, as an operator would: a worker that is left with something open
# then says so.
sub stop_nginx () {
    my $pid = $Pid or return;
    undef $Pid;

    for my $signal (qw(QUIT TERM KILL)) {
        kill $signal, $pid;
        for (1 .. 250) {
            return unless running($pid);
            sleep 0.02;
        }
        Test::More::diag("nginx did not end after a $signal");
    }
}


# requests

sub run_requests ($) {
    my $block = shift;
    my $time = $block->timeout;
    my @requests = requests($block);
    my $i = 0;
    my $many = @requests > 1;

    $time = $Timeout unless defined $time;
    $time = $time =~ /^\s*([\d.]+)\s*ms\s*$/ ? $1 / 1000
          : $time =~ /([\d.]+)/ ? $1 : 3;
    $LogOffset = 0;

    for my $request (@requests) {
        my $title = $block->name . ($many ? ", request $i" : '');
        my $rest = use_http2($block) ? http2_exchange($request, $time)
                 : exchange($block, $request, $time);

        # pipelined requests have their answers one behind the other
        for my $method (@{ $request->{methods} }) {
            my $answer = parse_response($rest, $method);
            $rest = $answer->{rest};

            $title = $block->name . ", answer $i" if @{$request->{methods}} > 1;
            check_response($block, $i++, $title, $answer)
                unless defined $block->ignore_response;

            sleep $block->wait if $block->wait;
            check_log($block);
        }
    }
}

# What a block sends: each {packets, methods, …}, packets being what goes
# out at once, as bytes of HTTP/1.1.
sub requests ($) {
    my $block = shift;

    if (defined $block->raw_request) {
        my $raw = $block->raw_request;
        my @packets = ref $raw ? @$raw : ($raw);
        my ($method) = $packets[0] =~ /^\s*(\S+)/;
        return { packets => \@packets, methods => [ $method || 'GET' ] };
    }

    if (defined $block->pipelined_requests) {
        my @list = @{ $block->pipelined_requests };
        my @all = map { request($block, $list[$_], $_,
            $_ == $#list ? 'close' : 'keep-alive') } 0 .. $#list;
        return { packets => [ join '', map { @{ $_->{packets} } } @all ],
                 methods => [ map { @{ $_->{methods} } } @all ] };
    }

    return () unless defined $block->request;

    my @list = ref $block->request ? @{ $block->request } : ($block->request);
    return map { request($block, $list[$_], $_, 'close') } 0 .. $#list;
}

sub request ($$$$) {
    my ($block, $text, $i, $connection) = @_;
    my $lines = nth($block->more_headers, $i);
    my @headers = grep { !/^\s*(#|$)/ }
        split /\r?\n/, defined $lines ? expand($lines) : '';

    $text = join '', @$text if ref $text;
    $text = expand($text);
    $text =~ s/^(?:\s*#[^\n]*\n|\s+)+//;

    my ($first, $body) = split /\n/, $text, 2;
    my ($method, $uri, $version) = split ' ', $first;
    $uri = '/' unless defined $uri;
    $version = 'HTTP/1.1' unless defined $version;
    $body = '' unless defined $body;

    if ($body ne '' && !grep { /^(Content-Length|Transfer-Encoding):/i }
            @headers)
    {
        $body =~ s/^\s+|\s+$//gs;
        push @headers, 'Content-Length: ' . length $body;
    }
    unshift @headers, "Connection: $connection"
        unless grep { /^Connection/i } @headers;
    unshift @headers, "Host: $ServerName" unless grep { /^Host:/i } @headers;

    return {
        methods => [ $method ], uri => $uri, headers => \@headers,
        body => $body,
        packets => [ join("\r\n", "$method $uri $version", @headers, '', '')
                     . $body ],
    };
}

# Sends all, while it reads; ends at the connection's end, or when nothing has
# moved for so long.
sub exchange ($$$) {
    my ($block, $request, $time) = @_;
    my @packets = @{ $request->{packets} };
    my $text = shift @packets;
    my $answer = '';
    my $socket = IO::Socket::INET->new("127.0.0.1:$Port")
        or return "cannot connect: $!";
    my $all = IO::Select->new($socket);

    local $SIG{PIPE} = 'IGNORE';
    $socket->blocking(0);

    while (1) {
        if ($text eq '' && @packets) {
            sleep $block->raw_request_middle_delay || 0;
            $text = shift @packets;
        }

        my ($r, $w) = IO::Select->select($all, $text ne '' ? $all : undef,
            undef, $time);

        if (!$r && !$w) {
            Test::More::fail($block->name . ' - timed out')
                unless defined $block->abort;
            last;
        }
        if (@$w) {
            my $n = syswrite $socket, $text;
            if (defined $n) {
                substr $text, 0, $n, '';
            } elsif (!$!{EAGAIN}) {
                ($text, @packets) = ('');
            }
        }
        if (@$r) {
            my $n = sysread $socket, $answer, 65536, length $answer;
            last if defined $n ? $n == 0 : !$!{EAGAIN};
        }
    }
    return $answer;
}

sub http2_exchange ($$) {
    my ($request, $time) = @_;
    my $method = $request->{methods}[0];
    my @cmd = ('curl', '-sS', '-i', '--http2-prior-knowledge', '-m', $time,
        '-H', 'User-Agent:', '-H', 'Accept:',
        $method eq 'HEAD' ? '-I' : ('-X', $method));

    for my $header (@{ $request->{headers} }) {
        push @cmd, '-H', $header
            unless $header =~ /^(Connection|Host|Content-Length):/i;
    }
    if ($request->{body} ne '') {
        spew("$Root/body", $request->{body});
        push @cmd, '-H', 'Content-Type:'
            unless grep { /^Content-Type:/i } @{ $request->{headers} };
        push @cmd, '--data-binary', "\@$Root/body";
    }

    open my $in, '-|', @cmd, "http://127.0.0.1:$Port$request->{uri}"
        or die "curl: $!";
    local $/;
    my $answer = <$in>;
    return defined $answer ? $answer : '';
}

sub parse_response ($$) {
    my ($raw, $method) = @_;
    my %response = (raw => $raw, code => '', head => '', headers => [],
                    body => '', rest => '');

    # an interim answer (100 Continue) is not the answer
    1 while $raw =~ s/^HTTP\/\S+ 1\d\d.*?\r?\n\r?\n//s;
    $raw =~ /^HTTP\/\S+ (\d+)/ or return \%response;
    $response{code} = $1;

    my ($head, $body) = split /\r?\n\r?\n/, $raw, 2;
    $body = '' unless defined $body;
    $response{head} = $head;
    $response{headers} = [ map { /^([^:]+):\s*(.*?)\s*$/ ? [ $1, $2 ] : () }
        split /\r?\n/, $head ];

    if ($method eq 'HEAD' || $response{code} =~ /^(204|304)$/) {
        $response{rest} = $body;

    } elsif ($head =~ /^Transfer-Encoding:\s*chunked/mi) {
        while ($body =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n//) {
            my $n = hex $1;
            $response{body} .= substr $body, 0, $n, '';
            $body =~ s/^\r\n//;
            last if $n == 0;
        }
        $response{rest} = $body;

    } elsif ($head =~ /^Content-Length:\s*(\d+)/mi && $1 < length $body) {
        $response{body} = substr $body, 0, $1, '';
        $response{rest} = $body;

    } else {
        $response{body} = $body;
    }
    return \%response;
}


# checks

sub check_response ($$$$) {
    my ($block, $i, $title, $res) = @_;
    my $want = nth($block->error_code_like, $i);

    if (defined $want) {
        Test::More::like($res->{code}, qr/$want/, "$title - status code");
    } else {
        $want = nth($block->error_code, $i);
        ($want = defined $want ? $want : 200) =~ s/\s+//g;
        Test::More::is($res->{code}, $want, "$title - status code")
            or Test::More::diag($res->{raw});
    }

    $want = nth($block->raw_response_headers_like, $i);
    Test::More::like($res->{head}, pattern($want), "$title - raw headers")
        if defined $want;

    $want = nth($block->raw_response_headers_unlike, $i);
    Test::More::unlike($res->{head}, pattern($want), "$title - raw headers")
        if defined $want;

    check_headers($block, $i, $title, $res);
    check_body($block, $i, $title, $res->{body});
}

sub check_headers ($$$$) {
    my ($block, $i, $title, $res) = @_;

    for my $line (header_lines($block->response_headers, $i)) {
        my ($name, $want) = @$line;
        my $got = header($res, $name =~ s/^!\s*//r);
        Test::More::is($got, $name =~ /^!/ ? undef : $want,
            "$title - header $name");
    }

    for my $line (header_lines($block->response_headers_like, $i)) {
        my ($name, $want) = @$line;
        my $got = header($res, $name);
        Test::More::like(defined $got ? $got : '', qr/^$want$/,
            "$title - header $name");
    }
}

sub check_body ($$$$) {
    my ($block, $i, $title, $body) = @_;
    my $want;

    $title .= ' - response body';

    if (defined $block->response_body) {
        $want = nth($block->response_body, $i);
        return ref $want ? Test::More::like($body, $want, $title)
            : Test::More::is($body, expand($want), $title);
    }
    if (defined $block->response_body_like) {
        $want = nth($block->response_body_like, $i);
        return Test::More::like($body, pattern($want), $title);
    }
    if (defined $block->response_body_unlike) {
        $want = nth($block->response_body_unlike, $i);
        return Test::More::unlike($body, pattern($want), $title);
    }
}

sub pattern ($) {
    my $text = shift;
    return $text if ref $text;
    $text =~ s/\n+$//;
    return qr/$text/s;
}

sub header ($$) {
    my ($res, $name) = @_;
    my @got = map { $_->[1] }
        grep { lc $_->[0] eq lc $name } @{ $res->{headers} };
    return @got ? join ', ', @got : undef;
}

sub header_lines ($$) {
    my ($text, $i) = @_;
    $text = nth($text, $i);
    return () unless defined $text;
    return map { /^\s*(!?\s*[^:\s]+)\s*:?\s*(.*?)\s*$/ ? [ $1, $2 ] : () }
        split /\n/, $text;
}

sub patterns ($) {
    my $value = shift;
    return () unless defined $value;
    my @list = ref $value eq 'ARRAY' ? @$value
        : ref $value ? ($value) : split /\n+/, $value;
    return map { ref $_ ? $_ : qr/\Q$_\E/ } @list;
}

# Looks at what the error log has got since the last look.
sub check_log ($) {
    my $block = shift;
    my $name = $block->name;
    my @wanted = patterns($block->error_log);
    my @unwanted = patterns($block->no_error_log);
    my (@lines, $text);

    # the worker logs what it does after the answer, too
    sleep 0.03 if @wanted || @unwanted;

    for (1 .. 25) {
        $text = substr slurp($Log), $LogOffset;
        @lines = split /\n/, $text;
        last unless grep { my $re = $_; !grep { $_ =~ $re } @lines } @wanted;
        sleep 0.04;
    }

    for my $re (@wanted) {
        Test::More::ok(scalar(grep { $_ =~ $re } @lines),
            "$name - error log has $re");
    }
    for my $re (@unwanted) {
        my ($line) = grep { $_ =~ $re } @lines;
        Test::More::is($line, undef, "$name - error log lacks $re");
    }

    $LogOffset += length $text;
}

# Says nothing unless there is something: plans do not count this.
sub check_bad_lines ($) {
    my $block = shift;
    my @expected = patterns($block->error_log);

    for my $line (split /\n/, slurp($Log)) {
        next unless $line =~ /\[alert\]|Sanitizer|runtime error:/
            || ($line =~ /\[emerg\]/ && !defined $block->must_die);
        next if grep { $line =~ $_ } @expected;
        Test::More::fail($block->name . ' - nothing bad in the error log');
        Test::More::diag($line);
    }
}


# small things

sub nth ($$) {
    my ($value, $i) = @_;
    return ref $value eq 'ARRAY' ? $value->[$i] : $value;
}

# Environment variables whose names begin with TEST_NGINX_ may be used in
# configurations, files, requests and bodies.
sub expand ($) {
    my $text = shift;
    return '' unless defined $text;
    $text =~ s/\$(TEST_NGINX_[_A-Z0-9]+)/
        defined $ENV{$1} ? $ENV{$1} : die "no environment variable $1\n"/eg;
    return $text;
}

sub slurp ($) {
    my $name = shift;
    open my $in, '<', $name or return '';
    local $/;
    my $text = <$in>;
    return defined $text ? $text : '';
}

sub spew ($$) {
    my ($name, $text) = @_;
    open my $out, '>', $name or die "$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
}

1;
