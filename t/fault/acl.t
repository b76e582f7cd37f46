# A user of Redis' ACL with just the rights that docs/operations.md gives, and
# with each of them missing: imports go on, and operators are told.

use strict;
use warnings;

use lib 't/lib';
use Glyph::Fault;
use Glyph::Redis;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

my ($rights) = slurp('docs/operations.md') =~ /ACL SETUSER (glyph on .*)/;
my $small = "$root/small.csv";

sub admin {
    return cli('acl', '--user', 'admin', '--pass', 'secret2',
               '--no-auth-warning', @_);
}

# What it may do from now on: all that it needs, and what is added to that.
sub user {
    admin('acl', 'setuser', 'glyph', 'reset');
    return admin('acl', 'setuser', split ' ', join ' ', $rights, @_);
}

sub import_small {
    my $id = uuid();
    is code_of($id, upload($id, "\@$small")), 200, 'an import is completed';
    return $id;
}

sub healthy {
    return wait_for(sub {
        get('/health') =~ /"status":"ok".*"redis":\{"state":"connected"\}/;
    }, 10);
}

sub logged { return slurp("$root/logs/error.log") =~ /$_[0]/ }

sub errors {
    return get('/metrics') =~ /^glyph_redis_errors_total (\d+)$/m ? $1 : -1;
}

sub told {
    my ($command, $error, $id) = @_;
    ok wait_for(sub {
        logged(qr/\[error\].*refuses $command, 1 so far: $error.*, job: $id$/m)
    }, 3), 'the log tells what is refused, why, and to which job';
    like get('/health'),
        qr/"status":"degraded".*"redis":\{"state":"connected","error":"$error/,
        'so does health';
}

sub subscribed { return admin('client', 'list') =~ /sub=1 .*user=glyph/ }

# A new connection for subscriptions, which fails, or not.
sub resubscribe { return admin('client', 'kill', 'type', 'pubsub') }

# Nothing of the import is still on its way to Redis, to be refused later.
sub written {
    my ($id) = @_;
    return wait_for(sub {
        admin('hget', "glyph:job:$id", 'state') eq 'completed'
    }, 5);
}

sub mended {
    user();
    ok written(import_small()), 'which Redis knows';
    status_of('/jobs/' . uuid() . '/status');
    ok healthy() && wait_for(\&subscribed, 10),
        'with that right, all is well';
    truncate "$root/logs/error.log", 0;
}

# before nginx starts, which removes $root
mkdir $root;
start_nginx();
stop_nginx();
write_input();
write_input($small, 20);
server('acl', "maxmemory-policy noeviction\n"
    . "user default off\n"
    . "user admin on >secret2 ~* &* +\@all\n"
    . 'user glyph off');
is user(), 'OK', 'the user of docs/operations.md';
Glyph::Fault::configure(locations => 'location = /metrics { glyph_metrics; }',
    redis => "unix:$root/acl.sock user=glyph password=secret");
launch();

subtest 'with every right' => sub {
    ok healthy(), 'connected';
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '600k');
    ok wait_for(sub { admin('hget', "glyph:job:$id", 'state') =~ /^(receiving|processing)$/ },
        5), 'the job is there';
    like get("/jobs/$id/events", '-m', 1), qr/^event: progress/m,
        'it can be followed';
    sql("SELECT glyph.cancel('$id', '')");
    admin('publish', 'glyph:control', $id);
    is code_of($id, $pid), 409, 'and cancelled from another worker';
    ok !logged(qr/\[error\].*redis/), 'nothing was refused';
    is errors(), 0, 'as the metric says';
};

for my $command (qw(hset expire publish)) {
    subtest "without $command" => sub {
        user("-$command");
        my $id = import_small();
        told(uc $command, 'NOPERM', $id);
        is admin('ttl', "glyph:job:$id"), -1, 'the job stays for ever'
            if $command eq 'expire';
        my $before = errors();
        import_small() for 1 .. 3;
        my $lines = () = slurp("$root/logs/error.log") =~ /refuses/g;
        is $lines, 1, 'the log does not repeat it each time';
        ok wait_for(sub { errors() >= $before + 3 }, 3),
            'the metric counts them';
        mended();
    };
}

subtest 'without hmget' => sub {
    user('-hmget');
    my $id = import_small();
    like get("/jobs/$id/status"), qr/"state" ?: ?"completed"/,
        'Postgres knows the status';
    told('HMGET', 'NOPERM', $id);
    is status_of('/jobs/' . uuid() . '/status'), 503,
        'what Postgres does not know Redis might';
    mended();
};

subtest 'without the keys' => sub {
    user('resetkeys', '~other:*');
    told('HSET', 'NOPERM', import_small());
    mended();
};

subtest 'without memory' => sub {
    admin('config', 'set', 'maxmemory', 1);
    told('HSET', 'OOM', import_small());
    admin('config', 'set', 'maxmemory', 0);
    import_small();
    ok wait_for(sub {
        logged(qr/\[notice\].*accepts HSET again, refused were \d+/)
    }, 3),
        'the log tells the end of it';
    mended();
};

my %channels = ('subscribe' => ['-subscribe'],
    'unsubscribe' => ['-unsubscribe'],
    'the channel of hints' => [qw(resetchannels &glyph:events:*)],
    'the channels of jobs' => [qw(resetchannels &glyph:control)]);

for my $right (sort keys %channels) {
    subtest "without $right" => sub {
        user(@{$channels{$right}});
        resubscribe();
        ok wait_for(sub {
            logged(qr/\[error\].*redis \(subscriptions\) at .* is down: NOPERM/)
        }, 5), 'the log tells';
        import_small();
        my $lines = () = slurp("$root/logs/error.log") =~ /is down: NOPERM/g;
        is $lines, 1, 'once';
        mended();
    };
}

subtest 'without select' => sub {
    Glyph::Fault::configure(
        redis => "unix:$root/acl.sock user=glyph password=secret db=3");
    stop_nginx();
    launch();
    ok wait_for(sub {
        get('/health') =~ /"redis":\{"state":"down","error":"NOPERM/ }, 5),
        'with db= it is down, and health says why';
    ok wait_for(sub { logged(qr/redis at .* is down: NOPERM/) }, 3),
        'so does the log';
    user('+select');
    ok healthy(), 'with that right, all is well';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
