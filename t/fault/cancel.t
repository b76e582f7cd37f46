# A cancel ends an upload as cancelled, whichever worker takes it: the answer to
# the upload is the cancelled job.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;

sub body { return slurp("$root/$_[0].body") }

# The process that has answered, by the headers kept in a file.
sub pid_in { return slurp("$root/$_[0]") =~ /^X-Pid: (\d+)\r/m ? $1 : 0 }

sub cancelled {
    my ($id) = @_;
    return qr[^\{"type":"urn:glyph:problem:cancelled","title":"Conflict",
              "status":409,"code":"cancelled",
              "detail":"the\ import\ was\ cancelled",
              "job_id":"$id","state":"cancelled",.*
              "error":\{"code":"cancelled"\},"undone_at":null,
              "links":\{"status":"/jobs/$id/status",[^{}]*\}\}\n\z]xs;
}

sub logged {
    my ($id) = @_;
    my ($line) = slurp("$root/logs/access.log") =~ /^($id .*)/m;
    return defined $line ? $line : 'none';
}

start_nginx(workers => 2, http => <<'HTTP', locations => <<'SERVER');
    add_header X-Pid $pid always;
    log_format glyph '$glyph_job_id $status $glyph_state';
HTTP
        access_log logs/access.log glyph;
SERVER
write_input();

# A connection comes to one worker or the other; so again, until it is both.

subtest 'from any worker' => sub {
    my ($own, $other) = (0, 0);
    for (1 .. 40) {
        my $id = uuid();
        my $pid = upload($id, '--limit-rate', '500k', '-D', "$root/$id.head");
        ok begun($id), 'an import that runs';
        is status_of("/jobs/$id", '-X', 'DELETE', '-D', "$root/cancel.head"),
            202, 'is cancelled';
        is visible($id), 0, 'no row is visible';
        is code_of($id, $pid), 409, 'the upload is answered';
        like body($id), cancelled($id), 'by the job that was cancelled';
        is logged($id), "$id 409 cancelled", 'as the access log says';
        is state_of($id), 'cancelled', 'and Postgres';
        pid_in("$id.head") == pid_in('cancel.head') ? $own++ : $other++;
        last if $own && $other;
    }
    ok $own && $other, "its own ($own), another ($other)";
};

# What Redis does not tell, the next rows meet in Postgres.

subtest 'nobody says so' => sub {
    my $id = uuid();
    my $pid = upload($id, '--limit-rate', '500k');
    ok begun($id), 'an import that runs';
    is sql("SELECT state FROM glyph.cancel('$id', '')"), 'cancelled',
        'is cancelled';
    is code_of($id, $pid), 409, 'the upload is answered';
    like body($id), cancelled($id), 'in the same way';
    is logged($id), "$id 409 cancelled", 'as the access log says';
};

subtest 'a client that waits for its file' => sub {
    my $id = uuid();
    my $pid = upload($id, '/background', '-H', 'Prefer: wait=30',
                     '--limit-rate', '500k');
    ok wait_for(sub { get("/jobs/$id/status") =~ /"state":"receiving"/ }, 10),
        'a body that is on its way';
    is status_of("/jobs/$id", '-X', 'DELETE'), 202, 'is cancelled';
    is code_of($id, $pid), 409, 'the upload is answered';
    like body($id), cancelled($id), 'in the same way';
    ok wait_for(sub { !-e "$root/spool/jobs/$id" }, 5), 'there is no file';
};

unlike slurp("$root/logs/error.log"), qr/import failed cancelled/,
    'none of them has failed';

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'and has not complained';

done_testing;
