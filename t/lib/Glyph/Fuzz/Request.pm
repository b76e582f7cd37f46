package Glyph::Fuzz::Request;

# What is uploaded, without its framing: a path, headers, a body, and what may
# become of it.  All chance of the fuzzer comes from here: chance_of() sets the
# generator by a seed and a number, and what follows depends on nothing else.
#
# A request has
#   kind     "import", or "dry" and "score", of which nothing is stored
#   label    its source_label, by which its import is found; requests that
#            repeat an Idempotency-Key share one
#   id       the client's Glyph-Job-Id, or undef
#   rows     how many rows its file has
#   fate     "kept": whoever is told that it was accepted finds all rows;
#            "open": it may be refused, but if it is kept then with all rows;
#            "lost": it can never be kept
# and while it runs
#   begun, complete   how much was sent
#   status, text      the answer

use strict;
use warnings;

use Compress::Zlib ();
use Digest::MD5 qw(md5);
use Digest::SHA qw(sha256_base64);
use Exporter qw(import);

our @EXPORT = qw(chance_of roll chance pick weighed uuid_of request repeat
    cut_body);

my $most = 20_000;
my (@csv, @ndjson);


sub chance_of {
    my ($seed, @of) = @_;
    srand unpack 'N', md5(join '/', $seed, @of);
}

# 0 .. n - 1
sub roll { return int rand $_[0] }

sub chance { return rand() < $_[0] }

sub pick { return $_[int rand @_] }

# Of pairs: how often, what.
sub weighed {
    my (@pairs) = @_;
    my $sum = 0;
    $sum += $pairs[2 * $_] for 0 .. $#pairs / 2;
    my $at = rand $sum;
    while (@pairs > 2) {
        last if ($at -= $pairs[0]) < 0;
        splice @pairs, 0, 2;
    }
    return $pairs[1];
}

sub uuid_of {
    return sprintf '%08x-%04x-4%03x-8%03x-%06x%06x', roll(2 ** 32),
        roll(2 ** 16), roll(2 ** 12), roll(2 ** 12), roll(2 ** 24),
        roll(2 ** 24);
}


# Whole files are made once, and shorter ones are their beginnings: the place
# of each row's end.

sub ends_of {
    my ($head, $row) = @_;
    my ($text, @ends) = ($head);
    for my $i (1 .. $most) {
        $text .= $row->($i);
        push @ends, length $text;
    }
    return ($text, \@ends);
}

sub csv {
    my ($rows) = @_;
    @csv = ends_of("title,price,source_url\n", sub {
        my ($i) = @_;
        my $price = 100 + $i % 900;
        return "NVIDIA GeForce RTX 3080 Ti no $i,$price,"
            . "https://example.com/itm/$i\n";
    }) unless @csv;
    return substr $csv[0], 0, $csv[1][$rows - 1];
}

sub ndjson {
    my ($rows) = @_;
    @ndjson = ends_of('', sub {
        my ($i) = @_;
        return "{\"title\":\"RTX 3080 Ti no $i\",\"price\":"
            . (100 + $i % 900) . "}\n";
    }) unless @ndjson;
    return substr $ndjson[0], 0, $ndjson[1][$rows - 1];
}

sub rows_of_size {
    return weighed(60, 1 + roll(5), 22, 1 + roll(300), 10, 1 + roll(3_000),
                   1, 1 + roll($most));
}

# A frame of raw blocks, which needs no compressor.
sub zstd {
    my ($data) = @_;
    my $frame = "\x28\xb5\x2f\xfd\x00\x58";
    my $at = 0;
    do {
        my $n = 1 + roll(65536);
        $n = length($data) - $at if $n > length($data) - $at;
        $at += $n;
        my $head = ($n << 3) | ($at == length $data ? 1 : 0);
        $frame .= substr(pack('V', $head), 0, 3) . substr $data, $at - $n, $n;
    } while $at < length $data;
    return $frame;
}

# A file as a form's part; now and then the form is wrong.
sub form {
    my ($q, $type, $data) = @_;
    my $boundary = 'b' . roll(1e9);
    my $end = $boundary;
    my $wrong = weighed(85, '', 5, 'end', 5, 'header', 5, 'no end');

    if ($wrong) {
        $q->{fate} = $wrong eq 'no end' ? 'open' : 'lost';
        $end = 'c' . roll(1e9) if $wrong eq 'end';
    }

    $q->{type} = 'multipart/form-data; boundary='
        . ($wrong eq 'header' ? "x$boundary" : $boundary);

    return join '', chance(0.3) ? "preamble\r\n" : '',
        "--$boundary\r\nContent-Disposition: form-data; name=\"campaign_id\""
            . "\r\n\r\n47\r\n",
        "--$boundary\r\nContent-Disposition: form-data; name=\"file\";"
            . " filename=\"f.csv\"\r\nContent-Type: $type\r\n\r\n$data\r\n",
        $wrong eq 'no end' ? '' : "--$end--\r\n";
}

