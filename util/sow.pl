#!/usr/bin/env perl
#
# Sows faults into a copy of the tree, one by one, and looks whether the tests
# catch them.  t/sown/faults lists them:
#
#     == what is wrong with it
#     file FILE           or a pattern, of which one file has the text
#     - text that is there, once
#     + text in its place
#     test TEST …
#
# Both texts may have several lines, and a test is a program of t/unit or a
# suite.  A text that is not there, or more than once, a fault that does not
# compile, and a test that fails without a fault are errors.
#
#     sow.pl              all of them
#     sow.pl -c           only whether each text is there
#     sow.pl PATTERN …    those whose name or file matches
#     sow.pl -n …         without a look first whether the tests pass

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path);
use FindBin;

chdir "$FindBin::Bin/.." or die "chdir: $!\n";
$| = 1;

my $option = @ARGV && $ARGV[0] =~ /^-[cn]$/ ? shift @ARGV : '';
my @faults = faults('t/sown/faults');

if (@ARGV) {
    my $any = join '|', @ARGV;
    @faults = grep { "$_->{name} $_->{file}" =~ /$any/ } @faults;
}

my $bad = 0;

for my $fault (@faults) {
    my $n = 0;

    for my $file (glob $fault->{file}) {
        my $found = () = slurp($file) =~ /\Q$fault->{from}\E/g;
        $n += $found;
        $fault->{file} = $file if $found;
    }

    if ($n != 1) {
        print "$fault->{file}: the text of \"$fault->{name}\" is there"
            . " $n times\n";
        $bad = 1;
    }
}

exit $bad if $option eq '-c' || $bad;

my $build = $ENV{BUILD} || 'build';
my $tree = "$build/sown";
my $log = "$tree/build/sown.log";
my $run = $ENV{GLYPH_RUN} || 'run';
$run = "$ENV{PWD}/$run" if $run !~ m{^/};
$ENV{GLYPH_RUN} = "$run/sown";
make_path($ENV{GLYPH_RUN}, "$tree/build");

copy();

my %tests = map { $_ => 1 } map { @{ $_->{tests} } } @faults;
build(keys %tests) or die "the copy does not build: see $log\n";
sound(sort keys %tests) if $option ne '-n';

my @left;

for my $i (0 .. $#faults) {
    my $fault = $faults[$i];
    my $file = "$tree/$fault->{file}";
    my $text = slurp($file);

    (my $sown = $text) =~ s/\Q$fault->{from}\E/$fault->{to}/;
    spew($file, $sown);

    my $how = !build(@{ $fault->{tests} }) ? 'does not build'
        : tests(@{ $fault->{tests} }) ? 'NOT CAUGHT' : 'caught';
    rename $log, sprintf '%s/build/sown-%02d.log', $tree, $i + 1;

    spew($file, $text);
    push @left, $fault if $how ne 'caught';
    printf "%2d of %d, %s: %s\n", $i + 1, scalar @faults, $how, $fault->{name};
}

printf "%d sown, %d caught\n", scalar @faults, @faults - @left;
exit(@left ? 1 : 0);


sub faults {
    my ($name) = @_;
    my (@all, $fault, $part);

    for my $line (split /\n/, slurp($name)) {

        if ($line =~ /^== (.+)/) {
            push @all, $fault = { name => $1, from => '', to => '' };
            $part = '';

        } elsif (!$fault) {
            next;

        } elsif ($line =~ /^file (\S+)$/) {
            $fault->{file} = $1;

        } elsif ($line =~ /^test (.+)/) {
            $fault->{tests} = [split ' ', $1];
            $part = '';

        } elsif ($line =~ /^([-+]) (.*)/) {
            $part = $1 eq '-' ? 'from' : 'to';
            $fault->{$part} = $2;

        } elsif ($part) {
            $fault->{$part} .= "\n$line";
        }
    }

    for (@all) {
        die "$name: \"$_->{name}\" lacks something\n"
            unless $_->{file} && $_->{tests} && length $_->{from};
    }

    return @all;
}


# What is built stays from run to run, and with it all that has not changed.

sub copy {
    my %ours;

    for my $name (split /\0/, `git ls-files -z`) {
        next unless -f $name;
        $ours{$name} = 1;

        my $to = "$tree/$name";
        next if -e $to && slurp($name) eq slurp($to);

        make_path(dirname($to));
        spew($to, slurp($name));
        chmod 0755, $to if -x $name;
    }

    for my $name (split /\n/, `cd $tree && find . -path ./build -prune -o -type f -print`) {
        $name =~ s{^\./}{};
        unlink "$tree/$name" if !$ours{$name};
    }
}


# Of programs alone no more is made than these.

sub build {
    my @units = map { "\$BUILD/unit/$_" } grep { !m{/} } @_;
    my @all = grep({ m{/} } @_)
        ? qw($BUILD/glyphsieve $BUILD/schema.sql $BUILD/unit/chosen module) : ();

    return sh('perl util/schema.pl -w && env -u MAKEFLAGS make -s BUILD=build'
        . " @units @all");
}


# No suite needs stores that are not there for it.

sub tests {
    my @units = map { "build/unit/$_" } grep { !m{/} } @_;
    my @suites = grep { m{/} } @_;

    return sh("for unit in @units; do \$unit || exit 1; done")
        && (!@suites || sh("timeout 300 util/test.sh @suites"));
}


# What fails for the machine's other work passes when it is run again, alone.

sub sound {
    my @tests = @_;

    return if tests(@tests);

    my %failed = map { $_ => 1 } slurp($log) =~ m{^(t/\S+\.t) +\(Wstat}mg;
    local $ENV{GLYPH_JOBS} = 1;

    %failed && tests(grep({ !m{/} } @tests), sort keys %failed)
        or die "tests fail before anything is sown: see $log\n";
}


sub sh {
    my ($command) = @_;
    return system("{ cd $tree && export BUILD=\$PWD/build && $command; }"
        . " >> $log 2>&1") == 0;
}


sub slurp {
    my ($name) = @_;
    open my $in, '<:raw', $name or die "$name: $!\n";
    local $/;
    return scalar <$in> // '';
}


sub spew {
    my ($name, $text) = @_;
    open my $out, '>:raw', $name or die "$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
}
