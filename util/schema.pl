#!/usr/bin/env perl
#
# Puts conf/schema together into the one file that is run, on the standard
# output: what must hold before, the steps from earlier versions, then tables,
# views and functions as they are now.
#
#     schema.pl       the file
#     schema.pl -w    writes src/pg/ngx_glyph_schema.h, what the module knows of it
#     schema.pl -c    says whether that is not current

use strict;
use warnings;

use Digest::MD5 qw(md5_hex);
use FindBin;

my $top = "$FindBin::Bin/..";
my $header = "$top/src/pg/ngx_glyph_schema.h";
my $mode = @ARGV ? $ARGV[0] : '';

my @parts = qw(tables views version fence ends nodes jobs arguments api models
    deltas summaries prices report orders listings roles);

sub slurp {
    my ($name) = @_;
    open my $in, '<', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}

my @steps = sort { $a <=> $b } map { m{/(\d+)\.sql$} }
    glob "$top/conf/schema/steps/*.sql";
my $version = $steps[-1];

my $functions = join "\n\n", map { slurp("$top/conf/schema/$_.sql") } @parts;

# Name and body of each, as pg_proc has them

my %bodies;

while ($functions =~ m{^CREATE [ ] OR [ ] REPLACE [ ] FUNCTION [ ]
                       glyph\.(\w+)\( .*? \s AS [ ] \$\$ (.*?) \$\$;}gmsx)
{
    push @{$bodies{$1}}, $2;
}

my $digest = md5_hex(join '', map {
    my $name = $_;
    map { "$name\n$_\n" } sort @{$bodies{$name}}
} sort keys %bodies);

if ($mode eq '-w' || $mode eq '-c') {
    my $names = join ',', sort keys %bodies;
    my $text = <<"END";

/*
 * Made by util/schema.pl of conf/schema.
 */


#ifndef _NGX_GLYPH_SCHEMA_H_INCLUDED_
#define _NGX_GLYPH_SCHEMA_H_INCLUDED_


#include "ngx_glyph.h"


#define NGX_GLYPH_SCHEMA_VERSION  $version

/* of all functions of these names: name and body, each with a newline */
#define NGX_GLYPH_SCHEMA_DIGEST   "$digest"
#define NGX_GLYPH_SCHEMA_FUNCTIONS                                            \\
END
    my @lines = ('');

    for my $name (split /(?<=,)/, $names) {
        push @lines, '' if length($lines[-1]) + length($name) > 68;
        $lines[-1] .= $name;
    }

    $text .= join(" \\\n", map { sprintf '    "%s"', $_ } @lines)
        . "\n\n\n#endif /* _NGX_GLYPH_SCHEMA_H_INCLUDED_ */\n";

    my $old = -e $header ? slurp($header) : '';

    if ($mode eq '-c') {
        exit 0 if $old eq $text;
        warn "ngx_glyph_schema.h is not of conf/schema: run"
            . " util/schema.pl -w\n";
        exit 1;
    }

    exit 0 if $old eq $text;
    open my $out, '>', $header or die "$header: $!\n";
    print {$out} $text;
    close $out or die "$header: $!\n";
    exit 0;
}

my $list = join ",\n    ", sort keys %bodies;
my ($head, $begin, $tail) = map {
    my $text = slurp("$top/conf/schema/$_.sql");
    $text =~ s/\@VERSION\@/$version/g;
    $text =~ s/\@FUNCTIONS\@/\n    $list/g;
    $text;
} qw(head begin tail);

print $head;

for my $n (@steps) {
    my $text = slurp("$top/conf/schema/steps/$n.sql");
    my ($comment) = $text =~ /\A((?:--.*\n)+)\n?/;
    $text = substr $text, length $&;

    print <<"SQL";


-- Step $n
--
$comment
BEGIN ISOLATION LEVEL READ COMMITTED;

SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '10s';

DO \$step\$
BEGIN
    IF (SELECT max(version) FROM glyph.schema_versions) >= $n
       OR to_regclass('glyph.imports') IS NULL
    THEN
        RETURN;
    END IF;

$text
    INSERT INTO glyph.schema_versions (version, note)
    VALUES ($n, 'step $n');
END
\$step\$;

COMMIT;
SQL
}

print "\n\n$begin\n\n$functions\n\n$tail";
