package Glyph::Codes;

# The codes of problems and of rows, as the tables in the source have them.

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(codes core_codes);

# A code's HTTP status, 0 if nobody is there to be answered, by its name.
sub codes {
    my $table = table('src/base/ngx_glyph_codes.c', 'ngx_glyph_codes');
    return $table =~ /\{ "(\w+)", (\d+),/g;
}

# The enumerator of a code in core, by its name.
sub core_codes {
    my $table = table('src/core/text/glyph_code.c', 'glyph_codes');
    return reverse $table =~ /\[(\w+)\] = \{ "(\w+)",/g;
}

sub table {
    my ($file, $name) = @_;
    open my $in, '<', $file or die "$file: $!";
    local $/;
    my ($table) = <$in> =~ /\b$name\[\w+\] = \{(.*?)\n\};/s;
    return defined $table ? $table : die "$file has no $name";
}

1;
