package Test::Nginx::Socket;

# A small driver with the interface of Test::Nginx::Socket, for machines that
# do not have the genuine one.  It starts nginx with each block's
# configuration, sends the block's requests, and checks what came back.
#
# More than the genuine one does: an [alert], an [emerg] or a sanitizer's
# report in the error log fails the block without being asked for.

use Test::Base -Base;

use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
    run_tests repeat_each plan no_shuffle no_long_string
    no_root_location log_level workers worker_connections master_on
    server_root html_dir add_block_preprocessor env_to_nginx timeout
    server_port use_http2
);

sub nth ($$);
sub header_lines ($$);
sub patterns ($);
sub check_log ($$);
sub check_response ($$$$);
sub slurp ($);

my $Repeat = 1;
my $LogLevel = 'debug';
my $Workers = 1;
my $Connections = 64;
my $Timeout = $ENV{TEST_NGINX_TIMEOUT} || 3;
my @Preprocessors;
my @Env;

our $ServerRoot = $ENV{TEST_NGINX_SERVROOT} || abs_path('t') . '/servroot';
our $Port = $ENV{TEST_NGINX_PORT} || $ENV{TEST_NGINX_SERVER_PORT} || 1984;
my $Binary = $ENV{TEST_NGINX_BINARY} || 'nginx';
my $NginxPid;

sub repeat_each () { $Repeat = shift if @_; return $Repeat }
sub no_shuffle () { }
sub no_long_string () { }
sub no_root_location () { }
sub log_level ($) { $LogLevel = shift }
sub workers (@) { $Workers = shift if @_; return $Workers }
sub worker_connections (@) { $Connections = shift if @_; $Connections }
sub master_on () { }
sub server_root () { return $ServerRoot }
sub html_dir () { return "$ServerRoot/html" }
sub server_port (@) { return $Port }
sub timeout (@) { $Timeout = shift if @_; return $Timeout }
sub env_to_nginx (@) { push @Env, @_ }
sub use_http2 ($) { my $block = shift; return defined $block->http2 }
sub add_block_preprocessor (&) { push @Preprocessors, shift }

sub run_tests () {
    for my $round (1 .. $Repeat) {
        for my $block (Test::Base::blocks()) {
            run_block($block);
        }
    }
    stop_nginx();
}

END { stop_nginx() }

# Environment variables whose names begin with TEST_NGINX_ may be used in
# every part of a configuration.
sub expand ($) {
    my $text = shift;
    return '' unless defined $text;
    $text =~ s/\$(TEST_NGINX_[_A-Z0-9]+)/
        defined $ENV{$1} ? $ENV{$1} : die "no environment variable $1\n"/eg;
    return $text;
}

sub write_config ($) {
    my $block = shift;
    remove_tree($ServerRoot) if -d $ServerRoot;
    make_path("$ServerRoot/$_") for qw(conf logs html client_body_temp);
    chmod 0777, $ServerRoot;

    for my $file (user_files($block->user_files)) {
        my $path = "$ServerRoot/html/$file->[0]";
        $path =~ m{^(.*)/} and make_path($1);
        open my $out, '>', $path or die "$path: $!";
        print $out $file->[1];
    }

    my $modules = join '', map { "load_module $_;\n" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} || '';
    my $env = join '', map { "env $_;\n" } @Env;
    my $user = $> == 0 ? "user root;\n" : '';
    my $main = expand($block->main_config);
    my $http = expand($block->http_config);
    my $config = expand($block->config);

    open my $out, '>', "$ServerRoot/conf/nginx.conf" or die "nginx.conf: $!";
    print $out <<"CONF";
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
    client_body_temp_path client_body_temp;

$http

    server {
        listen $Port@{[ use_http2($block) ? ' http2' : '' ]};
        server_name localhost;
        client_max_body_size 30M;
        root html;

$config
    }
}
CONF
    close $out or die "nginx.conf: $!";
}

