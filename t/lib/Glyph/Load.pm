package Glyph::Load;

# Clients that upload what they know the outcome of, and the comparison of what
# they were told with what is in Postgres.  Row i of an input is bad if the
# input has bad rows and i leaves the remainder "bad - 1" by it; so the rows
# that must be there follow from two numbers.

use strict;
use warnings;

use Exporter qw(import);
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep time);

use Glyph::Fault;

our @EXPORT = qw(start_clients stop_clients check_uploads);

# a title says the row's number by this
my $cycle = 10_000;

my (%bodies, @clients, $round);


# Rows first .. last, which do not go beyond one cycle.
sub rows_of {
    my ($first, $last, $bad) = @_;
    return join '', map {
        my $price = $bad && $_ % $bad == $bad - 1 ? 'ask me' : 100 + $_ % 900;
        my $title = $_ % 7 ? "NVIDIA GeForce RTX 3080 Ti no $_"
                           : "\"RTX 3080 Ti,\n\"\"mint\"\" no $_\"";
        "$title,$price,https://example.com/itm/$_\n";
    } $first .. $last;
}

# How many of the first n rows are bad.
sub bad_of {
    my ($n, $bad) = @_;
    return $bad ? int($n / $bad) : 0;
}

# The pieces of a body and how often the last but one is repeated: bodies of
# 100 MB are not held.  "bad" divides the cycle.
sub body {
    my ($rows, $bad) = @_;
    my $whole = int($rows / $cycle);
    my $rest = $rows % $cycle;
    $bodies{$bad} = rows_of(0, $cycle - 1, $bad)
        if $whole && !exists $bodies{$bad};
    return ("title,price,source_url\n", $whole, $whole ? $bodies{$bad} : '',
            $rest ? rows_of(0, $rest - 1, $bad) : '');
}

sub pick {
    my (@of) = @_;
    return $of[int rand @of];
}

