package Glyph::Fuzz::Case;

# A case: a few connections with uploads, and what goes on beside them.  It
# depends on the seed and on its number alone, so it can be run by itself.

use strict;
use warnings;

use Exporter qw(import);

use Glyph::Fuzz::Connection;
use Glyph::Fuzz::Http1 ();
use Glyph::Fuzz::Http2 ();
use Glyph::Fuzz::Request;

our @EXPORT_OK = qw(plan connections);

# longer than the stores are away and the time-outs together
my $patience = 45;


# Mostly at once; now and then longer than client_body_timeout.
sub a_pause {
    return weighed(60, 0, 25, rand 0.02, 10, rand 0.2, 3, 0.5 + rand 0.3);
}

# How a connection ends once all is sent.
sub ending {
    return weighed(
        70, [['await', $patience], ['pause', rand 0.05], ['close']],
        6, [['shut'], ['await', $patience], ['close']],
        8, [['pause', rand 0.05], ['reset']],
        6, [['pause', rand 0.05], ['close']],
        4, [['deaf', 1], ['pause', rand 2], ['reset']],
        2, [['deaf', 1], ['pause', rand 2], ['deaf', 0],
            ['await', $patience], ['close']]);
}

# How it ends before.
sub cut {
    return pick([['reset']], [['close']], [['shut'], ['await', $patience]],
                [['await', $patience]], [['pause', rand 0.1], ['reset']],
                [['deaf', 1], ['pause', rand 1], ['close']]);
}

sub http1 {
    my ($c, @requests) = @_;
    my ($bytes, $marks) = Glyph::Fuzz::Http1::wire(@requests);
    my $length = length $bytes;
    my $cut = chance(0.15) ? 1 + roll($length) : 0;
    my @places = $cut || $length;

    push @places, map { 1 + roll($places[0]) }
        1 .. weighed(30, 0, 30, 1, 20, 2 + roll(3), 10, roll(20));
    # a place within a head or at its end is worth more than others
    push @places, grep { $_ < $places[0] } map { $_->[0] + roll(400) } @$marks
        if chance(0.3);
    @places = sort { $a <=> $b } @places;

    my $at = 0;
    my @steps;

    my $deaf = chance(0.03);

    push @steps, ['deaf', 1] if $deaf;

    for my $place (@places) {
        push @steps, ['send', substr $bytes, $at, $place - $at]
            if $place > $at;
        $at = $place;
        push @steps, ['pause', a_pause()] if $at < $places[-1];
    }

    push @steps, ['pause', rand 1], ['deaf', 0] if $deaf;

    $c->{proto} = 'http1';
    $c->{marks} = $marks;
    $c->{steps} = [@steps, @{$cut ? cut() : ending()}];
}

sub http2 {
    my ($c, @requests) = @_;
    my $window = weighed(75, 0x7fffffff, 8, 0, 8, roll(300), 9, 65535);
    my @frames = Glyph::Fuzz::Http2::frames($window, @requests);
    my $cut = chance(0.12) ? 3 + roll(scalar @frames) : 0;
    my $quick = pick(0.3, 0.8, 0.97);
    my @steps;

    splice @frames, $cut if $cut && $cut < @frames;

    for my $frame (@frames) {
        push @steps, ['frame', $frame];
        push @steps, ['pause', a_pause()] unless chance($quick);
    }

    # who takes nothing has nothing to wait for
    my $end = $cut ? cut() : ending();
    $end = [['pause', rand 3], pick(['close'], ['reset'])] if $window < 65535;

    $c->{proto} = 'http2';
    $c->{steps} = [@steps, @$end];
}

sub connection {
    my ($case, $delay, @requests) = @_;
    my $c = { delay => $delay,
              small => chance(0.08) ? 4096 : 0,
              lingering => chance(0.6),
              requests => \@requests };

    chance(0.5) ? http1($c, @requests) : http2($c, @requests);
    push @{$case->{connections}}, $c;
    push @{$case->{requests}}, @requests;
}

# Questions about a job, and cancels of it.
sub beside {
    my ($case, $id) = @_;

    for (1 .. 1 + roll(3)) {
        my @asked = map {
            Glyph::Fuzz::Http1::bare(@{weighed(
                40, ['GET', "/jobs/$id/status"], 20, ['DELETE', "/jobs/$id"],
                15, ['GET', "/jobs/$id/result"], 10, ['GET', "/jobs/$id/errors"]
            )})
        } 1 .. 1 + roll(3);

        for my $q (grep { $_->{method} eq 'DELETE' } @asked) {
            push @{$case->{cancels}{$id}}, $q;
        }
        connection($case, a_pause(), @asked);
    }

    return unless chance(0.5);

    # it ends when the job does, or we do
    my $c = { delay => a_pause(), small => 0, lingering => 0,
              requests => [Glyph::Fuzz::Http1::bare('GET',
                                                    "/jobs/$id/events")] };
    http1($c, @{$c->{requests}});
    $c->{steps} = [grep({ $_->[0] eq 'send' } @{$c->{steps}}),
                   ['await', rand 3, 1], pick(['close'], ['reset'])];
    push @{$case->{connections}}, $c;
}

sub plan {
    my ($seed, $n) = @_;
    chance_of($seed, $n);

    my $case = { n => $n, requests => [], connections => [], cancels => {} };
    my $how = weighed(55, 'one', 20, 'several', 8, 'same id', 10, 'same key',
                      7, 'many');
    my $id = uuid_of();
    my $label = "fz-$n";
    my $count = 0;
    my $new = sub { request($label . '-' . $count++, @_) };

    $case->{how} = $how;

    if ($how eq 'one') {
        connection($case, 0, $new->(chance(0.7) ? (id => $id) : ()));
        beside($case, $id) if chance(0.3);
    } elsif ($how eq 'several') {
        # one after the other on a connection, or its streams
        connection($case, 0, map {
            $new->(chance(0.5) ? (id => uuid_of()) : ())
        } 1 .. 2 + roll(5));
    } elsif ($how eq 'same id') {
        connection($case, a_pause(), map { $new->(id => $id) } 1 .. 1 + roll(2))
            for 1 .. 1 + roll(3);
        beside($case, $id) if chance(0.3);
    } elsif ($how eq 'same key') {
        my $first = $new->(key => "key-$n-$seed");
        my @of = map { chance(0.85) ? repeat($first)
                                    : $new->(key => "key-$n-$seed") }
            1 .. 1 + roll(3);
        chance(0.5) ? connection($case, 0, $first, @of)
                    : map { connection($case, a_pause(), $_) } $first, @of;
    } else {
        connection($case, a_pause(), map { $new->() } 1 .. 1 + roll(3))
            for 1 .. 6;
    }

    return $case;
}

# What a case's connections are when it runs.
sub connections {
    my ($case, %ports) = @_;
    my $i = 0;

    return map {
        my $c = $_;
        my $http1 = $c->{proto} eq 'http1';
        $i++;
        Glyph::Fuzz::Connection->new(
            name => "case $case->{n}, connection $i ($c->{proto})",
            port => $ports{$http1 ? $c->{lingering} ? 'http1' : 'abrupt'
                                  : 'http2'},
            delay => $c->{delay},
            small => $c->{small},
            steps => $c->{steps},
            parser => $http1 ? Glyph::Fuzz::Http1->new($c->{marks})
                             : Glyph::Fuzz::Http2->new,
        );
    } @{$case->{connections}};
}

1;
