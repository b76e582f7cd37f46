package Glyph::Session;

# A psql that stays open, with what it answers, and the text of its errors.
# send() does not wait for the answer, get() does, run() is both.

use strict;
use warnings;

use IO::Select;
use IPC::Open2;

my $serial = 0;
our @backends;

sub new {
    my ($class, %with) = @_;
    my $self = bless { buf => '' }, $class;

    local $ENV{PGOPTIONS} = $with{options} // '';
    local $ENV{PGAPPNAME} = $with{name} // 'test';

    $self->{pid} = open2($self->{out}, $self->{in},
        'sh', '-c', 'exec psql -qXAt -v VERBOSITY=verbose "$1" 2>&1',
        'sh', $ENV{GLYPH_PG});
    $self->{backend} = $self->run('SELECT pg_backend_pid()');
    push @backends, $self->{backend};
    $self->run('SET client_min_messages = error');
    return $self;
}

sub send {
    my ($self, $sql) = @_;

    local $SIG{PIPE} = 'IGNORE';
    $self->{mark} = 'mark-' . ++$serial;
    $self->{in}->print("$sql;\n\\echo $self->{mark}\n");
    $self->{in}->flush;
}

sub get {
    my ($self, $timeout) = @_;
    my $end = time() + ($timeout // 20);
    my $select = IO::Select->new($self->{out});

    my $at;

    while (($at = index $self->{buf}, "$self->{mark}\n") < 0) {
        my $left = $end - time();
        return '(timeout)' if $left <= 0 || !$select->can_read($left);
        return "(gone) $self->{buf}"
            unless sysread $self->{out}, $self->{buf}, 65536,
                           length $self->{buf};
    }

    my $answer = substr $self->{buf}, 0, $at + length $self->{mark}, '';
    $self->{buf} =~ s/^\n//;
    $answer =~ s/\n?\Q$self->{mark}\E\z//;
    return $answer;
}

sub run {
    my ($self, $sql) = @_;

    $self->send($sql);
    return $self->get;
}

sub kill {
    my ($self) = @_;

    kill 'KILL', $self->{pid};
    waitpid $self->{pid}, 0;
    $self->{pid} = undef;
}

sub DESTROY {
    my ($self) = @_;

    return unless $self->{pid};
    local ($?, $!);
    $self->{in}->close;
    $self->{out}->close;
    waitpid $self->{pid}, 0;
}

1;
