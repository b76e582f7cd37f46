package Glyph::Soak;

# Uploads while everything that can break does, at random, from a seed.  In
# rounds: clients upload, faults come one after the other; then all is well
# again, and what is left after a while must be what was promised.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Path qw(make_path);
use Test::More;
use Time::HiRes qw(sleep time);

use Glyph::Cluster;
use Glyph::Fault;
use Glyph::Load;

our @EXPORT = qw(soak);

my $workers = 2;
my $spool_size = '64m';
my (%with, %count, $mounted, $owner);

# what each does, and how often it comes
my @faults = (
    [5, 'a worker is killed', sub { kill 'KILL', (workers())[0] }],
    [4, 'all workers are killed', sub { kill 'KILL', workers() }],
    [3, 'nginx is killed', \&nginx_killed],
    [4, 'a backend is terminated', \&backend_terminated],
    [2, 'a backend is killed', \&backend_killed],
    [3, 'Postgres crashes', \&postgres_crashes],
    [2, 'Postgres is paused', \&postgres_paused],
    [2, 'a standby is promoted', \&standby_promoted],
    [2, 'Redis is away', \&redis_away],
    [2, 'the spool is full', \&spool_full],
    [3, 'reload', sub { kill 'HUP', master() }],
    [2, 'binary upgrade', \&binary_upgrade],
);

END {
    my $status = $?;
    if (defined $owner && $owner == $$ && $mounted) {
        stop_nginx() if master();
        system("umount -l $mounted");
    }
    $? = $status;
}


sub nginx_killed {
    kill_nginx();
    sleep rand 0.5;
    launch();
}

sub backend_terminated {
    eval {
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            . " WHERE application_name LIKE 'glyph:%'");
    };
}

# Postgres then ends all others, and recovers.
sub backend_killed {
    my @pids = pg_backends();
    kill 'KILL', $pids[int rand @pids] if @pids;
}

sub postgres_crashes {
    pg_crash();
    sleep rand $with{long} / 2;
    pg_start();
}

sub postgres_paused {
    pg_pause();
    sleep rand $with{long};
    pg_resume();
}

sub standby_promoted {
    add_standby();
    sleep rand 1;
    fail_over();
}

sub redis_away {
    system("redis-cli -s $ENV{GLYPH_REDIS} shutdown nosave > /dev/null 2>&1");
    sleep rand $with{long} / 2;
    stores('stores') or die slurp("$root/stores.log");
}

# A disk without room, or if that cannot be had, a spool that may not grow.
sub spool_full {
    if ($mounted) {
        system("cat /dev/zero > $mounted/filler 2> /dev/null");
        sleep rand 2;
        unlink "$mounted/filler";
        return;
    }
    configure_with('1k');
    kill 'HUP', master();
    sleep rand 2;
    configure_with($spool_size);
    kill 'HUP', master();
}

sub binary_upgrade {
    my $old = master();
    kill 'USR2', $old;
    wait_for(sub { -e "$root/logs/nginx.pid.oldbin" && master()
                   && workers() }, 10) or die 'no new binary';
    sleep rand 1;
    kill 'QUIT', $old;
    wait_for(sub { Glyph::Fault::ended($old) }, 90)
        or die 'the old binary does not end';
}

sub configure_with {
    my ($size) = @_;
    Glyph::Fault::configure(workers => $workers,
        http => "glyph_spool_max_size $size; glyph_background_size 2m;",
        locations => 'location = /any { glyph_import; }');
}

sub start {
    $owner = $$;
    create_cluster();
    make_path($root);
    if ($> == 0) {
        my $dir = abs_path($ENV{GLYPH_RUN}) . '/disk';
        make_path($dir);
        $mounted = $dir
            if system("mount -t tmpfs -o size=$spool_size,mode=777 glyph $dir"
                      . ' 2> /dev/null') == 0;
    }
    start_nginx(workers => $workers);
    if ($mounted) {
        stop_nginx();
        system("rm -rf $root/spool && ln -s $mounted $root/spool");
        configure_with($spool_size);
        launch();
    } else {
        configure_with($spool_size);
        kill 'HUP', master();
    }
}


# Each fault once in an order by chance, and then by its weight.
sub order_of_faults {
    my ($n) = @_;
    my @order = sort { $a->[0] <=> $b->[0] } map { [rand, $_] } @faults;
    @order = map { $_->[1] } @order;
    my @bag = map { ($_) x $_->[0] } @faults;
    push @order, $bag[int rand @bag] while @order < $n;
    return @order[0 .. $n - 1];
}

