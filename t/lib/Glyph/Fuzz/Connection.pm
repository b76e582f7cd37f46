package Glyph::Fuzz::Connection;

# A connection that goes through its steps, one of many at a time.  The steps:
#
#   [send => bytes] or [frame => frame of HTTP/2]
#   [pause => seconds]
#   [deaf => bool]          nothing is read any more, or again
#   [shut]                  nothing more will be sent
#   [await => seconds]      until all that was asked is answered, or the other
#                           side closes
#   [close] or [reset]

use strict;
use warnings;

use Errno qw(EAGAIN EINPROGRESS EINTR);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

# how long a client waits for room in a window
my $patience = 3;

# %with: port, steps, delay, small (receive buffer), parser, name
sub new {
    my ($class, %with) = @_;
    return bless { %with, out => '', until => time + $with{delay},
                   state => 'delayed', faults => [] }, $class;
}

sub is_over { return $_[0]{state} eq 'over' }
sub socket_of { return $_[0]{socket} }

sub connect_now {
    my ($self) = @_;

    socket my $socket, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
    my $flags = fcntl $socket, F_GETFL, 0 or die "fcntl: $!";
    fcntl $socket, F_SETFL, $flags | O_NONBLOCK or die "fcntl: $!";
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, $self->{small}
        if $self->{small};
    connect $socket, pack_sockaddr_in($self->{port}, INADDR_LOOPBACK)
        or $! == EINPROGRESS or die "connect: $!";

    $self->{socket} = $socket;
    $self->{state} = 'open';
    $self->{until} = 0;
}

sub fault {
    my ($self, $text) = @_;
    push @{$self->{faults}}, "$self->{name}: $text";
}

sub all_faults {
    my ($self) = @_;
    return (@{$self->{faults}},
            map { "$self->{name}: $_" } @{$self->{parser}{faults}});
}

sub end {
    my ($self, $reset) = @_;
    if ($self->{socket}) {
        setsockopt $self->{socket}, SOL_SOCKET, SO_LINGER, pack 'll', 1, 0
            if $reset;
        close $self->{socket};
    }
    $self->{socket} = undef;
    $self->{state} = 'over';
}

# The other side has closed, or has reset.
sub lost {
    my ($self) = @_;
    $self->{parser}->closed;
    $self->end;
}

sub wants_read { return $_[0]{socket} && !$_[0]{deaf} }
sub wants_write { return $_[0]{socket} && length $_[0]{out} }

sub can_read {
    my ($self) = @_;
    my $n = sysread $self->{socket}, my $data, 65536;

    if (!defined $n) {
        return if $! == EAGAIN || $! == EINTR;
        return $self->lost;
    }

    return $self->lost if $n == 0;

    $self->{parser}->received($data);
    $self->{out} .= $self->{parser}->wanted unless $self->{shut};
}

sub can_write {
    my ($self) = @_;
    my $n = syswrite $self->{socket}, $self->{out}, 65536;

    if (!defined $n) {
        return if $! == EAGAIN || $! == EINTR;

        # an answer may lie there
        $self->{out} = '';
        $self->{mute} = 1;
        $self->{until} = 0;
        $self->{steps} = $self->{deaf} ? [['close']]
                                       : [['await', 2, 1], ['close']];
        return;
    }

    substr $self->{out}, 0, $n, '';

    if ($self->{sending}) {
        $self->{parser}->was_sent($n);
    } elsif ($self->{frame} && !length $self->{out}) {
        $self->{parser}->was_sent(delete $self->{frame});
    }
}

# As far as it goes now.  A step is done once it returns true.
my %step = (
    send => sub {
        my ($self, $bytes) = @_;
        $self->{sending} = 1;
        $self->{out} .= $bytes;
        return 1;
    },
    frame => sub {
        my ($self, $frame) = @_;
        unless ($self->{parser}->has_room($frame)) {
            $self->{full} ||= time + $patience;
            if (time > $self->{full}) {
                @{$self->{steps}} = (['reset'], ['reset']);
                return 1;
            }
            return 0;
        }
        $self->{full} = 0;
        $self->{out} .= $frame->{bytes};
        $self->{frame} = $frame;
        return 1;
    },
    pause => sub {
        my ($self, $seconds) = @_;
        $self->{until} = time + $seconds;
        return 1;
    },
    deaf => sub {
        my ($self, $on) = @_;
        $self->{deaf} = $on;
        return 1;
    },
    shut => sub {
        my ($self) = @_;
        shutdown $self->{socket}, 1;
        $self->{shut} = 1;
        return 1;
    },
    await => sub {
        my ($self, $seconds, $lenient) = @_;
        return 1 unless $self->{parser}->pending;
        $self->{limit} ||= time + $seconds;
        if (time > $self->{limit}) {
            $self->fault("no answer in $seconds s: "
                         . $self->{parser}->waiting) unless $lenient;
            return 1;
        }
        return 0;
    },
    close => sub { $_[0]->end; return 1 },
    reset => sub { $_[0]->end(1); return 1 },
);

sub go {
    my ($self, $now) = @_;

    return if $self->{until} > $now;

    $self->connect_now if $self->{state} eq 'delayed';

    # what is sent goes out before anything else
    while ($self->{socket} && !length $self->{out} && !$self->{frame}) {
        my $step = $self->{steps}[0];
        return $self->end unless $step;
        my ($what, @args) = @$step;
        return unless $step{$what}->($self, @args);
        shift @{$self->{steps}};
        return if $self->{until} > $now;
    }
}

1;
