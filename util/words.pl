#!/usr/bin/env perl
#
# Makes C tables of the words that the pipeline knows, from src/core/words, a
# file for each language (mul.csv has names and signs that are of none).  A line
# is list,class,phrase; phrases are folded, as texts are before they are
# matched: lower case, no accents.  words.pl writes the tables, words.pl -c
# says which of them are not what the words give.

use strict;
use warnings;

use FindBin;

my $core = "$FindBin::Bin/../src/core";
my $check = @ARGV && $ARGV[0] eq '-c';

# What a class of a list is in C: the initializers behind the phrase.  Of a
# "set" a phrase may have several classes, each a bit, and the table is sorted;
# of one that is "spoken" the language matters.  "part" says which of a list's
# tables has the phrases of a class.

my %lists = (
    title => {
        file => 'glyph_lexicon', include => 'title/glyph_lexicon.h',
        type => 'glyph_phrase_t', array => 'glyph_lexicon',
        part => \&part,
        class => sub {
            my ($class) = @_;
            return $class =~ /^q_(.+)/
                ? 'GLYPH_W_QUALIFIER + GLYPH_Q_' . uc $1
                : 'GLYPH_W_' . uc $class;
        },
    },
    title_pair => {
        file => 'glyph_lexicon_card',
        include => 'title/glyph_lexicon.h',
        type => 'glyph_phrase_t', array => 'glyph_lexicon_pairs',
        class => sub { 'GLYPH_PAIR_' . uc shift },
    },
    column => {
        file => 'glyph_synonyms', include => 'column/glyph_synonyms.h',
        type => 'glyph_synonym_t', array => 'glyph_synonyms',
        class => sub {
            my ($column, $strength) = split / /, shift;
            return 'GLYPH_COL_' . uc($column)
                . ', GLYPH_SYNONYM_' . uc $strength;
        },
        spoken => 1,
    },
    header => {
        file => 'glyph_header_words', include => 'column/glyph_header_words.h',
        type => 'glyph_phrase_t', array => 'glyph_header_words', set => 1,
        class => sub { 'GLYPH_HEADER_' . uc shift },
    },
    total => {
        file => 'glyph_total_words', include => 'csv/glyph_total_words.h',
        type => 'glyph_phrase_t', array => 'glyph_total_words', set => 1,
        class => sub { $_[0] eq 'line' ? 'GLYPH_TOTAL_LINE' : '' },
    },
    condition => {
        file => 'glyph_condition_words', include => 'value/glyph_condition_words.h',
        type => 'glyph_phrase_t', array => 'glyph_condition_words',
        class => sub { 'GLYPH_SAYS_' . uc shift },
    },
    availability => {
        file => 'glyph_quantity_words', include => 'value/glyph_quantity_words.h',
        type => 'glyph_phrase_t', array => 'glyph_availability_words',
        class => sub { 'GLYPH_SAYS_' . uc shift },
    },
    quantity => {
        file => 'glyph_quantity_words', include => 'value/glyph_quantity_words.h',
        type => 'glyph_phrase_t', array => 'glyph_quantity_words', set => 1,
        class => sub { 'GLYPH_QUANTITY_' . uc shift },
    },
    placeholder => {
        file => 'glyph_placeholder_words', include => 'value/glyph_placeholder.h',
        type => 'glyph_phrase_t', array => 'glyph_placeholder_words', set => 1,
        class => sub { 'GLYPH_PLACEHOLDER_' . uc shift },
    },
    date => {
        file => 'glyph_date_words', include => 'value/glyph_date_words.h',
        type => 'glyph_date_word_t', array => 'glyph_date_words', set => 1,
        class => sub { 'GLYPH_DATE_SAYS_' . uc shift },
    },
    sku => {
        file => 'glyph_identity_words',
        include => 'value/glyph_identity_words.h',
        type => 'glyph_phrase_t', array => 'glyph_sku_words',
        class => sub { 'GLYPH_SKU_' . uc shift },
    },
    money => {
        file => 'glyph_money_words', include => 'value/glyph_money_words.h',
        type => 'glyph_phrase_t', array => 'glyph_money_words', set => 1,
        class => sub { 'GLYPH_MONEY_' . uc shift },
    },
    currency => {
        file => 'glyph_currency_words', include => 'value/glyph_currency_words.h',
        type => 'glyph_currency_word_t', array => 'glyph_currency_words',
        class => \&currency,
    },
    place => {
        file => 'glyph_place_words', include => 'value/glyph_place_words.h',
        type => 'glyph_currency_word_t', array => 'glyph_place_words',
        class => \&currency,
    },
    domain => {
        file => 'glyph_place_words', include => 'value/glyph_place_words.h',
        type => 'glyph_currency_word_t', array => 'glyph_place_domains',
        class => \&currency,
    },
    country => {
        file => 'glyph_currency_words', include => 'value/glyph_currency_words.h',
        type => 'glyph_currency_word_t', array => 'glyph_currency_countries',
        class => \&currency,
    },
);

