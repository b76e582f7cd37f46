package Glyph::Fuzz::Http1;

# HTTP/1.1: requests as bytes, right and wrong, and the answers on a
# connection, of which there is at most one for each request.

use strict;
use warnings;

use Exporter qw(import);

use Glyph::Fuzz::Request;

our @EXPORT_OK = qw(wire bare);


sub head {
    my ($q, @more) = @_;
    return join "\r\n", "$q->{method} $q->{path} HTTP/1.1", 'Host: fuzz',
        (map { "$_->[0]: $_->[1]" } @{$q->{headers}}), @more, '', '';
}

# A request without a body: a poll, a cancel, a stream of events.
sub bare {
    my ($method, $path) = @_;
    return { method => $method, path => $path, headers => [], kind => 'bare',
             fate => 'lost' };
}

sub chunk {
    my ($data) = @_;
    my $extension = chance(0.05) ? ';name=value' : '';
    return sprintf("%x%s\r\n", length $data, $extension) . $data . "\r\n";
}

sub chunks {
    my ($body) = @_;
    my $at = 0;
    my @chunks;
    my $size = pick(7, 100, 4096, 65536);
    $size = 1 + int(length($body) / 50) if length($body) / $size > 50;
    while ($at < length $body) {
        my $n = 1 + roll(2 * $size);
        push @chunks, chunk(substr $body, $at, $n);
        $at += $n;
    }
    return @chunks;
}

my %framing = (
    length => sub {
        my ($q) = @_;
        return head($q, 'Content-Length: ' . length $q->{body}) . $q->{body};
    },
    short => sub {
        my ($q) = @_;
        my $body = $q->{body};
        my $length = roll(length($body) + 1);
        $q->{extra} = 1;
        cut_body($q, $length) if $length < length $body;
        return (head($q, "Content-Length: $length") . $q->{body},
                substr $body, $length);
    },
    long => sub {
        my ($q) = @_;
        my $length = 1 + length($q->{body}) + roll(1000);
        $q->{fate} = 'lost';
        return head($q, "Content-Length: $length") . $q->{body};
    },
    huge => sub {
        my ($q) = @_;
        my $length = pick('9223372036854775807', '9223372036854775806',
                          '1000000000000000', '50000000', '30000000');
        $q->{fate} = 'lost';
        return head($q, "Content-Length: $length") . $q->{body};
    },
    impossible => sub {
        my ($q) = @_;
        my $n = length $q->{body};
        my @lengths = pick(['9223372036854775808'], ['-1'], ["${n}x"], [''],
                           [$n, $n], [$n, $n + 1],
                           ['99999999999999999999999999']);
        $q->{fate} = 'lost';
        return head($q, map { "Content-Length: $_" } @{$lengths[0]})
            . $q->{body};
    },
    none => sub {
        my ($q) = @_;
        my $body = $q->{body};
        $q->{extra} = 1;
        cut_body($q, 0);
        return (head($q), $body);
    },
    both => sub {
        my ($q) = @_;
        $q->{fate} = 'open' unless $q->{fate} eq 'lost';
        return head($q, 'Transfer-Encoding: chunked',
                    'Content-Length: ' . length $q->{body})
            . join '', chunks($q->{body}), "0\r\n\r\n";
    },
    chunked => sub {
        my ($q) = @_;
        my $trailer = chance(0.1) ? "X-Trailer: 1\r\n" : '';
        return head($q, 'Transfer-Encoding: chunked')
            . join '', chunks($q->{body}), "0\r\n$trailer\r\n";
    },
    unended => sub {
        my ($q) = @_;
        $q->{fate} = 'lost';
        return head($q, 'Transfer-Encoding: chunked')
            . join '', chunks($q->{body});
    },
    'bad chunk' => sub {
        my ($q) = @_;
        my @chunks = chunks($q->{body});
        my $bad = pick("xyz\r\n", "-1\r\n", "fffffffffffffffff\r\nab",
                       "7fffffffffffffff\r\nab", "5\r\nabcdefgh\r\n", "\0\0",
                       "3\nabcd\r\n");
        splice @chunks, roll(@chunks + 1), 0, $bad;
        $q->{fate} = 'lost';
        return head($q, 'Transfer-Encoding: chunked')
            . join '', @chunks, "0\r\n\r\n";
    },
);

# The bytes of requests one after the other, and for each where it begins and
# where it is complete.
sub wire {
    my (@requests) = @_;
    my ($bytes, @marks) = ('');

    for my $q (@requests) {
        my $from = length $bytes;

        if ($q->{kind} eq 'bare') {
            $bytes .= head($q);
            push @marks, [$from, length $bytes, $q];
            next;
        }

        my $how = weighed(45, 'length', 27, 'chunked', 5, 'short', 6, 'long',
                          3, 'huge', 1, 'impossible', 1, 'none', 1, 'both',
                          4, 'unended', 7, 'bad chunk');
        push @{$q->{headers}}, ['expect', '100-continue'] if chance(0.08);
        $q->{framing} = $how;
        my ($own, $rest) = $framing{$how}->($q);
        $bytes .= $own;
        push @marks, [$from, length $bytes, $q];
        $bytes .= $rest if defined $rest;

        next unless $how =~ /long|huge|unended/ && $q != $requests[-1];

        # what follows is taken for more of the body
        last if chance(0.7);
        $q->{extra} = 1;
        @{$q}{qw(fate rows)} = ('open', undef) if $how eq 'long';
    }

    return ($bytes, \@marks);
}


