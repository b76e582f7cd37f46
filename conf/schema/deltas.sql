-- How listings changed: each that was there before, with the same digest of its
-- URL (page, model, memory, condition) by the same rule, beside the last time
-- that it was; newest imports first, in file order.  A page
-- looks at 10,000 listings at most and may have few rows or none; where it
-- stopped is in the cursor, in a row of NULLs if need be.  Earlier ones are
-- looked for in (at least) the 1,000,000 listings before an import: to read
-- them needs no index of URLs, which every COPY would pay for.

CREATE OR REPLACE FUNCTION glyph.api_deltas(args jsonb)
RETURNS TABLE (source_url text, title text, canonical_model text,
    region text, seller text, import_id uuid, import_index int,
    imported_at timestamptz, previous_import_id uuid,
    previous_import_index int, previous_imported_at timestamptz,
    currency text, price numeric, previous_price numeric,
    price_change numeric, price_change_pct numeric, score float8,
    previous_score float8, score_change float8, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args,
        '{model,region,import_id,min_price_change_pct,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_import uuid := glyph.arg_import(args);
    v_pct    numeric := glyph.arg_number(a, 'min_price_change_pct');
    v_after  text[] := glyph.arg_cursor(a, 'deltas', 'time', 'uuid', 'int');
    v_tenant text := coalesce(args->>'tenant', '');
    v_keys   text := '';
    v_where  text := '';
    v_ids    uuid[];        -- the listings that the page looks at
    v_rows   int[];
    v_imports uuid[];
    v_last   int;
    v_more   bool;          -- there are more than it looks at
    v_end    text;          -- the cursor then
BEGIN
    IF a ? 'min_price_change_pct' AND v_pct < 0 THEN
        PERFORM glyph.bad_argument('min_price_change_pct',
            'parameter "min_price_change_pct" must not be negative');
    END IF;

    IF a ? 'import_id' THEN
        v_keys := ' AND i.id = $2';
    END IF;
    IF v_after IS NOT NULL THEN
        v_keys := v_keys || ' AND (i.created_at, i.id) <= ($3, $4)';
    END IF;
    IF a ? 'model' THEN
        v_where := v_where || ' AND l.canonical_model = $6';
    END IF;

    EXECUTE
        'SELECT array_agg(k.id ORDER BY k.n), array_agg(k.import_index'
        '           ORDER BY k.n)'
        '  FROM (SELECT i.id, l.import_index, row_number()'
        '               OVER (ORDER BY i.created_at DESC, i.id DESC,'
        '                     l.import_index) AS n'
        '          FROM glyph.imports i CROSS JOIN LATERAL ('
        '                   SELECT l.import_index FROM glyph.listings l'
        '                    WHERE l.import_id = i.id'
        '                          AND l.url_digest IS NOT NULL'
        '                          AND l.import_index > CASE'
        '                              WHEN i.id = $4 THEN $5 ELSE -1 END'
        || v_where ||
        '                    ORDER BY l.import_index LIMIT 10001) l'
        '         WHERE i.tenant = $1 AND i.state = ''completed'''
        '               AND i.undone_at IS NULL' || v_keys ||
        '         ORDER BY i.created_at DESC, i.id DESC, l.import_index'
        '         LIMIT 10001) k'
        INTO v_ids, v_rows
        USING v_tenant, v_import, v_after[1]::timestamptz, v_after[2]::uuid,
              v_after[3]::int, upper(a->>'model');

    v_more := cardinality(v_ids) > 10000;
    v_last := least(cardinality(v_ids), 10000);

    IF v_last IS NULL THEN
        RETURN;
    END IF;

    IF v_more THEN
        SELECT glyph.cursor('deltas', glyph.time_key(i.created_at),
                            i.id::text, v_rows[v_last]::text)
          INTO v_end
          FROM glyph.imports i WHERE i.id = v_ids[v_last];
    END IF;

    v_where := '';
    IF a ? 'region' THEN
        v_where := ' WHERE l.region = $6';
    END IF;

    -- Imports by age: the chunk's but for the first, which is older than none,
    -- and those before them.  "o" looks from each listing to the next older
    -- import that has its URL, and to the first listing of it there.

    SELECT array_agg(c.id ORDER BY c.n) INTO v_imports
      FROM (SELECT x.id, min(x.n) AS n
              FROM unnest(v_ids[:v_last]) WITH ORDINALITY x(id, n)
             WHERE x.id <> v_ids[1] GROUP BY x.id) c;

    SELECT v_imports || glyph.newest_imports(v_tenant, NULL, NULL,
                                             i.created_at, i.id)
      INTO v_imports
      FROM glyph.imports i WHERE i.id = v_ids[v_last];

    RETURN QUERY EXECUTE
        'WITH w AS MATERIALIZED ('
        '  SELECT w.id, w.k, i.identity_rule AS rule'
        '    FROM unnest($1) WITH ORDINALITY w(id, k)'
        '         JOIN glyph.imports i ON i.id = w.id'
        '), l AS MATERIALIZED ('
        '  SELECT l.*, c.n, coalesce(w.k, 0) AS k, i.identity_rule AS rule'
        '    FROM unnest($2, $3) WITH ORDINALITY c(id, import_index, n)'
        '         JOIN glyph.listings l ON l.import_id = c.id'
        '              AND l.import_index = c.import_index'
        '         JOIN glyph.imports i ON i.id = c.id'
        '         LEFT JOIN w ON w.id = c.id' || v_where ||
        '), u AS ('
        '  SELECT l.n, l.url_digest, l.k, l.import_index, l.rule FROM l'
        '   UNION ALL'
        '  SELECT NULL, o.url_digest, w.k, o.import_index, w.rule'
        '    FROM w JOIN glyph.listings o ON o.import_id = w.id'
        '   WHERE o.url_digest IN (SELECT l.url_digest FROM l)'
        '), h AS ('
        '  SELECT u.n, min(u.k) OVER h AS k,'
        '         min(u.import_index) OVER h AS import_index'
        '    FROM u WINDOW h AS (PARTITION BY u.rule, u.url_digest'
        '         ORDER BY u.k DESC GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING)'
        '), o AS ('
        '  SELECT h.n, o.* FROM h JOIN glyph.listings o'
        '         ON o.import_id = ($1)[h.k]'
        '            AND o.import_index = h.import_index'
        '   WHERE h.n IS NOT NULL AND h.k IS NOT NULL'
        '), d AS ('
        '  SELECT l.*, o.import_id AS old_id, o.import_index AS old_index,'
        '         o.score AS old_score, p.cur, p.new_price, p.old_price,'
        '         round(100 * (p.new_price - p.old_price)'
        '               / nullif(p.old_price, 0), 2) AS pct'
        '    FROM l JOIN o ON o.n = l.n CROSS JOIN LATERAL (SELECT'
        '         CASE WHEN l.currency = o.currency THEN l.currency'
        '              ELSE ''USD'' END AS cur,'
        '         CASE WHEN l.currency = o.currency THEN l.price'
        '              ELSE l.price_usd END AS new_price,'
        '         CASE WHEN l.currency = o.currency THEN o.price'
        '              ELSE o.price_usd END AS old_price) p'
        '), p AS MATERIALIZED ('
        '  SELECT d.*, row_number() OVER w AS at, count(*) OVER () AS rows,'
        '         sum(d.size) OVER w AS bytes'
        '    FROM (SELECT d.*, octet_length(concat(d.source_url, d.title,'
        '                          d.region, d.seller)) AS size'
        '            FROM d WHERE $4 IS NULL OR abs(d.pct) >= $4'
        '           ORDER BY d.n LIMIT $5 + 1) d'
        '  WINDOW w AS (ORDER BY d.n)'
        ')'
        'SELECT p.source_url, p.title, p.canonical_model, p.region,'
        '       p.seller, p.import_id, p.import_index, i.created_at,'
        '       p.old_id, p.old_index, j.created_at, p.cur, p.new_price,'
        '       p.old_price, p.new_price - p.old_price, p.pct,'
        '       glyph.shown_score(p.score), glyph.shown_score(p.old_score),'
        '       glyph.shown_score(p.score - p.old_score),'
        '       CASE WHEN glyph.ends_page(p.at, $5, p.bytes, p.rows)'
        '            THEN glyph.cursor(''deltas'','
        '                     glyph.time_key(i.created_at), i.id::text,'
        '                     p.import_index::text)'
        '            WHEN p.rows <= $5 AND p.at = p.rows THEN $7 END'
        '  FROM p JOIN glyph.imports i ON i.id = p.import_id'
        '       JOIN glyph.imports j ON j.id = p.old_id'
        ' WHERE glyph.on_page(p.at, $5, p.bytes, p.size) ORDER BY p.at'
        USING v_imports, v_ids[:v_last], v_rows[:v_last], v_pct, v_limit,
              a->>'region', v_end;

    IF NOT FOUND AND v_more THEN
        _cursor := v_end;
        RETURN NEXT;
    END IF;
END
$$;