sub connection {
    my ($host) = $url =~ m{//(.*)};
    return IO::Socket::INET->new(PeerAddr => $host, Timeout => 10);
}

# The status of the answer, or 0.  An answer may come before all is sent.
sub answer {
    my ($socket, $seconds) = @_;
    my ($text, $end) = ('', time + $seconds);
    my $select = IO::Select->new($socket);
    while ($text !~ /\r\n\r\n/) {
        my $left = $end - time;
        return 0 if $left <= 0 || !$select->can_read($left);
        sysread $socket, $text, 8192, length $text or return 0;
        $text =~ s{^HTTP/1.1 100 Continue\r\n\r\n}{};
    }
    return $text =~ m{^HTTP/1.1 (\d+)} ? $1 : 0;
}

# False if the other side has answered already, or is gone.
sub put {
    my ($socket, $data) = @_;
    my $select = IO::Select->new($socket);
    my $at = 0;
    while ($at < length $data) {
        return 0 if $select->can_read(0) || !$select->can_write(60);
        my $n = syswrite $socket, $data, 65536, $at;
        return 0 unless $n;
        $at += $n;
    }
    return 1;
}

sub cancel {
    my ($id) = @_;
    my $socket = connection() or return 0;
    put($socket, "DELETE /jobs/$id HTTP/1.1\r\nHost: t\r\n"
                 . "Connection: close\r\n\r\n");
    return answer($socket, 20);
}

# What a client may do; see the fields' use in one_upload().
sub plan {
    my ($large) = @_;
    my $size = rand 100;
    my $rows = $size < 60 ? 10 + int rand 90
             : $size < 90 ? 1_000 + int rand 9_000
             : $size < 99 ? 10_000 + int rand 50_000 : 10 + int rand 60_000;
    my $bad = pick(0, 0, 2, 5, 8, 100);
    ($rows, $bad) = ($large, pick(0, 100)) if $large && $size > 98;
    return {
        id => uuid(),
        rows => $rows,
        bad => $bad,
        path => pick('/import', '/background', '/background', '/any',
                     '/any?background=true'),
        prefer => pick('', '', '', 'respond-async', 'wait=5'),
        multipart => rand() < 0.4,
        chunked => rand() < 0.3,
        vanish => rand() < 0.06,
        cancel => rand() < 0.06,
        pause => rand() < 0.1 ? rand 0.5 : 0,
    };
}

sub one_upload {
    my ($u, $log) = @_;
    my $socket = connection() or return 0;
    my ($head, $whole, $block, $tail) = body($u->{rows}, $u->{bad});
    my ($type, $before, $after) = ('text/csv', $head, $tail);

    if ($u->{multipart}) {
        $type = 'multipart/form-data; boundary=soak';
        $before = "--soak\r\nContent-Disposition: form-data; name=\"file\";"
            . " filename=\"soak.csv\"\r\n\r\n$head";
        $after = "$tail\r\n--soak\r\nContent-Disposition: form-data;"
            . " name=\"source_label\"\r\n\r\nsoak\r\n--soak--\r\n";
    }

    my $length = length($before) + $whole * length($block) + length $after;
    my @pieces = ($before, ($block) x $whole, $after);
    my $half = int @pieces / 2;

    print $log join(' ', 'sent', @$u{qw(id rows bad)}), "\n";

    put($socket, "POST $u->{path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
        . "Content-Type: $type\r\nGlyph-Job-Id: $u->{id}\r\n"
        . ($u->{prefer} ? "Prefer: $u->{prefer}\r\n" : '')
        . ($u->{chunked} ? 'Transfer-Encoding: chunked'
                         : "Content-Length: $length") . "\r\n\r\n");

    for my $i (0 .. $#pieces) {
        my $piece = $pieces[$i];

        if ($i == $half) {
            sleep $u->{pause} if $u->{pause};
            if ($u->{vanish}) {
                put($socket, substr $piece, 0, length($piece) / 2)
                    unless $u->{chunked};
                print $log "vanished $u->{id}\n";
                return 1;
            }
            if ($u->{cancel} && $u->{path} eq '/import') {
                print $log "cancel $u->{id} ", cancel($u->{id}), "\n";
            }
        }

        next if $piece eq '';
        $piece = sprintf "%x\r\n%s\r\n", length $piece, $piece
            if $u->{chunked};
        put($socket, $piece) or last;
    }

    put($socket, "0\r\n\r\n") if $u->{chunked};
    print $log "answered $u->{id} ", answer($socket, 90), "\n";

    if ($u->{cancel} && $u->{path} ne '/import') {
        print $log "cancel $u->{id} ", cancel($u->{id}), "\n";
    }

    return 1;
}

# %with: seed, clients, large (rows of the largest inputs; 0: none).
sub start_clients {
    my (%with) = @_;
    $round = "$root/round";
    unlink glob "$round.*";
    for my $i (1 .. $with{clients}) {
        my $pid = fork;
        die "fork: $!" unless defined $pid;
        if ($pid) {
            push @clients, $pid;
            next;
        }
        client($i, %with);
        POSIX::_exit(0);
    }
}

sub client {
    my ($i, %with) = @_;
    my $stop = 0;
    $SIG{PIPE} = 'IGNORE';
    $SIG{INT} = 'DEFAULT';
    $SIG{TERM} = sub { $stop = 1 };
    srand $with{seed} * 100 + $i;
    open my $log, '>', "$round.$i" or POSIX::_exit(1);
    $log->autoflush(1);
    until ($stop) {
        my $u = plan($i == 1 ? $with{large} : 0);
        # the server may be away: nothing was sent
        eval { one_upload($u, $log) } or sleep 0.1;
        print $log "died $@" if $@;
    }
}

# They end after the upload that they are at.  What was sent and what they
# were told, by the import's id.
sub stop_clients {
    kill 'TERM', @clients;
    my $ended = wait_for(sub {
        @clients = grep { waitpid($_, POSIX::WNOHANG()) == 0 } @clients;
        return !@clients;
    }, 150);
    kill 'KILL', @clients;
    waitpid $_, 0 for @clients;
    @clients = ();

    my (%sent, @faults);
    push @faults, 'a client hangs' unless $ended;
    for my $name (glob "$round.*") {
        for (split /\n/, slurp($name)) {
            my ($what, $id, @more) = split;
            if ($what eq 'sent') {
                $sent{$id} = { rows => $more[0], bad => $more[1],
                               answer => 0, cancel => 'none',
                               vanished => 0 };
            } elsif ($what eq 'answered') {
                $sent{$id}{answer} = $more[0];
            } elsif ($what eq 'cancel') {
                $sent{$id}{cancel} = $more[0];
            } elsif ($what eq 'vanished') {
                $sent{$id}{vanished} = 1;
            } else {
                push @faults, $_;
            }
        }
    }
    return (\%sent, @faults);
}

# The rows of each import as Postgres has them: how many, and how many of them
# are the ones that the input has at their index.
sub stored_imports {
    my %found;
    my $lines = sql(<<"SQL");
WITH l AS (
    SELECT import_id, count(*) AS n, max(import_index) AS last,
           count(*) FILTER (WHERE right(title, -length(rtrim(title,
               '0123456789'))) = (import_index % $cycle)::text) AS good
      FROM glyph.listings
     GROUP BY import_id
), e AS (
    SELECT import_id, count(*) AS n,
           count(*) FILTER (WHERE convert_from(raw, 'UTF8') ~
               (' no ' || import_index % $cycle || '"?,ask me,')) AS good
      FROM glyph.import_errors
     GROUP BY import_id
)
SELECT i.id, i.state, i.rows, i.valid_rows, i.invalid_rows,
       coalesce(i.error->>'code', '-'), coalesce(l.n, 0),
       coalesce(l.good, 0), coalesce(l.last, -1), coalesce(e.n, 0),
       coalesce(e.good, 0)
  FROM glyph.imports i
       LEFT JOIN l ON l.import_id = i.id
       LEFT JOIN e ON e.import_id = i.id
SQL
    for (split /\n/, $lines) {
        my ($id, @row) = split /\|/;
        my %import;
        @import{qw(state rows valid invalid code listings good last errors
                   good_errors)} = @row;
        $found{$id} = \%import;
    }
    return \%found;
}

# Counts into %$count, and returns a line for each promise that was not kept.
sub check_uploads {
    my ($sent, $count) = @_;
    my $found = stored_imports();
    my @broken;

    $count->{lost} += 0;
    $count->{doubled} += 0;

    for my $id (sort keys %$found) {
        push @broken, "$id: nobody sent it" unless $sent->{$id};
    }

    for my $id (sort keys %$sent) {
        my ($u, $i) = ($sent->{$id}, $found->{$id});
        my $state = $i ? $i->{state} : 'absent';
        my $told = "answer $u->{answer}, cancel $u->{cancel}";
        my $invalid = bad_of($u->{rows}, $u->{bad});
        my $valid = $u->{rows} - $invalid;

        $count->{uploads}++;
        $count->{acknowledged}++ if $u->{answer} =~ /^20[02]$/;
        $count->{$state}++;
        $count->{"answer $u->{answer}"}++;
        $count->{vanished}++ if $u->{vanished};
        $count->{cancels}++ if $u->{cancel} eq '202';

        if ($state eq 'completed') {
            $count->{rows} += $i->{listings};
            $count->{errors} += $i->{errors};
            $count->{lost} += $valid - $i->{listings}
                if $i->{listings} < $valid;
            $count->{doubled} += $i->{listings} - $valid
                if $i->{listings} > $valid;

            push @broken, "$id: completed with other rows ($told): sent"
                . " $u->{rows}/$u->{bad}, has "
                . join ' ', map { "$_ $i->{$_}" } sort keys %$i
                if $i->{rows} != $u->{rows} || $i->{valid} != $valid
                   || $i->{invalid} != $invalid || $i->{listings} != $valid
                   || $i->{good} != $valid || $i->{errors} != $invalid
                   || $i->{good_errors} != $invalid
                   || $i->{last} >= $u->{rows};
            push @broken, "$id: completed after a cancel was acknowledged"
                if $u->{cancel} eq '202';
            next;
        }

        if ($u->{answer} eq '200' || ($u->{answer} eq '202'
                                      && $state eq 'absent'))
        {
            push @broken, "$id: $state, but $told";
            $count->{lost} += $valid;

        # a cancel without an answer may have been carried out or not

        } elsif ($u->{answer} eq '202'
                 && !($state eq 'cancelled' && $u->{cancel} =~ /^(202|0)$/))
        {
            push @broken, "$id: $state $i->{code}, but $told";
            $count->{lost} += $valid;

        } elsif ($state eq 'failed' || $state eq 'cancelled') {
            push @broken, "$id: $state without a reason" if $i->{code} eq '-';

        } elsif ($state ne 'absent') {
            push @broken, "$id: still $state ($told)";
        }
    }

    return @broken;
}

1;
