#!/usr/bin/perl

# What the functions of conf/schema answer: jobs, results, and the pages
# of the queries.  The fence has its own suite, t/fault/fence.t.

use strict;
use warnings;

use Encode qw(encode);
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64url);
use Test::More;

use Glyph::Session;

my $conninfo = $ENV{GLYPH_PG};
my $tenant = "schema-$$";
my $other = "other-$$";
my $json = JSON::PP->new->canonical->allow_nonref;
my @id = map { sprintf '%08x-0000-7000-8000-%08x%04x', 0x10000 + $_, $$, $_ }
    0 .. 5;

plan skip_all => 'GLYPH_PG is not set' unless defined $conninfo;


# Statements; the rows of their answers, or the text of their errors.

my $session = Glyph::Session->new(options => '-c client_min_messages=error');

sub sql {
    my ($sql) = @_;
    my $out = $session->run($sql);

    # as another session would find it
    $session->run('ROLLBACK; DISCARD ALL');
    return $out;
}

sub query {
    my ($name, %args) = @_;
    my $who = delete $args{-tenant} // $tenant;
    my $columns = delete $args{-columns} // '*';
    my $arg = $json->encode({ args => { map { $_ => "$args{$_}" }
                                        keys %args }, tenant => $who });
    my $out;

    $arg =~ s/'/''/g;
    $out = sql("SELECT coalesce(json_agg(t), '[]')"
               . " FROM (SELECT $columns FROM glyph.api_$name('$arg')) t");
    return $out =~ /^\[/ ? $json->decode($out) : $out;
}

# A row that only carries what is hidden is none.

sub real {
    my ($row) = @_;
    return grep { !/^_/ && defined $row->{$_} } keys %$row;
}

# All pages of a query, one after the other.

sub pages {
    my ($name, %args) = @_;
    my (@all, $page);

    for (1 .. 100) {
        $page = query($name, %args);
        return $page unless ref $page;
        push @all, grep { real($_) } @$page;
        last unless @$page && defined $page->[-1]{_cursor};
        $args{after} = $page->[-1]{_cursor};
    }

    return \@all;
}

# What a client sees of them.

sub shown {
    my ($rows) = @_;
    delete $_->{_cursor} for @$rows;
    return $rows;
}

sub keys_of {
    my ($rows) = @_;

    return $rows unless ref $rows;
    return join ' ', map { substr($_->{import_id}, 7, 1)
                           . ":$_->{import_index}" } @$rows;
}

sub refused {
    my ($answer, $parameter, $text, $name, $code) = @_;

    $code //= 'GL400';
    like($answer, qr/ERROR:  $code: .*$text.*\nDETAIL:  \Q$parameter\E\n/,
         $name);
}

# Completed imports 0 and 1, 2 running, 3 undone, 4 another tenant's, and one
# that failed.

sub fill {
    my $rows = 'INSERT INTO glyph.listings (import_id, import_index, title,
        canonical_model, match_type, match_score, match_notes, is_valid_gpu,
        price, currency, price_usd, q7b, q13b, q70b, raw_score,
        quantization_score, score, duplicate_of, seller, region)';
    my $sql = '';

    for my $i (0 .. 5) {
        $sql .= sprintf "INSERT INTO glyph.imports (id, tenant, state, epoch,"
            . " created_at, rows, valid_rows, score_min, score_max,"
            . " source_label) VALUES ('%s', '%s', '%s', 1,"
            . " timestamptz '2025-07-01 12:00:00.123456Z'"
            . " + interval '%d hours', 6, 6, 10, %d, '%s');\n",
            $id[$i], $i == 4 ? $other : $tenant,
            $i == 2 ? 'processing' : $i == 5 ? 'failed' : 'completed',
            $i, $i == 1 ? 10 : 60, "label $i";

        # Import 0 scores 10 .. 60, all others 10; the prices of rows 2 and 5
        # are not known in USD; row 4 is a duplicate of row 1
        $sql .= "$rows SELECT '$id[$i]', n, 'title ' || n,"
            . " CASE WHEN n = 5 THEN 'UNKNOWN' ELSE '_TEST_' || n % 2 END,"
            . " CASE WHEN n = 5 THEN 'none' ELSE 'exact' END, 1, '', n < 5,"
            . " 100, 'EUR', CASE WHEN n NOT IN (2, 5) THEN 100 * (n % 3 + 1)"
            . " END, 0, 0, 0, 0, 0, CASE $i WHEN 0 THEN 10 * (n + 1) ELSE 10"
            . " END, CASE WHEN n = 4 THEN 1 END, 'seller ' || n % 2, 'US'"
            . " FROM generate_series(0, 5) n;\n";
    }

    $sql .= "UPDATE glyph.imports SET undone_at = now()"
        . " WHERE id = '$id[3]';\n"
        . "INSERT INTO glyph.gpu_models (model, family, vendor, vram_gb)"
        . " SELECT '_TEST_' || n, '_TEST', 'test-$$', 12"
        . " FROM generate_series(0, 2) n;\n"
        . "INSERT INTO glyph.import_errors SELECT '$id[0]', 6 + n, 8 + n,"
        . " 100, CASE n WHEN 2 THEN '[{\"code\": \"title_missing\"},"
        . " {\"code\": \"price_invalid\", \"column\": \"price\","
        . " \"value\": \"x\", \"message\": \"m\"}]'::jsonb"
        . " ELSE '[{\"code\": \"price_invalid\"}]' END, CASE n"
        . " WHEN 0 THEN '\\x637a20e282ac'::bytea"
        . " WHEN 1 THEN '\\x61ff62c3a4'::bytea"
        . " WHEN 2 THEN '\\x610062'::bytea"
        . " WHEN 3 THEN '\\xe28261eda080f09f98800a5c'::bytea"
        . " ELSE '' END FROM generate_series(0, 4) n;\n"
        . "INSERT INTO glyph.import_warnings SELECT '$id[0]', n - 1, i, i + 2,"
        . " 'code_' || n, CASE n WHEN 2 THEN 'price' END, CASE n WHEN 2 THEN"
        . " '1.299' END, 'text' FROM unnest(ARRAY[NULL, 0, 0, 8, 9, NULL])"
        . " WITH ORDINALITY w(i, n);\n";

    is(sql($sql), '', 'rows to ask for');
}

