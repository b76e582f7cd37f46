# Several connections that write: two large uploads have a transaction each, a
# lost one harms only its own, and without a further one all goes on.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my $n = 200_000;
my $large = "$root/large.csv";
my $small = "$root/small.csv";
my $locations = 'location = /metrics { glyph_metrics; }';

# Backends of our workers in a transaction that writes.
sub writing {
    return split ' ', sql("SELECT pid FROM pg_stat_activity WHERE"
        . " application_name ~ '^glyph:' AND backend_xid IS NOT NULL"
        . ' ORDER BY backend_start');
}

sub limit {
    my ($n) = @_;
    sql("ALTER ROLE glyph_edge CONNECTION LIMIT $n");
}

sub start {
    my @id = map { uuid() } 1 .. 2;
    my %pid = map { $_ => upload($_, "\@$large") } @id;
    return \%pid, @id;
}

no_standby();
limit(-1);
start_nginx(locations => $locations);
write_input($large, $n);
write_input($small, 20);

subtest 'two large uploads, one worker' => sub {
    my ($pid, @id) = start();
    ok begun($_), 'each begins' for @id;
    is wait_for(sub { my @pid = writing(); @pid == 2 ? 2 : 0 }, 20), 2,
        'two transactions at a time';
    like get('/metrics'), qr/^glyph_writer_connections\{state="busy"\} [012]$/m,
        'metrics tell of them';
    is code_of($_, $pid->{$_}), 200, 'it is completed' for @id;
    is stored($_), $n, 'every row is there, once' for @id;
};

subtest 'one of the two connections is lost' => sub {
    my ($pid, @id) = start();

    for my $i (1 .. 6) {
        my @pid = wait_for(sub { writing() == 2 }, 20) ? writing() : ();
        sql('SELECT pg_terminate_backend(' . $pid[$i % 2] . ')') if @pid > 1;
    }

    # it may have been the last one there was just then
    ok wait_for(sub { get('/health') =~ /"status":"ok"/ }, 10), 'it goes on';

    is code_of($_, upload($_, "\@$small")), 200, 'a small one is done'
        for map { uuid() } 1 .. 5;
    is code_of($_, $pid->{$_}), 200, 'it is completed' for @id;
    is stored($_), $n, 'every row is there, once' for @id;
    like slurp("$root/logs/error.log"), qr/postgres was lost in a transaction/,
        'the log says so';
};

# One to write with, as its own heartbeat and reaper have theirs.
subtest 'Postgres has no further connection' => sub {
    ok stop_nginx(), 'nginx ends when asked';
    start_nginx(locations => $locations);
    write_input($large, $n);
    write_input($small, 20);
    my $first = uuid();
    is code_of($first, upload($first, "\@$small")), 200, 'there is one';
    limit(1);
    my ($pid, @id) = start();
    ok wait_for(sub {
        slurp("$root/logs/error.log") =~ /postgres has no further connection/;
    }, 20), 'the log says so';
    is code_of($_, $pid->{$_}), 200, 'it is completed' for @id;
    is stored($_), $n, 'every row is there, once' for @id;
    limit(-1);
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", grep { !/postgres was lost in a transaction|CONNECTION LIMIT|
                      too\ many\ connections|terminating\ connection/x }
        bad_lines()), '', 'nothing else bad in the error log';

done_testing;
