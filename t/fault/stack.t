# The stack of make up: a binary upgrade by hand, as docs/operations.md has it.

use strict;
use warnings;

use Cwd qw(abs_path);
use Test::More;

use lib 't/lib';
use Glyph::Fault;

plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};
plan skip_all => 'the module is not built'
    unless -f "$ENV{GLYPH_BUILD}/ngx_glyph_module.so";

my ($port) = $url =~ /(\d+)$/;
my $run = abs_path($ENV{GLYPH_RUN}) . '/stack';
my $pid_file = "$run/nginx/nginx.pid";

mkdir $run;

sub stack {
    my ($what) = @_;
    local @ENV{qw(GLYPH_RUN GLYPH_PORT)} = ($run, $port);
    return system("util/stack.sh $what > $run/stack.log 2>&1") == 0;
}

sub pid { return slurp($_[0]) =~ /(\d+)/ ? $1 : 0 }

sub health { return `curl -s -m 5 http://127.0.0.1:$port/api/health` }

END {
    my $status = $?;
    stack('down') if defined $run;
    $? = $status;
}

ok stack('up'), 'it is up' or diag slurp("$run/stack.log");
ok wait_for(sub { health() eq qq({"status":"ok"}\n) }, 10),
    'healthy, and says no more of it';
like `curl -s -m 5 http://127.0.0.1:$port/api/health/full`,
    qr/"postgres":\{"state":"connected"\}/, 'but to the machine itself';

# a signal to 0 would be one to all of us
my $old = pid($pid_file) || BAIL_OUT('no process to upgrade');
kill 'USR2', $old;
ok wait_for(sub { -e "$pid_file.oldbin" && pid($pid_file)
                  && pid($pid_file) != $old }, 10), 'USR2: a new one starts';
kill 'QUIT', $old;
ok wait_for(sub { !-e "$pid_file.oldbin" }, 10), 'QUIT: the old one ends';
ok health(), 'the new one serves';
unlike slurp("$run/nginx/logs/error.log"), qr/\[(alert|emerg)\]/,
    'nothing bad in the error log';
ok stack('down'), 'it is down';

done_testing();
