# The alert rules: Prometheus takes them, and the metrics exist.

use strict;
use warnings;

use Test::More;

sub slurp {
    my ($name) = @_;
    open my $in, '<', $name or die "$name: $!";
    local $/;
    return scalar <$in>;
}

my $rules = 'conf/prometheus-rules.yml';
my $said = `promtool check rules $rules 2>&1`;
is $?, 0, 'promtool takes them' or diag $said;

my $known = slurp('docs/directives.md');
my %used = map { s/_(?:bucket|sum|count)\z//r => 1 }
    slurp($rules) =~ /\b(glyph_\w+)(?=[{\[)\s])/g;
delete @used{qw(glyph_metrics glyph_buffers)};     # directives
like $known, qr/^\| .*`\Q$_\E[`{]/m, $_ for sort keys %used;

done_testing();
