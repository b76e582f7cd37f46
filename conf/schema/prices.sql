-- What a model cost by day, week (from Monday, UTC) or import, newest first: of
-- offers, as summaries have them; imports without are read by the index on
-- models.  Quartiles are exact over all offers of a period.

CREATE OR REPLACE FUNCTION glyph.api_prices(args jsonb)
RETURNS TABLE (period timestamptz, import_id uuid, imports bigint,
    offers bigint, price_min numeric, price_p25 numeric, price_median numeric,
    price_p75 numeric, price_max numeric, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET work_mem = '64MB' SET jit = off AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args, '{model,by,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_by     text := coalesce(glyph.arg_choice(a, 'by', '{day,week,import}'),
                              'day');
    v_tenant text := coalesce(args->>'tenant', '');
    v_model  text := upper(a->>'model');
    v_after  text[];
    v_page   timestamp[];
BEGIN
    IF v_model IS NULL THEN
        PERFORM glyph.bad_argument('model',
                                   'parameter "model" is required');
    END IF;

    v_after := glyph.arg_cursor(a, 'prices-' || v_by, 'time', 'uuid');

    IF v_by = 'import' THEN
        RETURN QUERY
        SELECT x.imported_at, x.import_id, 1::bigint, x.offers::bigint,
               round(x.price_min, 2), round(x.price_p25, 2),
               round(x.price_median, 2), round(x.price_p75, 2),
               round(x.price_max, 2),
               CASE WHEN x.at = v_limit AND x.more > v_limit
                    THEN glyph.cursor('prices-import',
                             glyph.time_key(x.imported_at), x.import_id::text)
               END
          FROM (SELECT v.*, count(*) OVER () AS more,
                       row_number() OVER (ORDER BY v.imported_at DESC,
                                          v.import_id DESC) AS at
                  FROM (SELECT v.* FROM glyph.model_summary_view v
                         WHERE v.tenant = v_tenant AND v.model = v_model
                               AND v.offers > 0
                               AND (v_after IS NULL
                                    OR (v.imported_at, v.import_id)
                                       < (v_after[1]::timestamptz,
                                          v_after[2]::uuid))
                         ORDER BY v.imported_at DESC, v.import_id DESC
                         LIMIT v_limit + 1) v) x
         WHERE x.at <= v_limit
         ORDER BY x.at;
        RETURN;
    END IF;

    v_page := ARRAY(
        SELECT DISTINCT date_trunc(v_by, i.created_at AT TIME ZONE 'UTC') AS t
          FROM glyph.imports i
         WHERE i.tenant = v_tenant AND i.state = 'completed'
               AND i.undone_at IS NULL
               AND (v_after IS NULL
                    OR i.created_at < v_after[1]::timestamptz)
         ORDER BY t DESC
         LIMIT v_limit + 1);

    RETURN QUERY
    WITH i AS MATERIALIZED (
        SELECT i.id, i.summed_at,
               date_trunc(v_by, i.created_at AT TIME ZONE 'UTC') AS t
          FROM glyph.imports i
         WHERE i.tenant = v_tenant AND i.state = 'completed'
               AND i.undone_at IS NULL
               AND i.created_at >= v_page[least(v_limit,
                       cardinality(v_page))] AT TIME ZONE 'UTC'
               AND (v_after IS NULL
                    OR i.created_at < v_after[1]::timestamptz)
    ), o AS (
        SELECT i.t, i.id, o
          FROM i JOIN glyph.import_models s
                   ON s.import_id = i.id AND s.model = v_model
               CROSS JOIN LATERAL unnest(s.offers) o
         UNION ALL
        SELECT i.t, i.id, (l.price_usd * 100)::int8 << 27
          FROM i JOIN glyph.listings l
                   ON l.import_id = i.id AND l.canonical_model = v_model
         WHERE i.summed_at IS NULL AND l.is_valid_gpu
               AND l.match_type <> 'none' AND l.duplicate_of IS NULL
               AND l.price_usd > 0 AND l.price_usd < 687194767.36
    ), p AS (
        SELECT o.t AT TIME ZONE 'UTC' AS t, count(DISTINCT o.id) AS imports,
               count(*) AS offers, array_agg(o ORDER BY o) AS o
          FROM o GROUP BY o.t
    )
    SELECT x.t, NULL::uuid, x.imports, x.offers,
           round(glyph.quartile(x.o, 0), 2), round(glyph.quartile(x.o, 1), 2),
           round(glyph.quartile(x.o, 2), 2), round(glyph.quartile(x.o, 3), 2),
           round(glyph.quartile(x.o, 4), 2),
           CASE WHEN x.at = x.rows AND cardinality(v_page) > v_limit
                THEN glyph.cursor('prices-' || v_by,
                         glyph.time_key(v_page[v_limit] AT TIME ZONE 'UTC'),
                         '00000000-0000-0000-0000-000000000000') END
      FROM (SELECT p.*, row_number() OVER (ORDER BY p.t DESC) AS at,
                   count(*) OVER () AS rows
              FROM p) x
     ORDER BY x.at;

    -- a page without the model, and others behind it

    IF NOT FOUND AND cardinality(v_page) > v_limit THEN
        _cursor := glyph.cursor('prices-' || v_by,
                       glyph.time_key(v_page[v_limit] AT TIME ZONE 'UTC'),
                       '00000000-0000-0000-0000-000000000000');
        RETURN NEXT;
    END IF;
END
$$;
