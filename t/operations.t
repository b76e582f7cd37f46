# What docs/operations.md names is there: codes, metrics, alerts, directives,
# and what it says the log says.

use strict;
use warnings;

use Test::More;

sub slurp {
    my ($name) = @_;
    open my $in, '<:encoding(UTF-8)', $name or die "$name: $!";
    local $/;
    return scalar <$in>;
}

my $text = slurp('docs/operations.md');
my $directives = slurp('docs/directives.md');
my $codes = join '', map { slurp("docs/$_") } qw(errors.md api.md guarantees.md);

# a literal that is written in two parts is one
my $sources = join '', map { slurp($_) } glob 'src/*/*.c';
$sources =~ s/"\s*\n\s*"//g;
$sources =~ s/\\"/"/g;

subtest 'codes' => sub {
    my %code = map { $_ => 1 }
        $text =~ /`(?:[45]\d\d )?([a-z]+(?:_[a-z]+)+)`/g;
    delete @code{grep { /^(?:max|checkpoint|wal|shared|worker|synchronous)_/
        || /_(?:connections|timeout|spool_size)$/ || /^(?:glyph|thread|load|pg|work)_/
        } keys %code};
    cmp_ok scalar(keys %code), '>', 10, 'there are some';
    like $codes . $directives, qr/`\Q$_\E`|"\Q$_\E"/, $_ for sort keys %code;
};

subtest 'metrics and directives' => sub {
    my %name = map { s/\{.*//r => 1 } $text =~ /`(glyph_[a-z_]+\{?)/g;
    cmp_ok scalar(keys %name), '>', 10, 'there are some';
    delete @name{qw(glyph_writer glyph_reader)};        # roles
    like $directives, qr/`\Q$_\E[`{]|Syntax:   \Q$_\E[ ;]/, $_ for sort keys %name;
};

subtest 'alerts' => sub {
    my %rule = map { $_ => 1 }
        slurp('conf/prometheus-rules.yml') =~ /alert: (\w+)/g;
    my %told = map { $_ => 1 } $text =~ /^\| `(Glyph\w+)`/mg;
    is join(' ', sort keys %told), join(' ', sort keys %rule),
        'each is told of, and no other';
};

subtest 'the log' => sub {
    for my $said ('postgres cannot be used: ', 'postgres refuses to write: ',
        'postgres refuses to read: ', 'postgres refused row ',
        'postgres refused', 'goes to quarantine', 'the import starts again')
    {
        like $text, qr/`\Q$said\E`/, "the text has '$said'";
        like $sources, qr/"[^"\n]*\Q$said\E|\Q$said\E/, 'so has the log';
    }
    like $sources, qr/has maxmemory-policy/, "of Redis' policy, too";
    like $sources, qr/ refuses %s, %ui so far: %s/, 'and of what it refuses';
};

subtest 'files' => sub {
    ok -e $_, $_ for $text =~ m{`((?:conf|docs)/[\w./-]+)`}g;
    ok -e "docs/$_", $_ for $text =~ /\]\((\w+\.md)\)/g;
};

done_testing();
