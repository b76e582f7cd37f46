# Files of the node that nginx may not read.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

# root may read everything, unless these capabilities are taken from it
if ($> == 0) {
    my $without = 'setpriv --bounding-set=-dac_override,-dac_read_search';

    plan skip_all => 'root cannot be kept from reading a file'
        if system("$without true > /dev/null 2>&1") != 0;

    $ENV{TEST_NGINX_BINARY} = "$without $ENV{TEST_NGINX_BINARY}";
}

sub from {
    my ($path, @options) = @_;
    return get("/from?path=$path", '-X', 'POST', '-w', '%{http_code}',
               @options);
}

start_nginx(locations =>
    "location = /from { glyph_import; glyph_import_root $root/files; }");

mkdir "$root/files" or die "files: $!";
mkdir "$root/files/closed" or die "closed: $!";
write_input("$root/files/$_", 3) for qw(open.csv secret.csv closed/in.csv);
chmod 0, "$root/files/secret.csv", "$root/files/closed";

like from('open.csv', '-H', 'Prefer: wait=10'), qr/"valid_rows":3.*200$/s,
    'a file that nginx may read';

for ('secret.csv', 'closed/in.csv') {
    my $id = uuid();
    like from($_, '-H', "Glyph-Job-Id: $id"),
        qr/"status":403,"code":"file_forbidden","detail":".*\}\n?403$/s,
        "$_: one that it may not";
    is stored($id), 0, 'nothing is stored';
    like get("/jobs/$id/status"), qr/"state" ?: ?"failed".*"file_forbidden"/s,
        'and who asks for the job is told the same';
}

is_deeply [glob "$root/spool/*.body $root/spool/*.part"], [],
    'nothing stays in the spool';
like slurp("$root/logs/error.log"), qr/secret\.csv.*\(13: /,
    'the log has the file and why';

chmod 0600, "$root/files/secret.csv";
like from('secret.csv', '-H', 'Prefer: wait=10'), qr/"valid_rows":3.*200$/s,
    'as soon as it may, it does';

chmod 0700, "$root/files/closed";
ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'and has not complained';

done_testing;
