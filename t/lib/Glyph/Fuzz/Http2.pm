package Glyph::Fuzz::Http2;

# HTTP/2: streams as frames, right and wrong, and the answers on a connection,
# of which each stream has at most one.

use strict;
use warnings;

use Exporter qw(import);

use Glyph::Fuzz::Request;

our @EXPORT_OK = qw(frames);

my ($DATA, $HEADERS, $PRIORITY, $RST, $SETTINGS, $PING, $GOAWAY, $WINDOW,
    $CONTINUATION) = (0, 1, 2, 3, 4, 6, 7, 8, 9);
my ($END_STREAM, $ACK, $END_HEADERS, $PADDED) = (1, 1, 4, 8);
my %indexed = (0x88 => 200, 0x89 => 204, 0x8a => 206, 0x8b => 304,
               0x8c => 400, 0x8d => 404, 0x8e => 500);


# A step of the connection: the bytes, and what it means that they were sent.
sub frame {
    my ($type, $flags, $stream, $data, %means) = @_;
    my $bytes = substr(pack('N', length $data), 1)
        . pack('CCN', $type, $flags, $stream) . $data;
    return { bytes => $bytes, stream => $stream, %means };
}

sub integer {
    my ($n, $bits) = @_;
    my $most = 2 ** $bits - 1;
    return chr $n if $n < $most;
    my $out = chr $most;
    for ($n -= $most; $n >= 128; $n >>= 7) {
        $out .= chr($n & 127 | 128);
    }
    return $out . chr $n;
}

sub text { return integer(length $_[0], 7) . $_[0] }

sub field { return "\0" . text($_[0]) . text($_[1]) }

sub header_block {
    my ($q, @more) = @_;
    return ($q->{method} eq 'GET' ? "\x82" : $q->{method} eq 'POST' ? "\x83"
            : "\2" . text($q->{method})) . "\x86\4" . text($q->{path})
        . "\1" . text('fuzz')
        . join '', map { field(@$_) } @{$q->{headers}}, @more;
}

sub header_frames {
    my ($q, $stream, $end, @more) = @_;
    my $block = header_block($q, @more);
    my $flags = $end ? $END_STREAM : 0;
    my %opens = (opens => $q, $end ? (ends => $q) : ());

    # not an empty one: nginx 1.22 then waits for more, without any time-out

    if (chance(0.1)) {
        my $first = 1 + roll(length($block) - 1);
        return (frame($HEADERS, $flags, $stream, substr $block, 0, $first),
                frame($CONTINUATION, $END_HEADERS, $stream,
                      substr($block, $first), %opens));
    }

    return frame($HEADERS, $flags | $END_HEADERS, $stream, $block, %opens);
}

sub data_frame {
    my ($stream, $data, $flags, %means) = @_;
    my $pad = chance(0.08) ? roll(100) : -1;
    my $padded = $pad < 0 ? $data : chr($pad) . $data . "\0" x $pad;
    return frame($DATA, $flags | ($pad < 0 ? 0 : $PADDED), $stream, $padded,
                 flow => length $padded, %means);
}

sub data_frames {
    my ($q, $stream, $end) = @_;
    my ($at, $length) = (0, length $q->{body});
    my @frames;
    my $size = pick(20, 1000, 16000);
    $size = 1 + int($length / 40) if $length / $size > 40;
    $size = 8000 if $size > 8000;

    while ($at < $length) {
        my $n = 1 + roll(2 * $size);
        $n = $length - $at if $n > $length - $at;
        my $last = $end eq 'data' && $at + $n == $length;
        push @frames, data_frame($stream, substr($q->{body}, $at, $n),
                                 $last ? ($END_STREAM, ends => $q) : 0);
        push @frames, data_frame($stream, '', 0) if chance(0.02);
        $at += $n;
    }

    push @frames, data_frame($stream, '', $END_STREAM, ends => $q)
        if $end eq 'empty' || ($end eq 'data' && $length == 0);
    push @frames, frame($HEADERS, $END_STREAM | $END_HEADERS, $stream,
                        field('x-trailer', '1'), ends => $q)
        if $end eq 'trailer';
    return @frames;
}

