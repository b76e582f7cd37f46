# The answers are those of conf/openapi.yaml: t/openapi asks the example
# configuration for every route and status of it, also for those that only a
# fault can cause.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};
plan skip_all => 'GLYPH_RUN is not set' unless $ENV{GLYPH_RUN};
plan skip_all => 'there is no Node.js'
    if system('node --version > /dev/null 2>&1') != 0;

use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);

use Glyph::Fault;

my $top = "$ENV{TEST_NGINX_GLYPH_CONF}/..";
my $node = "$ENV{GLYPH_BUILD}/openapi";
my $document = "$top/conf/openapi.yaml";
my ($port) = $url =~ /(\d+)$/;
my $seen = "$root/seen";

plan skip_all => "$node/node_modules is missing; make test installs it"
    unless -d "$node/node_modules";

copy($_, $node) or die "$_: $!" for glob "$top/t/openapi/*.mjs";

# conf/nginx.conf, at home in $root
sub configure {
    my (%with) = @_;
    my $conf = slurp("$top/conf/nginx.conf");
    my $user = $> == 0 ? 'user root;' : '';
    my $http = join "\n    ", 'client_body_timeout 1s;',
        $with{no_spool} ? 'glyph_background off;' : (),
        'glyph_events_wait 0;', $with{http} || '',
        map { "${_}_temp_path ${_}_temp;" }
            qw(client_body proxy fastcgi uwsgi scgi);

    my $body = $with{body} || '64k';
    for ($conf) {
        s/^user .*/$user/m;
        s/^worker_processes .*/worker_processes 1;/m;
        s/^pid .*/pid logs\/nginx.pid;/m;
        s/^error_log .*/error_log logs\/error.log info;/m;
        s/^load_module .*/load_module $ENV{TEST_NGINX_LOAD_MODULES};/m;
        s/^http \{/http {\n    $http/m;
        s/access_log [^\s;]+/access_log logs\/access.log/g;
        s/listen 80;/listen 127.0.0.1:$port;/;
        s/\/etc\/nginx\/glyph/$ENV{TEST_NGINX_GLYPH_CONF}/g;
        s/\/usr\/share\/glyph/$ENV{TEST_NGINX_GLYPH_CONF}/g;
        s/glyph_postgres .*/glyph_postgres "$ENV{GLYPH_PG}";/;
        s/glyph_redis .*/glyph_redis $ENV{TEST_NGINX_GLYPH_REDIS};/;
        s/\/var\/lib\/nginx\/glyph/$root\/spool/;
        s/client_max_body_size \S+;/client_max_body_size $body;/g;
        s/^ *glyph_spool_max_size +20g;\n//m;
        s{^( *)#(location = /api/imports/from-pipeline.*?\n *#\})}
            {my $on = "$1$2"; $on =~ s/^( *)#/$1/mg; $on}mse
            or die 'from-pipeline is not there' unless $with{no_spool};
        s/\/var\/lib\/pipeline/$root\/files/;
        s/(location = \/api\/health)/location = \/health { glyph_health full; }\n\n        $1/;
    }

    open my $out, '>', "$root/nginx.conf" or die "nginx.conf: $!";
    print $out $conf;
    close $out;
}

sub restart {
    ok stop_nginx(), 'nginx ends';
    wait_for(sub { !-e "$root/logs/nginx.pid" }, 5);
    configure(@_);
    launch();
}

sub node_ok {
    my ($what, @args) = @_;
    my $ok = system("cd '$node' && node check.mjs '$document' @args"
                    . " > '$root/node.log' 2>&1") == 0;
    my $said = slurp("$root/node.log");
    ok $ok, $what;
    $ok ? note $said : diag $said;
}

sub phase { node_ok($_[1], $_[0], $port, "'$seen'") }

# The functions that requests call, by other names.
sub functions {
    my ($from, $to) = @_;
    sql("DO \$\$ DECLARE f regprocedure; BEGIN FOR f IN SELECT p.oid FROM"
        . " pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE"
        . " n.nspname = 'glyph' AND p.proname ~"
        . " '^${from}(api_.*|job_.*|error_.*|cancel|undo)\$'"
        . " LOOP EXECUTE format('ALTER FUNCTION %s RENAME TO %I', f,"
        . " (SELECT '$to' || substr(proname, 1 + length('$from'))"
        . " FROM pg_proc WHERE oid = f)); END LOOP; END \$\$");
}

remove_tree($root);
make_path("$root/logs");
chmod 0777, $root;

node_ok('the document is one', 'document');

my ($paths) = slurp($document) =~ /^paths:\n(.*?)^components:/ms;
is join(' ', grep { $paths !~ m{^  \Q$_\E:$}m && $_ ne '/api/openapi.yaml' }
        grep { m{^/(?:api/|metrics)} } slurp("$top/conf/nginx.conf") =~ /^ *#?location (?:= )?(\S+) \{/mg),
    '', 'it has every location of the example configuration';

# an import by name
make_path("$root/files/week");
symlink '/etc', "$root/files/link" or die "symlink: $!";
my %rows = ('a.csv' => 1, 'fair.csv' => 100, 'large.csv' => 8000, 'bad.csv' => 0);
for my $name (keys %rows) {
    open my $out, '>', "$root/files/$name" or die "$name: $!";
    print $out $rows{$name} ? "Titel;Preis;foo\n" : "Pries;Name\n1;x\n",
        "RTX 3090;700,00;x\n" x $rows{$name};
    close $out;
}

configure();
launch();

phase('plain', 'while everything works');

is get('/api/openapi.yaml'), slurp($document), 'the document is served';

functions('', 'gone_');
phase('missing', 'while the database lacks what is asked for');
functions('gone_', '');

restart(http => 'glyph_max_jobs 1; glyph_spool_max_size 256;', body => '2m');
phase('limits', 'while there is no room');

restart(body => '2m');
rename "$root/spool/jobs", "$root/spool/away" or die "rename: $!";
phase('disk', 'while the disk fails');
rename "$root/spool/away", "$root/spool/jobs" or die "rename: $!";

restart(no_spool => 1);
stores('crash');
ok wait_for(sub { get('/health') =~ /"postgres":\{"state":"down"/ }, 15),
    'Postgres is down';
phase('down', 'while Postgres is down');

restart();
phase('away', 'while Postgres is down, and there is a spool');
stores('stores') or diag slurp("$root/stores.log");

node_ok('everything was reached', 'reached', "'$seen'");

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing();
