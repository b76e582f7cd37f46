package Glyph::Fuzz;

# A fuzzer of uploads over HTTP/1.1 and HTTP/2.  In rounds, each with an nginx
# of its own: cases run, so many at a time, and beside them reloads and stores
# that are away; then all is well again, and what must hold is looked at.
#
# A round is made of the seed and its number, a case of the seed, the round and
# its own number; only the time at which things meet is not repeated.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use Test::More;
use Time::HiRes qw(sleep time);

use Glyph::Fault;
use Glyph::Fuzz::Case ();
use Glyph::Fuzz::Check ();
use Glyph::Fuzz::Request;

our @EXPORT = qw(fuzz);

my $workers = 2;
my ($host, $port) = $url =~ m{//([\d.]+):(\d+)};
my %ports = (http1 => $port, abrupt => $port + 1, http2 => $port + 2);
my (%count, %with, @stopped, $owner);

# what is read of the error log, and up to where
my ($log_at, @bad);

# ids that several uploads have; once Postgres was away, one that was accepted
# may turn out to be another's, and is in quarantine then (docs/api.md)
my (%shared, $away);

END {
    my $status = $?;
    resume_stores() if defined $owner && $owner == $$;
    $? = $status;
}


# What nginx is told to do differs from round to round.

sub limits {
    return join "\n", map { "        $_" }
        'client_header_timeout 1s;',
        'client_body_timeout ' . pick('400ms', '400ms', '150ms', '2s') . ';',
        'glyph_upload_timeout ' . pick('0', '0', '300ms', '1s') . ';',
        'send_timeout ' . pick('300ms', '1s') . ';',
        'lingering_time 3s;',
        'lingering_timeout ' . pick('300ms', '1s') . ';',
        'keepalive_timeout ' . pick('0', '1s', '5s') . ';',
        'reset_timedout_connection ' . pick('on', 'off') . ';',
        'client_body_buffer_size ' . pick('1k', '16k') . ';';
}

sub settings {
    return (http => join "\n    ",
                pick('', '', 'glyph_buffers 4 4k blocks=2;',
                     'glyph_buffers 16 64k blocks=4;'),
                pick('', '', 'glyph_max_jobs 6;'),
                'glyph_runners ' . pick(1, 2, 8) . ';',
                'glyph_events_wait ' . pick('0', '1s') . ';',
                'glyph_spool_max_size ' . pick('64m', '64m', '1m') . ';',
                pick('', '', 'glyph_background_size 20k;'),
                'glyph_problems ' . pick('on', 'off') . ';');
}

sub configuration {
    my %settings = settings();
    my $limits = limits();
    my $fuzzed = <<"CONF";
$limits
        location = /fz/any { glyph_import; }
        location = /fz/background { glyph_import background; }
        location = /fz/foreground { glyph_import; glyph_background off; }
        location = /fz/small { glyph_import; client_max_body_size 2k; }
        location = /fz/paged {
            glyph_import;
            error_page 400 408 413 422 500 503 507 =470 /fz/sorry;
        }
        location = /fz/sorry { internal; return 200 "sorry\\n"; }
        location = /fz/score { glyph_transform; }
        location = /metrics { glyph_metrics; }
CONF

    return (
        workers => $workers,
        timeout => '3s',
        http => <<"CONF",
$settings{http}
    server {
        listen 127.0.0.1:$ports{abrupt};
        lingering_close off;
        client_max_body_size 0;
        location /jobs { glyph_jobs; }
$fuzzed
    }
CONF
        locations => "listen 127.0.0.1:$ports{http2} http2;\n$fuzzed",
    );
}


# Stores that do not answer for a while.

sub pids_of {
    my ($store) = @_;
    my ($run) = $ENV{GLYPH_REDIS} =~ m{^(.*)/};
    my ($pid) = slurp($store eq 'Redis' ? "$run/redis.pid"
                      : "$run/pg/data/postmaster.pid") =~ /^(\d+)/ or return;
    return ($pid, $store eq 'Redis' ? () : split ' ', `pgrep -P $pid`);
}

sub stop_store {
    my ($store) = @_;
    my @pids = pids_of($store);
    push @stopped, @pids;
    kill 'STOP', @pids;
}

sub resume_stores {
    kill 'CONT', @stopped if @stopped;
    @stopped = ();
}

my %trouble = (
    reload => sub { kill 'HUP', master() },
    'Postgres stops' => sub { stop_store('Postgres') },
    'Redis stops' => sub { stop_store('Redis') },
    'backends end' => sub {
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            . " WHERE application_name LIKE 'glyph%'") unless @stopped;
    },
);

