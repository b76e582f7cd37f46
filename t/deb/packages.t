# The Debian packages: that they build, what is in them, what they need; for
# make deb-test, as root.sh is, which has how they install and run.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

for my $tool (qw(git dh_nginx dpkg-buildpackage)) {
    plan skip_all => "$tool is missing"
        if system("command -v $tool > /dev/null 2>&1") != 0;
}

plan skip_all => 'not a git checkout'
    if system('git ls-files > /dev/null 2>&1') != 0;

plan skip_all => 'the packages are built without sanitizers'
    if $ENV{GLYPH_ASAN};

my $dir = tempdir(CLEANUP => 1);
my $module = 'libnginx-mod-http-glyph';

sub slurp {
    my ($name) = @_;
    open my $in, '<', $name or return '';
    local $/;
    return scalar <$in>;
}

my ($version) = slurp('src/ngx_glyph.h')
    =~ /NGX_GLYPH_VERSION\s+"([^"]+)"/;
my ($packaged) = slurp('debian/changelog') =~ /\Aglyph \(([^)]+)\)/;
is $packaged, $version, "the packages' version is the module's";

my $out = do {
    local $ENV{BUILD} = $dir;
    local $ENV{NO_LINTIAN} = 1;
    local $ENV{DEB_BUILD_OPTIONS} = 'noopt noddebs parallel=2';
    `util/deb.sh 2>&1`;
};

is $?, 0, 'they build' or diag $out;

my ($deb) = glob "$dir/${module}_*.deb";
my ($tool) = glob "$dir/glyphsieve_*.deb";

# files, no directories; whether dh compresses a document depends on its size
sub contents {
    my ($name) = @_;
    return map { m{ \./(\S*[^/\s])$} ? "/$1" =~ s/\.md\.gz$/.md/r : () }
        split /\n/, `dpkg-deb -c '$name'`;
}

is join("\n", grep { !m{^/usr/share/doc/} } contents($deb)),
    join("\n", qw(/etc/nginx/glyph/gpu_models.csv /etc/nginx/glyph/http.conf
    /etc/nginx/glyph/main.conf /etc/nginx/glyph/server.conf
    /usr/lib/nginx/modules/ngx_glyph_module.so
    /usr/share/glyph/openapi.yaml /usr/share/glyph/schema.sql
    /usr/share/nginx/modules-available/mod-http-glyph.conf)),
    "the module's files";

is join(' ', grep { /operations|changelog|copyright/ } contents($deb)),
    join(' ', map { "/usr/share/doc/$module/$_" }
         qw(changelog.gz copyright operations.md)), '... its documents';

is join(' ', grep { m{/(bin|glyph|man1)/} } contents($tool)),
    '/usr/bin/glyphsieve /usr/share/glyph/gpu_models.csv'
    . ' /usr/share/man/man1/glyphsieve.1.gz', "the program's files";

sub control { my $text = `dpkg-deb -f '$deb' $_[0]`; chomp $text; $text }

like control('Depends'), qr/\bnginx-abi-\d/, 'it needs the ABI of its nginx';
like control('Depends'), qr/\b$_\d/, "... and $_" for qw(libpq libhiredis);

system("dpkg-deb -e '$deb' '$dir/control'");
is join(' ', map { m{/([^/]+)$} } split ' ', slurp("$dir/control/conffiles")),
    'gpu_models.csv http.conf main.conf server.conf',
    'dpkg asks before it replaces an edited file';
like slurp("$dir/control/postinst"), qr{50-mod-http-glyph\.conf},
    'the installation enables the module';

done_testing();
