#!/usr/bin/env perl
#
# The layers of src, from the ground: a folder's files include its own headers
# and those of layers before it, and none of those behind it or beside.  Says
# which includes do not, with file and line, and which calls, by the objects of
# the last build, where there is one: neither a prototype outside a header nor a
# header of somebody else's hides these.  What is inside of a job, of a file of
# the spool or of a transaction is looked at in its own folder only.
#
#   layers.pl       an error for each
#   layers.pl -v    and the circles of files, with what leads around them

use strict;
use warnings;

use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";

# words, bytes, JSON text; a price, a date, a condition, a row's identity; what
# columns are called; records of JSON, of CSV; a body's way to the file; models
# and titles; a scored listing; what it is written as; the pipeline itself
my @core = qw(text value column json csv body title listing out pipeline);

# events and zones; each store; what a job is; what it becomes, and what is told
# of it; what runs from a file; requests.  Those in one line do not know each
# other.
my @layers = (
    [qw(base)],
    [qw(pg redis spool)],
    [qw(job)],
    [qw(writer live)],
    [qw(queue)],
    [qw(http)]
);

# files of one unit: what they share stands in a header that no other includes
my @units = (
    [qw(writer writer_jobs writer_outcome writer_take writer_tx)],
    [qw(job collect job_file job_input job_life job_output job_run)]
);

# what nobody outside the folder may look into
my %private = map { $_ => 1 } qw(ngx_glyph_job_parts.h ngx_glyph_spool_file.h
                                 ngx_glyph_writer_tx.h ngx_glyph_runner.h);

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

# a folder's layer is [ rank, name ]; core is below all

my %layer;

for my $rank (0 .. $#layers) {
    $layer{$_} = [ $rank, $_ ] for @{ $layers[$rank] };
}

my %folder;     # of each header, and of each part

for my $file (glob 'src/*/ngx_glyph*.[ch] src/ngx_glyph*.c') {
    my ($folder, $name) = $file =~ m{^src/(?:(\w+)/)?(\w+\.[ch])$};

    if (!defined $folder || !exists $layer{$folder}) {
        print "$file: is in no layer\n";
        $bad = 1;
        next;
    }

    $folder{$name} = $folder;
    $folder{ part($file) } = $folder;
}

for my $file (glob 'src/*/ngx_glyph*.[ch]') {
    my ($folder) = $file =~ m{^src/(\w+)/};

    for my $include (includes($file)) {
        my ($line, $name) = @$include;
        my $how = points($folder, $folder{$name});

        if ($private{$name} && $folder{$name} ne $folder) {
            $how = "private to $folder{$name}";
        }

        if ($how) {
            print "$file:$line: \"$name\" is $how\n";
            $bad = 1;
        }
    }
}

my (%home, %wants, %calls);
my %unit = map { my $unit = $_; map { $_ => $unit->[0] } @$unit } @units;

# what has moved or gone leaves its object behind

for my $object (glob 'build/nginx/addon/*/*.o') {
    my ($dir, $name) = $object =~ m{/(\w+)/(\w+)\.o$};

    next if !-e "src/$dir/$name.c" && !-e "src/core/$dir/$name.c";

    my $part = part($object);

    for (`nm $object`) {
        my ($kind, $symbol) = /(\w) ((?:ngx_)?glyph_\w+)$/ or next;

        $home{$symbol} = $part if $kind =~ /[TDBRC]/;
        $wants{$part}{$symbol} = 1 if $kind eq 'U';
    }
}

for my $part (sort keys %wants) {
    my %up;

    for my $symbol (sort keys %{ $wants{$part} }) {
        my $to = $home{$symbol};

        # what a worker has one of is the module file's, and everybody's
        next if !defined $to;

        push @{ $up{$to} }, $symbol if points($folder{$part}, $folder{$to});
        $calls{ $unit{$part} // $part }{ $unit{$to} // $to } = 1;
    }

    for my $to (sort keys %up) {
        print "$part -> $to: @{ $up{$to} }\n";
        $bad = 1;
    }
}

printf "%d circles\n", circles() if $told;

exit $bad;


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

    return $file =~ m{(?:^|/)(?:ngx_glyph_?)?(\w*)\.[cho]$} ? $1 : '?';
}


# "above", "beside", or nothing where it may be; what is no file of ours in a
# layer is below all

sub points {
    my ($from, $to) = @_;

    return '' if !defined $to;

    ($from, $to) = map { $layer{$_} } $from, $to;

    return 'above' if $to->[0] > $from->[0];
    return 'beside' if $to->[0] == $from->[0] && $to->[1] ne $from->[1];

    return '';
}