# The answers' side.

sub new {
    my ($class, $marks) = @_;
    return bless { in => '', sent => 0, marks => [@$marks], waiting => [],
                   extra => 0, state => 'head', faults => [] }, $class;
}

sub was_sent {
    my ($self, $n) = @_;
    $self->{sent} += $n;
    for my $mark (@{$self->{marks}}) {
        my ($from, $to, $q) = @$mark;
        if (!$q->{begun} && $self->{sent} > $from) {
            $q->{begun} = 1;
            $self->{extra}++ if $q->{extra};
            push @{$self->{waiting}}, $q;
        }
        $q->{complete} = 1 if $self->{sent} >= $to;
    }
}

sub pending {
    my ($self) = @_;
    return $self->{state} ne 'head' || @{$self->{waiting}};
}

# Who waits, for a fault's text.
sub waiting {
    my ($self) = @_;
    return join ', ', $self->{state} eq 'head' ? () : "within $self->{state}",
        map { "$_->{method} $_->{path} "
              . ($_->{complete} ? 'complete' : 'not complete') }
        @{$self->{waiting}};
}

sub got_head {
    my ($self, $status, $head) = @_;

    if ($status < 200) {
        push @{$self->{faults}}, "an interim answer $status without a request"
            unless @{$self->{waiting}};
        return;
    }

    my $q = shift @{$self->{waiting}};

    if (!$q && $self->{extra}-- <= 0) {
        push @{$self->{faults}}, "an answer too many: $status";
    }

    $q ||= {};
    $q->{status} = $status;
    $q->{text} = '';
    $self->{q} = $q;

    if ($status == 204 || $status == 304) {
        $self->{state} = 'head';
    } elsif ($head =~ /^Transfer-Encoding: chunked\r$/mi) {
        $self->{state} = 'size';
    } elsif ($head =~ /^Content-Length: (\d+)\r$/mi) {
        ($self->{state}, $self->{left}) = ('data', $1);
        $self->{state} = 'head' unless $self->{left};
    } else {
        $self->{state} = 'rest';
    }
}

sub keep {
    my ($self, $data) = @_;
    my $q = $self->{q};
    $q->{text} .= $data if length $q->{text} < 65536;
}

my %parse = (
    head => sub {
        my ($self) = @_;
        my $in = \$self->{in};
        if (length $$in && $$in !~ m{^HTTP/1\.1 \d}
            && substr('HTTP/1.1 ', 0, length $$in) ne $$in)
        {
            push @{$self->{faults}},
                'not an answer: ' . substr $$in, 0, 60;
            $self->{state} = 'rest';
            $self->{q} = { text => '' };
            return 1;
        }
        return 0 unless $$in =~ s{^HTTP/1\.1 (\d+)(.*?\r\n)\r\n}{}s;
        $self->got_head($1, $2);
        return 1;
    },
    size => sub {
        my ($self) = @_;
        return 0 unless $self->{in} =~ s/^([0-9a-f]+)\r\n//i;
        $self->{left} = hex($1) + 2;
        $self->{state} = hex($1) ? 'chunk' : 'trailer';
        return 1;
    },
    trailer => sub {
        my ($self) = @_;
        return 0 unless $self->{in} =~ s/^(.*?)\r\n//;
        $self->{state} = 'head' if $1 eq '';
        return 1;
    },
    chunk => sub {
        my ($self) = @_;
        return $self->take('size');
    },
    data => sub {
        my ($self) = @_;
        return $self->take('head');
    },
    rest => sub {
        my ($self) = @_;
        $self->keep($self->{in});
        $self->{in} = '';
        return 0;
    },
);

sub take {
    my ($self, $next) = @_;
    my $data = substr $self->{in}, 0, $self->{left}, '';
    $self->{left} -= length $data;
    $self->keep($data);
    $self->{state} = $next if $self->{left} == 0;
    return $self->{left} == 0 || length $data;
}

sub received {
    my ($self, $data) = @_;
    $self->{in} .= $data;
    while (length $self->{in}) {
        $parse{$self->{state}}->($self) or last;
    }
}

# The other side has closed: what was cut is no answer that counts.
sub closed {
    my ($self) = @_;
    $self->{q}{cut} = 1 if $self->{state} !~ /^(?:head|rest)$/;
    $self->{over} = 1;
}

sub wanted { return '' }

1;