# A completed import of the tenant "$tenant-$name", its number in the id, with
# listings; what a listing does not say has a default.

sub put {
    my ($name, $n, @rows) = @_;
    my $id = sprintf '%08x-0000-7000-9000-%08x%04x', 0x20000 + $n, $$, $n;
    my @sql = "INSERT INTO glyph.imports (id, tenant, state, epoch,"
        . " created_at, finished_at, rows, valid_rows, invalid_rows,"
        . " score_min, score_max)"
        . " VALUES ('$id', '$tenant-$name', 'completed', 1,"
        . " timestamptz '2025-08-01Z' + interval '$n hours',"
        . " timestamptz '2025-08-01Z' + interval '$n hours',"
        . " " . (@rows + 2) . ", " . @rows . ", 2, 0, 100)";

    for my $i (0 .. $#rows) {
        my %r = (title => "title $i", model => '_TEST', match => 'exact',
                 valid => 'true', price => 100, currency => 'USD',
                 score => 10, region => 'EU', %{$rows[$i]});
        $r{usd} = $r{price} unless exists $r{usd};
        my @v = map { defined $_ ? "'" . s/'/''/gr . "'" : 'NULL' }
            $id, $i, @r{qw(title model match valid reason price currency usd
                           vram score dup region url)};

        push @sql, "INSERT INTO glyph.listings (import_id, import_index,"
            . " title, canonical_model, match_type, is_valid_gpu,"
            . " unknown_reason, price, currency, price_usd, vram_gb, score,"
            . " duplicate_of, region, source_url, url_digest, match_score,"
            . " match_notes, q7b, q13b, q70b, raw_score, quantization_score)"
            . " VALUES (" . join(', ', @v) . ", md5($v[-1])::uuid, 1, '',"
            . " 0, 0, 0, 0, 0)";
    }

    is(sql(join ";\n", @sql), '', "an import with listings: $name $n");
    return $id;
}

sub cleanup {
    sql("DELETE FROM glyph.listing_orders WHERE import_id IN (SELECT id FROM"
        . " glyph.imports WHERE tenant ~ '^($tenant|$other)(-|\$)');
         DELETE FROM glyph.listings WHERE import_id IN (SELECT id FROM"
        . " glyph.imports WHERE tenant ~ '^($tenant|$other)(-|\$)');
         DELETE FROM glyph.import_errors WHERE import_id IN (SELECT id FROM"
        . " glyph.imports WHERE tenant IN ('$tenant', '$other'));
         DELETE FROM glyph.import_warnings WHERE import_id IN (SELECT id FROM"
        . " glyph.imports WHERE tenant IN ('$tenant', '$other'));
         DELETE FROM glyph.imports WHERE tenant ~ '^($tenant|$other)(-|\$)';
         DELETE FROM glyph.workers WHERE node = '$id[0]';
         DELETE FROM glyph.gpu_models WHERE vendor = 'test-$$'");
}

END {
    local $?;
    cleanup() if defined $conninfo;
}


sub test_listings {
    my ($rows, $all);

    is(keys_of(query('listings')),
       '1:0 1:1 1:2 1:3 1:4 1:5 0:0 0:1 0:2 0:3 0:4 0:5',
       'the newest import first, in file order');
    is(keys_of(query('listings', -tenant => $other)),
       '4:0 4:1 4:2 4:3 4:4 4:5', "another tenant's");
    is(keys_of(query('listings', sort => 'time', limit => 7)),
       '0:0 0:1 0:2 0:3 0:4 0:5 1:0', 'the oldest first');
    is(keys_of(query('listings', sort => '-score', limit => 7)),
       '0:5 0:4 0:3 0:2 0:1 1:5 1:4', 'the best first');
    is(keys_of(query('listings', sort => 'price')),
       '0:0 0:3 1:0 1:3 0:1 0:4 1:1 1:4 0:2 0:5 1:2 1:5',
       'the cheapest first, unknown prices last');
    is(keys_of(query('listings', sort => '-price')),
       '1:4 1:1 0:4 0:1 1:3 1:0 0:3 0:0 1:5 1:2 0:5 0:2',
       'the dearest first, unknown prices last');

    for my $sort (qw(time -time score -score price -price final_score
                     -final_score))
    {
        my @one = $sort =~ /final/ ? (import_id => $id[0]) : ();

        $all = keys_of(query('listings', sort => $sort, @one));
        is(scalar(split ' ', $all), @one ? 6 : 12, "sort=$sort: all");

        for my $limit (1, 2, 3, 5, 6, 11, 12) {
            is(keys_of(pages('listings', sort => $sort, limit => $limit,
                             @one)),
               $all, "sort=$sort in pages of $limit");
        }
    }

    is(keys_of(query('listings', sort => '-final_score',
                     import_id => $id[0])), '0:5 0:4 0:3 0:2 0:1 0:0',
       'the best of an import first');

    is(keys_of(pages('listings', import_id => $id[0], limit => 4)),
       '0:0 0:1 0:2 0:3 0:4 0:5', 'one import');
    is(keys_of(query('listings', import_id => $id[2])), '',
       'a running one is not shown');
    is(keys_of(query('listings', import_id => $id[3])), '',
       'nor one undone');

    for my $count ([12], [6, import_id => $id[1]], [4, model => '_TEST_1'],
                   [4, min_price => 150, max_price => 250],
                   [3, min_score => 35], [6, seller => 'seller 1'],
                   [0, import_id => $id[2]], [0, region => 'nowhere'],
                   [1, sort => 'price', import_id => $id[0],
                    match_type => 'none'])
    {
        my ($n, %filter) = @$count;

        for my $limit (1, 100) {
            is(query('listings', %filter, count => 'true',
                     limit => $limit)->[0]{_count}, $n,
               "count=$n in a page of $limit");
        }
    }

    is(query('listings', count => 'false')->[0]{_count}, undef,
       'no count if it is not asked for');
    is(query('listings', limit => 2, count => 'true', after =>
             query('listings', limit => 2)->[1]{_cursor})->[0]{_count}, 12,
       'the count is that of all pages');

    is(keys_of(query('listings', model => '_test_1', sort => 'time')),
       '0:1 0:3 1:1 1:3', 'model, in any case');
    is(keys_of(query('listings', min_price => '150.00', max_price => 200,
                     sort => 'time')), '0:1 0:4 1:1 1:4', 'prices');
    is(keys_of(query('listings', min_score => 45)), '0:4 0:5', 'min_score');
    is(keys_of(query('listings', seller => 'seller 1', region => 'US',
                     import_id => $id[1])), '1:1 1:3 1:5', 'seller, region');
    is(keys_of(query('listings', match_type => 'none', sort => 'time')),
       '0:5 1:5', 'match_type');
    is(keys_of(query('listings', is_valid_gpu => 'false',
                     sort => 'time')), '0:5 1:5', 'is_valid_gpu');

    $rows = query('listings', import_id => $id[0]);
    is(join(' ', map { $_->{final_score} } @$rows), '0 20 40 60 80 100',
       'final_score spans the import');
    is(join(' ', map { $_->{dedup_status} } @$rows), 'UNIQUE'
       . ' DUPLICATE_PRIMARY UNIQUE UNIQUE DUPLICATE_SECONDARY UNIQUE',
       'dedup_status');
    $rows = query('listings', import_id => $id[1]);
    is(join(' ', map { $_->{final_score} } @$rows), '50 50 50 50 50 50',
       'final_score where all are equal');
}


# Pages of a large import are walked in arrays of its orders: here of two
# listings each, and the same as those of what is sorted.

sub test_orders {
    my %who = (-tenant => "$tenant-orders");
    my (@ids, %sorted, $n);

    for my $k (0, 1) {
        push @ids, put('orders', 80 + $k, map { {
            price => 10 * ($_ * 7 % 11), score => $_ * 5 % 8,
            $_ % 9 ? () : (usd => undef),
            region => $_ % 20 ? 'EU' : 'RARE',
            model => $_ % 6 ? '_TEST' : '_OTHER' } } 1 .. 60);
    }

    my $every = sub {
        my ($do) = @_;

        for my $sort (qw(score -score price -price)) {
            for my $filter ([], [import_id => $ids[0]], [region => 'RARE'],
                            [min_price => 40], [min_score => 3],
                            [model => '_OTHER', import_id => $ids[1]])
            {
                for my $limit (7, 100) {
                    $do->("sort=$sort @$filter in pages of $limit",
                          keys_of(pages('listings', %who, sort => $sort,
                                        limit => $limit, @$filter)));
                }
            }
        }
    };

    $every->(sub { $sorted{$_[0]} = $_[1] });
    $n = sql("SELECT count(*) FROM glyph.listings l JOIN glyph.imports i"
             . " ON i.id = l.import_id WHERE i.tenant = '$who{-tenant}'");
    is(scalar(split ' ', $sorted{'sort=price  in pages of 7'}), $n, 'all');

    is(sql("SELECT glyph.order_import('$_', 2)"), '', 'has its orders')
        for @ids;

    $every->(sub { is($_[1], $sorted{$_[0]}, $_[0]) });

    sql("SELECT glyph.undo('$ids[0]', '$who{-tenant}')");
    1 while sql('SELECT glyph.purge()') > 0;
    is(sql("SELECT count(DISTINCT import_id) FROM glyph.listing_orders"
           . " WHERE import_id IN ('$ids[0]', '$ids[1]')"), 1,
       'a purge takes the orders along');
}


# Imports that come while pages are read: what was there is on one page each.

sub test_moving {
    my %who = (-tenant => "$tenant-moving");
    my ($n, $page, %seen);

    put('moving', $n = 32, map { { price => $_, score => $_ } }
        50, 50, 10, 90, 50);

    for my $sort (qw(time -time price -price score -score)) {
        my %args = (%who, sort => $sort, limit => 2);

        %seen = ();

        for (1 .. 40) {
            $page = query('listings', %args);
            $seen{keys_of([$_])}++ for @$page;
            last unless defined $page->[-1]{_cursor};
            $args{after} = $page->[-1]{_cursor};
            put('moving', ++$n, { price => 50, score => 50 }) if $_ < 3;
        }

        is_deeply([sort { $a cmp $b } grep { $seen{$_} > 1 } keys %seen], [],
                  "sort=$sort: no row is on two pages");
        is_deeply([grep { !$seen{"0:$_"} } 0 .. 4], [],
                  "sort=$sort: none that was there is left out");
    }
}


# Texts of 300 kB: four of them are a page, whatever the limit.

sub test_large {
    my %who = (-tenant => "$tenant-large", -columns => '_cursor');
    my $text = 'x' x 300_000;
    my (%rows, @pages, $page, %args);

    put('large', $_, map { { title => "$_ $text", url => "u$_",
                             price => 10 * $_, score => $_ } } 0 .. 9)
        for 60, 61;
    put('large', 62, map { { title => "$_ $text", match => 'none',
                             model => 'UNKNOWN', price => 1, usd => undef,
                             score => 1 } } 0 .. 5);
    sql("UPDATE glyph.imports SET metadata = jsonb_build_object('x',"
        . " repeat('x', 600000)) WHERE tenant = '$tenant-large'");

    my %all = (listings => 26, unknowns => 6, deltas => 10, imports => 3,
               jobs => 3);

    for my $case (['listings'], (map { ['listings', sort => $_] }
                      qw(time price -price score -score)),
                  ['unknowns'], ['deltas'], ['imports'])
    {
        my ($name, @args) = @$case;

        %args = (%who, @args, limit => 1000, -columns => $name eq 'imports'
                 ? 'import_id, _cursor' : 'import_id, import_index, _cursor');
        %rows = ();
        @pages = ();

        for (1 .. 20) {
            $page = query($name, %args);
            push @pages, scalar @$page;
            $rows{$_->{import_id} . ($_->{import_index} // '')}++ for @$page;
            last unless @$page && defined $page->[-1]{_cursor};
            $args{after} = $page->[-1]{_cursor};
        }

        is("@pages", $name eq 'listings' ? '4 4 4 4 4 4 2'
                     : $name eq 'unknowns' ? '4 2'
                     : $name eq 'deltas' ? '4 4 2' : '2 1',
           "@$case: pages of 1 MB");
        is(join(' ', scalar keys %rows, grep { $_ > 1 } values %rows),
           $all{$name}, 'every row is on one of them');
    }

    is(scalar @{query('listings', %who, limit => 3)}, 3, 'or of limit rows');

    sql("UPDATE glyph.listings SET title = repeat('y', 2000000) WHERE"
        . " import_id IN (SELECT id FROM glyph.imports WHERE tenant ="
        . " '$tenant-large') AND import_index = 5");
    %args = (%who, import_id => sql("SELECT id FROM glyph.imports WHERE"
        . " tenant = '$tenant-large' ORDER BY created_at DESC LIMIT 1"));
    $page = query('listings', %args);
    is(scalar @$page, 4, 'before a row that is larger than a page');
    $page = query('listings', %args, after => $page->[-1]{_cursor});
    is(scalar @$page, 2, 'it is the last of one');
    sql("UPDATE glyph.listings SET title = repeat('y', 2000000) WHERE"
        . " import_id = '$args{import_id}'");
    is(scalar @{query('listings', %args)}, 1, 'or it is one alone');
    $args{-columns} = 'import_id, _cursor';
    is(scalar @{pages('listings', %args)}, 6, 'and none is left out');

    sql("UPDATE glyph.imports SET error = jsonb_build_object('detail',"
        . " repeat('x', 600000)) WHERE tenant = '$tenant-large'");
    $args{-columns} = 'job_id, _cursor';
    delete $args{import_id};
    is(scalar @{query('jobs', %args)}, 2, 'jobs: a page');
    is(scalar @{pages('jobs', %args)}, 3, 'and the rest');
}


sub test_refusals {
    my ($cursor, $keys);

    refused(query('listings', modle => 'x'), 'modle',
            'there is no parameter "modle"; known are: model, ',
            'an unknown parameter', 'GL401');

    for my $near ([modle => 'model'], [Model => 'model'],
                  ['min-price' => 'min_price'], [minprice => 'min_price'],
                  [sellers => 'seller'], [sot => 'sort'],
                  [regoin => 'region'])
    {
        like(query('listings', $near->[0] => 1),
             qr/\nHINT:  \Q$near->[1]\E\n/, "$near->[0]: a near one");
    }

    unlike(query('listings', $_ => 1), qr/HINT:  \w/, "$_: none is near")
        for 'colour', 'x', 'x' x 3000;

    refused(query($_, import_id => $id[4]), 'import_id', 'there is no import',
            "$_: another tenant's import", 'GL404'),
    refused(query($_, import_id => 'e' . substr $id[4], 1), 'import_id',
            'there is no import', "$_: no import", 'GL404')
        for qw(listings models unknowns deltas report);

    refused(query('listings', sort => $_), 'sort', 'only with "import_id"',
            "sort=$_ of several imports") for qw(final_score -final_score);
    refused(query('listings', count => 'yes'), 'count', 'true, false',
            'count=yes');
    refused(query('deltas', min_price_change_pct => -1),
            'min_price_change_pct', 'not be negative', 'a negative change');
    refused(query('listings', limit => $_), 'limit', '1 to 1000',
            "limit=$_") for 0, 1001, -1, 'x', '9' x 20, '5.0';
    refused(query('listings', limit => ''), 'limit', 'is empty', 'limit=');
    refused(query('listings', min_price => $_), 'min_price', 'a number',
            "min_price=$_") for 'NaN', '1e400', '1,5', '--1', 'Infinity';
    refused(query('listings', import_id => 'x'), 'import_id', 'UUID',
            'import_id=x');
    refused(query('listings', sort => 'title'), 'sort', 'one of: score',
            'sort=title');
    refused(query('listings', is_valid_gpu => 'yes'), 'is_valid_gpu',
            'true, false', 'is_valid_gpu=yes');
    refused(query('listings', match_type => q(x' OR true --)), 'match_type',
            'one of', 'a quote in a choice');
    is(keys_of(query('listings', seller => q(x' OR true --))), '',
       'a quote in a text');
    refused(sql("SELECT * FROM glyph.api_jobs('{\"args\": {\"state\":"
                . " [\"failed\", \"queued\"]}}')"), 'state', 'given once',
            'a parameter given twice');

    $cursor = query('listings', sort => 'score', limit => 1)->[0]{_cursor};
    unlike($cursor, qr/[^A-Za-z0-9_-]/, 'a cursor is base64url');
    $keys = $json->decode(decode_base64url($cursor));

    refused(query('listings', after => $cursor), 'after', 'not a cursor',
            'a cursor of another order');
    refused(query('jobs', after => $cursor), 'after', 'not a cursor',
            'a cursor of another query');

    for my $tampered (['no UUID', 1, 'x'], ['no number', 2, '1; DROP'],
                      ['too large', 2, '99999999999'], ['null', 1, undef],
                      ['no score', 3, 'abc'], ['an object', 3, {}])
    {
        my ($name, $at, $value) = @$tampered;
        my @keys = @$keys;

        $keys[$at] = $value;
        refused(query('listings', sort => 'score',
                      after => encode_base64url($json->encode(\@keys))),
                'after', 'not a cursor', "a cursor with $name");
    }

    refused(query('listings', sort => 'score', after => $_), 'after',
            'not a cursor', "after=" . substr $_, 0, 20)
        for 'x', '!!!', 'e30', 'bnVsbA', '_' x 7, 'A' x 5000,
            encode_base64url('[' x 3000), encode_base64url('"x"'),
            encode_base64url("[\xff]"), encode_base64url('["\u0000"]'),
            substr $cursor, 0, -3;
}


sub test_lists {
    my ($rows, $row);

    $rows = pages('jobs', limit => 2);
    is(join(' ', map { $_->{job_id} } @$rows),
       join(' ', @id[5, 3, 2, 1, 0]), 'api_jobs: newest first');
    is(join(' ', map { $_->{state} } @$rows),
       'failed completed processing completed completed', 'in any state');
    is($rows->[4]{created_at}, '2025-07-01T12:00:00.123456+00:00', 'when');
    $rows = query('jobs', state => 'processing');
    is_deeply([map { $_->{job_id} } @$rows], [$id[2]], 'state=processing');
    is_deeply(query('jobs', state => 'stalled'), [], 'none is stalled');

    $rows = pages('imports', limit => 1);
    is(join(' ', map { $_->{import_id} } @$rows), join(' ', @id[1, 0]),
       'api_imports: what readers see');
    $rows = query('imports', source_label => 'label 0');
    is_deeply([map { $_->{import_id} } @$rows], [$id[0]], 'source_label');

    $rows = pages('models', vendor => "TEST-$$", limit => 2);
    is(join(' ', map { "$_->{model}:$_->{listings}" } @$rows),
       '_TEST_0:6 _TEST_1:4 _TEST_2:0', 'api_models: what is listed');
    $row = $rows->[0];
    is_deeply([@$row{qw(price_min price_median price_max price_avg score_min
                        score_median score_max vram_gb)}],
              [100, 150, 200, 150, 10, 10, 50, 12], 'prices and scores');
    is($rows->[2]{price_median}, undef, 'null where nothing is listed');
    is(scalar @{query('models', model => '_test_1')}, 1, 'model=');

    $rows = pages('errors', id => $id[0], limit => 2);
    is(join(' ', map { $_->{row_index} } @$rows), '6 7 8 9 10',
       'api_errors: in file order');
    is_deeply([map { $_->{row_data} } @$rows],
              [map { encode('UTF-8', $_) } "cz \x{20ac}",
               "a\x{fffd}b\x{e4}", "a\x{fffd}b", "\x{fffd}\x{fffd}a"
               . "\x{fffd}\x{fffd}\x{fffd}\x{1f600}\n\\", ''],
              'any bytes are shown');
    is_deeply(query('errors', id => $id[0], -tenant => $other), [],
              "not another tenant's");
    refused(query('errors'), 'id', 'is required', 'id is required');

    $rows = pages('warnings', id => $id[0]);
    is(join(' ', map { $_->{code} } @$rows), 'code_1 code_2 code_3 code_4'
       . ' code_5 code_6', 'api_warnings: by number');
    is_deeply([@{$rows->[1]}{qw(row_index line severity column value message)}],
              [0, 2, 'warning', 'price', '1.299', 'text'], 'what is said');
    is_deeply([@{$rows->[0]}{qw(row_index line column value)}], [(undef) x 4],
              'one of the file has no row');
    is_deeply(shown(pages('warnings', id => $id[0], limit => $_,
                          severity => 'warning')), shown($rows), "$_ a page")
        for 1, 2, 5, 6, 7;

    my $all = pages('warnings', id => $id[0], severity => 'all');
    is(join(' ', map { ($_->{row_index} // '-') . ($_->{severity} eq 'error'
                       ? 'e' : 'w') } @$all), '-w 0w 0w 6e 7e 8e 8e 8w 9e 9w -w'
       . ' 10e', 'and with the errors, in file order');
    is_deeply([@{$all->[6]}{qw(line code column value message)}],
              [10, 'price_invalid', 'price', 'x', 'm'], 'each of a row');
    is_deeply(shown(pages('warnings', id => $id[0], limit => $_,
                          severity => 'all')), shown($all), "$_ a page")
        for 1 .. 13;
    is_deeply(query('warnings', id => $id[0], -tenant => $other), [],
              "not another tenant's");
    refused(query('warnings'), 'id', 'is required', 'id is required');
    refused(query('warnings', id => $id[0], severity => 'error'), 'severity',
            'one of: warning, all', 'not of errors alone');
    refused(query('errors', id => $id[0], severity => 'all'), 'severity',
            'one of: error, warning, all', 'nor are errors of all');
    is_deeply(pages('errors', id => $id[0], severity => 'error'),
              pages('errors', id => $id[0]), 'which they are by themselves');

    $rows = query('schema_versions');
    is($rows->[-1]{version},
       sql('SELECT max(version) FROM glyph.schema_versions'),
       'api_schema_versions');
}


sub test_unknowns {
    my %who = (-tenant => "$tenant-unknowns");
    my %none = (match => 'none', model => 'UNKNOWN',
                reason => 'model_not_stated');
    my $long = 'x' x 100;
    my ($old, $new, $rows, $after, $shown);

    $old = put('unknowns', 0, { %none, title => 'foo' },
               { %none, title => 'bar' }, { %none, title => 'foo' },
               { title => 'known' }, { %none, title => "${long}b" },
               { %none, title => 'Zoë | "x"' });
    $new = put('unknowns', 1, { title => 'foo' },
               { %none, title => 'cable', valid => 'false',
                 reason => 'accessory' },
               { %none, title => 'foo', reason => 'model_not_in_registry' },
               { %none, title => 'bar' }, { %none, title => 'foo' },
               { %none, title => "${long}a" });
    put('unknowns-other', 2, { %none, title => 'not mine' });

    $shown = sub { join ' ', map { "$_->{title}:$_->{listings}" }
                   ref $_[0] ? @{$_[0]} : $_[0] };

    $rows = query('unknowns', %who);
    is($shown->($rows), "foo:4 bar:2 Zo\xc3\xab | \"x\":1 cable:1 ${long}a:1"
       . " ${long}b:1", 'api_unknowns: the most frequent first')
        or diag explain $rows;
    is_deeply([@{$rows->[0]}{qw(import_id import_index unknown_reason
                                imported_at)}],
              [$new, 2, 'model_not_in_registry',
               '2025-08-01T01:00:00+00:00'], 'the newest one as an example');

    is($shown->(pages('unknowns', %who, limit => $_)), $shown->($rows),
       "in pages of $_") for 1, 2, 3, 5, 6;

    is($shown->(query('unknowns', %who, reason => 'accessory')), 'cable:1',
       'reason=');
    is($shown->(query('unknowns', %who, is_valid_gpu => 'false')),
       'cable:1', 'is_valid_gpu=');
    is($shown->(query('unknowns', %who, import_id => $old, limit => 1)),
       'foo:2', 'import_id=');

    # what comes later changes no list that is being read
    $after = query('unknowns', %who, limit => 1)->[0]{_cursor};
    $new = put('unknowns', 3, map { { %none, title => 'bar' } } 1 .. 9);
    sql("UPDATE glyph.imports SET finished_at = now() + interval '1 s'"
        . " WHERE id = '$new'");
    is($shown->(query('unknowns', %who, limit => 1, after => $after)),
       'bar:2', 'the list stays as it was for the next page');
    sleep 2;
    is($shown->(query('unknowns', %who, limit => 1)), 'bar:11',
       'a new list is a new one');
}


sub test_deltas {
    my %who = (-tenant => "$tenant-deltas");
    my (@import, $rows, $shown, $all, $out);

    $import[0] = put('deltas', 4, { url => 'u1' },
        { url => 'u2', price => 200, currency => 'EUR', usd => 220 },
        { url => 'u3', price => 50 }, { url => 'u4' });
    $import[1] = put('deltas', 5,
        { url => 'u2', price => 180, currency => 'EUR', usd => 198,
          region => 'UK' }, { url => 'u5' });
    $import[2] = put('deltas', 6,
        { url => 'u1', price => 110, score => 12.5, model => '_TEST_1' },
        { url => 'u2', price => 210 }, { url => 'u3', price => 50 },
        { url => 'u6' }, {}, { url => 'u1', price => 90 });

    # gone, and another's: neither changes anything
    sql("UPDATE glyph.imports SET undone_at = now() WHERE id = '"
        . put('deltas', 7, { url => 'u1', price => 1 }) . "'");
    put('deltas-other', 8, { url => 'u1', price => 1 });

    # nor does one whose digests are by another rule, or what it has before it
    sql("UPDATE glyph.imports SET identity_rule = 2 WHERE id = '"
        . put('deltas', 50, { url => 'u3', price => 1 }) . "'");

    $shown = sub { join ' ', map { my $r = $_; join ':', map {
                   s/^0002000(.).*/$1/r } @$r{qw(import_id import_index
                   previous_import_id previous_import_index price_change
                   price_change_pct)} } ref $_[0] ? @{$_[0]}
                   : die $_[0] };

    $rows = query('deltas', %who);
    $all = '6:0:4:0:10.00:10.00 6:1:5:0:12.00:6.06 6:2:4:2:0.00:0.00'
        . ' 6:5:4:0:-10.00:-10.00 5:0:4:1:-20.00:-10.00';

    # JSON::PP takes the zeros from numbers
    $out = join ' ', map { sprintf '%s:%d:%s:%d:%.2f:%.2f', split /:/ }
        split / /, $shown->($rows);
    is($out, $all, 'api_deltas: beside the last time, newest first');
    is_deeply([@{$rows->[0]}{qw(source_url price previous_price currency
                                score previous_score score_change
                                previous_imported_at)}],
              ['u1', 110, 100, 'USD', 12.5, 10, 2.5,
               '2025-08-01T04:00:00+00:00'], 'what it says');
    is_deeply([map { "$_->{currency}:$_->{price}:$_->{previous_price}" }
               @$rows[1, 4]], ['USD:210:198', 'EUR:180:200'],
              'in the currency of both, or in USD');

    is($shown->(pages('deltas', %who, limit => $_)), $shown->($rows),
       "in pages of $_") for 1, 2, 4, 5;

    is(scalar @{query('deltas', %who, min_price_change_pct => '6.06')}, 4,
       'min_price_change_pct=');
    is(scalar @{query('deltas', %who, min_price_change_pct => '10.01')}, 0,
       'both ways');
    is(scalar @{query('deltas', %who, model => '_test_1')}, 1, 'model=');
    is(scalar @{query('deltas', %who, region => 'UK')}, 1, 'region=');
    is(scalar @{query('deltas', %who, import_id => $import[1])}, 1,
       'import_id=');
    is(scalar @{query('deltas', %who, import_id => $import[0])}, 0,
       'the first import has none before it');

    # more than a page looks at: nothing for a while, then the rest
    sql("INSERT INTO glyph.listings SELECT (jsonb_populate_record(l,"
        . " jsonb_build_object('import_index', n, 'url_digest',"
        . " md5('z' || n)::uuid))).* FROM glyph.listings l,"
        . " generate_series(100, 10500) n WHERE l.import_id = '$import[2]'"
        . " AND l.import_index = 3;"
        . " UPDATE glyph.listings SET import_index = 20000 + import_index"
        . " WHERE import_id = '$import[2]' AND import_index < 100");
    $rows = query('deltas', %who);
    is_deeply([scalar @$rows, scalar grep({ real($_) } @$rows),
               defined $rows->[0]{_cursor} ? 1 : 0], [1, 0, 1],
              'a page of nothing says where to go on');
    is(scalar @{pages('deltas', %who)}, 5, 'and there the others are');
}


sub test_report {
    my %who = (-tenant => "$tenant-report");
    my %card = (vram => 24, model => '_TEST_A');
    my ($id, $report);

    $report = query('report', %who)->[0];
    is($report->{totals}{listings}, 0, 'api_report of nothing');
    like($report->{_markdown}, qr/^# Listings\n\nNothing is listed\./,
         'in Markdown');

    $id = put('report', 9, { %card, title => 'bait', price => 20 },
        { %card, price => 100 }, { %card, price => 104 },
        { %card, price => 96, dup => 1 }, { %card, price => 108 },
        { %card, price => 1000, title => 'a|b *c*' },
        { %card, price => 200, vram => 12, model => '_TEST_B', score => 30 },
        { match => 'none', model => 'UNKNOWN', reason => 'accessory',
          valid => 'false', price => 1 },
        { %card, currency => 'XXX', usd => undef });
    put('report', 10, { %card, price => 96 });

    $report = query('report', %who, import_id => $id)->[0];
    is($report->{import_id}, $id, 'of one import');
    is_deeply([@{$report->{totals}}{qw(imports imports_left_out rows
                  invalid_rows listings priced duplicates models price_min
                  price_max score_max)}],
              [1, 0, 11, 2, 9, 8, 1, 2, 1, 1000, 30], 'totals');
    is_deeply([@{$report->{unknown}}{qw(listings share not_gpu)},
               $report->{unknown}{reasons}],
              [1, 0.1111, 1, { accessory => 1 }], 'unknown');
    is_deeply([map { join ':', @$_{qw(vram_gb listings model price_usd
                                      score_per_100_usd)} }
               @{$report->{best_value}}],
              ['12:1:_TEST_B:200:15', '24:5:_TEST_A:100:10'],
              'best value: not the odd price, nor the duplicate');
    is_deeply([map { join ':', @$_{qw(model listings price_min price_p25
                     price_median price_p75 price_max spread_pct)} }
               @{$report->{price_spread}}],
              ['_TEST_A:5:20:100:104:108:1000:942.3',
               '_TEST_B:1:200:200:200:200:200:0'], 'price spread');
    is($report->{anomalies}{listings}, 2, 'anomalies');
    is_deeply([map { join ':', @$_{qw(title price_usd median times_median)} }
               @{$report->{anomalies}{most}}],
              ['a|b *c*:1000:104:9.615', 'bait:20:104:0.192'],
              'the most odd ones first');
    like($report->{_markdown}, qr/^\| 12 \| \\_TEST\\_B \| 200\.00 /m,
         'Markdown has the same');
    like($report->{_markdown}, qr/ a\\\|b \\\*c\\\* \|$/m,
         'and its signs are escaped');

    $report = query('report', %who)->[0];
    is_deeply([@{$report->{totals}}{qw(imports listings)},
               $report->{best_value}[1]{price_usd}], [2, 10, 96],
              'of all imports');
}


sub test_job {
    my $worker = $id[5] =~ s/^0/f/r;
    my $new = $id[0] =~ s/^0/e/r;
    my $result = '{"z": 1, "a": "\\\\u0000", "m": [2.50]}';
    my $args = sub { qq{'[["$new", 1, $_[0]]]'} };
    my $job;

    is(sql("SELECT FROM glyph.begin_batch(" . $args->(
           qq({"tenant": "$tenant", "worker": "$worker", "bytes_total": 300,
               "filename": "a.csv", "source_label": "s",
               "idempotency_key": "k-$$", "created_at":
               "2025-07-01T00:00:00Z", "metadata": {"b": 1}})) . ")"), '',
       'begin_batch() makes a job');
    sql("SELECT FROM glyph.commit_progress('[{\"id\": \"$new\", \"epoch\": 1,
         \"rows\": 3, \"valid\": 2, \"invalid\": 1, \"warnings\": 4,
         \"bytes\": 100}]')");
    $job = $json->decode(sql("SELECT glyph.job_status('$new', '$tenant')"));
    is_deeply([@$job{qw(job_id state created_at filename source_label
                        finished_at error undone_at)}],
              [$new, 'processing', '2025-07-01T00:00:00+00:00', 'a.csv', 's',
               undef, undef, undef], 'job_status()');
    like(delete $job->{progress}{eta_seconds}, qr/^\d/, 'an estimate');
    like(delete $job->{progress}{rows_per_second}, qr/^\d/, 'a rate');
    is_deeply($job->{progress}, { bytes => 100, bytes_total => 300,
              rows => 3, rows_committed => 3, percent => 33.3 }, 'progress');
    is_deeply($job->{counts}, { rows => 3, valid => 2, invalid => 1,
              warnings => 4, warnings_kept => 0 }, 'counts');
    sql("INSERT INTO glyph.import_warnings SELECT '$new', n, 0, 2, 'x', NULL,"
        . " NULL, '' FROM generate_series(0, 3) n");
    $job = $json->decode(sql("SELECT glyph.job_status('$new', '$tenant')"));
    is_deeply($job->{counts}, { rows => 3, valid => 2, invalid => 1,
              warnings => 4 }, 'that all warnings are kept is not said');
    is(sql("SELECT glyph.job_status('$new', '$other')"), '',
       "another tenant's job is none");

    like(sql("SELECT FROM glyph.begin_batch('[[\"$id[1]\", 1],
             [\"" . ($new =~ s/^e/d/r) . "\", 1, {\"tenant\": \"$tenant\",
             \"idempotency_key\": \"k-$$\"}]]')"),
         qr/GL001.*\nDETAIL:  .*"d.*"/, 'an idempotency key in use');

    sql("INSERT INTO glyph.workers (worker, node, heartbeat_at)"
        . " VALUES ('$worker', '$id[0]', now() - interval '2 min');"
        . " UPDATE glyph.imports SET updated_at = now() - interval '2 min'"
        . " WHERE id = '$new'");
    like(sql("SELECT glyph.job_status('$new', '$tenant')"),
         qr/"state" : "stalled"/, 'without sign of life it is stalled');
    is(scalar @{query('jobs', state => 'stalled')}, 1, 'and listed as such');
    sql("SELECT glyph.heartbeat('$worker', '$id[0]', 1, '1')");
    like(sql("SELECT glyph.job_status('$new', '$tenant')"),
         qr/"state" : "processing"/, 'not after a heartbeat');

    (my $string = $json->encode($result)) =~ s/'/''/g;
    is(sql("SELECT FROM glyph.commit_progress('[{\"id\": \"$new\",
            \"epoch\": 1, \"state\": \"completed\", \"result\": $string,
            \"file_sha256\": \"00ff\"}]')"), '', 'completed');
    is(sql("SELECT * FROM glyph.job_result('$new', '$tenant')"),
       "completed|$result", 'job_result() keeps the order');
    $job = $json->decode(sql("SELECT glyph.job_status('$new', '$tenant')"));
    is($job->{progress}{percent}, 100, '100 percent');
    isnt($job->{finished_at}, undef, 'finished_at');
    is($job->{counts}{rows}, 3, 'what was not told stays');
}


sub test_batch {
    my $worker = $id[5] =~ s{^0}{f}r;
    my @two = map { $id[0] =~ s/^0/$_/r } 'c', 'b';
    my $sha = sprintf '%08x', $$;
    my $begin = join ', ', map {
        qq(["$_", 1, {"tenant": "$tenant", "worker": "$worker"}]) } @two;
    my $end = join ', ', map {
        qq({"id": "$_", "epoch": 1, "state": "completed",
            "file_sha256": "$sha"}) } @two;

    # its counters have what an earlier transaction of a session has scanned
    my $fresh = Glyph::Session->new(options => '-c client_min_messages=error');
    my $out = $fresh->run("BEGIN; SELECT glyph.begin_batch('[$begin]');
        SELECT FROM glyph.commit_progress('[$end]');
        SELECT * FROM glyph.repeats('{$two[0],$two[1]}');
        SELECT seq_scan FROM pg_stat_xact_user_tables
         WHERE relid = 'glyph.imports'::regclass;
        SELECT count(*), count(duplicate_of) FROM glyph.imports
         WHERE id IN ('$two[0]', '$two[1]'); COMMIT");

    is($out, "\n$two[0]|$two[1]\n0\n2|1", 'of two of the same file in a batch'
       . ' one repeats the other; and no batch scans all imports');

    # What is planned while there are no imports must do when there are some.
    # All of it is rolled back

    my $new = "jsonb_build_array('00000000-0000-7000-8000-' || to_char(%s,"
        . " 'fm000000000000'), 1, '{\"tenant\": \"$tenant\"}'::jsonb)";
    my $done = "jsonb_build_object('id', '00000000-0000-7000-8000-'"
        . " || to_char(%s, 'fm000000000000'), 'epoch', 1, 'state',"
        . " 'completed', 'file_sha256', to_char(%s, 'fm00000000'))";
    my $call = sprintf "SELECT FROM (SELECT count(glyph.begin_batch("
        . "jsonb_build_array($new))) FROM generate_series(%%s, %%s) n) t;"
        . " SELECT FROM (SELECT count(glyph.commit_progress("
        . "jsonb_build_array($done))) FROM generate_series(%%s, %%s) n) t;"
        . " SELECT FROM generate_series(%%s, %%s) n CROSS JOIN LATERAL"
        . " glyph.repeats(ARRAY[('00000000-0000-7000-8000-' || to_char(n,"
        . " 'fm000000000000'))::uuid]);"
        . " SELECT FROM glyph.repeats((SELECT array_agg((" # of many at once
        . "'00000000-0000-7000-8000-' || to_char(n, 'fm000000000000'))::uuid)"
        . " FROM generate_series(%%s, %%s) n));", 'n', 'n', 'n';
    my $read = "SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid))"
        . " FROM pg_index WHERE indrelid = 'glyph.imports'::regclass";
    my ($first, $then) = split ' ', sql("BEGIN; TRUNCATE glyph.imports; "
        . sprintf($call, (1, 10) x 4) . sprintf($call, (11, 500) x 4)
        . " $read; " . sprintf($call, (501, 510) x 4) . " $read; ROLLBACK");
    cmp_ok($then - $first, '<', 200, 'nor does it read the history of them,'
           . ' when there was none as its plans were made');
}


sub test_models_sync {
    my $out;

    # In a transaction that is rolled back: the registry may be in use
    $out = sql(q{BEGIN;
        DELETE FROM glyph.gpu_models_digest;
        SELECT glyph.sync_models('[{"model": "A", "vram_gb": 2.5,
            "nvlink": true}, {"model": "B", "tdp_watts": 10}]', 'one');
        SELECT glyph.sync_models('[]', 'one');
        SELECT count(*) FROM glyph.gpu_models;
        SELECT glyph.sync_models('[{"model": "B", "tdp_watts": 11}]', 'two');
        SELECT model, tdp_watts, nvlink IS NULL FROM glyph.gpu_models;
        ROLLBACK});
    is($out, "t\nf\n2\nt\nB|11|t", 'sync_models()');
}


sub test_reader {
    my $view = sub { sql("BEGIN; SET ROLE glyph_reader; $_[0]; ROLLBACK") };

    is($view->("SELECT count(*) FROM glyph.listing_view"
               . " WHERE tenant = '$tenant'"), 12, 'a reader sees the view');
    like($view->('SELECT 1 FROM glyph.listings LIMIT 1'), qr/42501/,
         'and not the table');
    like($view->("SELECT * FROM glyph.cancel('$id[0]', '')"), qr/42501/,
         'and cannot cancel');
}


fill();
test_listings();
test_orders();
test_moving();
test_large();
test_refusals();
test_lists();
test_unknowns();
test_deltas();
test_report();
test_job();
test_batch();
test_models_sync();

SKIP: {
    skip 'the role glyph_reader is not there, or not for us', 3
        if sql("SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles"
               . " WHERE rolname = 'glyph_reader'") ne 't';
    test_reader();
}

done_testing();