# %with: seed, faults (at the most), seconds, round (faults of one), clients,
# large (rows of the largest inputs), long (seconds a store is away).
sub soak {
    %with = @_;
    diag "seed $with{seed}";
    srand $with{seed};
    start();

    my $end = time + $with{seconds};
    my @order = order_of_faults($with{faults});
    my $round = 0;

    while (@order && time < $end) {
        my @now = splice @order, 0, $with{round};
        $round++;
        my $broken = one_round($round, @now);
        ok !$broken, "round $round: " . join ', ', map { $_->[1] } @now;
        last if $broken;
    }

    at_the_end();
    diag map { "$_: $count{$_}\n" } sort keys %count;
}

sub one_round {
    my ($round, @now) = @_;
    my @broken;

    start_clients(seed => $with{seed} + $round, clients => $with{clients},
                  large => $round % 5 == 1 ? $with{large} : 0);

    for my $fault (@now) {
        sleep 0.1 + rand 0.6;
        my $text = strftime_now() . " $fault->[1]";
        note_in_log($text);
        eval { $fault->[2]->(); 1 } or push @broken, "$fault->[1]: $@";
        $count{faults}++;
        $count{"fault: $fault->[1]"}++;
    }

    sleep 0.5;
    my ($sent, @errors) = stop_clients();
    push @broken, @errors, quiet();
    push @broken, check_uploads($sent, \%count), left();

    diag "round $round: ", scalar(keys %$sent), ' uploads, ',
        $count{faults}, " faults so far\n", map { "$_\n" } @broken;

    sql('TRUNCATE glyph.listings, glyph.import_errors,'
        . ' glyph.import_warnings');
    sql('DELETE FROM glyph.imports') unless @broken;
    return @broken;
}

sub strftime_now {
    my @t = localtime;
    return sprintf '%02d:%02d:%02d', @t[2, 1, 0];
}

# Beside the error log, so that a failure can be understood.
sub note_in_log {
    my ($text) = @_;
    open my $out, '>>', "$root/logs/faults.log" or return;
    print $out "$text\n";
    close $out;
}

sub spooled { return split ' ', `find -L $root/spool/jobs -type f` }

# Nothing runs any more; else what does.
sub quiet {
    return if wait_for(sub {
        !spooled() && eval { sql("SELECT count(*) FROM glyph.imports WHERE"
            . " state NOT IN ('completed', 'failed', 'cancelled')") eq '0' };
    }, 60);
    return ('not quiet: files ' . join(' ', spooled()), 'imports '
            . (eval { sql("SELECT string_agg(id || ' ' || state || ' epoch '"
                . " || epoch || ' rows ' || rows || ' durable ' || durable ||"
                . " ' worker ' || worker, ', ') FROM glyph.imports"
                . " WHERE state NOT IN ('completed', 'failed', 'cancelled')")
              } || ''));
}

# What must not stay behind.
sub left {
    my @left;
    my @workers;

    wait_for(sub {
        @workers = workers();
        my @locks = glob "$root/spool/workers/*";
        return @workers == $workers && @locks == $workers;
    }, 15) or push @left, 'workers ' . @workers . ', their locks '
        . join ' ', glob "$root/spool/workers/*";

    my @quarantine = glob "$root/spool/quarantine/*";
    push @left, "in quarantine: @quarantine" if @quarantine;

    # two writers, a control, a reader and one that makes orders each
    wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE"
            . " application_name LIKE 'glyph%'") <= 5 * $workers;
    }, 5) or push @left, 'connections: '
        . sql("SELECT string_agg(application_name || ' ' || state, ', ')"
              . " FROM pg_stat_activity WHERE application_name LIKE 'glyph%'");
    wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE application_name"
            . " LIKE 'glyph%' AND xact_start IS NOT NULL") == 0;
    }, 5) or push @left, 'open transactions';

    for my $pid (@workers) {
        my @open = grep { /spool\/jobs|disk\/jobs/ }
            map { readlink($_) || '' } glob "/proc/$pid/fd/*";
        push @left, "worker $pid has open: @open" if @open;

        my ($kb) = slurp("/proc/$pid/status") =~ /^VmRSS:\s+(\d+)/m;
        $count{'largest worker, kB'} = $kb
            if $kb > ($count{'largest worker, kB'} || 0);
        push @left, "worker $pid has $kb kB" if $kb > 300 * 1024;
    }

    push @left, bad_lines();
    return @left;
}

sub at_the_end {
    ok wait_for(sub {
        sql('SELECT count(*) FROM glyph.imports WHERE purged_at IS NULL'
            . " AND state <> 'completed'") == 0;
    }, 30), 'what never completed is purged';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
    is sql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE"
           . " 'glyph%'"), 0, 'no connection is left';
    is $count{lost}, 0, 'no row is lost';
    is $count{doubled}, 0, 'none is doubled';
    cmp_ok $count{acknowledged}, '>', 0, 'uploads were acknowledged';
}

1;
