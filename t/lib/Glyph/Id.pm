package Glyph::Id;

# Ids that no other test has.

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(uuid);

sub uuid {
    open my $in, '<', '/proc/sys/kernel/random/uuid' or die "uuid: $!";
    chomp(my $id = <$in>);
    return $id;
}

1;
