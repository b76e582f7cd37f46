# Every code is in docs/errors.md, no other is, and what is shown there is what
# happens.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Glyph::Codes;
use Glyph::Fault;

plan skip_all => 'TEST_NGINX_LOAD_MODULES is not set'
    unless $ENV{TEST_NGINX_LOAD_MODULES};

my %job = map { $_ => "00000000-0000-7000-8000-00000000000$_" } 1 .. 3;

# The document: sections of tables, rows of cells.

my (%table, $section);

for (split /\n/, slurp('docs/errors.md')) {
    $section = $1 if /^## (.*)/;
    next unless /^\| `/;
    s/\\\|/\0/g;
    s/^\| //;
    s/ \|$//;
    push @{$table{$section}},
        [map { s/\0/|/g; s/^ +| +$//gr } split /\|/, $_, -1];
}

my @rows = @{$table{'Rows'}};
my @json = @{$table{'Records of JSON'}};
my @scored = @{$table{'Rows that are scored already'}};
my @warnings = @{$table{'Warnings'}};
my @requests = @{$table{'Requests and files'}};
my @away = @{$table{'What is away, full or too slow'}};
my @statuses = @{$table{'Codes of statuses'}};

my %codes = codes();
my %core = core_codes();
delete $core{ok};

sub code { return $_[0][0] =~ /^`(\w+)`$/ ? $1 : "no code: $_[0][0]" }

# What is between the backticks of a cell.
sub spans { return $_[0] =~ /`([^`]*)`/g }

sub bytes {
    my ($text) = @_;
    $text =~ s/(.)\{(\d+)\}/$1 x $2/ge;
    $text =~ s/\\([0-3][0-7]{2})/chr oct $1/ge;
    $text =~ s/\\n/\n/g;
    $text =~ s/\\r/\r/g;
    return $text;
}

# As the document writes long values.
sub short { return $_[0] =~ s/x{40,}/'x{' . length($&) . '}'/ger }

sub row_file {
    my ($record) = @_;
    return "title,price,currency,quantity,seen_at,seller\n"
        . bytes($record) . "\nRTX 3080,500,USD,1,2025-03-01,ann\n";
}

sub json_file {
    my ($record) = @_;
    return bytes($record) . qq(\n{"title":"RTX 3080","price":500}\n);
}

sub scored_file {
    my ($record) = @_;
    return "title,price,canonical_model,score,match_type\n" . bytes($record)
        . "\nmy card,34995,H100_PCIE_80GB,57,exact\n";
}

sub send_file {
    my ($path, $file, @headers) = @_;
    my $name = spew("$root/file", $file);
    unshift @headers, 'Content-Type: text/csv'
        unless grep { /^Content-Type/ } @headers;
    return get($path, '--data-binary', "\@$name", map { ('-H', $_) } @headers);
}

# The sources, with strings that are in pieces made whole.
my $source = join "\n", map { slurp($_) } glob('src/*/*.c src/core/*/*.c');
$source =~ s/"\s*\n\s*"//g;
my $schema = join '', map { slurp($_) } glob 'conf/schema/*.sql';

subtest 'all codes are there, and no others' => sub {
    my %used;

    $used{$_} = 1 for keys %core, keys %codes;
    $used{$_} = 1 for $schema =~ /"code": "(\w+)"/g;

    my %told;
    $told{code($_)}++ for map { @$_ } values %table;

    is join(' ', grep { !$told{$_} } sort keys %used), '',
        'each one that is used is documented';
    is join(' ', grep { !$used{$_} } sort keys %told), '',
        'each one that is documented is used';

    my %row = map { code($_) => 1 } @rows, @json, @scored, @warnings;
    is join(' ', grep { $core{$_} =~ /^GLYPH_(?:ROW|WARN)_/ && !$row{$_} }
            sort keys %core), '', 'those of rows have an example';
    is join(' ', map { code($_) }
            grep { $_->[1] =~ /^\d/ && defined $codes{code($_)}
                   && $codes{code($_)} != $_->[1] }
            @requests, @away, @statuses), '', 'each has its status';
};

start_nginx(locations => <<'CONF');
    location = /api/import/csv { glyph_import; }
    location = /two { glyph_import; glyph_max_rows 2; }
    location = /dedup { glyph_import; glyph_dedup_size 1; }
    location = /api/imports/from-pipeline { glyph_import;
                                            glyph_import_root logs; }
    location = /small { glyph_import; client_max_body_size 64; }
    location = /api/listings { glyph_query listings; }
    location /api/jobs { glyph_jobs; }
    location /api/imports { glyph_imports; }
CONF

# One record, sent with one that is right.
sub row_is_refused {
    my ($row, $path, $file, @headers) = @_;
    my $code = code($row);
    my $id = uuid();
    my $result = send_file($path, $file, "Glyph-Job-Id: $id", @headers);
    my $errors = get("/api/jobs/$id/errors");
    my ($got) = $errors =~ /"errors":\[(\{.*?\})[\],]/s;
    $got = short(defined $got ? $got =~ s/(": |, )"/$1 eq '": ' ? '":"' : ',"'/ger : $errors);
    is "`$got`", $row->[2], $code;
    like get("/api/jobs/$id/status"), qr/"invalid" ?: ?1\b/, "$code: one row";
    like $result, qr/"total_rows":2,/, "$code: of two";
}

for my $row (@rows) {
    my ($record) = spans($row->[1]);
    my $refused = code($row) eq 'store_refused';
    sql("ALTER TABLE glyph.listings ADD CONSTRAINT test_only CHECK"
        . " (title NOT LIKE '%database refuses') NOT VALID") if $refused;
    row_is_refused($row, '/api/import/csv?reject=unknown,not_gpu',
                   row_file($record));
    sql('ALTER TABLE glyph.listings DROP CONSTRAINT test_only') if $refused;
}

row_is_refused($_, '/api/import/csv', json_file(spans($_->[1])),
               'Content-Type: application/x-ndjson') for @json;
row_is_refused($_, '/api/import/csv?stage=scored', scored_file(spans($_->[1])))
    for @scored;

for my $row (@warnings) {
    my $code = code($row);
    my ($record, $header) = reverse spans($row->[1]);
    my $file = defined $header ? "$header\n$record\n$record\n"
        : $record =~ /^title,/ ? bytes($record) : row_file($record);
    $file = "$header\n" . bytes($record) . "\n"
        if $code =~ /^(?:extra_too_long|header_found|lines_quoted)$/;
    my @type = $code =~ /^(?:records_nested|nested_ignored)$/
        ? 'Content-Type: application/json' : ();
    $file = $header if @type;
    my $result = send_file($code eq 'dedup_full' ? '/dedup'
                                                 : '/api/import/csv',
                           $file, @type);
    my ($got) = $result =~ /"warnings":\[.*?(\{[^}]*"code":"$code"[^}]*\})/s;
    is '`' . (defined $got ? $got : $result) . '`', $row->[2], $code;
}

mkdir "$root/logs/week";
symlink '/etc', "$root/logs/link" or die "symlink: $!";

send_file('/api/import/csv', "title,price\nRTX 3090,700\nRTX 3080,x\n",
          "Glyph-Job-Id: $job{1}", 'Idempotency-Key: order-1');
send_file('/api/import/csv', "title,price\nRTX 3090,x\n",
          "Glyph-Job-Id: $job{2}");
send_file('/api/import/csv', "titel,colour\nRTX 3090,red\n",
          "Glyph-Job-Id: $job{3}");

for my $row (@requests) {
    my ($code, $status) = (code($row), $row->[1]);
    my ($request, @headers) = grep { /^[A-Z]+ \/|: / } spans($row->[2]);
    my ($method, $path) = split / /, $request;
    my @options = ('-X', $method);
    if ($method =~ /^P/) {
        my ($body) = spans($row->[3]);
        push @options, '--data-binary', '@' . spew("$root/file",
            bytes(defined $body ? $body : ''));
        push @headers, 'Content-Type: text/csv'
            unless grep { /^Content-Type/ } @headers;
    }
    my $answer = get($path, @options, map { ('-H', $_) } @headers);
    like $answer, qr/"status":$status,"code":"$code"/, "$code: $request";
    my ($got) = $answer =~ /"detail":"((?:[^"\\]|\\.)*)"/;
    is defined $got ? $got =~ s/\\(["\\])/$1/gr : '', $row->[4],
        "$code: what it says";
}

for my $row (@away) {
    my ($code, $detail) = (code($row), $row->[2]);
    ok !(grep { index("$source$schema", $_) < 0 } split /…/, $detail),
        "$code: what it says is in the source";
}

is join("\n", grep { !/postgres refused row .*test_only/ } bad_lines()), '',
    'nginx has complained of nothing but the constraint';

done_testing;
