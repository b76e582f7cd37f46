# What was queued while Postgres was down is imported when it is back, without
# help, in the order of arrival.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use Glyph::Fault;

my $n = 1_000;
my $small = "$root/small.csv";

no_standby();
start_nginx(http => 'glyph_runners 1;');
write_input($small, 10);

stores('crash');
ok wait_for(sub { get('/health') =~ /"postgres":\{"state":"down"/ }, 15),
    'Postgres is down';

my $began = time;
my @ids = map { uuid() } 1 .. $n;
is acknowledged(@ids), $n, "$n uploads are acknowledged";
diag sprintf '%.1f s to queue', time - $began;

# of the newest, so that it stays in the queue for a while
my $events = follow($ids[-1]);
ok wait_for(sub { slurp($events) =~ /^data: .*"state": ?"queued"/m }, 10),
    'its event stream says that it is queued' or diag slurp($events);

stores('stores') or diag slurp("$root/stores.log");
$began = time;
my $in = "id IN ('" . join("','", @ids) . "')";

ok wait_for(sub {
    sql("SELECT count(*) FROM glyph.imports WHERE state = 'completed'"
        . " AND $in") == $n;
}, 60), 'all are completed';
diag sprintf '%.1f s to drain', time - $began;

my @order = split ' ', sql("SELECT string_agg(id::text, ' ' ORDER BY"
    . " finished_at) FROM glyph.imports WHERE $in");
my @early = grep { $order[$_] ne $ids[$_] } 0 .. $#order;
is scalar(@early), 0, 'in the order of arrival'
    or diag "first at $early[0], last at $early[-1]";
is sql("SELECT count(*) FROM glyph.listings WHERE import_"
       . "$in"), $n * 10, 'every row is there, once';
ok wait_for(sub { slurp($events) =~ /^event: completed$/m }, 10),
    '… and that it is completed';

# and so is what comes while others are imported
write_input();
my @later = map { uuid() } 0 .. 1_000;
is code_of($later[0], upload($later[0], '/background')), 202,
    'a large one is acknowledged';
is acknowledged(@later[1 .. $#later]), $#later, 'and many small ones';
ok wait_for(sub { state_of($later[-1]) eq 'completed' }, 30)
   && wait_for(sub { !glob "$root/spool/jobs/*" }, 10), 'all are completed';
$in = "id IN ('" . join("','", @later) . "')";
@order = split ' ', sql("SELECT string_agg(id::text, ' ' ORDER BY"
    . " finished_at) FROM glyph.imports WHERE $in");
is scalar(grep { $order[$_] ne $later[$_] } 0 .. $#later), 0,
    'in the order of arrival';

ok wait_for(sub { !glob "$root/spool/jobs/*" }, 5), 'no file is left';

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;


# A job's event stream, into the file that is returned.
sub follow {
    my ($id) = @_;
    my $file = "$root/events";
    my $pid = fork // die "fork: $!";
    exec qw(curl -s -N -m 90 -o), $file, "$url/jobs/$id/events" if !$pid;
    ok wait_for(sub { -s $file }, 15), 'an event stream is open';
    return $file;
}

# One after the other, as only then there is an order; how many got a 202.
sub acknowledged {
    my (@ids) = @_;
    open my $list, '>', "$root/list" or die "list: $!";
    print $list join "next\n", map {
        "url = \"$url/background\"\nrequest = \"POST\"\n"
        . "upload-file = \"$small\"\nheader = \"Content-Type: text/csv\"\n"
        . "header = \"Glyph-Job-Id: $_\"\noutput = \"/dev/null\"\n"
        . "write-out = \"%{http_code}\\n\"\n"
    } @ids;
    close $list;
    my @codes = `curl -s -K $root/list`;
    return scalar grep { /^202$/ } @codes;
}