sub user_files ($) {
    my $raw = shift;
    return () unless defined $raw;
    return map { [ @$_[0, 1] ] } @$raw if ref $raw eq 'ARRAY'
        && ref $raw->[0] eq 'ARRAY';

    my (@files, $content);
    for my $line (split /^/, $raw) {
        if ($line =~ /^>>>\s+(\S+)/) {
            push @files, [ $1, '' ];
        } elsif (@files) {
            $files[-1][1] .= $line;
        }
    }
    return @files;
}

sub start_nginx ($) {
    my $block = shift;
    stop_nginx();
    write_config($block);

    # a sanitizer's runtime must be there before nginx, which has none
    my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';

    my $out = `$preload $Binary -p $ServerRoot/ -c conf/nginx.conf \\
        -e logs/error.log 2>&1`;
    return "nginx did not start: $out" . slurp("$ServerRoot/logs/error.log")
        if $? != 0;

    for (1 .. 200) {
        my $pid = slurp("$ServerRoot/logs/nginx.pid");
        if ($pid =~ /^(\d+)/) {
            $NginxPid = $1;
            last;
        }
        sleep 0.02;
    }

    for (1 .. 200) {
        return '' if IO::Socket::INET->new("127.0.0.1:$Port");
        sleep 0.02;
    }
    return 'nginx does not listen';
}

sub stop_nginx () {
    my $pid = $NginxPid or return;
    undef $NginxPid;
    kill 'TERM', $pid;
    for (1 .. 500) {

        # a zombie that nobody reaps has ended, too
        return if !kill(0, $pid)
                  || slurp("/proc/$pid/stat") =~ /^\d+ \(.*\) Z/;
        sleep 0.02;
    }
    kill 'KILL', $pid;
}

sub slurp ($) {
    my $name = shift;
    open my $in, '<', $name or return '';
    local $/;
    my $text = <$in>;
    return defined $text ? $text : '';
}

sub nth ($$) {
    my ($value, $i) = @_;
    return ref $value eq 'ARRAY' ? $value->[$i] : $value;
}

sub run_block ($) {
    my $block = shift;
    my $name = $block->name;

    $_->($block) for @Preprocessors;

    if (defined $block->skip_nginx || defined $block->SKIP) {
        SKIP: {
            Test::More::skip("$name: as the block says", 1);
        }
        return;
    }

    my $error = start_nginx($block);

    if (defined $block->must_die) {
        Test::More::ok($error ne '', "$name - nginx does not start");
        check_log($block, "$name");
        return;
    }

    if ($error) {
        Test::More::fail("$name - $error");
        return;
    }

    my @requests = requests($block);

    for my $i (0 .. $#requests) {
        my $title = @requests > 1 ? "$name, request $i" : $name;
        my $time = defined $block->timeout ? $block->timeout : $Timeout;

        my $raw = use_http2($block)
            ? http2_exchange($requests[$i], $time)
            : exchange($requests[$i]{text}, $time);
        check_response($block, $i, $title, parse_response($raw,
            $requests[$i]{method}));
    }

    sleep $block->wait if defined $block->wait;
    check_log($block, $name);
}

