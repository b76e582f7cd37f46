package Glyph::H2;

# As much of HTTP/2 as it takes to be a bad client: prior knowledge, header
# fields as literals, no flow control of what is sent.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

use constant {
    DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4, PING => 6,
    GOAWAY => 7, END_STREAM => 1, ACK => 1, END_HEADERS => 4,
};

# statuses that have an index in HPACK's static table
my %indexed = (0x88 => 200, 0x89 => 204, 0x8a => 206, 0x8b => 304,
               0x8c => 400, 0x8d => 404, 0x8e => 500);

sub new {
    my ($class, $host, $port) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port)
        or die "connect: $!";
    binmode $socket;
    my $self = bless { socket => $socket, host => "$host:$port", next => 1,
                       in => '', streams => {} }, $class;
    $self->write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    $self->frame(SETTINGS, 0, 0, '');
    return $self;
}

sub write {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    return syswrite $self->{socket}, $bytes;
}

sub frame {
    my ($self, $type, $flags, $id, $payload) = @_;
    $self->write(substr(pack('N', length $payload), 1)
                 . pack('CCN', $type, $flags, $id) . $payload);
}

sub literal {
    my ($name, $value) = @_;
    return "\0" . join '', map { pack('C', length) . $_ } $name, $value;
}

# Begins a request, in a new stream; its number.  Texts are of at most 126
# bytes; only a POST has a body.
sub begin {
    my ($self, $method, $path, @headers) = @_;
    my $id = $self->{next};
    my $block = '';
    my @all = (':method' => $method, ':scheme' => 'http', ':path' => $path,
               ':authority' => $self->{host}, @headers);
    $self->{next} += 2;
    while (my ($name, $value) = splice @all, 0, 2) {
        $block .= literal($name, $value);
    }
    $self->frame(HEADERS, END_HEADERS | ($method eq 'POST' ? 0 : END_STREAM),
                 $id, $block);
    return $id;
}

sub post {
    my ($self, $path, @headers) = @_;
    return $self->begin('POST', $path, @headers);
}

sub data {
    my ($self, $id, $bytes, $end) = @_;
    $self->frame(DATA, $end ? END_STREAM : 0, $id, $bytes);
}

sub reset {
    my ($self, $id) = @_;
    $self->frame(RST_STREAM, 0, $id, pack 'N', 8);
}

sub close { close $_[0]->{socket} }

# What has come of a stream, when it has ended or the time is over: status,
# answers (how many have begun), body, ended, reset (the code).
sub answer {
    my ($self, $id, $seconds) = @_;
    my $until = time + $seconds;
    my $stream = $self->{streams}{$id} ||= { answers => 0, body => '' };
    while (!$stream->{ended} && !defined $stream->{reset}) {
        $self->read($until) or last;
    }
    return $stream;
}

# Reads frames until then; false: no more will come.
sub read {
    my ($self, $until) = @_;
    my $left = $until - time;
    return 0 if $left <= 0;
    IO::Select->new($self->{socket})->can_read($left) or return 0;
    sysread $self->{socket}, $self->{in}, 65536, length $self->{in}
        or return 0;
    while (length $self->{in} >= 9) {
        my ($high, $low, $type, $flags, $id) = unpack 'CnCCN', $self->{in};
        my $len = $high << 16 | $low;
        last if length $self->{in} < 9 + $len;
        my $payload = substr $self->{in}, 9, $len;
        substr $self->{in}, 0, 9 + $len, '';
        $self->got($type, $flags, $id & 0x7fffffff, $payload);
    }
    return 1;
}

sub got {
    my ($self, $type, $flags, $id, $payload) = @_;
    my $stream = $self->{streams}{$id} ||= { answers => 0, body => '' };
    if ($type == HEADERS) {
        $payload =~ s/^[\x20-\x3f]+//;          # sizes of the dynamic table
        my $first = unpack 'C', $payload;
        # trailers have no status
        if ($indexed{$first} || $payload =~ /^[\x08\x48]\x03(\d{3})/) {
            $stream->{status} = $indexed{$first} || $1;
            $stream->{answers}++;
        }
    }
    $stream->{body} .= $payload if $type == DATA;
    $stream->{reset} = unpack 'N', $payload if $type == RST_STREAM;
    $stream->{ended} = 1
        if ($type == HEADERS || $type == DATA) && $flags & END_STREAM;
    $self->frame(SETTINGS, ACK, 0, '') if $type == SETTINGS && !($flags & ACK);
    $self->frame(PING, ACK, 0, $payload) if $type == PING && !($flags & ACK);
}

1;
