# glyphsieve: options, exit codes, and what comes out.

use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $sieve = ($ENV{GLYPH_BUILD} || 'build') . '/glyphsieve';
my $dir = tempdir(CLEANUP => 1);

sub spew {
    my ($name, $data) = @_;
    open my $f, '>:raw', "$dir/$name" or die "$name: $!";
    print $f $data;
    close $f;
    return "$dir/$name";
}

sub slurp {
    my ($name) = @_;
    open my $f, '<:raw', "$dir/$name" or return undef;
    local $/;
    return scalar <$f>;
}

# the exit code, standard output and standard error
sub sieve {
    my ($in, @args) = @_;
    spew('in', $in);
    my $args = join ' ', map { "'$_'" } @args;
    system("'$sieve' $args < '$dir/in' > '$dir/out' 2> '$dir/err'");
    return ($? & 127 ? -1 : $? >> 8, slurp('out'), slurp('err'));
}

# rows by name
sub rows {
    my ($out) = @_;
    my (@rows, @names);
    my @row;

    while ($out =~ /\G(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gc) {
        my ($value, $end) = (defined $1 ? $1 : $2, $3);
        $value =~ s/""/"/g;
        push @row, $value;
        next if $end eq ',';

        if (@names) {
            my %r;
            @r{@names} = @row;
            push @rows, \%r if @row == @names;
        } else {
            @names = @row;
        }

        @row = ();
    }

    return @rows;
}

sub objects { map { eval { decode_json($_) } } split /\n/, $_[0] }

my $plain = "title,price\nRTX 3090,700\nRTX 3080,500\n";
my ($rc, $out, $err);
my @r;


# rows

($rc, $out, $err) = sieve($plain);
is $rc, 0, 'a plain file';
like $err, qr/2 rows: 2 listings, 0 rejected, 1 warnings/, 'the summary';
like $err, qr/^currency_assumed: 2 rows have prices .* USD/, 'and why';
@r = rows($out);
is scalar @r, 2, 'two rows';
is $r[0]{canonical_model}, 'RTX_3090', 'the model';
is $r[0]{price}, '700.00', 'the price';
is $r[0]{vram_gb}, 24, 'what the registry knows';
is join(' ', sort { $a <=> $b } map { $_->{final_score} } @r), '0 100',
    'final scores span the file';
is join(' ', map { $_->{dedup_status} } @r), 'UNIQUE UNIQUE', 'no duplicates';

($rc, $out) = sieve("title,price\nNVIDIA H100 PCIe 80GB,34995\n");
@r = rows($out);
is "@{$r[0]}{qw(raw_score quantization_score score final_score)}",
    '0.475 0.2 57 50', 'an H100 PCIe at 34,995 USD; alone, its final score';

($rc, $out) = sieve("title,price,url\nRTX 3090,1,http://a.example/1\n"
    . "RTX 3090 FE,2,http://a.example/1?utm_source=x\nRTX 3080,3,\n");
is join(' ', map { $_->{dedup_status} } rows($out)),
    'DUPLICATE_PRIMARY DUPLICATE_SECONDARY UNIQUE', 'duplicates';


# NDJSON

($rc, $out) = sieve("title,price,colour\n\"RTX 3090, 24\"\"\",700,red\n"
    . "thing,1,\n", '--format', 'ndjson');
is $rc, 0, 'NDJSON';
@r = objects($out);
is scalar @r, 2, 'each line is one JSON value';
is ref $r[0] && $r[0]{title}, 'RTX 3090, 24"', 'its title';
is ref $r[0] && $r[0]{price}, 700, 'its price is a number';
is ref $r[0] && $r[0]{extra}{colour}, 'red', 'its extra columns an object';
is ref $r[0] && $r[0]{dedup_status}, 'UNIQUE', 'the final columns are in it';
ok ref $r[1] && exists $r[1]{vram_gb} && !defined $r[1]{vram_gb},
    'what is not known is null';


# JSON as it comes in

my @records = ('{"title":"RTX 3090","price":699.99,"tags":["oc"]}',
    '{"title":"RTX 3080","price":{"usd":1}}', '{"title":"T4","price":"450 "}');
my $array = "\xef\xbb\xbf [\n" . join(",\n", @records) . "]\n";
my $lines = join("\n", @records) . "\n";

for (['an array', $array], ['lines', $lines],
    ['an array, by option', $array, '--input-format', 'json'],
    ['lines, by option', $lines, '--input-format', 'ndjson'],
    ['UTF-16', "\xff\xfe" . join('', map { "$_\0" } split //, $lines)])
{
    my ($name, $in, @options) = @$_;
    ($rc, $out, $err) = sieve($in, '--errors', "$dir/bad", @options);
    is $rc, 0, "JSON: $name";
    like $err, qr/3 rows: 2 listings, 1 rejected/, 'its records';
    @r = rows($out);
    is join('|', map { "@$_{qw(import_index canonical_model price)}" } @r),
        '0 RTX_3090 699.99|2 T4 450.00', 'scored';
    is $r[0]{extra}, '{"tags":["oc"]}', 'with what is unknown as it was';

    my @bad = objects(slurp('bad'));
    is scalar @bad, 1, 'rejected ones are lines';
    is "$bad[0]{row_index} $bad[0]{errors}[0]{code}", '1 value_nested',
        'with their reasons';
    is $bad[0]{row_data}, $records[1], 'and as they came';
}

($rc, $out, $err) = sieve(join(',', @records));
is $rc, 1, 'a list without brackets';
like $err, qr/^glyphsieve: json_malformed: .*the line cannot be read/m,
    'is a line that is wrong';
($rc, $out, $err) = sieve("[" . $records[0]);
is $rc, 1, 'an array without end';
like $err, qr/^glyphsieve: json_malformed: .*line 1/m, 'is said to be one';
($rc, $out, $err) = sieve("[]");
is $rc, 1, 'an array without records';
($rc, $out) = sieve("[title],[price]\nRTX 3090,7\n", '--map',
    '[title]:title,[price]:price');
is +(rows($out))[0]{canonical_model}, 'RTX_3090', 'CSV in brackets is CSV';
($rc, $out, $err) = sieve($lines, '--input-format', 'csv');
is $rc, 1, 'what is said to be CSV is read as CSV';
like $err, qr/^glyphsieve: (?:header|columns)_missing/m, 'and refused so';
($rc, $out, $err) = sieve($plain, '--input-format', 'xml');
is $rc, 2, 'no other format';

# more than a buffer, and with the sample's end inside of a record
($rc, $out, $err) = sieve('[' . join(',', map {
    qq({"title":"RTX 3090 no $_","price":$_}) } 1 .. 30000) . ']');
is $rc, 0, '30,000 records';
@r = rows($out);
is scalar @r, 30000, 'come out';


# options

($rc, $out) = sieve("title;price\nRTX 3090;1.299,00 \x80\n", '--charset',
    'windows-1252', '--currency', 'EUR=2', '--score', 'price_max=5196');
@r = rows($out);
is $rc, 0, 'charset, currency, score';
is "@{$r[0]}{qw(price currency)}", '1299.00 EUR', 'the price in euro';

($rc, $out, $err) = sieve($plain, '--currency', 'EUR');
is join(' ', map { $_->{currency} } rows($out)), 'EUR EUR', 'told for all';
unlike $err, qr/currency/, 'and not assumed';
($rc, $out, $err) = sieve($plain, '--default-currency', 'GBP');
is join(' ', map { $_->{currency} } rows($out)), 'GBP GBP', 'assumed for all';
like $err, qr/^currency_assumed: /, 'and that is said';
my $raw = $r[0]{raw_score};
($rc, $out) = sieve("title,price\nRTX 3090,2598\n", '--score',
    'price_max=5196');
is +(rows($out))[0]{raw_score}, $raw, 'is scored as its price in USD';
($rc, $out) = sieve("title;price\nRTX 3090;1299 EUR\n");
cmp_ok +(rows($out))[0]{raw_score}, '<', $raw, 'without a rate less';

($rc, $out) = sieve("title,price\nRTX 3090,1.290\n", '--decimal', 'point');
is +(rows($out))[0]{price}, '1.29', '--decimal point';
($rc, $out) = sieve("title;price\nRTX 3090;1.299\n", '--decimal', 'comma');
is +(rows($out))[0]{price}, '1299.00', '--decimal comma';

($rc, $out) = sieve("title,price,seen_at\nRTX 3090,1,03/04/2025\n",
    '--date-order', 'mdy');
is +(rows($out))[0]{seen_at}, '2025-03-04T00:00:00Z', '--date-order mdy';

($rc, $out) = sieve("title\tprice\nRTX 3090, new\t1\n", '--delimiter', 'tab');
is $rc, 0, '--delimiter tab';
like $out, qr/"RTX 3090, new"/, 'a comma is then an ordinary character';

($rc, $out) = sieve("Ware,Betrag\nRTX 3090,1\n", '--map',
    'Ware:title,Betrag:price');
is $rc, 0, '--map';
is +(rows($out))[0]{title}, 'RTX 3090', 'names the columns';

my $models = spew('models.csv', "model,family,vendor,class,vram_gb,tdp_watts,"
    . "mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,"
    . "form_factor,released,aliases\n"
    . "RTX_3090,RTX_3090,nvidia,desktop,23,350,0,1,Ampere,1,3,4,PCIe,,\n");
($rc, $out) = sieve($plain, '--models', $models);
@r = rows($out);
is "$r[0]{vram_gb} $r[1]{canonical_model}", '23 UNKNOWN',
    '--models replaces the registry';
($rc, $out) = sieve($plain, '--models', 'conf/gpu_models.csv', '--models',
    $models);
@r = rows($out);
is "$r[0]{vram_gb} $r[1]{canonical_model}", '23 RTX_3080',
    'a second one overrides the first';

my $numbers = spew('numbers.csv',
    "maker,number,model\nACME,QX-778-12,RTX_3080\n");
my $parts = "title,price\nACME QX-778-12,5\nEVGA 08G-P5-3663-KR,6\n";
($rc, $out) = sieve($parts);
@r = rows($out);
is "$r[0]{canonical_model} $r[1]{canonical_model}", 'UNKNOWN RTX_3060_TI',
    'part numbers are beside the models';
($rc, $out) = sieve($parts, '--part-numbers', $numbers);
@r = rows($out);
is "$r[0]{canonical_model} $r[1]{canonical_model}", 'RTX_3080 UNKNOWN',
    '--part-numbers replaces them';


# rejected rows, ready to mend and read again

($rc, $out, $err) = sieve("title,price,quantity\nRTX 3090,x,1\nRTX 3080,5,\n"
    . "\"RTX\n3070\",-1,2\n", '--errors', "$dir/bad");
is $rc, 0, 'rejected rows do not fail the file';
like $err, qr/3 rows: 1 listings, 2 rejected/, 'but are counted';
is +(rows($out))[0]{import_index}, 1, 'the others keep their number';
my $bad = slurp('bad');
like $bad, qr/^title,price,quantity,_line,_codes,_messages\r\n/,
    'the original header';
like $bad, qr/^RTX 3090,x,1,2,"price_invalid",/m, 'the original bytes';
like $bad, qr/^"RTX\n3070",-1,2,4,"price_negative",/m, 'and line';
s/,x,/,700,/, s/,-1,/,300,/ for $bad;
($rc, $out, $err) = sieve($bad, '--format', 'csv');
like $err, qr/2 rows: 2 listings, 0 rejected, 1 warnings/, 'mended';
unlike $out, qr/price_(invalid|negative)/, 'without the reasons';

($rc) = sieve("title,price,quantity,condition,seller\nRTX 3090,x\n"
    . "RTX 3080,1\n", '--errors', "$dir/bad");
($bad = slurp('bad')) =~ s/,x,/,700,/;
($rc, $out) = sieve($bad);
is join('|', map { "@$_{qw(price quantity condition seller)}" } rows($out)),
    '700.00   ', 'a short row does not take the reasons as its values';

($rc) = sieve("title;price;\"a;b\"\nRTX 3090;x;1\nRTX 3080;1;2\n",
    '--errors', "$dir/bad");
like slurp('bad'), qr/^title;price;"a;b";_line;/,
    'a name with the delimiter is quoted';

($rc, $out, $err) = sieve(join "\n",
    '{"title":"RTX 3090","price":{"value":1,"currency":"EUR"},"currency":"USD"}',
    '{"title":"RTX 3080","price":2,"currency":"USD"}',
    '{"title":"RTX 3070","price":{"value":3,"currency":"EUR"}}',
    '{"title":"RTX 3060","price":{"value":4,"currency":"EUR"},"currency":"\u20ac"}');
is join('|', map { "$_->{price} $_->{currency}" } rows($out)),
    '2.00 USD|3.00 EUR|4.00 EUR', 'what a price says of its currency counts';
like $err, qr/1 rejected/, 'also against what the record says';

my @map = ('--map', 'Brand:title,Chip:title,Prix HT:price');

($rc, $out, $err) = sieve("Brand;Chip;Prix HT\nnan;RTX 3090;700\n", @map);
is join('|', map { "$_->{title} $_->{currency}" } rows($out)),
    'RTX 3090 XXX', 'a part of a title that is nothing; a price in French';
like $err, qr/currency_unknown/, 'which is said';


# refusals

for (['' => 'file_empty'], ["title,price\n" => 'no_rows'],
    ["title,colour\nx,red\n" => 'columns_missing'],
    ["RTX 3090,1\nRTX 3080,2\n" => 'header_missing'],
    ["title,price\nx,y\n" => 'no_valid_rows'],
    ["PK\003\004xxxxxxxx" => 'file_not_text'])
{
    ($rc, $out, $err) = sieve($_->[0]);
    is $rc, 1, "$_->[1]: exit code";
    like $err, qr/^glyphsieve: $_->[1]: \S/m, 'and its reason';
    is $out, '', 'and no output';
}

($rc, $out, $err) = sieve('title,price,sellerRTX 3090,700,annRTX 3080,600,bob');
like $err, qr/^glyphsieve: no_rows: .*--data-binary leaves them$/m,
    'what curl -d makes of a file';

for (['--format', 'xml'], ['--delimiter', ':'], ['--delimiter', ',,'],
    ['--decimal', 'dot'], ['--date-order', 'DMY'], ['--score', 'vram_max=0'],
    ['--score', 'x=1'], ['--currency', 'EURO'], ['--currency', 'USD=1'],
    ['--charset', 'klingon'],
    ['--models', "$dir/none"], ['--models', spew('m', "x\n")],
    ['--part-numbers', "$dir/none"], ['--part-numbers', spew('m', "x\n")],
    ['--no-such-option'], ['file.csv'], ['--format'])
{
    ($rc, $out, $err) = sieve($plain, @$_);
    is $rc, 2, "wrong: @$_";
    like $err, qr/\S/, 'which is said';
    is $out, '', 'and nothing else';
}

($rc, $out, $err) = sieve($plain, '--errors', "$dir/none/bad");
is $rc, 1, 'a file for errors that cannot be made';
like $err, qr/No such file/, 'which is said';


# asked for

($rc, $out, $err) = sieve('', '--help');
is "$rc|$err", '0|', '--help';
like $out, qr/^usage: glyphsieve/, 'tells how to use it';
like $out, qr/--$_\b/, "and of --$_" for qw(models part-numbers score currency
    errors input-format format delimiter decimal date-order charset map help
    version);
($rc, $out) = sieve('', '--version');
like $out, qr/^glyphsieve \d+\.\d+\.\d+\n\z/, '--version';


# the title's condition fills an empty one

($rc, $out) = sieve("title,price,condition\nRTX 3070 gebraucht,300,\n"
                    . "RTX 3070 gebraucht,310,Neu\nRTX 3070 new fans,320,\n");
is join('|', map { $_->{condition} } rows($out)), 'Used|New|',
    'conditions in titles';


# larger than any buffer

my $many = "title,price\n" . join('', map { "RTX 3090 no $_,$_\n" } 1 .. 30000);
($rc, $out, $err) = sieve($many);
is $rc, 0, '30,000 rows';
@r = rows($out);
is scalar @r, 30000, 'come out';
is join(',', grep { $r[$_]{import_index} != $_ } 0 .. $#r), '', 'in order';

done_testing();
