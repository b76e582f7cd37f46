# What a large import says of models, regions and sellers, and its report, are
# summed up behind the commit, and are what its listings say.

use strict;
use warnings;

use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;
use Glyph::Session;

my $locations = join ' ', 'location /imports { glyph_imports; }',
    map { "location = /$_ { glyph_query $_; }" } qw(report prices);

my @tables = qw(import_models import_sellers import_reports);

sub summed {
    my ($id) = @_;
    return sql("SELECT count(*) FROM glyph.imports WHERE id = '$id'"
               . ' AND summed_at IS NOT NULL') == 1;
}

sub kept {
    my ($id) = @_;
    return join ' ', map {
        sql("SELECT count(*) FROM glyph.$_ WHERE import_id = '$id'")
    } @tables;
}

# Listings of all kinds: without a rate, twice, of nothing that is known; some
# prices are odd, many are equal; regions, sellers and memories may be missing.
sub input {
    my ($name, $n) = @_;
    my @titles = ('RTX 3090', 'RTX 3060', 'RTX 3060 8GB', 'Tesla T4',
                  'RX 6800 XT', 'water block for RTX 3090', 'a teapot');
    open my $out, '>', "$root/$name" or die "$name: $!";
    print {$out} "title,price,currency,region,seller,source_url\n";
    for my $i (1 .. $n) {
        printf {$out} "%s,%s,%s,%s,%s,https://example.com/itm/%d\n",
            $titles[$i * 7 % 11 % @titles],
            $i % 97 == 0 ? 999_999_999 : $i % 89 == 0 ? 3
                : $i % 83 == 0 ? 'none' : 100 + $i * 37 % 701 . '.25',
            $i % 31 ? 'USD' : 'XXX', ('EU', 'US', '', 'JP')[$i * 13 % 4],
            $i % 5 ? 'seller ' . $i % 1201 : '', $i % 53 ? $i : 1;
    }
    close $out;
}

# A view, and the same from the listings: how many rows are in one only.
sub differ {
    my ($view, $listings) = @_;
    return sql("WITH v AS ($view), l AS ($listings)"
        . ' SELECT (SELECT count(*) FROM v), (SELECT count(*) FROM'
        . ' (SELECT * FROM v EXCEPT SELECT * FROM l) x), (SELECT count(*) FROM'
        . ' (SELECT * FROM l EXCEPT SELECT * FROM v) x)');
}

my $offer = "is_valid_gpu AND match_type <> 'none' AND duplicate_of IS NULL"
    . ' AND price_usd < 687194767.36';

sub check {
    my ($id) = @_;
    my $prices = join ', ', map {
        "(percentile_cont($_) WITHIN GROUP (ORDER BY price_usd)"
        . " FILTER (WHERE $offer))::numeric(16,4)"
    } 0, 0.25, 0.5, 0.75, 1;

    for (['model', 'canonical_model'],
         ['region', 'canonical_model, region, vram_gb']) {
        my ($name, $by) = @$_;
        (my $columns = $by) =~ s/canonical_model/model/;
        like differ("SELECT $columns, listings, priced, duplicates, not_gpu,"
            . ' offers, price_min, price_p25, price_median, price_p75,'
            . ' price_max, glyph.shown_score(score_avg), score_min, score_max'
            . " FROM glyph.${name}_summary_view WHERE import_id = '$id'",
            "SELECT $by, count(*), count(price_usd), count(duplicate_of),"
            . ' count(*) FILTER (WHERE NOT is_valid_gpu),'
            . " count(*) FILTER (WHERE $offer AND price_usd > 0), $prices,"
            . ' glyph.shown_score(avg(score)), min(score), max(score)'
            . " FROM glyph.listings WHERE import_id = '$id' GROUP BY $by"),
            qr/^[1-9]\d*\|0\|0$/, "by $name";
    }

    like differ('SELECT seller, listings, unknown, not_gpu'
        . " FROM glyph.seller_summary_view WHERE import_id = '$id'",
        "SELECT seller, count(*), count(*) FILTER (WHERE match_type = 'none'),"
        . ' count(*) FILTER (WHERE NOT is_valid_gpu)'
        . " FROM glyph.listings WHERE import_id = '$id' GROUP BY 1"),
        qr/^[1-9]\d*\|0\|0$/, 'by seller';
}

sub report { return get("/report?import_id=$_[0]") }

subtest 'are what the listings say' => sub {
    start_nginx(workers => 2, locations => $locations);
    input('large.csv', 5_000);
    input('small.csv', 900);

    my ($id, $small) = (uuid(), uuid());
    is code_of($id, upload($id, "\@$root/large.csv")), 200, 'a large import';
    ok wait_for(sub { summed($id) }, 20), 'has its summaries';
    check($id);

    like differ('SELECT model, region, vram_gb, o >> 27 AS cents,'
        . ' (o & 134217727)::int AS i FROM glyph.import_models,'
        . " unnest(offers) o WHERE import_id = '$id'",
        'SELECT canonical_model, region, vram_gb, (price_usd * 100)::int8,'
        . " import_index FROM glyph.listings WHERE import_id = '$id'"
        . " AND $offer"), qr/^[1-9]\d{3}\|0\|0$/, 'each offer';
    is sql("SELECT count(*) FROM glyph.import_models WHERE import_id = '$id'"
           . ' AND offers <> ARRAY(SELECT o FROM unnest(offers) o ORDER BY o)'),
        0, 'sorted';

    is code_of($small, upload($small, "\@$root/small.csv")), 200, 'a small one';
    check($small);
    sleep 1;
    is kept($small), '0 0 0', 'has none';
    like report($small), qr/"listings" : \d{3},.*"vram_gb" : 24,/, 'a report';
};

