# What docs/architecture.md names is where it says: files, functions, tables.

use strict;
use warnings;

use Test::More;

sub slurp {
    my ($name) = @_;
    open my $in, '<:encoding(UTF-8)', $name or die "$name: $!";
    local $/;
    return scalar <$in>;
}

my $text = slurp('docs/architecture.md');

my $headers = join '', map { slurp($_) } glob 'src/*.h src/*/*.h src/core/*/*.h';

# Of functions, by file: those whose name begins a line, as all do
my %defined;

for my $file (glob '*.c src/*/*.c src/core/*/*.c') {
    $defined{$file}{$_} = 1 for slurp($file) =~ /^(\w+)\(/mg;
}

subtest 'files and folders' => sub {
    my @paths = $text =~ m{(?<![\w/.-])((?:src|conf|docs|util|t)/[\w./-]*\w/?)}g;
    cmp_ok scalar(@paths), '>', 40, 'there are some';
    my %seen;
    ok -e, $_ for grep { !$seen{$_}++ } @paths;
};

# In the lists a function is of the file in its line, or of the last one before;
# or of one of a folder's.
subtest 'functions' => sub {
    my ($n, $file) = (0, '');

    for my $line (grep { /^ {4}/ } split /\n/, $text) {
        $file = $1 if $line =~ m{(src/(?:\w+/)+(?:\w+\.c)?)};
        next unless $line =~ /^ +(\w+)\(\)/;
        $n++;
        my $name = $1;
        ok scalar(grep { /^\Q$file\E/ && $defined{$_}{$name} } keys %defined),
            "$name() is in $file";
    }

    cmp_ok $n, '>', 40, 'there are some';

    my %all = map { %$_ } values %defined;
    ok $all{$_}, "$_()" for $text =~ /`(ngx_glyph_\w+)\(\)`/g;
    ok $all{"ngx_glyph_job$_"}, "ngx_glyph_job$_()" for $text =~ /`(_\w+)\(\)`/g;
};

subtest 'types' => sub {
    like $headers, qr/\}\s+\Q$_\E;/, $_ for $text =~ /`(ngx_glyph_\w+_t)`/g;
};

subtest 'layers' => sub {
    my %layer = map { $_ => 1 } grep { -d } glob 'src/*';
    delete @layer{'src/cli'};
    like $text, qr{^    .*\b\Q$_\E/}m, $_ for sort keys %layer;
    like $text, qr{\b\Q$_\E/}, "core/$_" for map { m{([^/]+)$} } glob 'src/core/*';
};

like slurp('README.md'), qr{docs/architecture\.md}, 'README points to it';

done_testing();