# What a block sends: each {text, method, …}, as bytes of HTTP/1.1.
sub requests ($) {
    my $block = shift;

    if (defined $block->raw_request) {
        my $raw = $block->raw_request;
        return { text => $raw, method => $raw =~ /^(\S+)/ ? $1 : 'GET' };
    }

    my $request = $block->request;
    $request = $block->pipelined_requests unless defined $request;
    return () unless defined $request;

    my @list = ref $request eq 'ARRAY' ? @$request : ($request);
    my @out;

    for my $i (0 .. $#list) {
        my ($first, $body) = split /\n/, $list[$i], 2;
        my ($method, $uri, $version) = split ' ', $first;
        $uri = '/' unless defined $uri;
        $version = 'HTTP/1.1' unless defined $version;
        $body = '' unless defined $body;
        $body =~ s/^\s+|\s+$//gs;

        my $more = nth($block->more_headers, $i);
        $more = '' unless defined $more;
        $more =~ s/^\s+|\s+$//gs;
        my @headers = split /\r?\n/, $more;

        unshift @headers, 'Connection: close'
            unless grep { /^Connection:/i } @headers;
        unshift @headers, 'Host: localhost'
            unless grep { /^Host:/i } @headers;
        push @headers, 'Content-Length: ' . length $body
            if $body ne ''
               && !grep { /^(Content-Length|Transfer-Encoding):/i } @headers;

        push @out, {
            method => $method, uri => $uri, headers => \@headers,
            body => $body,
            text => join("\r\n", "$method $uri $version", @headers, '', '')
                    . $body,
        };
    }
    return @out;
}

# Sends all, while it reads; ends at the connection's end or the time-out.
sub exchange ($$) {
    my ($text, $time) = @_;
    my $socket = IO::Socket::INET->new("127.0.0.1:$Port")
        or return "cannot connect: $!";
    my $end = time + $time;
    my $answer = '';
    my $sel = IO::Select->new($socket);

    $socket->blocking(0);

    while ((my $left = $end - time) > 0) {
        my ($r, $w) = IO::Select->select($sel, length $text ? $sel : undef,
            undef, $left);
        if ($w && @$w) {
            local $SIG{PIPE} = 'IGNORE';
            my $n = syswrite $socket, $text;
            if (defined $n) {
                substr $text, 0, $n, '';
            } elsif (!$!{EAGAIN}) {
                $text = '';
            }
        }
        if ($r && @$r) {
            my $n = sysread $socket, $answer, 65536, length $answer;
            last if defined $n && $n == 0;
            last if !defined $n && !$!{EAGAIN};
        }
    }
    return $answer;
}

sub http2_exchange ($$) {
    my ($request, $time) = @_;
    my @cmd = ('curl', '-sS', '-i', '--http2-prior-knowledge', '-m', $time,
        '-X', $request->{method});
    for my $header (@{ $request->{headers} }) {
        push @cmd, '-H', $header
            unless $header =~ /^(Connection|Host|Content-Length):/i;
    }
    if ($request->{body} ne '') {
        open my $out, '>', "$ServerRoot/body" or die "body: $!";
        print $out $request->{body};
        close $out;
        push @cmd, '--data-binary', "\@$ServerRoot/body";
    }
    open my $in, '-|', @cmd, "http://127.0.0.1:$Port$request->{uri}"
        or die "curl: $!";
    local $/;
    my $answer = <$in>;
    return defined $answer ? $answer : '';
}

sub parse_response ($$) {
    my ($raw, $method) = @_;
    my %response = (raw => $raw, code => '', headers => [], body => '');

    # an interim answer (100 Continue) is not the answer
    $raw =~ s/^HTTP\/\S+ 1\d\d.*?\r?\n\r?\n//s;
    $raw =~ s/^HTTP\/\S+ (\d+)[^\r\n]*\r?\n//s or return \%response;
    $response{code} = $1;

    my ($head, $body) = split /\r?\n\r?\n/, $raw, 2;
    $response{head} = $head;
    $response{headers} = [ map { [ /^([^:]+):\s*(.*?)\s*$/ ] }
        split /\r?\n/, $head ];
    $body = '' unless defined $body;

    if ($head =~ /^Transfer-Encoding:\s*chunked/mi) {
        my $rest = $body;
        $body = '';
        while ($rest =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n//) {
            my $n = hex $1 or last;
            $body .= substr $rest, 0, $n;
            substr $rest, 0, $n + 2, '';
        }
    }
    $response{body} = $body;
    return \%response;
}

