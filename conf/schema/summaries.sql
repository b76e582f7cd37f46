-- What an import says of each model, of each model in each region, and of each
-- seller, and its report: summed up once, as a complete import never changes.
-- An import of at most 1,000 listings has no summaries: to read it is as fast.
--
-- An offer is a card that matched, with a price in USD and no duplicate; in
-- an array it is one number, its price in cents and behind that its
-- import_index, so that a sort of numbers has both.  27 bits are for the index:
-- an import of more rows has no summaries.  36 bits are left for the price: one
-- of 687,194,767.36 USD or more is no offer's.

CREATE OR REPLACE FUNCTION glyph.offer_cents(p_offer int8) RETURNS int8
LANGUAGE sql IMMUTABLE AS $$
    SELECT p_offer >> 27;
$$;


-- A quartile (0 to 4) of sorted offers in USD: between two of them in
-- proportion, which is exact in quarters of a cent.  Written so that it can be
-- put in place of its call.

CREATE OR REPLACE FUNCTION glyph.quartile(p_offers int8[], p_n int8)
RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$
    SELECT (((p_offers[(cardinality(p_offers) - 1) * p_n / 4 + 1] >> 27)
             * (4 - (cardinality(p_offers) - 1) * p_n % 4)
             + coalesce(p_offers[(cardinality(p_offers) - 1) * p_n / 4 + 2]
                        >> 27, 0)
             * ((cardinality(p_offers) - 1) * p_n % 4))::numeric
            / 400)::numeric(16,4);
$$;


-- An import's listings by model, region and memory, from a read of it; offers
-- are sorted.  That a group has NULL in place of offers says that it has none.

