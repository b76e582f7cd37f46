#!/usr/bin/env perl
#
# The layers of src, from the ground: a file includes its own headers and those
# of layers before its own, and none of those behind it.  Says which includes
# point up, with file and line.
#
#   layers.pl       core, by folders; an error for each
#   layers.pl -v    the rest, too, by the table below, and what the objects of
#                   the last build call; says how many there are, no more

use strict;
use warnings;

use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";

# words, bytes, JSON text; a price, a date, a condition, a row's identity; what
# columns are called; records of JSON, of CSV; a body's way to the file; models
# and titles; a scored listing; what it is written as; the pipeline itself
my @core = qw(text value column json csv body title listing out pipeline);

# of src/ngx_glyph_NAME.[ch]; those in one line do not know each other
my @layers = (
    { base => [qw(budget compat event latch log memory node resolve secret
                  slice str task time timing turn uuid zone)] },

    { pg => [qw(models pg pg_conf pg_conn schema store)],
      redis => [qw(redis redis_conf redis_link redis_reply
                   redis_sentinel redis_state redis_sub)],
      spool => [qw(asked source spool spool_file spool_read spool_scan
                   spool_write)] },

    { job => [qw(client collect compute job job_fingerprint job_input job_json
                 import job_life job_list job_parts job_state job_view kind
                 observer output preview registry_conf sink spool_meta)] },

    { writer => [qw(batch owner record writer writer_jobs
                    writer_outcome writer_sink writer_tx)],
      live => [qw(control hint locate state watch)] },

    { queue => [qw(background runner runner_job)] },

    { http => [qw(accept answer body_filter cross_site ctx dry_run errors
                  health http idempotency jobs jobs_answer jobs_ask metrics
                  options params problem pump query request rows sse tenant
                  trace transform upload variables)] }
);

# files of one unit: what they share stands in a header that no other includes
my @units = (
    [qw(writer writer_jobs writer_outcome writer_tx)],
    [qw(jobs jobs_answer jobs_ask)],
    [qw(job collect compute job_input job_life job_list)]
);

my $told = @ARGV && $ARGV[0] eq '-v';
my $bad = 0;

my %level = map { $core[$_] => $_ } 0 .. $#core;

# no build reads it

for my $file (glob 'src/core/*.[ch]') {
    print "$file: is in no folder\n";
    $bad = 1;
}

for my $file (glob 'src/core/*/*.[ch]') {
    my ($folder) = $file =~ m{^src/core/(\w+)/};

    if (!exists $level{$folder}) {
        print "$file: \"$folder\" is no layer\n";
        $bad = 1;
        next;
    }

    for my $include (includes($file)) {
        my ($line, $name) = @$include;

        if ($name !~ m{^(\w+)/} || !exists $level{$1}) {
            print "$file:$line: \"$name\" is in no layer\n";
            $bad = 1;

        } elsif ($level{$1} > $level{$folder}) {
            print "$file:$line: \"$name\" is above\n";
            $bad = 1;
        }
    }
}

exit $bad if !$told;


# a file's layer is [ rank, name ]

my %layer = ( '' => [ 0, 'base' ] );

for my $rank (0 .. $#layers) {
    for my $name (keys %{ $layers[$rank] }) {
        $layer{$_} = [ $rank, $name ] for @{ $layers[$rank]{$name} };
    }
}

my ($includes, $calls) = (0, 0);

for my $file (glob 'src/ngx_glyph*.[ch]') {
    my $part = part($file);

    if (!exists $layer{$part}) {
        print "$file: is in no layer\n";
        next;
    }

    for my $include (includes($file)) {
        my ($line, $name) = @$include;

        next if $name =~ m{^core/};

        if (my $how = points($part, part($name))) {
            print "$file:$line: \"$name\" is $how\n";
            $includes++;
        }
    }
}

# neither a prototype outside a header nor a header of somebody else's hides
# these; core is below all

my (%home, %wants, %calls);
my %unit = map { my $unit = $_; map { $_ => $unit->[0] } @$unit } @units;

# what has moved or gone leaves its object behind

for my $object (glob 'build/nginx/addon/*/ngx_glyph_*.o') {
    next if $object !~ m{(\w+)\.o$} || !(-e "src/$1.c" || -e "$1.c");

    my $part = part($object);

    for (`nm $object`) {
        my ($kind, $symbol) = /(\w) (ngx_glyph_\w+)$/ or next;

        $home{$symbol} = $part if $kind =~ /[TDBRC]/;
        $wants{$part}{$symbol} = 1 if $kind eq 'U';
    }
}

for my $part (sort keys %wants) {
    next if !exists $layer{$part};

    # what a worker has one of is the module file's, and everybody's

    delete @{ $wants{$part} }{qw(ngx_glyph_module ngx_glyph_main_conf
                                ngx_glyph_parts)};

    my %up;

    for my $symbol (sort keys %{ $wants{$part} }) {
        my $to = $home{$symbol};

        next if !defined $to;

        push @{ $up{$to} }, $symbol if points($part, $to);
        $calls{ $unit{$part} // $part }{ $unit{$to} // $to } = 1;
    }

    for my $to (sort keys %up) {
        print "$part -> $to: @{ $up{$to} }\n";
        $calls += @{ $up{$to} };
    }
}

my $circles = circles();

print "$includes includes point up, $calls symbols are used from below, ",
    "$circles circles\n";


# prints those whose members all lead to each other

sub circles {
    my (%reach, %seen);
    my $n = 0;

    for my $from (keys %calls) {
        my @next = ($from);

        while (defined(my $part = shift @next)) {
            for (keys %{ $calls{$part} // {} }) {
                push @next, $_ if !$reach{$from}{$_}++;
            }
        }
    }

    for my $from (sort keys %calls) {
        my @circle = grep { $reach{$from}{$_} && $reach{$_}{$from} }
                          sort keys %calls;

        next if @circle < 2 || $seen{"@circle"}++;

        printf "a circle of %d: %s\n", scalar @circle, "@circle";
        $n++;
    }

    return $n;
}


sub includes {
    my ($file) = @_;
    my @found;

    open my $in, '<', $file or die "$file: $!\n";

    while (<$in>) {
        push @found, [ $., $1 ] if /^\s*#\s*include\s+"([^"]+)"/;
    }

    return @found;
}


sub part {
    my ($file) = @_;

    return $file =~ m{(?:^|/)ngx_glyph_?(\w*)\.[cho]$} ? $1 : '?';
}


# "above", "beside", or nothing where it may be

sub points {
    my ($from, $to) = map { $layer{$_} // [ 99, '?' ] } @_;

    return 'above' if $to->[0] > $from->[0];
    return 'beside' if $to->[0] == $from->[0] && $to->[1] ne $from->[1];

    return '';
}
