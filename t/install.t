# make install and make uninstall, below a DESTDIR, and Debian's nginx with
# what is there.

use strict;
use warnings;

use File::Find;
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

my $build = $ENV{GLYPH_BUILD} || 'build';
my $nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';
my $dir = tempdir(CLEANUP => 1);
my $dest = "$dir/root";
my $conf = "$dest/etc/nginx/glyph";
my $link = "$dest/etc/nginx/modules-enabled/50-mod-http-glyph.conf";

plan skip_all => "$build/ngx_glyph_module.so is not built"
    unless -f "$build/ngx_glyph_module.so";

sub run {
    my ($what) = @_;
    local @ENV{qw(DESTDIR BUILD)} = ($dest, $build);
    my $out = `util/install.sh $what 2>&1`;
    return $? == 0 ? $out : "FAILED: $out";
}

sub slurp {
    my ($name) = @_;
    open my $in, '<:raw', $name or return undef;
    local $/;
    return scalar <$in>;
}

sub spew {
    my ($name, $data) = @_;
    open my $out, '>:raw', $name or die "$name: $!";
    print $out $data;
    close $out;
}

# the files and links below $dest, without documents
sub files {
    my @found;
    find({ no_chdir => 1, wanted => sub {
        push @found, substr $_, length $dest if -f || -l;
    } }, $dest) if -d $dest;
    return join "\n", sort grep { !m{^/usr/share/doc/} } @found;
}

my $all = join "\n", sort map { chomp; $_ } <DATA>;

like run('install'), qr/^installed below \Q$dest\E;/, 'installed';
is files(), $all, 'the files';
is readlink($link), '/usr/share/nginx/modules-available/mod-http-glyph.conf',
    'the module is enabled as Debian enables one';
ok -f "$dest/usr/share/doc/libnginx-mod-http-glyph/directives.md",
    'the reference is there, too';
is sprintf('%o', (stat "$dest/usr/bin/glyphsieve")[2] & 07777), '755',
    'a program is executable';
is sprintf('%o', (stat "$conf/http.conf")[2] & 07777), '644',
    'a configuration file is not';
is slurp("$dest/usr/lib/nginx/modules/ngx_glyph_module.so"),
    slurp("$build/ngx_glyph_module.so"), 'the module is the one of the build';

# what Debian's nginx.conf includes, with paths that are ours

sub nginx_conf {
    my $user = $> == 0 ? 'user root;' : '';
    my $top = "$dest/etc/nginx/nginx.conf";

    make_path("$dir/log");
    symlink '../../lib/nginx/modules', "$dest/usr/share/nginx/modules";

    my $http = slurp("$conf/http.conf");
    my $server = slurp("$conf/server.conf");
    $http =~ s{/var/lib/nginx/glyph}{$dir/spool};
    $server =~ s{/var/log/nginx/}{$dir/log/};
    spew("$dest/etc/nginx/http.test", $http);
    spew("$dest/etc/nginx/server.test", $server);

    spew($top, "$user\npid $dir/nginx.pid;\nerror_log $dir/log/error.log;\n"
        . "include $dest/usr/share/nginx/modules-available/*.conf;\n"
        . "include glyph/main.conf;\nevents { }\nhttp {\n"
        . "access_log $dir/log/access.log;\n"
        . join('', map { "${_}_temp_path $dir/$_;\n" }
               qw(client_body proxy fastcgi uwsgi scgi))
        . "include http.test;\nserver {\nlisten 127.0.0.1:1;\n"
        . "include server.test;\n}\n}\n");

    return $top;
}

my $top = nginx_conf();
my $out = `$nginx -t -p '$dest/usr/share/nginx' -c '$top' -e '$dir/log/e' 2>&1`;
like $out, qr/test is successful/, 'nginx -t with the installed files';
unlink $top, map { "$dest/etc/nginx/$_.test" } qw(http server);
unlink "$dest/usr/share/nginx/modules";

my @named = slurp("$conf/server.conf") =~ /^\s*alias (\S+);/mg;
ok @named, 'the configuration names files';
ok -e "$dest$_", "... which are there: $_" for @named;

# again

my $was = slurp("$conf/http.conf");
unlike run('install'), qr/kept|FAILED|not enabled/, 'installed again';
is files(), $all, '... the same files';

# a file of a former version that nobody edited, and one that somebody did

spew("$_/http.conf", "# as it once was\n")
    for $conf, "$dest/usr/share/glyph/conf";
spew("$conf/server.conf", "# mine\n");

$out = run('install');
is slurp("$conf/http.conf"), $was, 'a file that was not edited is replaced';
is slurp("$conf/server.conf"), "# mine\n", '... one that was is not';
like $out, qr{^kept, for it was edited: /etc/nginx/glyph/server\.conf}m,
    '... and it is said';
unlike $out, qr/kept.*http\.conf/, '... of no other';
like slurp("$dest/usr/share/glyph/conf/server.conf"), qr/glyph_import;/,
    "... and this version's is at hand";

# a module that the operator has disabled

unlink $link;
like run('install'), qr{^not enabled, as before: /etc/nginx}m,
    'a module that was disabled is not enabled again';
ok !-l $link, '... there is no link';

# the way back

like run('uninstall'), qr{^kept, for it was edited: \S+/server\.conf$}m,
    'uninstalled, but for what was edited';
is files(), '/etc/nginx/glyph/server.conf', '... and nothing else is left';

spew("$conf/server.conf", slurp('conf/nginx.conf'));
unlike run('install'), qr/FAILED/, 'installed over what was left';
ok -l $link, '... which enables the module';
unlink "$conf/server.conf";
unlike run('uninstall'), qr/kept|FAILED/, 'uninstalled';
is files(), '', '... and nothing is left';
ok !-d $conf, '... not even the directory';

unlike run('uninstall'), qr/kept|FAILED/, 'nothing to uninstall is no error';

done_testing();

__DATA__
/etc/nginx/glyph/gpu_models.csv
/etc/nginx/glyph/http.conf
/etc/nginx/glyph/main.conf
/etc/nginx/glyph/part_numbers.csv
/etc/nginx/glyph/server.conf
/etc/nginx/modules-enabled/50-mod-http-glyph.conf
/usr/bin/glyphsieve
/usr/lib/nginx/modules/ngx_glyph_module.so
/usr/share/glyph/conf/gpu_models.csv
/usr/share/glyph/conf/http.conf
/usr/share/glyph/conf/main.conf
/usr/share/glyph/conf/part_numbers.csv
/usr/share/glyph/conf/server.conf
/usr/share/glyph/gpu_models.csv
/usr/share/glyph/openapi.yaml
/usr/share/glyph/part_numbers.csv
/usr/share/glyph/schema.sql
/usr/share/man/man1/glyphsieve.1
/usr/share/nginx/modules-available/mod-http-glyph.conf
