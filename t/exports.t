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
    'ebay-active.csv' => [ '489.00 USD 3 available',
        '399.00 USD 1 available' ],
    'ebay-file-exchange.csv' => [ '699.00 EUR 2 available',
        '320.00 EUR 1 available' ],
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
            @{$result->{warnings}}), '',
        "$file: nothing is odd";
    is join(' ', map { $_->{errors}[0]{code} } @{$result->{rows_with_errors}}),
        $file eq 'ebay-file-exchange.csv' ? 'price_limit' : '',
        "$file: no row is lost but a bid";
}

my $shopify = send_file('t/data/exports/shopify.csv');

is join("\n", map { $_->{title} } @{$shopify->{preview}}), <<'TITLES' =~ s/\n\z//r,
Gainward GeForce RTX 3060 Ghost 12GB
Gainward GeForce RTX 3060 Ghost 8GB
PNY GeForce RTX 4090 XLR8
TITLES
    'Shopify: the title of the product, and what a variant is';
is $shopify->{preview}[0]{seller}, undef, 'who makes it does not sell it';
is $shopify->{preview}[0]{extra}{Vendor}, 'Gainward', 'but is kept';

my $long = 'GeForce RTX 3060 ' . 'x' x 1500;

my $variants = do {
    open my $out, '>', "$root/long.csv" or die "long.csv: $!";
    print $out "Handle,Title,Option1 Name,Option1 Value,Variant Price\n",
        "a,$long,Memory,12GB,279\na,,,8GB,239\n";
    close $out or die "long.csv: $!";
    send_file("$root/long.csv");
};

is_deeply [ map { $_->{title} } @{$variants->{preview}} ],
    [ "$long 12GB", "$long 8GB" ], 'also of a long title';

my $cost = do {
    open my $out, '>', "$root/cost.csv" or die "cost.csv: $!";
    print $out "name,standard_price\nRTX 3090,610\n";
    close $out or die "cost.csv: $!";
    send_file("$root/cost.csv");
};

is $cost->{code}, 'columns_missing', 'what was paid is no price';

is join("\n", bad_lines()), '', 'nginx has complained of nothing';

done_testing;