sub encode {
    my ($q) = @_;
    my $coding = weighed(80, '', 10, 'gzip', 10, 'zstd');

    return unless $coding;

    push @{$q->{headers}}, ['content-encoding', $coding];
    $q->{body} = $coding eq 'gzip' ? Compress::Zlib::memGzip($q->{body})
                                   : zstd($q->{body});
    $q->{coded} = 1;

    if (chance(0.15)) {
        $q->{body} = substr $q->{body}, 0, roll(length $q->{body});
        $q->{fate} = 'lost';
    }
}

sub body {
    my ($q) = @_;
    my $rows = $q->{rows} = rows_of_size();
    my $json = chance(0.1);
    my $data = $json ? ndjson($rows) : csv($rows);

    $q->{type} = $json ? 'application/x-ndjson' : 'text/csv';

    if (chance(0.02)) {
        ($data, $q->{fate}, $q->{rows}) = ('', 'lost', 0);
    }

    $q->{form} = chance(0.25);
    $q->{body} = $q->{form} ? form($q, $q->{type}, $data) : $data;

    encode($q);

    if (chance(0.05)) {
        my $right = chance(0.5);
        push @{$q->{headers}}, ['content-digest', 'sha-256=:'
            . sha256_base64($right ? $q->{body} : 'x') . '=:'];
        $q->{fate} = 'lost' unless $right;
    }
}

# What is left of a body that is ended before: the rows that are begun.
sub cut_body {
    my ($q, $length) = @_;
    my $body = $q->{body} = substr $q->{body}, 0, $length;

    if ($q->{coded}) {
        $q->{fate} = 'lost';
        return;
    }

    return if $q->{fate} eq 'lost';

    # which rows of a form are there is not worth knowing
    $q->{fate} = 'open';
    $q->{rows} = $q->{form} ? undef : grep { /\S/ } split /\n/, $body;
    $q->{rows}-- if $q->{rows} && $q->{type} eq 'text/csv';
}


sub destination {
    my ($q) = @_;
    my $way = weighed(20, '/fz/any', 20, 'respond-async', 12, 'wait',
                      6, 'query', 10, '/fz/background', 8, 'dry', 10, 'score',
                      5, '/fz/foreground', 4, '/fz/paged', 4, '/fz/small',
                      4, 'represent');
    my ($path, @args) = ('/fz/any');

    if ($way eq 'respond-async') {
        push @{$q->{headers}}, ['prefer', 'respond-async'];
        $path = pick('/fz/any', '/fz/paged', '/fz/small', '/fz/any');
    } elsif ($way eq 'wait') {
        push @{$q->{headers}}, ['prefer', 'wait=' . pick(0, 1, 1, 5)];
    } elsif ($way eq 'query') {
        push @args, 'background=true';
    } elsif ($way eq 'dry') {
        push @args, 'dry_run=true';
        $q->{kind} = 'dry';
    } elsif ($way eq 'score') {
        $path = '/fz/score';
        push @args, 'stream=on' if chance(0.5);
        $q->{kind} = 'score';
    } elsif ($way eq 'represent') {
        push @{$q->{headers}}, ['prefer', 'return=representation'];
    } else {
        $path = $way;
    }

    push @args, "source_label=$q->{label}" unless $q->{kind} eq 'score';
    $q->{path} = $path . (@args ? '?' . join '&', @args : '');
}

# Of a case, whose label it bears; "given" are an id and a key, or none.
sub request {
    my ($label, %given) = @_;
    my $q = { label => $label, kind => 'import', fate => 'kept',
              headers => [], method => 'POST' };

    destination($q);
    body($q);

    if ($q->{kind} eq 'import') {
        $q->{id} = $given{id};
        push @{$q->{headers}}, ['glyph-job-id', $given{id}] if $given{id};
        push @{$q->{headers}}, ['idempotency-key', $given{key}] if $given{key};
        $q->{key} = $given{key};
    }

    push @{$q->{headers}}, ['content-type', $q->{type}] unless chance(0.01);

    return $q;
}

# The same once more.
sub repeat {
    my ($q) = @_;
    return { %$q, headers => [@{$q->{headers}}] };
}

1;
