package Glyph::Listen;

# How a server of the tests is told to speak HTTP/2: with a directive since
# 1.25.1, which warns of what came before, and only so in earlier versions.

use strict;
use warnings;

use Exporter qw(import);
use File::Temp qw(tempdir);

our @EXPORT = qw(listen_http2);

my $directive;

# nginx is asked itself: its forks count their versions otherwise
sub has_directive {
    my $dir = tempdir(CLEANUP => 1);
    mkdir "$dir/logs" or die "$dir/logs: $!";

    open my $out, '>', "$dir/nginx.conf" or die "nginx.conf: $!";
    print $out "pid nginx.pid;\nevents {}\nhttp { http2 on; }\n";
    close $out;

    my $nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';
    my $preload = $ENV{GLYPH_PRELOAD} ? "LD_PRELOAD=$ENV{GLYPH_PRELOAD}" : '';
    return system("$preload $nginx -t -q -p $dir/ -c nginx.conf"
                  . " -e logs/error.log > /dev/null 2>&1") == 0;
}

# Lines for a server{}.
sub listen_http2 {
    my ($address) = @_;
    $directive = has_directive() unless defined $directive;
    return $directive ? "listen $address;\n        http2 on;"
                      : "listen $address http2;";
}

1;
