# The driver itself, with nothing but nginx's own features.

use Test::Nginx::Socket 'no_plan';

run_tests();

__DATA__

=== TEST 1: a status, a body and a header
--- config
    location = /t {
        add_header X-Test one;
        return 200 "hello\n";
    }
--- request
GET /t
--- response_body
hello
--- response_headers
X-Test: one


=== TEST 2: a status that is not 200, and a pattern
--- config
    location = /t { return 404 "nothing here\n"; }
--- request
GET /t
--- error_code: 404
--- response_body_like: nothing \w+


=== TEST 3: several requests
--- config
    location /a { return 200 "a $http_x_n\n"; }
    location /b { return 201 "b $http_x_n\n"; }
--- request eval
["GET /a", "GET /b"]
--- more_headers eval
["X-N: 1", "X-N: 2"]
--- error_code eval
[200, 201]
--- response_body eval
["a 1\n", "b 2\n"]


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
--- request eval
["GET /m", "GET /a.txt"]
--- response_body eval
["mapped\n", "file\n"]


=== TEST 5: a configuration that is wrong
--- config
    location = /t { no_such_directive; }
--- must_die
--- error_log
unknown directive "no_such_directive"
