-- What the aggregates look at: the newest completed imports, as many as have
-- p_rows listings together, and one at least; newest first.  A loop over an
-- index can stop, a running sum over all imports or a sort of them cannot.
-- p_until leaves out what was not yet there, so that the pages of a list
-- agree; p_before is a cursor of imports.

CREATE OR REPLACE FUNCTION glyph.newest_imports(p_tenant text,
    p_import uuid, p_until timestamptz DEFAULT NULL,
    p_before_time timestamptz DEFAULT 'infinity',
    p_before_id uuid DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    p_rows bigint DEFAULT 1000000)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_sort = off AS $$
DECLARE
    r     record;
    v_n   bigint := 0;
    v_ids uuid[] := '{}';
BEGIN
    FOR r IN SELECT i.id, i.valid_rows FROM glyph.imports i
              WHERE i.tenant = p_tenant AND i.state = 'completed'
                    AND i.undone_at IS NULL
                    AND (p_import IS NULL OR i.id = p_import)
                    AND (p_until IS NULL OR i.finished_at <= p_until)
                    AND (i.created_at, i.id) < (p_before_time, p_before_id)
              ORDER BY i.created_at DESC, i.id DESC
    LOOP
        v_n := v_n + r.valid_rows;
        EXIT WHEN v_n > p_rows AND v_ids <> '{}';
        v_ids := v_ids || r.id;
    END LOOP;

    RETURN v_ids;
END
$$;


-- A score, or a difference of two, without the noise of binary fractions.

CREATE OR REPLACE FUNCTION glyph.shown_score(p_score float8) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT round(p_score::numeric, 6)::float8;
$$;


-- Specifications of the registry, in the order of model ids, with prices and
-- scores of what is listed in the newest imports or in one (all USD).  Only
-- the page's models are counted.