CREATE OR REPLACE FUNCTION glyph.sum_models(p_id uuid)
RETURNS TABLE (model text, region text, vram_gb float4, listings int,
    priced int, duplicates int, unknown int, not_gpu int, score_sum float8,
    score_min float8, score_max float8, cents_min int8, cents_max int8,
    offers int8[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB' SET jit = off SET enable_sort = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT g.model, g.region, g.vram_gb, g.listings, g.priced, g.duplicates,
           g.unknown, g.not_gpu, g.score_sum, g.score_min, g.score_max,
           g.cents_min, g.cents_max,
           (SELECT array_agg(o ORDER BY o) FROM unnest(g.offers) o)
      FROM (SELECT l.model, l.region, l.vram_gb, count(*)::int AS listings,
                   count(l.cents)::int AS priced,
                   count(l.duplicate_of)::int AS duplicates,
                   count(*) FILTER (WHERE l.unknown)::int AS unknown,
                   count(*) FILTER (WHERE NOT l.gpu)::int AS not_gpu,
                   sum(l.score) AS score_sum, min(l.score) AS score_min,
                   max(l.score) AS score_max, min(l.cents) AS cents_min,
                   max(l.cents) AS cents_max,
                   array_agg(l.cents << 27 | l.i)
                       FILTER (WHERE l.gpu AND NOT l.unknown
                               AND l.duplicate_of IS NULL AND l.cents > 0
                               AND l.cents < 1::int8 << 36) AS offers
              FROM (SELECT l.canonical_model AS model, l.region, l.vram_gb,
                           l.import_index AS i, l.score, l.duplicate_of,
                           l.match_type = 'none' AS unknown,
                           l.is_valid_gpu AS gpu,
                           (l.price_usd * 100)::int8 AS cents
                      FROM glyph.listings l
                     WHERE l.import_id = p_id OFFSET 0) l
             GROUP BY l.model, l.region, l.vram_gb) g;
END
$$;


-- The same of several imports, from their summaries where they have them; k is
-- an import's place among p_ids.

CREATE OR REPLACE FUNCTION glyph.summed_models(p_ids uuid[])
RETURNS TABLE (k int, model text, region text, vram_gb float4, listings int,
    priced int, duplicates int, unknown int, not_gpu int, score_sum float8,
    score_min float8, score_max float8, cents_min int8, cents_max int8,
    offers int8[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    FOR k IN 1 .. coalesce(cardinality(p_ids), 0) LOOP
        RETURN QUERY
        SELECT k, s.model, s.region, s.vram_gb, s.listings, s.priced,
               s.duplicates, s.unknown, s.not_gpu, s.score_sum, s.score_min,
               s.score_max, s.cents_min, s.cents_max, s.offers
          FROM glyph.import_models s
         WHERE s.import_id = p_ids[k] AND s.n > 0;

        IF NOT FOUND THEN
            RETURN QUERY SELECT k, s.* FROM glyph.sum_models(p_ids[k]) s;
        END IF;
    END LOOP;
END
$$;


-- Listings by their keys, in any order.

CREATE OR REPLACE FUNCTION glyph.listings_at(p_ids uuid[], p_indexes int[])
RETURNS SETOF glyph.listings
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
    SELECT l.*
      FROM unnest(p_ids, p_indexes) x(id, i)
           JOIN glyph.listings l ON l.import_id = x.id AND l.import_index = x.i;
$$;


-- The parts of a report that do not tell which imports it is of; api_report()
-- says what they are.  Best value is found among the cheapest offers of each
-- model and memory that are not odd, as of the same card no dearer one has a
-- higher score (weights are not negative).  Of equal prices it is the first.

CREATE OR REPLACE FUNCTION glyph.report_of(p_ids uuid[])
RETURNS TABLE (totals json, unknown json, best_value json, price_spread json,
    anomalies json)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off SET work_mem = '64MB'
SET enable_sort = off SET enable_seqscan = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    v_summed bool := cardinality(p_ids) = 1
                     AND EXISTS (SELECT FROM glyph.import_models s
                                  WHERE s.import_id = p_ids[1]);
BEGIN
    RETURN QUERY
    WITH d AS MATERIALIZED (
        SELECT s.*, cardinality(s.offers) AS n
          FROM glyph.summed_models(p_ids) s
    ), p AS MATERIALIZED (
        SELECT u.model, (SELECT array_agg(o ORDER BY o)
                           FROM unnest(u.offers) o) AS offers
          FROM (SELECT d.model, array_agg(o) AS offers
                  FROM d CROSS JOIN LATERAL unnest(d.offers) o
                 WHERE NOT v_summed
                 GROUP BY d.model) u
    ), m AS MATERIALIZED (          -- models, and between what is not odd
        SELECT q.*,
               CASE WHEN q.n >= 5 THEN ceil(q.q[3] * 100 / 3)::int8
                    ELSE 0 END AS low,
               CASE WHEN q.n >= 5
                    THEN least(floor(q.q[3] * 300)::int8, (1::int8 << 36) - 1)
                    ELSE (1::int8 << 36) - 1 END AS high
          FROM (SELECT p.model, cardinality(p.offers) AS n,
                       ARRAY[glyph.quartile(p.offers, 0),
                             glyph.quartile(p.offers, 1),
                             glyph.quartile(p.offers, 2),
                             glyph.quartile(p.offers, 3),
                             glyph.quartile(p.offers, 4)] AS q
                  FROM p
                 UNION ALL
                SELECT s.model, s.cards, ARRAY[s.price_min, s.price_p25,
                           s.price_median, s.price_p75, s.price_max]
                  FROM glyph.import_models s
                 WHERE v_summed AND s.import_id = p_ids[1] AND s.n = 0
                       AND s.cards > 0) q
    ), r AS MATERIALIZED (          -- how many are below that, and up to it
        SELECT d.k, d.model, d.vram_gb, d.n, d.offers, m.q[3] AS median,
               width_bucket((m.low << 27) - 1, d.offers) AS below,
               width_bucket((m.high << 27) + 134217727, d.offers) AS upto
          FROM d JOIN m ON m.model = d.model
         WHERE d.offers IS NOT NULL
    ), c AS MATERIALIZED (          -- what may be the best value
        SELECT r.k, r.vram_gb,
               (min(r.offers[r.below + 1]) & 134217727)::int AS i
          FROM r
         WHERE r.below < r.upto AND r.vram_gb IS NOT NULL
         GROUP BY r.k, r.model, r.vram_gb
    ), h AS (                       -- the heads of the odd ones, at both ends
        SELECT r.k, r.median, r.offers[1 : least(r.below, 20)] AS offers
          FROM (SELECT r.* FROM r WHERE r.below > 0
                 ORDER BY glyph.offer_cents(r.offers[1]) / r.median
                 FETCH FIRST 20 ROWS WITH TIES) r
         UNION ALL
        SELECT r.k, r.median,
               r.offers[greatest(r.upto, width_bucket(
                   (glyph.offer_cents(r.offers[greatest(r.n - 19, 1)]) << 27)
                   - 1, r.offers)) + 1 : r.n]
          FROM (SELECT r.* FROM r WHERE r.upto < r.n
                 ORDER BY glyph.offer_cents(r.offers[r.n]) / r.median DESC
                 FETCH FIRST 20 ROWS WITH TIES) r
    ), o AS MATERIALIZED (
        SELECT x.*
          FROM (SELECT h.k, (o & 134217727)::int AS i, h.median,
                       glyph.offer_cents(o) / (h.median * 100) AS ratio
                  FROM h CROSS JOIN LATERAL unnest(h.offers) o) x
         ORDER BY abs(ln(x.ratio)) DESC, x.k, x.i
         LIMIT 20
    ), y AS MATERIALIZED (
        SELECT c.k, c.i FROM c UNION ALL SELECT o.k, o.i FROM o
    ), x AS MATERIALIZED (
        SELECT l.*, 100 * l.score / l.price_usd::float8 AS value
          FROM glyph.listings_at(ARRAY(SELECT p_ids[y.k] FROM y),
                                 ARRAY(SELECT y.i FROM y)) l
    ), b AS (
        SELECT DISTINCT ON (c.vram_gb) c.vram_gb AS memory, x.*
          FROM c JOIN x ON x.import_id = p_ids[c.k] AND x.import_index = c.i
         ORDER BY c.vram_gb, x.value DESC, c.k, c.i
    )
    SELECT json_build_object(
               'listings', t.n, 'priced', t.priced,
               'duplicates', t.duplicates, 'models', t.models,
               'price_min', round(t.p_min::numeric / 100, 2),
               'price_max', round(t.p_max::numeric / 100, 2),
               'score_min', glyph.shown_score(t.s_min),
               'score_max', glyph.shown_score(t.s_max)),
           json_build_object(
               'listings', t.unknown,
               'share', round(t.unknown::numeric / nullif(t.n, 0), 4),
               'not_gpu', t.not_gpu,
               'reasons', coalesce((
                   SELECT json_object_agg(u.reason, u.n ORDER BY u.n DESC,
                                          u.reason)
                     FROM (SELECT coalesce(l.unknown_reason, 'none')
                                      AS reason, count(*) AS n
                             FROM glyph.listings l
                            WHERE l.import_id = ANY (p_ids)
                                  AND l.match_type = 'none' GROUP BY 1) u),
                    '{}')),
           coalesce((SELECT json_agg(json_build_object(
                       'vram_gb', b.memory, 'listings', v.n,
                       'model', b.canonical_model, 'title', b.title,
                       'price_usd', b.price_usd,
                       'score', glyph.shown_score(b.score),
                       'score_per_100_usd', glyph.shown_score(b.value),
                       'seller', b.seller, 'source_url', b.source_url,
                       'import_id', b.import_id,
                       'import_index', b.import_index) ORDER BY b.memory)
              FROM b JOIN (SELECT r.vram_gb, sum(r.n) AS n FROM r
                            GROUP BY r.vram_gb) v ON v.vram_gb = b.memory),
                    '[]'),
           coalesce((SELECT json_agg(json_build_object(
                       'model', s.model, 'listings', s.n,
                       'price_min', round(s.q[1], 2),
                       'price_p25', round(s.q[2], 2),
                       'price_median', round(s.q[3], 2),
                       'price_p75', round(s.q[4], 2),
                       'price_max', round(s.q[5], 2),
                       'spread_pct', round(100 * (s.q[5] - s.q[1]) / s.q[3],
                                           1)) ORDER BY s.n DESC, s.model)
              FROM (SELECT * FROM m ORDER BY m.n DESC, m.model LIMIT 50) s),
                    '[]'),
           json_build_object(
               'listings', (SELECT coalesce(sum(r.below + r.n - r.upto), 0)
                              FROM r),
               'most', coalesce((SELECT json_agg(json_build_object(
                       'model', x.canonical_model, 'title', x.title,
                       'price_usd', x.price_usd,
                       'median', round(o.median, 2),
                       'times_median', round(o.ratio, 3),
                       'seller', x.seller, 'source_url', x.source_url,
                       'import_id', x.import_id,
                       'import_index', x.import_index)
                       ORDER BY abs(ln(o.ratio)) DESC, o.k, o.i)
              FROM o JOIN x ON x.import_id = p_ids[o.k]
                               AND x.import_index = o.i), '[]'))
      FROM (SELECT coalesce(sum(d.listings), 0) AS n,
                   coalesce(sum(d.priced), 0) AS priced,
                   coalesce(sum(d.duplicates), 0) AS duplicates,
                   count(DISTINCT d.model)
                       FILTER (WHERE d.unknown < d.listings) AS models,
                   coalesce(sum(d.unknown), 0) AS unknown,
                   coalesce(sum(d.not_gpu), 0) AS not_gpu,
                   min(d.cents_min) AS p_min, max(d.cents_max) AS p_max,
                   min(d.score_min) AS s_min, max(d.score_max) AS s_max
              FROM d) t;
END
$$;


-- The summaries of one import, in one transaction; a second read of it is for
-- its sellers.  What is undone meanwhile keeps none, as with orders.

CREATE OR REPLACE FUNCTION glyph.sum_import(p_id uuid,
    p_size int DEFAULT 1000) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB' SET jit = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO glyph.import_models
           (import_id, model, n, region, vram_gb, listings, priced, duplicates,
            unknown, not_gpu, cards, score_sum, score_min, score_max,
            cents_min, cents_max, price_min, price_p25, price_median,
            price_p75, price_max, offers)
    SELECT p_id, s.model,
           row_number() OVER (PARTITION BY s.model ORDER BY s.listings DESC,
                              s.region COLLATE "C", s.vram_gb),
           s.region, s.vram_gb, s.listings, s.priced, s.duplicates, s.unknown,
           s.not_gpu, coalesce(cardinality(s.offers), 0), s.score_sum,
           s.score_min, s.score_max, s.cents_min, s.cents_max,
           glyph.quartile(s.offers, 0), glyph.quartile(s.offers, 1),
           glyph.quartile(s.offers, 2), glyph.quartile(s.offers, 3),
           glyph.quartile(s.offers, 4), s.offers
      FROM glyph.sum_models(p_id) s;

    INSERT INTO glyph.import_models
           (import_id, model, n, listings, priced, duplicates, unknown,
            not_gpu, cards, score_sum, score_min, score_max, cents_min,
            cents_max, price_min, price_p25, price_median, price_p75,
            price_max)
    SELECT p_id, s.model, 0, s.listings, s.priced, s.duplicates, s.unknown,
           s.not_gpu, s.cards, s.score_sum, s.score_min, s.score_max,
           s.cents_min, s.cents_max,
           glyph.quartile(s.offers, 0), glyph.quartile(s.offers, 1),
           glyph.quartile(s.offers, 2), glyph.quartile(s.offers, 3),
           glyph.quartile(s.offers, 4)
      FROM (SELECT g.*,
                   (SELECT array_agg(o ORDER BY o)
                      FROM glyph.import_models d
                           CROSS JOIN LATERAL unnest(d.offers) o
                     WHERE d.import_id = p_id AND d.model = g.model)
                       AS offers
              FROM (SELECT d.model, sum(d.listings)::int AS listings,
                           sum(d.priced)::int AS priced,
                           sum(d.duplicates)::int AS duplicates,
                           sum(d.unknown)::int AS unknown,
                           sum(d.not_gpu)::int AS not_gpu,
                           sum(d.cards)::int AS cards,
                           sum(d.score_sum) AS score_sum,
                           min(d.score_min) AS score_min,
                           max(d.score_max) AS score_max,
                           min(d.cents_min) AS cents_min,
                           max(d.cents_max) AS cents_max
                      FROM glyph.import_models d
                     WHERE d.import_id = p_id
                     GROUP BY d.model) g
            OFFSET 0) s;

    INSERT INTO glyph.import_sellers
           (import_id, n, sellers, listings, unknown, not_gpu)
    SELECT p_id, s.at / p_size, array_agg(s.seller ORDER BY s.at),
           array_agg(s.listings ORDER BY s.at),
           array_agg(s.unknown ORDER BY s.at),
           array_agg(s.not_gpu ORDER BY s.at)
      FROM (SELECT g.*, row_number() OVER (ORDER BY g.listings DESC,
                            g.seller COLLATE "C") - 1 AS at
              FROM (SELECT l.seller, count(*)::int AS listings,
                           count(*) FILTER (WHERE l.match_type = 'none')::int
                               AS unknown,
                           count(*) FILTER (WHERE NOT l.is_valid_gpu)::int
                               AS not_gpu
                      FROM glyph.listings l
                     WHERE l.import_id = p_id
                     GROUP BY l.seller) g) s
     GROUP BY 2;

    INSERT INTO glyph.import_reports
           (import_id, totals, unknown, best_value, price_spread, anomalies)
    SELECT p_id, r.* FROM glyph.report_of(ARRAY[p_id]) r;

    UPDATE glyph.imports i
       SET summed_at = now()
     WHERE i.id = p_id AND i.undone_at IS NULL;

    IF NOT FOUND THEN
        PERFORM glyph.forget_sums(p_id);
    END IF;
END
$$;


CREATE OR REPLACE FUNCTION glyph.forget_sums(p_id uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM glyph.import_models s WHERE s.import_id = p_id;
    DELETE FROM glyph.import_sellers s WHERE s.import_id = p_id;
    DELETE FROM glyph.import_reports s WHERE s.import_id = p_id;
$$;


-- A step of what is made of an import (next_orders() and make_orders() are the
-- one before it).

CREATE OR REPLACE FUNCTION glyph.next_summaries(p_after uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id
      FROM glyph.imports i
     WHERE i.state = 'completed' AND i.undone_at IS NULL
           AND i.summed_at IS NULL AND i.valid_rows > 1000
           AND i.id > p_after AND i.rows <= 134217728
     ORDER BY i.id
     LIMIT 1;
$$;


CREATE OR REPLACE FUNCTION glyph.make_summaries(p_id uuid) RETURNS bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(723627615, hashtext(p_id::text)) THEN
        RETURN false;
    END IF;

    PERFORM 1 FROM glyph.imports i
      WHERE i.id = p_id AND i.state = 'completed' AND i.undone_at IS NULL
            AND i.summed_at IS NULL AND i.valid_rows > 1000
            AND i.rows <= 134217728;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    PERFORM glyph.sum_import(p_id);
    RETURN true;
END
$$;