# The lexicon's tables: what a card is called, who makes it and how words belong
# together, what means nothing, what parts of a card are called, what is sold
# with and for it, what it is built into, and all else that names cards

my %parts = (
    around => [qw(maker maker_n maker_a line with and no only for from versus)],
    noise => [qw(noise)],
    part => [qw(bare hard soft link)],
    fitting => [qw(empty cooler cable adapter)],
    system => [qw(laptop pc pc_soft server server_soft rig mainboard)],
    other => [qw(capture network monitor av psu vgpu licence cpu ram disk os)],
);

sub part {
    my ($class) = @_;

    for my $part (keys %parts) {
        return $part if grep { $_ eq $class } @{$parts{$part}};
    }

    return 'card';
}


# "USD", "USD dollar", "crown"

sub currency {
    my ($code, $sign) = shift =~ /^([A-Z]{3})? ?([a-z]+)?$/ or return '';
    return sprintf '"%s", GLYPH_SIGN_%s', defined $code ? $code : '',
        defined $sign ? uc $sign : 'NONE';
}


# English first: of two names that are as near, its is suggested

my @languages = sort { ($b eq 'en') <=> ($a eq 'en') || $a cmp $b }
    map { m{([^/]+)\.csv$} } glob "$core/words/*.csv";

my (%entries, %classes, $bad);

for my $language (@languages) {
    my $name = "$core/words/$language.csv";
    open my $in, '<', $name or die "$name: $!\n";

    while (my $line = <$in>) {
        chomp $line;
        next if $. == 1 && $line eq 'list,class,phrase';

        my ($list, $class, $phrase) = split /,/, $line, 3;
        my $l = defined $phrase && $lists{$list};

        if (!$l || $phrase eq '' || $phrase =~ /[",\\A-Z]/
            || $class !~ /^\w+( \w+)?$/ || !$l->{class}->($class))
        {
            warn "$language.csv:$.: not a word: $line\n";
            $bad = 1;
            next;
        }

        my $seen = $classes{$list}{$phrase} ||= {};

        # languages share words, but not what they mean

        if ((%$seen && !$l->{set} && !$seen->{$class})
            || ($seen->{$class} || '') =~ /^\Q$language\E\.csv/)
        {
            my ($where) = values %$seen;
            warn "$language.csv:$.: also in $where: $line\n";
            $bad = 1;
            next;
        }

        push @{$entries{$list}}, [$language, $phrase, $class] unless %$seen;
        $seen->{$class} ||= "$language.csv:$.";
    }
}

exit 1 if $bad;

# glyph_header_name.c and glyph_currency.c have room for so many, and so long

die "too many columns\n" if @{$entries{column}} > 1023;
die "a currency's name is too long\n"
    if grep { length $_->[1] > 31 } @{$entries{currency}};

my %files;

for my $list (sort keys %lists) {
    my $l = $lists{$list};
    my %parts;

    push @{$parts{$l->{part} ? '_' . $l->{part}->($_->[2]) : ''}}, $_
        for @{$entries{$list} || []};

    for my $part (sort keys %parts) {
        my $name = $l->{file} . $part;

        $files{$name}{include} = $l->{include};
        $files{$name}{text} .= table($list, $l->{array} . $part,
                                     $parts{$part});
    }
}

sub table {
    my ($list, $array, $entries) = @_;

    my $l = $lists{$list};
    my @entries = @$entries;

    @entries = sort { $a->[1] cmp $b->[1] } @entries if $l->{set};

    my ($text, $last) = ("\n\nconst $l->{type}  $array\[] = {\n", '');

    for my $entry (@entries) {
        my ($language, $phrase, $class) = @$entry;

        if (!$l->{set} && $language ne $last) {
            $text .= "\n    /* $language */\n";
            $last = $language;
        }

        my $value = $l->{set}
            ? join("\n          | ", map { $l->{class}->($_) }
                sort keys %{$classes{$list}{$phrase}})
            : $l->{class}->($class);
        $value .= ", \"$language\"" if $l->{spoken};
        my $line = "    { \"$phrase\", $value },";
        $line =~ s/, (?="\w+" \},$)/,\n      / if length $line > 80;
        $text .= "$line\n";
    }

    return $text . "};\n\nconst size_t  ${array}_n = sizeof($array)\n"
        . "    / sizeof($array\[0]);\n";
}

for my $name (sort keys %files) {
    my $text = "/*\n * Made by util/words.pl of src/core/words: change these."
        . "\n */\n\n#include \"$files{$name}{include}\"\n"
        . $files{$name}{text};
    my ($folder) = $files{$name}{include} =~ m{^(\w+)/};
    my $path = "$core/$folder/$name.c";
    my $old = do { local (@ARGV, $/) = -e $path ? $path : '/dev/null'; <> };

    next if defined $old && $old eq $text;

    if ($check) {
        warn "$name.c is not what src/core/words gives: run util/words.pl\n";
        $bad = 1;
        next;
    }

    open my $out, '>', $path or die "$path: $!\n";
    print {$out} $text;
    close $out or die "$path: $!\n";
}

exit($bad ? 1 : 0);