CREATE OR REPLACE FUNCTION glyph.api_models(args jsonb)
RETURNS TABLE (model text, family text, vendor text, class text,
    vram_gb float8, tdp_watts int, mig_support int, nvlink bool,
    generation text, cuda_cores int, slot_width float8, pcie_generation int,
    form_factor text, released text, listings bigint, price_min numeric,
    price_median numeric, price_max numeric, price_avg numeric,
    score_min float8, score_median float8, score_max float8, score_avg float8,
    _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args,
        '{model,family,vendor,generation,import_id,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_import uuid := glyph.arg_import(args);
    v_after  text[] := glyph.arg_cursor(a, 'models', 'text');
    v_models text[];
BEGIN
    v_models := ARRAY(
        SELECT g.model FROM glyph.gpu_models g
         WHERE g.model > coalesce(v_after[1], '')
               AND (NOT a ? 'model' OR g.model = upper(a->>'model'))
               AND (NOT a ? 'family' OR g.family = upper(a->>'family'))
               AND (NOT a ? 'vendor'
                    OR lower(g.vendor) = lower(a->>'vendor'))
               AND (NOT a ? 'generation'
                    OR lower(g.generation) = lower(a->>'generation'))
         ORDER BY g.model
         LIMIT v_limit + 1);

    RETURN QUERY EXECUTE
        'WITH s AS ('
        '  SELECT l.canonical_model, count(*) AS n, min(l.price_usd) AS p0,'
        '         percentile_cont(0.5) WITHIN GROUP (ORDER BY l.price_usd)'
        '             AS p1,'
        '         max(l.price_usd) AS p2, avg(l.price_usd) AS p3,'
        '         min(l.score) AS s0,'
        '         percentile_cont(0.5) WITHIN GROUP (ORDER BY l.score) AS s1,'
        '         max(l.score) AS s2, avg(l.score) AS s3'
        '    FROM unnest($1) w JOIN glyph.listings l ON l.import_id = w'
        '   WHERE l.canonical_model = ANY ($2[1:$3])'
        '   GROUP BY l.canonical_model)'
        'SELECT g.*, coalesce(s.n, 0), s.p0, round(s.p1::numeric, 2), s.p2,'
        '       round(s.p3, 2), s.s0, glyph.shown_score(s.s1), s.s2,'
        '       glyph.shown_score(s.s3),'
        '       CASE WHEN g.model = $2[$3] AND cardinality($2) > $3'
        '            THEN glyph.cursor(''models'', g.model) END'
        '  FROM glyph.gpu_models g'
        '       LEFT JOIN s ON s.canonical_model = g.model'
        ' WHERE g.model = ANY ($2[1:$3]) ORDER BY g.model'
        USING glyph.newest_imports(coalesce(args->>'tenant', ''), v_import),
              v_models, v_limit;
END
$$;


-- Titles that matched nothing, the most frequent first: what to add to the
-- registry.  The cursor carries the time of the first page; titles are long,
-- so that among equals their beginning decides, then a digest.

CREATE OR REPLACE FUNCTION glyph.api_unknowns(args jsonb)
RETURNS TABLE (title text, listings bigint, unknown_reason text,
    is_valid_gpu bool, model_given text, import_id uuid, import_index int,
    imported_at timestamptz, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args,
        '{reason,is_valid_gpu,import_id,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_valid  text := glyph.arg_choice(a, 'is_valid_gpu', '{true,false}');
    v_import uuid := glyph.arg_import(args);
    v_after  text[] := glyph.arg_cursor(a, 'unknowns', 'time', 'int', 'text',
                                        'text');
    v_until  timestamptz := coalesce(v_after[1]::timestamptz,
                                     clock_timestamp());
    v_where  text := '';
BEGIN
    IF a ? 'reason' THEN
        v_where := v_where || ' AND l.unknown_reason = $5';
    END IF;
    IF a ? 'is_valid_gpu' THEN
        v_where := v_where || ' AND l.is_valid_gpu = $6';
    END IF;

    -- "first" is the title's row in the newest import: its place in $1, and
    -- its index

    RETURN QUERY EXECUTE
        'WITH t AS ('
        '  SELECT l.title, count(*) AS n,'
        '         min(w.k << 32 | l.import_index) AS first'
        '    FROM unnest($1) WITH ORDINALITY w(id, k)'
        '         JOIN glyph.listings l ON l.import_id = w.id'
        '   WHERE l.match_type = ''none''' || v_where ||
        '   GROUP BY l.title'
        '), p AS MATERIALIZED ('
        '  SELECT t.*, row_number() OVER w AS at,'
        '         sum(octet_length(t.title)) OVER w AS bytes'
        '    FROM (SELECT * FROM (SELECT t.title, t.n, t.first,'
        '                         md5(t.title) AS md5, left(t.title, 60)'
        '                         COLLATE "C" AS head FROM t) t'
        '           WHERE $3 IS NULL OR (-t.n, t.head, t.md5) > (-$3, $4, $7)'
        '           ORDER BY t.n DESC, t.head, t.md5 LIMIT $2 + 1) t'
        '  WINDOW w AS (ORDER BY t.n DESC, t.head, t.md5)'
        ')'
        'SELECT p.title, p.n, l.unknown_reason, l.is_valid_gpu,'
        '       l.model_given, l.import_id, l.import_index, i.created_at,'
        '       CASE WHEN glyph.ends_page(p.at, $2, p.bytes,'
        '                                 (SELECT count(*) FROM p))'
        '            THEN glyph.cursor(''unknowns'', glyph.time_key($8),'
        '                     p.n::text, p.head, p.md5) END'
        '  FROM p JOIN glyph.listings l'
        '         ON l.import_id = ($1)[p.first >> 32]'
        '            AND l.import_index = (p.first & 2147483647)::int'
        '       JOIN glyph.imports i ON i.id = l.import_id'
        ' WHERE glyph.on_page(p.at, $2, p.bytes, octet_length(p.title))'
        ' ORDER BY p.at'
        USING glyph.newest_imports(coalesce(args->>'tenant', ''), v_import,
                                   v_until),
              v_limit, v_after[2]::bigint, v_after[3], a->>'reason',
              v_valid::bool, v_after[4], v_until;
END
$$;
