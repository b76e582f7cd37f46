# Postgres over TLS, whose certificate is checked.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};

use Glyph::Fault;

my $address = '127.0.0.77';
my $socket = $ENV{GLYPH_PG};
my ($data) = map { "$_/data" } $socket =~ /host=(\S+)/;
my $dir = "$ENV{GLYPH_RUN}/tls";

sub openssl { system("openssl $_[0] > $dir/openssl.log 2>&1") == 0
    or die slurp("$dir/openssl.log") }

# a certificate of its own authority: NAME.pem, NAME.key
sub certificate {
    my ($name) = @_;
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$name"
        . " -addext subjectAltName=IP:$address"
        . " -keyout $dir/$name.key -out $dir/$name.pem");
}

sub server {
    my (%set) = @_;
    local $ENV{GLYPH_PG} = $socket;
    sql("ALTER SYSTEM " . (defined $set{$_} ? "SET $_ = '$set{$_}'"
                                            : "RESET $_")) for sort keys %set;
    stores('crash');
    stores('stores') or diag slurp("$root/stores.log");
}

-d or mkdir or die "$_: $!" for $root, $dir;
certificate($_) for qw(server other);

# only its owner may read a key that Postgres takes
system("install -m 600 $dir/server.key $dir/server.pem '$data'") == 0 or die;
chown +(stat $data)[4, 5], "$data/server.key", "$data/server.pem";

write_config();
server(listen_addresses => $address, ssl => 'on',
    ssl_cert_file => 'server.pem', ssl_key_file => 'server.key');

sub write_config {
    $ENV{GLYPH_PG} = "host=$address dbname=glyph user=glyph password=sesame"
        . " sslmode=verify-full sslrootcert=$dir/" . ($_[0] || 'server')
        . '.pem';
}

subtest 'a certificate that is right' => sub {
    start_nginx();
    write_input($input, 20);
    my $id = uuid();
    is code_of($id, upload($id)), 200, 'an upload is answered with 200';
    is stored($id), 20, 'its rows are there';
    cmp_ok sql("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity"
        . " USING (pid) WHERE ssl AND application_name LIKE 'glyph:%'"), '>',
        0, 'over TLS';
    is sql("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity"
        . " USING (pid) WHERE NOT ssl AND usename = 'glyph_edge'"), 0,
        'and in no other way';
    ok stop_nginx(), 'nginx ends';
    unlike slurp("$root/logs/error.log"), qr/sesame/, 'no password is logged';
};

subtest 'the certificate of another' => sub {
    write_config('other');
    start_nginx();
    write_input($input, 20);
    ok wait_for(sub { get('/health') =~ /"postgres":\{"state":"down"/ }, 10),
        'health says that Postgres is down';
    my $id = uuid();
    is code_of($id, upload($id)), 503, 'an upload is refused';
    like slurp("$root/logs/error.log"),
        qr/postgres cannot be used: .*certificate verify failed/,
        'the log says why';
    ok stop_nginx(), 'nginx ends';
    unlike slurp("$root/logs/error.log"), qr/sesame/, 'no password is logged';
};

$ENV{GLYPH_PG} = $socket;
server(map { $_ => undef } qw(listen_addresses ssl ssl_cert_file
    ssl_key_file));

done_testing();
