package Glyph::Redis;

# Redis servers of a test's own, each behind a socket in $root.

use strict;
use warnings;

use Exporter qw(import);
use Glyph::Fault;
use Time::HiRes qw(sleep);

our @EXPORT = qw(%servers server again end_server cli);

our %servers;        # name => pid

END {
    my $status = $?;
    kill 'KILL', values %servers if %servers;
    $? = $status;
}

# What the name says is in $root/$name.conf; returns when it answers.
sub server {
    my ($name, $conf, @args) = @_;
    open my $out, '>', "$root/$name.conf" or die "$name.conf: $!";
    print $out "$conf\ndir $root\nlogfile $root/$name.log\n"
        . ($conf =~ /^port/m ? '' : "port 0\n")
        . "unixsocket $root/$name.sock\nunixsocketperm 777\n";
    close $out;
    again($name, @args);
}

sub again {
    my ($name, @args) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec 'redis-server', "$root/$name.conf", @args;
    }
    $servers{$name} = $pid;
    wait_for(sub { cli($name, 'ping') =~ /PONG|NOAUTH|NOPERM/ }, 10)
        or die "no $name: " . slurp("$root/$name.log");
}

sub end_server {
    my ($name) = @_;
    my $pid = delete $servers{$name} or return;
    kill 'KILL', $pid;
    waitpid $pid, 0;
}

sub cli {
    my ($name, @args) = @_;
    open my $in, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', 'redis-cli',
        '-s', "$root/$name.sock", @args or die "redis-cli: $!";
    local $/;
    my $out = <$in>;
    close $in;
    $out = '' unless defined $out;
    $out =~ s/\s+\z//;
    return $out;
}

1;