# At which case's start what happens, and how long it lasts.
sub troubles {
    my ($seed, $cases) = @_;
    my %at;
    chance_of($seed, 'troubles');
    for (1 .. int($cases / 60)) {
        $at{roll($cases)} = [pick(sort keys %trouble), 0.2 + rand 4];
    }
    return \%at;
}


# The error log, while it grows.
sub look_at_log {
    open my $in, '<', "$root/logs/error.log" or return;
    seek $in, $log_at, 0;
    while (my $line = <$in>) {
        last unless $line =~ /\n\z/;
        $log_at += length $line;
        next if $line =~ /quarantine: another import has its id, job: (\S+)/
            && $away && exists $shared{$1};
        push @bad, $line if $line =~ /\[(alert|emerg|crit)\]/
            || $line =~ /ERROR: AddressSanitizer|runtime error:/;
    }
    return @bad;
}

sub wait_for_sockets {
    my ($wait, @open) = @_;
    my ($read, $write) = ('', '');
    for my $c (@open) {
        vec($read, fileno $c->socket_of, 1) = 1 if $c->wants_read;
        vec($write, fileno $c->socket_of, 1) = 1 if $c->wants_write;
    }
    select $read, $write, undef, $wait;
    for my $c (@open) {
        my $n = fileno $c->socket_of;
        $c->can_read if $c->wants_read && vec $read, $n, 1;
        $c->can_write if $c->wants_write && vec $write, $n, 1;
    }
}

# Runs cases until they are over or something is wrong.  Returns what is, and
# the cases that were begun.
sub run_cases {
    my ($seed, $at, $end, @numbers) = @_;
    my (@running, @begun, @faults, $resume);
    my $looked = 0;

    while (@numbers || @running) {
        my $now = time;

        if (defined $resume && $now > $resume) {
            resume_stores();
            $resume = undef;
        }

        if ($now > $looked + 0.2) {
            last if look_at_log();
            $looked = $now;
        }

        @numbers = () if $now > $end;

        while (@numbers && @running < $with{parallel}) {
            my $n = shift @numbers;
            if (my $trouble = $at->{$n}) {
                diag "case $n: $trouble->[0]" if $ENV{FUZZ_VERBOSE};
                $trouble{$trouble->[0]}->();
                $resume = $now + $trouble->[1] if @stopped;
                $count{"trouble: $trouble->[0]"}++;
                $away = 1 if $trouble->[0] =~ /Postgres|backends/;
            }
            my $case = Glyph::Fuzz::Case::plan($seed, $n);
            @shared{map { $_->{id} || () } @{$case->{requests}}} = ()
                if $case->{how} eq 'same id';
            push @begun, $case;
            push @running, Glyph::Fuzz::Case::connections($case, %ports);
        }

        $_->go($now) for @running;

        for my $c (grep { $_->is_over } @running) {
            push @faults, $c->all_faults;
        }

        @running = grep { !$_->is_over } @running;
        last if @faults;
        wait_for_sockets(0.01, grep { $_->socket_of } @running);
    }

    resume_stores();
    $_->end for @running;
    return (\@faults, \@begun, map { $_->{name} } @running);
}


sub metrics {
    my %value;
    for (split /\n/, get('/metrics')) {
        $value{$1} += $2 if /^(glyph_\w+)(?:\{[^}]*\})? (\d+)$/;
    }
    return \%value;
}

# Gauges that say that something is still going on, or was lost sight of.
my @idle = qw(glyph_jobs glyph_transforms glyph_uploads_in_flight glyph_tasks
    glyph_writer_jobs glyph_buffers_in_use glyph_buffers_waiting
    glyph_spool_files glyph_spool_bytes);

sub spooled { return split ' ', `find $root/spool/jobs -type f` }

sub busy {
    my $value = metrics();
    my @busy = map { "$_ $value->{$_}" } grep { $value->{$_} } @idle;
    push @busy, 'no metrics' unless %$value;
    push @busy, map { "file $_" } spooled();
    push @busy, map { "import $_" } split /\n/, sql(
        "SELECT id || ' ' || state || ' ' || coalesce(source_label, '-')"
        . " FROM glyph.imports"
        . " WHERE state NOT IN ('completed', 'failed', 'cancelled')");
    my @workers = workers();
    push @busy, @workers . ' workers' if @workers != $workers;
    return @busy;
}