subtest 'a report' => sub {
    my ($id) = split /\n/, sql('SELECT id FROM glyph.imports WHERE summed_at'
                               . ' IS NOT NULL ORDER BY created_at DESC LIMIT 1');
    my $stored = report($id);
    my $r = "(SELECT * FROM glyph.api_report(jsonb_build_object('args',"
        . " jsonb_build_object('import_id', '$id')))) r";
    my $odd = 'WITH c AS (SELECT * FROM glyph.listings WHERE import_id ='
        . " '$id' AND $offer), m AS (SELECT canonical_model AS model,"
        . ' count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY'
        . ' price_usd) AS p FROM c GROUP BY 1), r AS (SELECT c.*, p,'
        . ' n >= 5 AND (price_usd * 3 < p OR price_usd > 3 * p) AS odd'
        . ' FROM c JOIN m ON model = canonical_model)';

    is sql("$odd SELECT count(*) FROM r WHERE odd"),
        sql("SELECT anomalies->>'listings' FROM $r"), 'counts what is odd';
    is sql("$odd SELECT json_agg(import_index) FROM (SELECT import_index FROM r"
           . ' WHERE odd ORDER BY abs(ln(price_usd::float8 / p)) DESC,'
           . ' import_index LIMIT 20) x'),
        sql("SELECT json_agg((o->>'import_index')::int) FROM $r,"
            . " json_array_elements(anomalies->'most') o"), 'and has the most';
    is sql("$odd SELECT json_agg(import_index ORDER BY vram_gb) FROM (SELECT"
           . ' DISTINCT ON (vram_gb) vram_gb, import_index FROM r WHERE NOT odd'
           . ' ORDER BY vram_gb, score / price_usd::float8 DESC, import_index)'
           . ' x'),
        sql("SELECT json_agg((o->>'import_index')::int) FROM $r,"
            . ' json_array_elements(best_value) o'), 'and the best value';

    # a session's first look at the catalogs is not the report's
    my $session = Glyph::Session->new;
    $session->run("SELECT * FROM $r");
    my ($hit, $read) = $session->run('EXPLAIN (ANALYZE, BUFFERS, TIMING OFF)'
        . " SELECT * FROM $r") =~ /Buffers: shared hit=(\d+)(?: read=(\d+))?/;
    cmp_ok $hit + ($read // 0), '<', 100, 'reads few pages';

    sql("SELECT glyph.forget_sums('$id')");
    is report($id), $stored, 'is that of the listings';
    sql("SELECT glyph.sum_import('$id')");
    is report($id), $stored, 'and again';
};

subtest 'what a model cost' => sub {
    # what other suites have left, unfinished or undone, is no offer
    my $of = "FROM glyph.listings WHERE $offer AND canonical_model = 'RTX_3090'"
        . " AND import_id IN (SELECT id FROM glyph.imports"
        . " WHERE state = 'completed' AND undone_at IS NULL AND tenant = '')";
    my ($n, $imports, $median) = split /\|/, sql('SELECT count(*),'
        . ' count(DISTINCT import_id), round(percentile_cont(0.5) WITHIN GROUP'
        . " (ORDER BY price_usd)::numeric, 2) $of");
    for my $by (qw(day week)) {
        like get("/prices?model=RTX_3090&by=$by"), qr/^\[\{"period":"[^"]+",
            "import_id":null,"imports":$imports,"offers":$n,"price_min":[^}]*
            "price_median":$median,[^}]*\}\]$/x, "by $by, exact over imports";
    }
    my $first = get('/prices?model=RTX_3090&by=import&limit=1', '-i');
    like $first, qr/"imports":1,.*\}\]$/s, 'by import, the newest first';
    my ($next) = $first =~ m{^Link: <([^>]+)>; rel="next"}mi;
    like get($next), qr/^\[\{"period".*"imports":1,[^\n]*\}\]$/, 'and the other';
    like get('/prices?by=day'), qr/"option_invalid".*is required/, 'of which?';
    like get('/prices?model=RTX_0000'), qr/^\[\]$/, 'one that nobody has';
};

subtest 'killed while they are made' => sub {
    my $lock = Glyph::Session->new;
    $lock->run('BEGIN; LOCK TABLE glyph.import_models IN SHARE MODE');

    my $id = uuid();
    is code_of($id, upload($id, "\@$root/large.csv")), 200, 'another one';
    ok wait_for(sub {
        sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND"
            . " relation = 'glyph.import_models'::regclass") > 0;
    }, 20), 'its worker is at it';
    my $report = report($id);
    like $report, qr/"listings" : \d{4},/, 'its report is there';

    kill_nginx();
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        . " WHERE application_name LIKE 'glyph-work%'");
    $lock->run('ROLLBACK');
    is kept($id), '0 0 0', 'nothing is half there';

    start_nginx(workers => 2, locations => $locations);
    ok wait_for(sub { summed($id) }, 20), 'the next workers make them';
    is report($id), $report, 'and the report is the same';

    like get("/imports/$id", '-X', 'DELETE'), qr/"rows":4940/, 'undone';
    like report($id), qr/"listings" : 0,/, 'it says nothing';
    ok wait_for(sub { kept($id) eq '0 0 0' }, 60), 'and is purged';
};

ok stop_nginx(), 'nginx ends when asked';
is join("\n", bad_lines()), '', 'nothing bad in the error log';

done_testing;