# What a stream does that it should not.
sub misbehave {
    my ($q, $stream, @frames) = @_;
    my $how = weighed(160, '', 24, 'reset', 4, 'goes on', 3, 'again',
                      2, 'window', 2, 'zero', 2, 'priority', 3, 'twice');

    return @frames unless $how;

    my $at = 1 + roll(scalar @frames);

    if ($how eq 'reset') {
        my $code = pick(8, 8, 0, 2, 5);
        $at = @frames if chance(0.3);
        splice @frames, $at;
        push @frames, frame($RST, 0, $stream, pack('N', $code), resets => 1);
        return @frames;
    }

    # these may be answered by an end of the stream, or of all

    $q->{rude} = 1;

    if ($how eq 'goes on') {
        push @frames, data_frame($stream, 'more', pick(0, $END_STREAM));
    } elsif ($how eq 'again') {
        push @frames, frame($HEADERS, $END_STREAM | $END_HEADERS, $stream,
                            header_block($q));
    } elsif ($how eq 'window') {
        splice @frames, $at, 0,
            frame($WINDOW, 0, $stream, pack('N', 0x7fffffff));
    } elsif ($how eq 'zero') {
        splice @frames, $at, 0, frame($WINDOW, 0, $stream, pack('N', 0));
    } elsif ($how eq 'priority') {
        splice @frames, $at, 0,
            frame($PRIORITY, 0, $stream, pack('NC', $stream, 15));
    } else {
        splice @frames, $at, 0, frame($HEADERS, $END_HEADERS, $stream,
                                      field('x-middle', '1'));
    }

    return @frames;
}

sub stream {
    my ($q, $stream) = @_;

    if ($q->{kind} eq 'bare') {
        my @frames = header_frames($q, $stream, 1);
        push @frames, frame($RST, 0, $stream, pack('N', 8), resets => 1)
            if chance(0.3);
        return @frames;
    }

    my $how = weighed(40, 'length', 15, 'none', 10, 'short', 14, 'long',
                      4, 'huge', 8, 'never');
    my $end = weighed(60, 'data', 30, 'empty', 3, 'trailer');
    my $length = length $q->{body};

    $q->{framing} = "h2 $how";

    if ($how eq 'short') {
        $length = roll($length + 1);
        $q->{fate} = 'lost' if $length < length $q->{body};
    } elsif ($how eq 'long') {
        $length += 1 + roll(1000);
        $q->{fate} = 'lost';
    } elsif ($how eq 'huge') {
        $length = pick('9223372036854775807', '1000000000000000', '50000000',
                       '99999999999999999999', '-1', 'x');
        $q->{fate} = 'lost';
    } elsif ($how eq 'never') {
        $end = 'never';
        $q->{fate} = 'lost';
    }

    my @more = $how eq 'none' ? () : ['content-length', $length];
    push @more, ['expect', '100-continue'] if chance(0.04);

    my @frames = (header_frames($q, $stream, 0, @more),
                  data_frames($q, $stream, $end));
    return misbehave($q, $stream, @frames);
}

