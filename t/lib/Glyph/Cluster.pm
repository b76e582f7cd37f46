package Glyph::Cluster;

# Two Postgres of the test's own, below $GLYPH_RUN/a and $GLYPH_RUN/b: one is
# the primary, the other is nothing, or its synchronous standby, or what is
# left of the last primary.  From create() on, $ENV{GLYPH_PG} names both.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Path qw(remove_tree);
use Time::HiRes qw(sleep);

use Glyph::Fault ();

our @EXPORT = qw(create_cluster pg_crash pg_start pg_pause
    pg_resume pg_kill pg_backends add_standby fail_over);

my ($primary, $other) = qw(a b);
my ($parent, $run, $owner, @stopped);

# also of what a test that failed has left stopped
END {
    my $status = $?;
    if (defined $owner && $owner == $$) {
        pg_resume();
        for my $name ('a', 'b') {
            stack($name, 'down');
            remove_tree("$run/$name");
        }
        $ENV{GLYPH_PG} = $parent;
    }
    $? = $status;
}

sub create_cluster {
    $run = abs_path($ENV{GLYPH_RUN});
    $owner = $$;
    $parent = $ENV{GLYPH_PG};
    stack($_, 'down') for 'a', 'b';
    remove_tree("$run/a", "$run/b");
    stack($primary, 'postgres') or die log_of($primary);
    $ENV{GLYPH_PG} = "host=$run/a/pg,$run/b/pg dbname=glyph user=glyph"
        . ' target_session_attrs=read-write';

    # each crash and each copy has to go through what was written since
    Glyph::Fault::sql("ALTER SYSTEM SET $_") for "max_wal_size = '256MB'",
        "checkpoint_timeout = '30s'", "wal_keep_size = '512MB'";
    Glyph::Fault::sql('SELECT pg_reload_conf()');
}

sub stack {
    my ($name, @command) = @_;
    mkdir "$run/$name";
    return system("GLYPH_RUN=$run/$name util/stack.sh @command"
                  . " > $run/$name.log 2>&1") == 0;
}

sub log_of {
    my ($name) = @_;
    open my $in, '<', "$run/$name.log" or return "$run/$name.log: $!";
    local $/;
    return "stack.sh: " . <$in>;
}

# At once, as a power cut would.
sub pg_crash { stack($primary, 'crash') or die log_of($primary) }

# A server that was killed a moment ago may still hold its memory.
sub pg_start {
    for (1 .. 5) {
        return if stack($primary, 'postgres');
        sleep 1;
    }
    die log_of($primary);
}

sub postmaster {
    open my $in, '<', "$run/$primary/pg/data/postmaster.pid" or return;
    my $pid = <$in>;
    chomp $pid;
    return $pid;
}

sub pg_backends {
    my $pid = postmaster() or return;
    return split ' ', `pgrep -P $pid -f 'glyph(_edge)? glyph'`;
}

sub pg_pause {
    my $pid = postmaster() or return;
    push @stopped, $pid, split ' ', `pgrep -P $pid`;
    kill 'STOP', @stopped;
}

# The end of one that is paused.
sub pg_kill {
    kill 'KILL', @stopped;
    @stopped = ();
}

sub pg_resume {
    kill 'CONT', @stopped if @stopped;
    @stopped = ();
}

# Takes a copy of all; from then on a commit waits for it.
sub add_standby {
    Glyph::Fault::wait_for(sub {
        eval { Glyph::Fault::sql('SELECT 1') };
    }, 30) or die 'no primary';
    stack($other, 'standby', "$run/$primary") or die log_of($other);
}

# The primary crashes, or if it is "silent" does not answer any more, as one
# does whose machine is gone.
sub fail_over {
    my ($silent) = @_;
    $silent ? pg_pause() : pg_crash();
    ($primary, $other) = ($other, $primary);
    stack($primary, 'promote') or die log_of($primary);
    remove_tree("$run/$other") unless $silent;
}

1;