sub check_response ($$$$) {
    my ($block, $i, $title, $res) = @_;

    my $code = nth($block->error_code, $i);
    my $like = nth($block->error_code_like, $i);
    if (defined $like) {
        Test::More::like($res->{code}, qr/$like/, "$title - status code");
    } else {
        $code = 200 unless defined $code;
        $code =~ s/\s+//g;
        Test::More::is($res->{code}, $code, "$title - status code")
            or Test::More::diag($res->{raw});
    }

    my $body = nth($block->response_body, $i);
    Test::More::is($res->{body}, $body, "$title - response body")
        if defined $body;

    $like = nth($block->response_body_like, $i);
    if (defined $like) {
        $like =~ s/\n+$// unless ref $like;
        Test::More::like($res->{body}, ref $like ? $like : qr/$like/ms,
            "$title - response body");
    }

    $like = nth($block->response_body_unlike, $i);
    if (defined $like) {
        $like =~ s/\n+$// unless ref $like;
        Test::More::unlike($res->{body}, ref $like ? $like : qr/$like/ms,
            "$title - response body");
    }

    for my $line (header_lines($block->response_headers, $i)) {
        my ($name, $want) = @$line;
        my ($got) = map { $_->[1] }
            grep { lc $_->[0] eq lc $name } @{ $res->{headers} };
        if ($name =~ s/^!\s*//) {
            ($got) = map { $_->[1] }
                grep { lc $_->[0] eq lc $name } @{ $res->{headers} };
            Test::More::is($got, undef, "$title - no header $name");
        } else {
            Test::More::is($got, $want, "$title - header $name");
        }
    }

    for my $line (header_lines($block->response_headers_like, $i)) {
        my ($name, $want) = @$line;
        my ($got) = map { $_->[1] }
            grep { lc $_->[0] eq lc $name } @{ $res->{headers} };
        Test::More::like(defined $got ? $got : '', qr/^$want$/,
            "$title - header $name");
    }

    $like = nth($block->raw_response_headers_like, $i);
    if (defined $like) {
        $like =~ s/\n+$// unless ref $like;
        Test::More::like($res->{head}, ref $like ? $like : qr/$like/ms,
            "$title - headers");
    }
}

sub header_lines ($$) {
    my ($text, $i) = @_;
    $text = nth($text, $i);
    return () unless defined $text;
    return map { /^\s*(!?\s*[^:\s]+):?\s*(.*?)\s*$/ ? [ $1, $2 ] : () }
        grep { /\S/ } split /\n/, $text;
}

sub patterns ($) {
    my $value = shift;
    return () unless defined $value;
    my @list = ref $value eq 'ARRAY' ? @$value
        : ref $value ? ($value)
        : grep { /\S/ } split /\n/, $value;
    return map { ref $_ ? $_ : qr/\Q$_\E/ } @list;
}

sub check_log ($$) {
    my ($block, $name) = @_;

    # the worker logs what it does after the answer, too
    my $log = '';
    for (1 .. 25) {
        $log = slurp("$ServerRoot/logs/error.log");
        my @missing = grep { $log !~ $_ } patterns($block->error_log);
        last unless @missing;
        sleep 0.04;
    }

    for my $pattern (patterns($block->error_log)) {
        Test::More::ok($log =~ $pattern, "$name - error log has $pattern");
    }
    for my $pattern (patterns($block->no_error_log)) {
        my ($line) = grep { $_ =~ $pattern } split /\n/, $log;
        Test::More::is($line, undef, "$name - error log lacks $pattern");
    }

    my @bad = grep {
        /\[alert\]/ || (/\[emerg\]/ && !defined $block->must_die)
        || /ERROR: (Address|Leak)Sanitizer|runtime error:/
    } split /\n/, $log;
    @bad = grep { my $line = $_;
        !grep { $line =~ $_ } patterns($block->error_log) } @bad;
    Test::More::is("@bad", '', "$name - nothing bad in the error log");
}

1;
