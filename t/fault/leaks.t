# What has ended is let go of: a worker's memory does not grow with the number of
# uploads that it has answered, however they end.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my $small = "$root/small.csv";

# kB
sub memory {
    my ($pid) = workers();
    return slurp("/proc/$pid/smaps_rollup") =~ /^Anonymous:\s+(\d+)/m ? $1 : 0;
}

# By clients that keep their connections.
sub uploads {
    my ($path, $file, $n) = @_;
    my @pids;

    for (1 .. 4) {
        my $pid = fork // die "fork: $!";
        if ($pid == 0) {
            open STDOUT, '>', '/dev/null';
            exec 'curl', '-s', '-m', 60, '-H', 'Content-Type: text/csv', '-H',
                'Expect:', '-X', 'POST',
                map { ('-T', $file, '-o', '/dev/null', "$url$path") }
                1 .. $n / 4;
        }
        push @pids, $pid;
    }

    waitpid $_, 0 for @pids;
    wait_for(sub { get('/health') =~ /"jobs_in_worker":0\b/ }, 30);
}

start_nginx(http => 'keepalive_requests 100000; glyph_max_jobs 10000;',
            locations => 'location = /score { glyph_transform; }');
write_input($small, 2);
my $broken = "$root/broken.csv";
open my $out, '>', $broken or die "$broken: $!";
print $out "this,that\n1,2\n";
close $out;

my $done = "SELECT count(*) FROM glyph.imports WHERE state = 'completed'";
my $others = sql($done);

for my $with (['imports', '/import', $small],
              ['imports of files that are refused', '/import', $broken],
              ['background imports', '/background', $small],
              ['dry runs', '/import?dry_run=true', $small],
              ['transforms', '/score', $small])
{
    my ($what, $path, $file) = @$with;
    uploads($path, $file, 200);
    my $before = memory();
    uploads($path, $file, 400);
    my $grown = memory() - $before;

    # a job's pool has 4 kB
    SKIP: {
        skip 'the sanitizer keeps what is freed', 1 if $ENV{GLYPH_ASAN};
        cmp_ok $grown, '<', 800, "$what: kB of 400";
    }
}

is sql($done) - $others, 1200, 'all are there';
ok wait_for(sub { !grep { -f } glob "$root/spool/jobs/*" }, 10),
    'no file is left';
ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing();
