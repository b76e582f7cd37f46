# Postgres is restored from a dump under a running nginx, by what
# docs/operations.md says, word for word.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Fault;

use POSIX qw(WNOHANG);
use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my ($host, $db, $user) = $ENV{GLYPH_PG} =~ /host=(\S+) dbname=(\S+) user=(\S+)/;
plan skip_all => 'not the private Postgres' unless $user && $db eq 'glyph';

my ($pgbin) = (sort glob '/usr/lib/postgresql/*/bin')[-1];
$ENV{PATH} = "$pgbin:$ENV{PATH}";
@ENV{qw(PGHOST PGUSER)} = ($host, $user);

my ($chapter) = slurp('docs/operations.md')
    =~ /^## Backup and restore\n(.*?)^## /ms;
my @blocks = $chapter =~ /((?:^    .*\n)+)/mg;
s/^    //mg for @blocks;
my ($dump) = grep { /pg_dump / } @blocks;
my ($restore) = grep { /pg_restore / } @blocks;
my ($end) = grep { /glyph\.cancel/ } @blocks;
my $small = "$root/small.csv";

sub shell {
    my ($script) = @_;
    open my $sh, '|-', "cd $root && sh -eu > $root/shell.log 2>&1" or die;
    print $sh $script;
    return close $sh;
}

sub spooled { return split ' ', `find $root/spool/jobs -type f` }

sub connected {
    return wait_for(sub {
        get('/health') =~ /"postgres":\{"state":"connected"/ }, 15);
}

no_standby();
start_nginx(workers => 2);
write_input();
write_input($small, 20);

my ($before, $foreground, $background, $after) = map { uuid() } 1 .. 4;

subtest 'a dump, while imports run' => sub {
    is code_of($before, upload($before, "\@$small")), 200, 'one is complete';
    my $pid = upload($foreground, '--limit-rate', '1m');
    ok begun($foreground), 'one is running';
    is code_of($background, upload($background, '/background')), 202,
        'another in the background';
    ok begun($background), 'is running, too';
    ok shell($dump), $dump or diag slurp("$root/shell.log");
    is code_of($foreground, $pid), 200, 'the first is completed';
    is final($background, 30), 'completed', 'so is the second';
    is code_of($after, upload($after, "\@$small")), 200, 'and one more';
    ok wait_for(sub { !spooled() }, 5), 'the spool is empty';
};

my ($running, $queued) = (uuid(), uuid());
my ($pid, $still);

subtest 'the restore' => sub {
    $pid = upload($running, '--limit-rate', '200k');
    ok begun($running), 'an import is running';
    sql('CREATE TABLE public.left_behind (a int)');
    ok shell($restore), $restore or diag slurp("$root/shell.log");
    $still = waitpid($pid, WNOHANG) == 0;
    ok connected(), 'nginx sees the database again';
    is code_of($queued, upload($queued, '/background', "\@$small")), 202,
        'and takes uploads';
    is final($queued, 20), 'completed', 'which are imported';
    is sql("SELECT to_regclass('public.left_behind') IS NULL"), 't',
        'it is the other database';
};

subtest 'what was there' => sub {
    is visible($before), 20, 'what was complete is there';
    is state_of($after), '', 'what came later is not';
    is status_of("/jobs/$after/status"), 404, 'for clients neither';
    is state_of($_), 'processing', 'what was running does so for ever'
        for $foreground, $background;
};

subtest 'ending them' => sub {
    sleep 2;
    my $time = sql('SELECT now()');
    is final($queued, 5), 'completed';
    my $live = uuid();
    my $live_pid = upload($live, '--limit-rate', '1m');
    ok begun($live), 'an import is running again';
    $end =~ s/'2026-[^']*'/'$time'/ or die 'no time in it';
    my $out = sql($end);
    like $out, qr/\Q$_\E.*cancelled/, 'is ended' for $foreground, $background;
    is state_of($_), 'cancelled', 'for good' for $foreground, $background;
    like get("/jobs/$_/status"), qr/"state" ?: ?"cancelled"/, 'clients see it'
        for $foreground, $background;
    is code_of($live, $live_pid), 200, 'the one that runs goes on';
    is sql('SELECT count(*) FROM glyph.imports WHERE NOT glyph.is_final(state)'
           . " AND id <> '$running'"), 0, 'no other is left';
};

subtest 'the import that ran meanwhile' => sub {
    my $code = code_of($running, $pid);
    like $code, qr/^(200|503|409)$/, "is answered, with $code";

    # on a slow machine it may have been over before the other database came
    my $expected = $code != 200 ? qr/^0$/ : $still ? qr/^$rows$/ : qr/^(0|$rows)$/;
    like visible($running), $expected, 'all or nothing is there'
        or diag state_of($running);
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