sub after_round {
    my (@cases) = @_;
    my @broken;

    wait_for(sub { !busy() }, 60) or push @broken, map { "left: $_" } busy();

    for my $pid (workers()) {
        my @open = grep { m{spool/jobs} } map { readlink($_) || '' }
            glob "/proc/$pid/fd/*";
        push @broken, "worker $pid has open: @open" if @open;
    }

    for my $path ('/import', '/background', '/fz/score') {
        my $status = status_of($path, '-H', 'Content-Type: text/csv',
                               '--data-binary', "title,price\nRTX 3090,700\n");
        push @broken, "an ordinary upload to $path is answered with $status"
            unless $status =~ /^20[02]$/;
    }

    wait_for(sub { !spooled() }, 20);

    my @quarantine = grep { !($away && m{([^/]+)\z} && exists $shared{$1}) }
        glob "$root/spool/quarantine/*";
    push @broken, "in quarantine: @quarantine" if @quarantine;

    return (@broken, Glyph::Fuzz::Check::check_stored(
        $away ? \%shared : {}, @cases));
}

sub tally {
    my (@cases) = @_;
    for my $q (map { @{$_->{requests}} } @cases) {
        if ($q->{kind} eq 'bare') {
            $count{others}++;
            next;
        }
        $count{uploads}++;
        $count{!$q->{begun} ? 'not begun' : 'answer '
               . ($q->{status} || ($q->{complete} ? 'none' : 'none, cut'))}++;
    }
}

sub one_round {
    my ($round, $end) = @_;
    my $seed = "$with{seed}/$round";
    my $only = $ENV{FUZZ_CASES};
    my @numbers = $only ? map { /(\d+)-(\d+)/ ? $1 .. $2 : $_ } split /,/, $only
                        : 1 .. $with{cases};
    my $began = time;

    chance_of($seed, 'configuration');
    start_nginx(configuration());
    ($log_at, @bad) = (0);
    ($away, %shared) = (0);
    Glyph::Fuzz::Check::forget_stored();

    my ($faults, $begun, @running) =
        run_cases($seed, troubles($seed, $with{cases}), $end, @numbers);
    my @broken = @$faults;

    tally(@$begun);

    if (look_at_log()) {
        push @broken, "while these ran: @running" if @running;
    } elsif (!@broken) {
        push @broken, after_round(@$begun);
    }

    my $ended = stop_nginx();
    my $quit = time;
    push @broken, 'nginx does not end' unless $ended;
    look_at_log();
    push @broken, @bad;
    push @broken, 'see ' . kept_log($round) if @broken;

    # a round that begins when the time is over has none
    diag sprintf "round %d: cases %d-%d in %.1f s", $round,
        map({ $_->{n} } @$begun[0, -1]), $quit - $began
        if @$begun;
    return @broken;
}

# Where the next round does not remove it.
sub kept_log {
    my ($round) = @_;
    my $name = abs_path($ENV{GLYPH_RUN}) . "/../fuzz-$with{seed}-$round.log";
    system 'cp', "$root/logs/error.log", $name;
    return abs_path($name);
}

# %with: seed, seconds, cases (of one round), parallel (cases at a time),
# rounds (at most).  FUZZ_ROUND and FUZZ_CASES are for a part of it.
sub fuzz {
    %with = @_;
    $owner = $$;
    local $SIG{PIPE} = 'IGNORE';

    my $began = time;
    my $end = $began + $with{seconds};
    my $first = $ENV{FUZZ_ROUND} || 1;
    my $last = $ENV{FUZZ_ROUND} || $with{rounds} || 1e9;

    for my $round ($first .. $last) {
        last if $round > $first && time > $end;
        my @broken = one_round($round, $end);
        ok !@broken, "round $round";
        next unless @broken;
        @broken = (@broken[0 .. 29], '…') if @broken > 30;
        diag sprintf "after %.1f s and %d uploads; again with"
            . " FUZZ_SEED=%s FUZZ_ROUND=%d\n", time - $began,
            $count{uploads} || 0, $with{seed}, $round;
        diag map { s/\n?\z/\n/r } @broken;
        last;
    }

    diag map { "$_: $count{$_}\n" } sort keys %count;
}

1;
