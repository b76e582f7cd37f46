-- Listings of all completed imports.  Prices are compared in USD; listings
-- whose price has no rate come last in both orders of price.  The order
-- "-time" (the default) is the newest import first, in file order; "time" the
-- oldest first.  Among equals, a descending order is the exact reverse of the
-- ascending one.
--
-- Within one import "final_score" is the order of the score, and only there.
--
-- Each order takes at most a page of keys from every import, of its orders if
-- it has any, else by sorting it, then merges them and reads only the page's
-- rows.  "count" is that of all pages; an empty page has it in a row of NULLs.

CREATE OR REPLACE FUNCTION glyph.api_listings(args jsonb)
RETURNS TABLE (import_id uuid, import_index int, imported_at timestamptz,
    title text, canonical_model text, match_type text, match_score float4,
    match_notes text, is_valid_gpu bool, unknown_reason text, price numeric,
    currency text, price_usd numeric, vram_gb float4, tdp_watts int,
    mig_support int2, nvlink bool, generation text, cuda_cores int,
    slot_width float4, pcie_generation int2, form_factor text, q7b int,
    q13b int, q70b int, raw_score float8, quantization_score float8,
    score float8, final_score float8, dedup_status text, duplicate_of int,
    condition text, quantity int, availability text, seller text, region text,
    listing_age text, seen_at timestamptz, source_url text, source_type text,
    bulk_notes text, model_given text, extra jsonb, _count bigint,
    _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args, '{model,min_price,max_price,'
        'min_score,region,seller,import_id,match_type,is_valid_gpu,sort,'
        'count,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_import uuid := glyph.arg_import(args);
    v_min    numeric := glyph.arg_number(a, 'min_price');
    v_max    numeric := glyph.arg_number(a, 'max_price');
    v_score  numeric := glyph.arg_number(a, 'min_score');
    v_match  text := glyph.arg_choice(a, 'match_type',
        '{exact,alias,fuzzy,none}');
    v_valid  text := glyph.arg_choice(a, 'is_valid_gpu', '{true,false}');
    v_sort   text := coalesce(glyph.arg_choice(a, 'sort',
        '{score,-score,price,-price,time,-time,final_score,-final_score}'),
        '-time');
    v_key    text := replace(ltrim(v_sort, '-'), 'final_', '');
    v_want   text := glyph.arg_choice(a, 'count', '{true,false}');
    v_count  bigint;
    v_dir    text := CASE WHEN v_sort LIKE '-%' THEN 'DESC' ELSE 'ASC' END;
    v_op     text := CASE WHEN v_sort LIKE '-%' THEN '<' ELSE '>' END;
    v_after  text[];        -- import, index, and the key
    v_import_where  text := '';
    v_where  text := '';
    v_edge   text;
    v_part   text;
    v_keys   text;
BEGIN
    v_after := glyph.arg_cursor(a, 'listings' || v_sort, 'uuid', 'int',
        CASE v_key WHEN 'time' THEN 'time' WHEN 'score' THEN 'float'
                   ELSE 'numeric' END);

    IF v_sort LIKE '%final_score' AND v_import IS NULL THEN
        PERFORM glyph.bad_argument('sort', format('parameter "sort" may be'
            ' "%s" only with "import_id"', v_sort));
    END IF;

    IF a ? 'import_id' THEN
        v_import_where := ' AND i.id = $2';
    END IF;
    IF a ? 'model' THEN
        v_where := v_where || format(' AND l.canonical_model = %L',
            upper(a->>'model'));
    END IF;
    IF a ? 'min_price' THEN
        v_where := v_where || format(' AND l.price_usd >= %L', v_min);
    END IF;
    IF a ? 'max_price' THEN
        v_where := v_where || format(' AND l.price_usd <= %L', v_max);
    END IF;
    IF a ? 'min_score' THEN
        v_where := v_where || format(' AND l.score >= %L', v_score::float8);
        v_import_where := v_import_where || ' AND i.score_max >= $3';
    END IF;
    IF a ? 'region' THEN
        v_where := v_where || format(' AND l.region = %L', a->>'region');
    END IF;
    IF a ? 'seller' THEN
        v_where := v_where || format(' AND l.seller = %L', a->>'seller');
    END IF;
    IF a ? 'match_type' THEN
        v_where := v_where || format(' AND l.match_type = %L', v_match);
    END IF;
    IF a ? 'is_valid_gpu' THEN
        v_where := v_where || format(' AND l.is_valid_gpu = %L', v_valid);
    END IF;

    -- Imports know how many listings they have

    IF v_want = 'true' THEN
        EXECUTE CASE WHEN v_where = ''
            THEN 'SELECT coalesce(sum(i.valid_rows), 0)'
                 '  FROM glyph.imports i'
            ELSE 'SELECT count(*) FROM glyph.imports i'
                 '  JOIN glyph.listings l ON l.import_id = i.id'
            END ||
            ' WHERE i.tenant = $1 AND i.state = ''completed'''
            '       AND i.undone_at IS NULL' || v_import_where || v_where
            INTO v_count
            USING coalesce(args->>'tenant', ''), v_import, v_score::float8;
    END IF;

    -- Where to go on in an import among rows with the cursor's very key: after
    -- its index in its own import, at the first row of a later import, behind
    -- the last of an earlier one.

    v_edge := format('CASE WHEN i.id = $5 THEN $6'
        ' WHEN i.id %s $5 THEN %s ELSE %s END', v_op,
        CASE v_op WHEN '>' THEN -1 ELSE 2147483647 END,
        CASE v_op WHEN '>' THEN 2147483647 ELSE -1 END);

    IF v_key = 'time' THEN
        IF v_after IS NOT NULL THEN
            v_import_where := v_import_where || format(
                ' AND (i.created_at, i.id) %s= ($7, $5)', v_op);
            v_where := v_where || ' AND l.import_index >'
                ' CASE WHEN i.id = $5 THEN $6 ELSE -1 END';
        END IF;

        v_part := 'SELECT l.import_index, NULL::text AS k'
            ' FROM glyph.listings l WHERE l.import_id = i.id' || v_where ||
            ' ORDER BY l.import_index LIMIT $4 + 1';
        v_keys := format('created_at %1$s, id %1$s, import_index', v_dir);

    ELSIF v_key = 'score' THEN
        v_part := glyph.order_part('s', v_dir, v_where, v_edge,
            CASE WHEN v_after IS NOT NULL THEN '$8' END, a ? 'model');

        IF v_after IS NOT NULL THEN
            v_import_where := v_import_where || CASE v_op
                WHEN '<' THEN ' AND i.score_min <= $8'
                ELSE ' AND i.score_max >= $8' END;
        END IF;

        v_keys := format('k %1$s, id %1$s, import_index %1$s', v_dir);

    ELSE
        -- Known prices, then the others; a cursor is in one or the other

        v_part := concat_ws(' UNION ALL ',
            CASE WHEN v_after IS NULL OR v_after[3] IS NOT NULL
                 THEN glyph.order_part('p', v_dir, v_where, v_edge,
                          CASE WHEN v_after IS NOT NULL
                               THEN '($9 * 100)::float8' END, a ? 'model')
            END,
            glyph.order_part('n', v_dir, v_where, v_edge,
                CASE WHEN v_after IS NOT NULL AND v_after[3] IS NULL
                     THEN '0' END, a ? 'model'));
        v_keys := format('k %1$s NULLS LAST, id %1$s, import_index %1$s',
            v_dir);
    END IF;

    RETURN QUERY EXECUTE format(
        'WITH k AS MATERIALIZED ('
        '  SELECT p.*, row_number() OVER (ORDER BY %1$s) AS n'
        '    FROM (SELECT i.id, l.import_index, l.k, i.created_at'
        '            FROM glyph.imports i CROSS JOIN LATERAL (%2$s) l'
        '           WHERE i.tenant = $1 AND i.state = ''completed'''
        '                 AND i.undone_at IS NULL%3$s'
        '           ORDER BY %1$s LIMIT $4 + 1) p'
        '), p AS MATERIALIZED ('
        '  SELECT k.*, z.size, sum(z.size) OVER (ORDER BY k.n) AS bytes,'
        '         count(*) OVER () AS rows'
        '    FROM k JOIN glyph.listings l'
        '           ON l.import_id = k.id AND l.import_index = k.import_index'
        '         CROSS JOIN LATERAL (SELECT octet_length(concat(l.title,'
        '             l.match_notes, l.condition, l.availability, l.seller,'
        '             l.region, l.listing_age, l.source_url, l.source_type,'
        '             l.bulk_notes, l.model_given, l.extra)) AS size) z'
        ')'
        'SELECT l.import_id, l.import_index, l.imported_at, l.title,'
        '       l.canonical_model, l.match_type, l.match_score,'
        '       l.match_notes, l.is_valid_gpu, l.unknown_reason, l.price,'
        '       l.currency, l.price_usd, l.vram_gb, l.tdp_watts,'
        '       l.mig_support, l.nvlink, l.generation, l.cuda_cores,'
        '       l.slot_width, l.pcie_generation, l.form_factor, l.q7b,'
        '       l.q13b, l.q70b, l.raw_score, l.quantization_score, l.score,'
        '       l.final_score, l.dedup_status, l.duplicate_of, l.condition,'
        '       l.quantity, l.availability, l.seller, l.region,'
        '       l.listing_age, l.seen_at, l.source_url, l.source_type,'
        '       l.bulk_notes, l.model_given, l.extra, $10,'
        '       CASE WHEN glyph.ends_page(p.n, $4, p.bytes, p.rows)'
        '            THEN glyph.cursor(%4$L, p.id::text,'
        '                     p.import_index::text, %5$s) END'
        '  FROM p JOIN glyph.listing_view l'
        '         ON l.import_id = p.id AND l.import_index = p.import_index'
        ' WHERE glyph.on_page(p.n, $4, p.bytes, p.size) ORDER BY p.n',
        v_keys, v_part, v_import_where, 'listings' || v_sort,
        CASE v_key WHEN 'time' THEN 'glyph.time_key(p.created_at)'
                   ELSE 'p.k::text' END)
        USING coalesce(args->>'tenant', ''), v_import, v_score::float8,
              v_limit, v_after[1]::uuid, v_after[2]::int,
              CASE v_key WHEN 'time' THEN v_after[3] END::timestamptz,
              CASE v_key WHEN 'score' THEN v_after[3] END::float8,
              CASE v_key WHEN 'price' THEN v_after[3] END::numeric,
              v_count;

    IF NOT FOUND AND v_count IS NOT NULL THEN
        _count := v_count;
        RETURN NEXT;
    END IF;
END
$$;
