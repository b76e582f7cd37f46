# The registry, extended by the operator while nginx runs.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

my $own = "$root/own.csv";
my $header = 'model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,'
    . 'generation,cuda_cores,slot_width,pcie_generation,form_factor,released,'
    . 'aliases';

sub write_own {
    open my $out, '>', $own or die "$own: $!";
    print $out "$header\n@_";
    close $out;
}

sub model_of {
    my ($title) = @_;
    my $id = uuid();
    get('/import', '-H', 'Content-Type: text/csv', '-H', "Glyph-Job-Id: $id",
        '--data-binary', "title,price\n$title,100\n");
    return sql("SELECT canonical_model FROM glyph.listings"
               . " WHERE import_id = '$id'");
}

sub good_config {
    return system("$ENV{TEST_NGINX_BINARY} -t -q -p $root/ -c nginx.conf"
                  . " -e logs/error.log > $root/test.log 2>&1") == 0;
}

sub reload {
    my @old = workers();
    kill 'HUP', master();
    ok wait_for(sub { !grep { kill 0, $_ } @old }, 10), 'reloaded';
}

start_nginx();
is model_of('Biren BR104P 32GB GPU'), 'UNKNOWN', 'a card that is not known';

write_own("BR104P,BR104P,other,server,32,300,0,0,BR100,8192,2,5,PCIe,"
          . "2022-08-09,\n");
Glyph::Fault::configure(http => "glyph_models $own;");
ok good_config(), 'a second file is good';
is model_of('Biren BR104P 32GB GPU'), 'UNKNOWN', 'and does nothing yet';
reload();
is model_of('Biren BR104P 32GB GPU'), 'BR104P', 'after a reload it is known';
is model_of('Tesla T4 16GB'), 'T4', 'and so are the others';

write_own("BR104P,BR104P,other,server,lots,300,0,0,BR100,8192,2,5,PCIe,,\n");
ok !good_config(), 'a wrong one is refused by nginx -t';
like slurp("$root/test.log") . slurp("$root/logs/error.log"),
    qr/vram_gb.* in \Q$own\E:2/, 'with its line';
kill 'HUP', master();
wait_for(sub { slurp("$root/logs/error.log") =~ /\[emerg\]/ }, 5);
is model_of('Biren BR104P 32GB GPU'), 'BR104P', 'a reload keeps the old one';
ok stop_nginx(), 'nginx ends when asked';

done_testing;
