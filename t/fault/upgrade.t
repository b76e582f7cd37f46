# A binary upgrade (USR2, then QUIT of the old) with everything in flight: no
# upload fails, and the old one ends in seconds.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

no_standby();

start_nginx(workers => 2, http => 'glyph_runners 1;');
write_input();

my $old = master();
my @old = ($old, workers());
my @spooled = map { uuid() } 1 .. 3;
is code_of($_, upload($_, '/background')), 202, 'one is acknowledged'
    for @spooled;
my @running = map { uuid() } 1 .. 2;
my %pid = map { $_ => upload($_, '--limit-rate', '400k') } @running;
ok begun($_), 'an upload has begun' for @running;

kill 'USR2', $old;
ok wait_for(sub { -e "$root/logs/nginx.pid.oldbin" && master()
                  && master() != $old && workers() }, 15), 'a new binary runs';
my $new = master();

my $during = uuid();
is code_of($during, upload($during)), 200, 'both serve';

my $asked = time;
kill 'QUIT', $old;
my $after = uuid();
is code_of($after, upload($after, '/background')), 202, 'the new one serves';
is state_of($_), 'processing', 'an upload to the old one goes on'
    for @running;

is code_of($_, $pid{$_}), 200, 'an upload to the old one is completed'
    for @running;
my $done = time;
ok wait_for(sub { !grep { !Glyph::Fault::ended($_) } @old }, 30),
    'the old one ends';
diag sprintf '%.1f s after QUIT, %.1f s after its last upload', time - $asked,
    time - $done;
is master(), $new, 'and the new one stays';

is final($_, 30), 'completed', 'a background import is completed'
    for @spooled, $after;
is stored($_), $rows, 'every row is there, once'
    for @spooled, @running, $during, $after;
ok wait_for(sub { !glob "$root/spool/jobs/*" }, 10), 'no file is left';

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
