# The driver itself, with nothing but nginx's own features: what it supports
# means the same to the genuine Test::Nginx, and counts the same.

use Test::Nginx::Socket;

repeat_each(2);
no_long_string();

plan tests => repeat_each() * 55;

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('config', 'location = /t { return 200 "set\n"; }')
        unless defined $block->config;
});

run_tests();

__DATA__

=== TEST 1: a status, a body and headers
--- config
    location = /t {
        add_header X-Test one;
        add_header X-More "a b: c";
        return 200 "hello\n";
    }
--- request
GET /t
--- response_body
hello
--- response_headers
X-Test: one
X-More: a b: c
!X-None


=== TEST 2: a status that is not 200, and a pattern
--- config
    location = /t { return 404 "nothing here\n"; }
--- request
GET /t
--- error_code: 404
--- response_body_like: nothing \w+


=== TEST 3: several requests, each with its own of everything
--- config
    location /a { add_header X-H $http_x_n; return 200 "a $http_x_n\n"; }
    location /b { add_header X-H $http_x_n; return 201 "b $http_x_n\n"; }
--- request eval
["GET /a", "GET /b"]
--- more_headers eval
["X-N: 1", "X-N: 2"]
--- error_code eval
[200, 201]
--- response_headers eval
["X-H: 1", "X-H: 2"]
--- response_body eval
["a 1\n", qr/^b 2$/]


=== TEST 4: main and http configuration, and files
--- main_config
    worker_rlimit_nofile 512;
--- http_config
    map $uri $what { default "mapped"; }
--- config
    location = /m { return 200 "$what\n"; }
--- user_files
>>> a.txt
file
>>> d/b.txt
port $TEST_NGINX_SERVER_PORT
--- request eval
["GET /m", "GET /a.txt", "GET /d/b.txt"]
--- response_body eval
["mapped\n", "file\n", qr/^port \d+\n$/]


=== TEST 5: a configuration that is wrong
--- config
    location = /t { no_such_directive; }
--- must_die
--- error_log
unknown directive "no_such_directive"
--- no_error_log
[alert]


=== TEST 6: a body has its length
--- config
    location = /t {
        client_body_in_single_buffer on;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/echo;
    }
    location = /echo {
        add_header X-Length $http_content_length;
        add_header X-Type $http_content_type;
        return 200;
    }
--- request
POST /t
some bytes
--- more_headers
Content-Type: text/csv
--- response_headers
X-Length: 10
X-Type: text/csv


=== TEST 7: a chunked body goes out as it is
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/echo;
    }
    location = /echo {
        add_header X-Length $http_content_length;
        return 200;
    }
--- request eval
"POST /t\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
--- more_headers
Transfer-Encoding: chunked
--- response_headers
X-Length: 5


=== TEST 8: bytes as they are, and an answer in chunks
--- config
    location = /t { sub_filter a b; sub_filter_types *; return 200 "a\n"; }
--- raw_request eval
"GET /t HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
--- raw_response_headers_like: ^HTTP/1.1 200 OK\r.*Transfer-Encoding: chunked
--- response_body
b


=== TEST 9: bytes in several packets
--- config
    location = /t { return 200 "$arg_a\n"; }
--- raw_request eval
["GET /t?a=1", "2 HTTP/1.1\r\nHost: h\r\nConn", "ection: close\r\n\r\n"]
--- raw_request_middle_delay: 0.05
--- response_body
12


=== TEST 10: pipelined requests
--- config
    location /a { return 200 "first\n"; }
    location /b { return 404 "second\n"; }
--- pipelined_requests eval
["GET /a", "GET /b"]
--- error_code eval
[200, 404]
--- response_body eval
["first\n", "second\n"]


=== TEST 11: what must not be in a body
--- request
GET /t
--- response_body_unlike: unset


=== TEST 12: headers by pattern
--- request
GET /t
--- response_headers_like
Content-Type: text/\w+
Content-Length: \d


=== TEST 13: lines in the error log, as text and as patterns
--- config
    location = /t { error_log logs/error.log debug; return 200; }
--- user_files
>>> a.txt
--- request
GET /none
--- error_code: 404
--- error_log eval
["none\" failed (2:", qr/open\(\) ".*none"/]
--- no_error_log
[alert]
[crit]


=== TEST 14: nothing but the status
--- request
HEAD /t
--- response_body eval
""


=== TEST 15: a block for other versions
--- skip_nginx: 2: < 99.0.0: there is no such nginx
--- request
GET /t
--- error_code: 500
--- response_body
none


=== TEST 16: a block for this version, which takes its time
--- skip_nginx: 2: < 1.0.0
--- config
    location = /t { limit_rate 2000; root html; }
--- user_files eval
[[ "t", "x" x 3000 ]]
--- timeout: 5
--- wait: 0.1
--- request
GET /t
--- response_body eval
"x" x 3000


=== TEST 17: code before the requests
--- init
open my $out, '>', html_dir() . '/made' or die "made: $!";
print $out "now\n";
close $out;
--- request
GET /made
--- response_body
now


=== TEST 18: an answer of no interest
--- config
    location = /t { return 444; }
--- ignore_response
--- request
GET /t
--- no_error_log
[alert]