# All of a connection: streams interleaved.  "window" is what the client takes
# of each answer before it would say more, which it never does.
sub frames {
    my ($window, @requests) = @_;
    my $number = 1;
    my @open;
    my @frames = ({ bytes => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", stream => 0 },
                  frame($SETTINGS, 0, 0, pack 'nN', 4, $window));

    push @frames, frame($WINDOW, 0, 0, pack 'N', 0x70000000)
        if $window > 65535;

    my %of;

    for my $q (@requests) {
        push @open, [stream($q, $number)];
        push @{$of{$number}}, $q;
        $number += chance(0.02) ? pick(0, -2, 1) : 2 * (1 + chance(0.1));
        $number = 1 if $number < 1;
    }

    # of streams with one number nobody knows what is whose
    for my $q (map { @$_ } grep { @$_ > 1 } values %of) {
        @{$q}{qw(fate rows complete)} = ('open', undef, 1);
    }

    my $streams = @open;
    my $begun = 0;

    # they begin in the order of their numbers

    while (@open) {
        my $most = $begun < @open ? $begun + 1 : @open;
        my $i = roll($most);
        $begun++ if $i == $begun;
        my $stream = $open[$i];
        my $burst = pick(1, 1, 2, 20);
        while (@$stream && $burst-- > 0) {
            my $frame = shift @$stream;
            push @frames, $frame;
            # a header block is not interrupted
            push @frames, shift @$stream
                if @$stream && ord(substr $stream->[0]{bytes}, 3, 1)
                   == $CONTINUATION;
        }
        unless (@$stream) {
            splice @open, $i, 1;
            $begun--;
        }
    }

    meddle(\@frames) if chance(0.2);
    return @frames;
}

# With the connection as a whole.
sub meddle {
    my ($frames) = @_;
    my $at = 2 + roll(@$frames - 1);
    my $how = pick('ping', 'ping', 'goaway', 'goaway', 'settings', 'window',
                   'unknown', 'stray', 'large');

    # not into a header block
    $at++ while $at < @$frames
        && ord(substr $frames->[$at]{bytes}, 3, 1) == $CONTINUATION;

    my $frame = $how eq 'ping' ? frame($PING, 0, 0, '12345678')
        : $how eq 'goaway' ? frame($GOAWAY, 0, 0, pack('NN', 0, 0))
        : $how eq 'settings' ? frame($SETTINGS, 0, 0,
                                     pack 'nN', 4, pick(0, 10, 100_000))
        : $how eq 'window' ? frame($WINDOW, 0, 0, pack 'N', 0x7fffffff)
        : $how eq 'unknown' ? frame(0x42, 0, 0, 'x' x roll(100))
        : $how eq 'stray' ? frame($DATA, 0, 99, 'stray', rude => 1)
        : frame($DATA, 0, 1, 'x' x 20000, rude => 1);

    splice @$frames, $at, 0, $frame;
}


# The answers' side.

sub new {
    my ($class) = @_;
    return bless { in => '', streams => {}, window => 65535, initial => 65535,
                   reply => '', faults => [] }, $class;
}

# Whether the other side has room for a frame.
sub has_room {
    my ($self, $frame) = @_;
    my $n = $frame->{flow} or return 1;
    my $stream = $self->{streams}{$frame->{stream}};
    return 1 if !$stream || $stream->{over};
    return $self->{window} >= $n
        && $self->{initial} + $stream->{window} >= $n;
}

sub was_sent {
    my ($self, $frame) = @_;
    my $id = $frame->{stream};
    my $q = $frame->{opens};

    if ($q && !$self->{streams}{$id}) {
        $self->{streams}{$id} = { q => $q, window => 0,
            over => defined $self->{refused} && $id > $self->{refused} };
        $q->{begun} = 1;
    }

    my $stream = $self->{streams}{$id};
    $self->{window} -= $frame->{flow} if $frame->{flow};

    return unless $stream;

    $stream->{window} -= $frame->{flow} if $frame->{flow};
    $frame->{ends}{complete} = 1 if $frame->{ends};
    $stream->{over} = $stream->{reset} = 1 if $frame->{resets};
}

sub pending {
    my ($self) = @_;
    return !$self->{over}
        && scalar grep { !$_->{over} } values %{$self->{streams}};
}

# Who waits, for a fault's text.
sub waiting {
    my ($self) = @_;
    my $streams = $self->{streams};
    return join ', ', map {
        my $q = $streams->{$_}{q};
        "stream $_ $q->{method} $q->{path} "
            . ($q->{complete} ? 'complete' : 'not complete')
            . ($q->{status} ? " status $q->{status}" : '')
    } grep { !$streams->{$_}{over} } sort { $a <=> $b } keys %$streams;
}

sub fault {
    my ($self, $text) = @_;
    push @{$self->{faults}}, $text;
}

sub status_of {
    my ($block) = @_;
    $block =~ s/^[\x20-\x3e]//;                     # a size of the table
    $block =~ s/^\x3f[\x80-\xff]*[\0-\x7f]//s;
    my $first = ord $block;
    return $indexed{$first} if $indexed{$first};
    return $1 if $block =~ /^[\x48\x08]\x03(\d\d\d)/;
    return 0;
}

sub got_headers {
    my ($self, $id, $flags, $block) = @_;
    my $stream = $self->{streams}{$id};

    return $self->fault("an answer on stream $id, which is not open")
        unless $stream;
    return if $stream->{reset};
    return $self->fault("stream $id: an answer after its end")
        if $stream->{over};

    my $status = status_of($block);
    my $q = $stream->{q};

    if ($stream->{status} && !$status && $flags & $END_STREAM) {
        # the trailer
    } elsif ($status >= 200 || $stream->{status}) {
        return $self->fault("stream $id: $status after $stream->{status}")
            if $stream->{status};
        $q->{status} = $stream->{status} = $status;
        $q->{text} = '';
    } elsif ($status == 0) {
        $self->fault("stream $id: no status: " . unpack 'H*', $block);
    }

    $stream->{over} = 1 if $flags & $END_STREAM;
}

sub got_data {
    my ($self, $id, $flags, $data) = @_;
    my $stream = $self->{streams}{$id};

    return $self->fault("data on stream $id, which is not open")
        unless $stream;
    return if $stream->{reset};
    return $self->fault("stream $id: data "
                        . ($stream->{over} ? 'after its end' : 'first'))
        if $stream->{over} || !$stream->{status};

    my $q = $stream->{q};
    $q->{text} .= $data if length $q->{text} < 65536;
    $stream->{over} = 1 if $flags & $END_STREAM;
}

sub got_frame {
    my ($self, $type, $flags, $id, $data) = @_;
    my $streams = $self->{streams};
    my $stream = $streams->{$id};

    if ($type == $HEADERS) {
        $self->got_headers($id, $flags, $data);
    } elsif ($type == $DATA) {
        $self->got_data($id, $flags, $data);
    } elsif ($type == $RST) {
        if ($stream) {
            $stream->{q}{cut} = 1 if $stream->{status} && !$stream->{over};
            $stream->{over} = 1;
            $stream->{reset} = 1;
        }
    } elsif ($type == $SETTINGS && !($flags & $ACK)) {
        my %said = unpack '(nN)*', $data;
        $self->{initial} = $said{4} if defined $said{4};
        $self->{reply} .= frame($SETTINGS, $ACK, 0, '')->{bytes};
    } elsif ($type == $PING && !($flags & $ACK)) {
        $self->{reply} .= frame($PING, $ACK, 0, $data)->{bytes};
    } elsif ($type == $GOAWAY) {
        # what is above the last stream will not be looked at
        my $last = unpack 'N', $data;
        $streams->{$_}{over} = 1 for grep { $_ > $last } keys %$streams;
        $self->{refused} = $last;
    } elsif ($type == $WINDOW) {
        my $n = unpack 'N', $data;
        if ($id == 0) {
            $self->{window} += $n;
        } elsif ($stream) {
            $stream->{window} += $n;
        }
    }
}

sub received {
    my ($self, $data) = @_;
    $self->{in} .= $data;
    while (length $self->{in} >= 9) {
        my ($high, $low, $type, $flags, $id) = unpack 'CnCCN', $self->{in};
        my $n = ($high << 16) + $low;
        if ($type > 9 || $n > 16384) {
            $self->fault('not a frame: ' . substr $self->{in}, 0, 60);
            $self->{in} = '';
            return;
        }
        last if length $self->{in} < 9 + $n;
        my $payload = substr $self->{in}, 9, $n;
        substr $self->{in}, 0, 9 + $n, '';
        $self->got_frame($type, $flags, $id & 0x7fffffff, $payload);
    }
}

sub closed {
    my ($self) = @_;
    $self->{over} = 1;
    for my $stream (values %{$self->{streams}}) {
        $stream->{q}{cut} = 1 if $stream->{status} && !$stream->{over};
    }
}

# What the protocol wants to be sent by now.
sub wanted {
    my ($self) = @_;
    my $reply = $self->{reply};
    $self->{reply} = '';
    return $reply;
}

1;
