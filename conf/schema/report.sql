-- Text that Markdown shows as it is, in a cell of a table.

CREATE OR REPLACE FUNCTION glyph.markdown(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(regexp_replace(p_text, '[[:cntrl:]]+', ' ', 'g'),
                          '([][\\`*_{}<>()#|!&~])', '\\\1', 'g');
$$;


-- A table: a line of names, then of what the second argument makes of rows.

CREATE OR REPLACE FUNCTION glyph.markdown_table(p_names text[],
    p_rows json) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '| ' || array_to_string(p_names, ' | ') || E' |\n|'
           || repeat('---|', cardinality(p_names)) || E'\n'
           || coalesce(string_agg('|' || r.line || E' |\n', '' ORDER BY r.n),
                       '')
      FROM (SELECT x.n, string_agg(' ' || coalesce(glyph.markdown(
                       x.row->>y.name), '–'), ' |' ORDER BY y.n) AS line
              FROM json_array_elements(p_rows) WITH ORDINALITY x(row, n)
                   CROSS JOIN unnest(p_names) WITH ORDINALITY y(name, n)
             GROUP BY x.n) r;
$$;


-- One import, or the newest ones, at a glance: a function without _cursor
-- gives one object and no list.  Prices are USD.  "Odd" is a price below a
-- third or above three times its model's median, where at least five are
-- listed; such a price makes no listing the best value.

CREATE OR REPLACE FUNCTION glyph.api_report(args jsonb)
RETURNS TABLE (as_of timestamptz, import_id uuid, totals json,
    unknown json, best_value json, price_spread json, anomalies json,
    _markdown text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a         jsonb := glyph.api_args(args, '{import_id}');
    v_tenant  text := coalesce(args->>'tenant', '');
    v_import  uuid;
    v_imports uuid[];
BEGIN
    v_import := glyph.arg_import(args);
    import_id := v_import;
    v_imports := glyph.newest_imports(v_tenant, v_import,
                                      p_rows => 300000);

    WITH l AS MATERIALIZED (
        SELECT w.k, l.import_index, l.canonical_model, l.price_usd, l.score,
               l.vram_gb, l.match_type = 'none' AS unknown, l.is_valid_gpu,
               l.duplicate_of IS NOT NULL AS duplicate, l.unknown_reason
          FROM unnest(v_imports) WITH ORDINALITY w(id, k)
               JOIN glyph.listings l ON l.import_id = w.id
    ), c AS NOT MATERIALIZED (      -- cards with a price
        SELECT * FROM l
         WHERE is_valid_gpu AND NOT unknown AND NOT duplicate
               AND price_usd > 0
    ), m AS MATERIALIZED (
        SELECT canonical_model AS model, count(*) AS n,
               min(price_usd) AS p_min, max(price_usd) AS p_max,
               percentile_cont('{0.25,0.5,0.75}'::float8[])
                   WITHIN GROUP (ORDER BY price_usd) AS p
          FROM c GROUP BY canonical_model
    ), r AS MATERIALIZED (
        SELECT c.k, c.import_index, c.price_usd, c.vram_gb,
               100 * c.score / c.price_usd::float8 AS value,
               round((m.p)[2]::numeric, 2) AS median,
               c.price_usd::float8 / (m.p)[2] AS ratio,
               m.n >= 5 AND (c.price_usd::float8 * 3 < (m.p)[2]
                             OR c.price_usd::float8 > 3 * (m.p)[2]) AS odd
          FROM c JOIN m ON m.model = c.canonical_model
    ), v AS (                       -- memory sizes
        SELECT vram_gb, count(*) AS n,
               max(value) FILTER (WHERE NOT odd) AS best
          FROM r WHERE vram_gb IS NOT NULL GROUP BY vram_gb
    ), b AS (
        SELECT DISTINCT ON (r.vram_gb) v.vram_gb, v.n, v.best, r.k,
               r.import_index
          FROM v JOIN r ON r.vram_gb = v.vram_gb AND r.value = v.best
         WHERE NOT r.odd
         ORDER BY r.vram_gb, r.k, r.import_index
    ), o AS (
        SELECT r.*, row_number() OVER (ORDER BY abs(ln(ratio)) DESC, k,
                                                import_index) AS n
          FROM r WHERE odd
         ORDER BY n LIMIT 20
    )
    SELECT i.at,
           json_build_object(
               'imports', cardinality(v_imports),
               'imports_left_out', i.n - cardinality(v_imports),
               'rows', i.rows, 'invalid_rows', i.invalid,
               'listings', t.n,
               'priced', t.priced,
               'duplicates', t.duplicates,
               'models', t.models,
               'price_min', t.p_min, 'price_max', t.p_max,
               'score_min', glyph.shown_score(t.s_min),
               'score_max', glyph.shown_score(t.s_max)),
           json_build_object(
               'listings', t.unknown,
               'share', round(t.unknown::numeric / nullif(t.n, 0), 4),
               'not_gpu', t.not_gpu,
               'reasons', coalesce((
                   SELECT json_object_agg(u.reason, u.n ORDER BY u.n DESC,
                                          u.reason)
                     FROM (SELECT coalesce(unknown_reason, 'none') AS reason,
                                  count(*) AS n
                             FROM l WHERE unknown GROUP BY 1) u), '{}')),
           coalesce((SELECT json_agg(json_build_object(
                       'vram_gb', b.vram_gb, 'listings', b.n,
                       'model', x.canonical_model, 'title', x.title,
                       'price_usd', x.price_usd,
                       'score', glyph.shown_score(x.score),
                       'score_per_100_usd', glyph.shown_score(b.best),
                       'seller', x.seller, 'source_url', x.source_url,
                       'import_id', x.import_id,
                       'import_index', x.import_index) ORDER BY b.vram_gb)
              FROM b JOIN glyph.listings x
                     ON x.import_id = v_imports[b.k]
                        AND x.import_index = b.import_index), '[]'),
           coalesce((SELECT json_agg(json_build_object(
                       'model', s.model, 'listings', s.n,
                       'price_min', s.p_min,
                       'price_p25', round((s.p)[1]::numeric, 2),
                       'price_median', round((s.p)[2]::numeric, 2),
                       'price_p75', round((s.p)[3]::numeric, 2),
                       'price_max', s.p_max,
                       'spread_pct', round((100 * (s.p_max - s.p_min)
                           / (s.p)[2]::numeric), 1)) ORDER BY s.n DESC,
                                                              s.model)
              FROM (SELECT * FROM m ORDER BY n DESC, model LIMIT 50) s),
                    '[]'),
           json_build_object(
               'listings', (SELECT count(*) FROM r WHERE odd),
               'most', coalesce((SELECT json_agg(json_build_object(
                       'model', x.canonical_model, 'title', x.title,
                       'price_usd', o.price_usd, 'median', o.median,
                       'times_median', round(o.ratio::numeric, 3),
                       'seller', x.seller, 'source_url', x.source_url,
                       'import_id', x.import_id,
                       'import_index', x.import_index) ORDER BY o.n)
              FROM o JOIN glyph.listings x ON x.import_id = v_imports[o.k]
                     AND x.import_index = o.import_index), '[]'))
      INTO as_of, totals, unknown, best_value, price_spread, anomalies
      FROM (SELECT count(*) AS n, count(price_usd) AS priced,
                   count(*) FILTER (WHERE duplicate) AS duplicates,
                   count(DISTINCT canonical_model) FILTER (WHERE NOT unknown)
                       AS models,
                   count(*) FILTER (WHERE unknown) AS unknown,
                   count(*) FILTER (WHERE NOT is_valid_gpu) AS not_gpu,
                   min(price_usd) AS p_min, max(price_usd) AS p_max,
                   min(score) AS s_min, max(score) AS s_max
              FROM l) t,
           (SELECT count(*) AS n,
                   max(i.created_at) FILTER (WHERE x) AS at,
                   coalesce(sum(i.rows) FILTER (WHERE x), 0) AS rows,
                   coalesce(sum(i.invalid_rows) FILTER (WHERE x), 0)
                       AS invalid
              FROM glyph.imports i LEFT JOIN (SELECT unnest(v_imports) AS id,
                       true AS x) w ON w.id = i.id
             WHERE i.tenant = v_tenant AND i.state = 'completed'
                   AND i.undone_at IS NULL
                   AND (v_import IS NULL OR i.id = v_import)) i;

    _markdown := format(E'# Listings\n\n%s\n\n%s listings of %s imports'
        ' (%s older ones are left out), %s with a price in USD, %s of %s'
        ' rows were rejected.\n\n',
        coalesce('As of ' || glyph.time_key(as_of) || '.',
                 'Nothing is listed.'),
        totals->>'listings',
        totals->>'imports', totals->>'imports_left_out', totals->>'priced',
        totals->>'invalid_rows', totals->>'rows')
        || format(E'%s are duplicates. %s (%s %%) matched no model, %s are no'
        ' cards.\n\n## Best value\n\nBy memory: the most score for 100'
        ' USD.\n\n',
        totals->>'duplicates', unknown->>'listings',
        coalesce(round(100 * (unknown->>'share')::numeric, 1), 0),
        unknown->>'not_gpu')
        || glyph.markdown_table('{vram_gb,model,price_usd,score,'
               'score_per_100_usd,seller,title}', best_value)
        || E'\n## Prices\n\nUSD; the models listed most.\n\n'
        || glyph.markdown_table('{model,listings,price_min,price_p25,'
               'price_median,price_p75,price_max,spread_pct}', price_spread)
        || format(E'\n## Anomalies\n\n%s prices are below a third or above'
        ' three times their model\'s median.\n\n', anomalies->>'listings')
        || glyph.markdown_table('{model,price_usd,median,times_median,'
               'seller,title}', anomalies->'most');

    RETURN NEXT;
END
$$;
