# The alert rules and the dashboard: Prometheus takes them, the metrics exist,
# and each alert has its line in the runbook.

use strict;
use warnings;

use File::Temp;
use JSON::PP;
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

my $runbook = slurp('docs/operations.md');
like $runbook, qr/^\| `$_` \|/m, "what to do about $_"
    for slurp($rules) =~ /^ +- alert: (\w+)/mg;

# a dashboard's queries are taken as rules, with what Grafana puts in

my $board = decode_json(slurp('conf/grafana.json'));
my @queries = map { $_->{expr} } map { @{ $_->{targets} || [] } }
    @{ $board->{panels} };
ok @queries > 20, 'the dashboard has queries';

my $file = File::Temp->new(SUFFIX => '.yml');
print $file "groups:\n- name: board\n  rules:\n";

for my $n (0 .. $#queries) {
    my $text = $queries[$n] =~ s/\$instance/.*/gr
        =~ s/\$__rate_interval/5m/gr =~ s/'/''/gr;
    print $file "  - record: board:n$n\n    expr: '$text'\n";
}

close $file;
$said = `promtool check rules $file 2>&1`;
is $?, 0, '... that Prometheus takes' or diag $said;

my $known = slurp('docs/directives.md');
my %used = map { s/_(?:bucket|sum|count)\z//r => 1 }
    join("\n", slurp($rules), @queries) =~ /\b(glyph_\w+)(?=[{\[)\s])/g;
delete @used{qw(glyph_metrics glyph_buffers)};     # directives
like $known, qr/^\| .*`\Q$_\E[`{]/m, $_ for sort keys %used;

done_testing();
