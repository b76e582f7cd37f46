# The orders of large imports by score and by price are made behind the commit:
# by the worker that has it, by another one if that is gone, and until then a
# page is there as well.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;
use Glyph::Session;

my $n = 3_000;

sub ordered {
    my ($id) = @_;
    return sql("SELECT count(*) FROM glyph.imports WHERE id = '$id'"
               . ' AND ordered_at IS NOT NULL') == 1;
}

sub arrays {
    my ($id) = @_;
    return sql("SELECT string_agg(kind || cardinality(idx), ' ' ORDER BY kind,"
               . " n) FROM glyph.listing_orders WHERE import_id = '$id'");
}

sub cheapest {
    my ($id) = @_;
    my $page = get("/listings?import_id=$id&sort=price&limit=3");
    return join ' ', $page =~ /"price":"?([\d.]+)/g;
}

my $locations = 'location = /listings { glyph_query listings; }'
    . ' location /imports { glyph_imports; }';

sub input {
    open my $out, '>', "$root/large.csv" or die "large.csv: $!";
    print {$out} "title,price\n";
    print {$out} 'RTX 3090 no ', $_, ',', 100 + $_ * 7 % $n, "\n" for 1 .. $n;
    close $out;
}

subtest 'by the worker that has completed it' => sub {
    start_nginx(workers => 2, locations => $locations);
    input();

    my ($id, $small) = (uuid(), uuid());
    is code_of($id, upload($id, "\@$root/large.csv")), 200, 'a large one';
    ok wait_for(sub { ordered($id) }, 20), 'has its orders';
    is arrays($id), 'p1000 p1000 p1000 s1000 s1000 s1000', 'as arrays';
    is cheapest($id), '100.00 101.00 102.00', 'a page of them';

    write_input("$root/small.csv", 100);
    is code_of($small, upload($small, "\@$root/small.csv")), 200, 'a small one';
    sleep 1;
    ok !ordered($small), 'has none';
};

subtest 'when they are not there yet, and nobody is left to make them' => sub {
    my $lock = Glyph::Session->new;
    $lock->run('BEGIN; LOCK TABLE glyph.listing_orders IN SHARE MODE');

    my $id = uuid();
    is code_of($id, upload($id, "\@$root/large.csv")), 200, 'another one';
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND"
            . " relation = 'glyph.listing_orders'::regclass") > 0;
    }, 10), 'its worker is at it';
    is cheapest($id), '100.00 101.00 102.00', 'a page is sorted';

    ok stop_nginx(), 'a worker that is told to end does not wait for it';
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        . " WHERE application_name LIKE 'glyph-work%'");
    $lock->run('ROLLBACK');
    ok !ordered($id), 'it is as it was';

    start_nginx(workers => 2, locations => $locations);
    ok wait_for(sub { ordered($id) }, 20), 'the next ones make them';
    is cheapest($id), '100.00 101.00 102.00', 'and a page is the same';
};

subtest 'what is undone meanwhile' => sub {
    input();

    my $lock = Glyph::Session->new;
    $lock->run('BEGIN; LOCK TABLE glyph.listing_orders IN SHARE MODE');

    my $id = uuid();
    is code_of($id, upload($id, "\@$root/large.csv")), 200, 'a third one';
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND"
            . " relation = 'glyph.listing_orders'::regclass") > 0;
    }, 10), 'its worker is at it';
    like get("/imports/$id", '-X', 'DELETE'), qr/"removed_rows":$n|$n/,
        'undo does not wait';
    $lock->run('ROLLBACK');

    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE application_name"
            . " LIKE 'glyph-work%' AND state = 'active'") == 0;
    }, 20), 'the worker is done';
    is arrays($id), '', 'it has none';
};

subtest 'one that cannot be made' => sub {
    my $bad = '00000000-0000-7000-8000-000000000001';
    my ($good, $later) = (uuid(), uuid());
    my $forget = sub {
        sql("DELETE FROM glyph.listing_orders WHERE import_id = '$_[0]'");
        sql("UPDATE glyph.imports SET ordered_at = NULL WHERE id = '$_[0]'");
    };

    sql('ALTER TABLE glyph.listing_orders ADD CONSTRAINT refused'
        . " CHECK (import_id <> '$bad')");
    is code_of($bad, upload($bad, "\@$root/large.csv")), 200, 'is completed';
    ok wait_for(sub {
        slurp("$root/logs/error.log") =~ /could not make the orders of imports/
    }, 10), 'its worker says so';
    is code_of($good, upload($good, "\@$root/large.csv")), 200, 'another one';
    ok wait_for(sub { ordered($good) }, 20), 'has its orders';
    is cheapest($bad), '100.00 101.00 102.00', 'a page of the first is sorted';

    stop_nginx();
    $forget->($good);
    start_nginx(workers => 2, locations => $locations);
    input();
    ok wait_for(sub { ordered($good) }, 20), 'nor is it in the way of a search';
    ok !ordered($bad), 'it has none';

    is code_of($later, upload($later, "\@$root/large.csv")), 200, 'one more';
    sql('ALTER TABLE glyph.listing_orders DROP CONSTRAINT refused');
    ok wait_for(sub { ordered($bad) }, 75), 'and is tried again in a minute';
    is arrays($bad), 'p1000 p1000 p1000 s1000 s1000 s1000', 'then it has all';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
