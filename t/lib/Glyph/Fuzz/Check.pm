package Glyph::Fuzz::Check;

# What clients were told, beside what Postgres has.

use strict;
use warnings;

use Exporter qw(import);

use Glyph::Fault;

our @EXPORT_OK = qw(check_stored forget_stored);


sub all_imports {
    my (%by_id, %by_label);
    my $lines = sql(<<'SQL');
SELECT i.id, coalesce(i.source_label, '-'), i.state, i.rows, i.valid_rows,
       coalesce(i.error->>'code', '-'),
       (SELECT count(*) FROM glyph.listings l WHERE l.import_id = i.id),
       (SELECT count(*) FROM glyph.listing_view l WHERE l.import_id = i.id)
  FROM glyph.imports i
SQL
    for (split /\n/, $lines) {
        my %i;
        @i{qw(id label state rows valid code listings visible)} = split /\|/;
        $by_id{$i{id}} = \%i;
        push @{$by_label{$i{label}}}, \%i;
    }
    return (\%by_id, \%by_label);
}

sub forget_stored {
    sql('TRUNCATE glyph.listings, glyph.import_errors,'
        . ' glyph.import_warnings');
    sql('DELETE FROM glyph.imports');
}

sub told {
    my ($q) = @_;
    my ($code) = ($q->{text} || '') =~ /"code":"(\w+)"/;
    return "$q->{label} " . ($q->{framing} || '') . " $q->{path} $q->{fate}"
        . ($q->{complete} ? ', complete' : ', not complete') . ', told '
        . ($q->{status} || 'nothing') . ($code ? " $code" : '')
        . ($q->{cut} ? ', cut' : '');
}

# An answer of which all has come, and which says that the import is kept.
sub accepted {
    my ($q) = @_;
    return unless $q->{kind} eq 'import' && !$q->{cut}
        && ($q->{status} || 0) =~ /^20[02]$/;
    my ($id) = $q->{text} =~ /"(?:import_id|job_id)":"([0-9a-f-]{36})"/;
    return $id;
}

# Whether an import may be there because of a request.
sub explains {
    my ($q, $i) = @_;
    return 0 unless $q->{kind} eq 'import' && $q->{complete}
        && $q->{fate} ne 'lost';
    return 0 if defined $q->{rows} && $q->{rows} != $i->{rows};
    return 1 if !$q->{status} || $q->{cut} || $q->{status} =~ /^20[02]$/;
    return $q->{text} =~ /"(?:outcome_unknown|idempotency_running)"/;
}

# Of all imports: one that appears was sent, wholly, once, and not refused.
sub check_imports {
    my ($by_label, $requests) = @_;
    my (%of, @broken);

    push @{$of{$_->{label}}}, $_ for @$requests;

    for my $label (sort keys %$by_label) {
        my @done = grep { $_->{state} eq 'completed' } @{$by_label->{$label}};
        my @sent = @{$of{$label} || []};

        next if $label !~ /^fz-/;

        for my $i (@done) {
            push @broken, "$i->{id} has $i->{listings} listings of"
                . " $i->{valid}, $i->{visible} visible"
                if $i->{listings} != $i->{valid}
                   || $i->{visible} != $i->{valid};
            push @broken, "$i->{id} is there with $i->{rows} rows, but: "
                . join '; ', map { told($_) } @sent
                unless grep { explains($_, $i) } @sent;
        }

        push @broken, "$label is there " . @done . ' times: ' . join '; ',
            map { told($_) } @sent if @done > 1 && !grep { !$_->{key} } @sent;
        push @broken, "$label is there " . @done . ' times'
            if @done > @sent;

        push @broken, map { "$_->{id} has $_->{visible} visible rows and is"
                            . " $_->{state}" }
            grep { $_->{state} ne 'completed' && $_->{visible} }
            @{$by_label->{$label}};
    }

    return @broken;
}

# What was accepted is there, unless somebody asked for its end.
sub check_accepted {
    my ($by_id, $requests, $cancels, $shared) = @_;
    my @broken;

    for my $q (@$requests) {
        my $id = accepted($q) or next;
        next if $q->{status} == 202 && exists $shared->{$id};
        my $i = $by_id->{$id};

        push @broken, "$id was not sent wholly: " . told($q)
            unless $q->{complete};

        if (!$i) {
            push @broken, "$id is not there: " . told($q);
        } elsif ($i->{state} eq 'completed') {
            push @broken, "$id has $i->{rows} rows of $q->{rows}: " . told($q)
                if defined $q->{rows} && $i->{rows} != $q->{rows};
        } elsif ($i->{state} eq 'cancelled' && $cancels->{$id}) {
            next;
        } elsif ($q->{status} == 200 || $q->{fate} eq 'kept') {
            push @broken, "$id is $i->{state} $i->{code}: " . told($q);
        }
    }

    return @broken;
}

# A cancel that was acknowledged is final; an id that was used twice can be
# the other's.
sub check_cancels {
    my ($by_id, $cancels) = @_;
    my @broken;

    for my $id (keys %$cancels) {
        my $i = $by_id->{$id};
        push @broken, "$id is completed and was cancelled"
            if $i && $i->{state} eq 'completed' && $cancels->{$id}{single}
               && grep { ($_->{status} || 0) == 202 }
                  @{$cancels->{$id}{requests}};
    }

    return @broken;
}

# "shared" are ids of which one that was accepted may be another's.
sub check_stored {
    my ($shared, @cases) = @_;
    my ($by_id, $by_label) = all_imports();
    my @requests = map { @{$_->{requests}} } @cases;
    my %cancels;

    for my $case (@cases) {
        for my $id (keys %{$case->{cancels}}) {
            $cancels{$id} = {
                requests => $case->{cancels}{$id},
                single => $case->{how} eq 'one',
            };
        }
    }

    @requests = grep { $_->{kind} eq 'import' } @requests;
    return (check_imports($by_label, \@requests),
            check_accepted($by_id, \@requests, \%cancels, $shared),
            check_cancels($by_id, \%cancels));
}

1;
