# The primary is lost, and its synchronous standby takes over: what was
# acknowledged is on the new primary, once, and nobody has to help.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use Glyph::Cluster;
use Glyph::Fault;
use Glyph::Load;

create_cluster();
start_nginx(workers => 2, locations => 'location = /any { glyph_import; }');
write_input();

add_standby();
is sql('SELECT sync_state FROM pg_stat_replication'), 'sync',
    'the standby is synchronous';

# one that is in the middle, and many that come and go
my $middle = uuid();
my $pid = upload($middle, '--limit-rate', '800k');
my $spooled = uuid();
is code_of($spooled, upload($spooled, '/background')), 202,
    'a background import is acknowledged';
start_clients(seed => 11, clients => 3, large => 0);
ok begun($middle), 'rows were committed';
sleep 3;

my $lost = time;
fail_over();
diag sprintf '%.1f s to take over', time - $lost;
is sql('SELECT pg_is_in_recovery()'), 'f', 'the standby is the primary';

my $id = uuid();
ok wait_for(sub {
    $id = uuid();
    return code_of($id, upload($id)) eq '200';
}, 15), 'the module has found it';
diag sprintf '%.1f s until an upload is complete', time - $lost;

# nobody follows the new primary
ok wait_for(sub { get('/health') =~ /"failover":"asynchronous"/ }, 5),
    'health says that another failover may lose rows';
like slurp("$root/logs/error.log"), qr/\[warn\].* failover: asynchronous/,
    'and so does the log';
is stored($id), $rows, 'an upload that came then is there';

is code_of($middle, $pid), 200, 'the one in the middle is answered with 200';
is stored($middle), $rows, 'every row is there, once';
is final($spooled, 20), 'completed', 'the one in the background completed';
is stored($spooled), $rows, 'every row is there, once';

my ($sent, @broken) = stop_clients();
ok wait_for(sub {
    sql("SELECT count(*) FROM glyph.imports WHERE state NOT IN"
        . " ('completed', 'failed', 'cancelled')") eq '0';
}, 20), 'nothing stays unfinished';

# only what the clients sent: the others have other rows
my $ours = join ', ', map { "'$_'" } grep { !$sent->{$_} } split ' ',
    sql("SELECT string_agg(id::text, ' ') FROM glyph.imports");
sql("DELETE FROM glyph.imports WHERE id IN ($ours)");

my %count;
push @broken, check_uploads($sent, \%count);
is join("\n", @broken), '', 'every upload is there whole or not at all';
is "$count{lost} lost, $count{doubled} doubled", '0 lost, 0 doubled',
    'nothing that was acknowledged is lost';
cmp_ok $count{acknowledged}, '>', 3, "of $count{acknowledged} acknowledged";

ok wait_for(sub { !glob "$root/spool/jobs/*" }, 5), 'no file is left';
# The next time the primary, the first that is asked, is not gone but says
# nothing any more.
$ENV{GLYPH_PG} =~ s/host=(\S+),(\S+)/host=$2,$1/;
Glyph::Fault::configure(workers => 1, timeout => '3s');
my @old = workers();
kill 'HUP', master();
wait_for(sub { !grep { kill 0, $_ } @old }, 10);
wait_for(sub { get('/health') =~ /"status":"ok"/ }, 10);
add_standby();
$spooled = uuid();
is code_of($spooled, upload($spooled, '/background', '--limit-rate', '4m')),
    202, 'a background import is acknowledged';

$lost = time;
fail_over('silent');

# psql would wait for it
$ENV{GLYPH_PG} =~ s/host=\S+,/host=/;
is final($spooled, 25), 'completed', 'it completed on the new primary';
is stored($spooled), $rows, 'every row is there, once';
diag sprintf '%.1f s from silence to the end', time - $lost;
is status_of('/health'), 200, 'and health is good';
pg_kill();

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
