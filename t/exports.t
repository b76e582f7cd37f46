# The exports of shops, as they are: t/data/exports has one of each shape.

use strict;
use warnings;

use Test::More;
use JSON::PP;

use lib 't/lib';
use Glyph::Fault;

plan skip_all => 'TEST_NGINX_LOAD_MODULES is not set'
    unless $ENV{TEST_NGINX_LOAD_MODULES};

# file => [ the price, currency, quantity and availability of each row ]

my %want = (
    'amazon-flat-file.txt' => [ '999.00 USD 6 available',
        '879.99 USD 3 available' ],
    'amazon-template.txt' => [ '999.00 EUR 6 available',
        '879.99 EUR 3 available' ],
    'ebay-active.csv' => [ '489.00 USD 3 available',
        '399.00 USD 1 available' ],
    'ebay-file-exchange.csv' => [ '699.00 USD 2 available',
        '320.00 USD 1 available' ],
    'google-merchant.csv' => [ '799.00 USD - available',
        '289.00 USD - unavailable', '599.00 USD - unavailable' ],
    'magento.csv' => [ '299.00 EUR 7 available', '199.00 EUR 0 unavailable',
        '449.00 EUR 2 available' ],
    'meta-catalogue.csv' => [ '199.00 USD - available',
        '149.00 USD - available' ],
    'odoo-labels.csv' => [ '799.00 EUR 3 available',
        '1399.00 EUR 1 available' ],
    'odoo.csv' => [ '799.00 EUR 3 available', '1399.00 EUR 1 available' ],
    'prestashop.csv' => [ '299.00 EUR 4 available',
        '349.99 EUR 0 unavailable' ],
    'shopify.csv' => [ '279.00 EUR 5 available', '239.00 EUR 2 available',
        '1699.00 EUR 0 unavailable' ],
    'woocommerce.csv' => [ '749.00 EUR 4 available',
        '399.00 EUR - unavailable', '529.00 EUR 2 available',
        '299.00 EUR 1 available', '579.00 EUR 3 available' ],
);

start_nginx(locations => <<'CONF');
    location = /api/import/csv { glyph_import; }
CONF

sub send_file {
    my ($name, @more) = @_;
    return decode_json(get('/api/import/csv?dry_run=true&currency=EUR',
        '-H', 'Content-Type: text/csv', '--data-binary', "\@$name", @more));
}

for my $file (sort keys %want) {
    my $result = send_file("t/data/exports/$file");
    my @rows = @{$result->{preview}};

    is join("\n", map { join ' ', sprintf('%.2f', $_->{price}),
                        $_->{currency}, $_->{quantity} // '-',
                        $_->{availability} // '-' } @rows),
        join("\n", @{$want{$file}}), $file;
    is $result->{unknown_rows}, 0, "$file: each model is known";
    is join(' ', grep { $_ ne 'no_rate' } map { $_->{code} }
            @{$result->{warnings}}),
        $file eq 'amazon-template.txt' ? 'header_found' : '',
        "$file: nothing is odd";
    is join(' ', map { $_->{errors}[0]{code} } @{$result->{rows_with_errors}}),
        $file eq 'ebay-file-exchange.csv' ? 'price_limit' : '',
        "$file: no row is lost but a bid";
}

is join(' ', map { $_->{condition} }
        @{send_file('t/data/exports/ebay-file-exchange.csv')->{preview}}),
    'Used For parts', 'what the numbers of eBay mean';

my $shopify = send_file('t/data/exports/shopify.csv');

is join("\n", map { $_->{title} } @{$shopify->{preview}}), <<'TITLES' =~ s/\n\z//r,
Gainward GeForce RTX 3060 Ghost 12GB
Gainward GeForce RTX 3060 Ghost 8GB
PNY GeForce RTX 4090 XLR8
TITLES
    'Shopify: the title of the product, and what a variant is';
is $shopify->{preview}[0]{seller}, undef, 'who makes it does not sell it';
is $shopify->{preview}[0]{extra}{Vendor}, 'Gainward', 'but is kept';

sub send_text {
    my ($text) = @_;
    open my $out, '>', "$root/text.csv" or die "text.csv: $!";
    print $out $text;
    close $out or die "text.csv: $!";
    return send_file("$root/text.csv");
}

sub prices {
    return join ' ', map { sprintf '%s %s', $_->{price}, $_->{currency} }
        @{send_text($_[0])->{preview}};
}

is prices(<<'CSV'), '800 USD 800 EUR 700 EUR', 'a sale price with markup';
Name,Regular price,Sale price
RTX 3090,"$1,000.00",<b>$800</b>
RTX 3080,"&euro;1.000,00","800,00&nbsp;&euro;"
RTX 3070,700,&nbsp;
CSV

is prices(<<'CSV'), '750 EUR 750 EUR 800 EUR 750 EUR', 'a sale since 3/4/20';
sku,name,price,special_price,special_price_from_date,special_price_to_date
A,RTX 3090,800,750,3/4/20,
B,RTX 3080,800,750,"1/2/20, 12:00 AM",5/6/30
C,RTX 3070,800,750,3/4/20,5/6/21
D,RTX 3060,800,750,N/A,-
CSV

my $variants = send_text(<<'CSV');
Handle,Title,Option1 Value,Variant Price,Variant SKU,Image Src
a,RTX&nbsp;3090 &amp; case,24&nbsp;GB,700,A1,https://shop.example/1.jpg
a,N/A,N/A,N/A,N/A,https://shop.example/2.jpg
a,nan,red &amp; blue,690,A2,nan
CSV

is join("\n", map { $_->{title} =~ s/\xa0/ /gr } @{$variants->{preview}}),
    "RTX 3090 & case 24 GB\nRTX 3090 & case red & blue",
    'Shopify: what a program has written into empty cells is nothing';
is "$variants->{skipped_rows} $variants->{total_rows}", '1 2',
    'a picture is one, whatever its empty cells say';

my $long = 'GeForce RTX 3060 ' . 'x' x 1500;

my $product = do {
    open my $out, '>', "$root/long.csv" or die "long.csv: $!";
    print $out "Handle,Title,Option1 Name,Option1 Value,Variant Price\n",
        "a,$long,Memory,12GB,279\na,,,8GB,239\n";
    close $out or die "long.csv: $!";
    send_file("$root/long.csv");
};

is_deeply [ map { $_->{title} } @{$product->{preview}} ],
    [ "$long 12GB", "$long 8GB" ], 'also of a long title';

my $cost = send_text("name,standard_price\nRTX 3090,610\n");

is $cost->{code}, 'columns_missing', 'what was paid is no price';

is join("\n", bad_lines()), '', 'nginx has complained of nothing';

done_testing;
